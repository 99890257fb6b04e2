/**
 * Orders and cancels of the naive exchange.
 *
 * @module
 */

import { FILLS_PER_COMMAND_MAX } from "../../core/matching/shard_state.ts";
import { EventFlag, EventKind, OrderStatus } from "../../core/protocol/event_record.ts";
import {
  CommandKind,
  OrderFlag,
  OrderType,
  SelfTrade,
  Side,
  TimeInForce,
} from "../../core/protocol/order_record.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { SAFE_MAX } from "../../core/protocol/wire_buffer.ts";
import type { Cancel, CancelAll, NewOrder } from "../support/commands.ts";
import { type NumberedCommand, textOf } from "../support/frames.ts";
import { type EventFields, keyOf } from "./reference_event.ts";
import type { Ending, ReferenceExchange } from "./reference_exchange.ts";
import {
  chargeFee,
  needOf,
  type ReferenceInstrument,
  type ReferenceOrder,
} from "./reference_ledger.ts";

type Numbered<C> = C & { readonly requestId: string };

const MILLION = 1_000_000n;

/** Orders on the other side that an order at `price` may trade with, in order of priority. */
function makersFor(
  exchange: ReferenceExchange,
  { instrument, side, price }: Pick<ReferenceOrder, "instrument" | "side" | "price">,
): ReferenceOrder[] {
  const crosses = (maker: ReferenceOrder): boolean =>
    side === Side.buy ? maker.price <= price : maker.price >= price;
  const better = (one: ReferenceOrder, other: ReferenceOrder): number =>
    Number(side === Side.buy ? one.price - other.price : other.price - one.price) ||
    Number(one.id - other.id);
  return exchange.open
    .filter((order) => order.instrument === instrument && order.side !== side && crosses(order))
    .sort(better);
}

/** Price at which a market order without a protection of its own stops; 0 when there is no book. */
function collarPrice(exchange: ReferenceExchange, instrument: ReferenceInstrument, side: number) {
  const anyPrice = side === Side.buy ? instrument.priceTicksMax : 0n;
  const [best] = makersFor(exchange, { instrument, side, price: anyPrice });
  if (best === undefined) return 0n;
  if (side === Side.buy) {
    const highest = best.price * (MILLION + instrument.collarPpm) / MILLION;
    return highest < instrument.priceTicksMax ? highest : instrument.priceTicksMax;
  }
  const lowest = (best.price * (MILLION - instrument.collarPpm) + MILLION - 1n) / MILLION;
  return lowest > 1n ? lowest : 1n;
}

type Problem = readonly [code: number, limit: bigint | number, value: bigint | number];

/** The first rule that an order breaks, in the order in which the rules are applied. */
function problemOf(exchange: ReferenceExchange, command: NewOrder): Problem | undefined {
  const { side, orderType, timeInForce, flags, selfTrade, price, quantity, account } = command;
  const instrument = exchange.instruments.get(command.instrument);
  if (instrument === undefined) return [ResultCode.unknownInstrument, 0, command.instrument];
  if (!exchange.accounts.get(account)) return [ResultCode.accountDisabled, 0, account];
  if (!instrument.isTrading) return [ResultCode.halted, 0, command.instrument];
  if (side > Side.sell) return [ResultCode.invalidSide, 1, side];
  if (selfTrade > SelfTrade.expireBoth) return [ResultCode.invalidSelfTrade, 3, selfTrade];
  const isMarket = orderType === OrderType.market;
  if (orderType !== OrderType.limit && !isMarket) {
    return [ResultCode.invalidOrderType, 2, orderType];
  }
  const times: number[] = isMarket ? [2, 3] : [1, 2, 3];
  if (!times.includes(timeInForce)) return [ResultCode.invalidTimeInForce, 3, timeInForce];
  const hasBudget = (flags & OrderFlag.quoteBudget) !== 0;
  const isBudgetOrder = isMarket && side === Side.buy && timeInForce === TimeInForce.ioc;
  const isPostOnly = (flags & OrderFlag.postOnly) !== 0;
  if (
    (flags & ~(OrderFlag.postOnly | OrderFlag.quoteBudget)) !== 0 ||
    (isPostOnly && timeInForce !== TimeInForce.gtc) || (hasBudget && !isBudgetOrder)
  ) return [ResultCode.invalidFlags, 7, flags];
  if (price === 0 && !isMarket) return [ResultCode.priceZero, 1, 0];
  if (price > instrument.priceTicksMax) {
    return [ResultCode.priceTooHigh, instrument.priceTicksMax, price];
  }
  if (quantity === 0) return [ResultCode.quantityZero, 1, 0];
  const most = hasBudget ? BigInt(SAFE_MAX) / 2n : instrument.quantityLotsMax;
  if (quantity > most) return [ResultCode.quantityTooHigh, most, quantity];
  return undefined;
}

/** What every event of an order says of it. */
function aboutOrder({ side, instrument, account, id, key, price }: ReferenceOrder): EventFields {
  const { instrument: number } = instrument;
  return { side, instrument: number, account, orderId: id, at24: key, at32: price };
}

/** A new order, from entry to end. */
export function placeOrder(exchange: ReferenceExchange, command: Numbered<NewOrder>): Ending {
  const problem = problemOf(exchange, command);
  if (problem !== undefined) {
    return exchange.reject(command, problem[0], BigInt(problem[1]), BigInt(problem[2]));
  }
  const instrument = exchange.instruments.get(command.instrument) as ReferenceInstrument;
  const { side, account, flags, timeInForce, requestId } = command;
  const hasBudget = (flags & OrderFlag.quoteBudget) !== 0;
  const quantity = BigInt(command.quantity);
  const price = BigInt(command.price) || collarPrice(exchange, instrument, side);
  const order: ReferenceOrder = {
    id: 0n,
    account,
    key: keyOf(requestId),
    instrument,
    side,
    price,
    quantity,
    hasBudget,
    leaves: hasBudget ? 0n : quantity,
    executed: 0n,
    notional: 0n,
    exactFee: 0n,
    paidFee: 0n,
  };
  const [best] = makersFor(exchange, order);
  if (best !== undefined && (flags & OrderFlag.postOnly) !== 0) {
    return exchange.reject(command, ResultCode.postOnlyWouldCross, best.price, price);
  }
  const asset = side === Side.sell ? instrument.baseAsset : instrument.quoteAsset;
  const available = exchange.ledger.available(account, asset);
  if (available < needOf(order)) {
    return exchange.reject(command, ResultCode.insufficientFunds, available, needOf(order));
  }
  const entered: ReferenceOrder = { ...order, id: ++exchange.lastOrderId };
  const rests = best === undefined && timeInForce === TimeInForce.gtc;
  accept(exchange, command, entered, rests);
  const isFillable = timeInForce !== TimeInForce.fok
    ? ResultCode.ok
    : fillable(exchange, command, entered);
  const stop = isFillable === ResultCode.ok
    ? matchOrder(exchange, entered, command.selfTrade)
    : isFillable;
  return endOrder(exchange, command, entered, stop, rests);
}

function accept(
  exchange: ReferenceExchange,
  command: Numbered<NewOrder>,
  order: ReferenceOrder,
  rests: boolean,
): void {
  const { orderType, timeInForce, flags, selfTrade } = command;
  const text = textOf(command as NumberedCommand);
  const offset = text === "" ? 0 : exchange.textLength;
  exchange.textLength += text.length;
  exchange.emit(EventKind.accepted, {
    ...aboutOrder(order),
    status: OrderStatus.new,
    flags: rests ? EventFlag.resting : 0,
    at40: order.quantity,
    at48: BigInt(offset) | (BigInt(text.length) << 32n),
    at56: BigInt(orderType | (timeInForce << 8) | (flags << 16) | (selfTrade << 24)),
  });
}

/** Whether the makers that a fill-or-kill order meets have all it wants; `ok` or why not. */
function fillable(exchange: ReferenceExchange, command: NewOrder, order: ReferenceOrder): number {
  let missing = order.leaves;
  for (const maker of makersFor(exchange, order).slice(0, FILLS_PER_COMMAND_MAX)) {
    if (command.selfTrade === SelfTrade.none || maker.account !== order.account) {
      missing -= maker.leaves;
      if (missing <= 0n) return ResultCode.ok;
    } else if (command.selfTrade !== SelfTrade.expireMaker) return ResultCode.selfTrade;
  }
  return ResultCode.fillOrKill;
}

/** Trades as far as it goes; `ok`, or why it stopped before. */
function matchOrder(exchange: ReferenceExchange, taker: ReferenceOrder, selfTrade: number): number {
  for (let steps = 0;; steps++) {
    const [maker] = makersFor(exchange, taker);
    if (maker === undefined) return ResultCode.ok;
    const wanted = taker.hasBudget ? affordable(taker, maker.price) : taker.leaves;
    if (wanted === 0n) return ResultCode.ok;
    if (steps === FILLS_PER_COMMAND_MAX) return ResultCode.fillsPerCommand;
    if (selfTrade !== SelfTrade.none && maker.account === taker.account) {
      if (selfTrade !== SelfTrade.expireTaker) {
        cancelOpen(exchange, maker, ResultCode.selfTrade, EventFlag.maker);
      }
      if (selfTrade !== SelfTrade.expireMaker) return ResultCode.selfTrade;
      continue;
    }
    trade(exchange, maker, taker, wanted < maker.leaves ? wanted : maker.leaves);
    if (taker.leaves === 0n) return ResultCode.ok;
  }
}

/** Lots that what is left of a budget buys at a price. */
function affordable(order: ReferenceOrder, price: bigint): bigint {
  return (order.quantity - order.notional) / (price * order.instrument.quotePerTickLot);
}

function trade(
  exchange: ReferenceExchange,
  maker: ReferenceOrder,
  taker: ReferenceOrder,
  lots: bigint,
): void {
  const { instrument, price } = maker;
  const { baseAsset, quoteAsset, makerFeePpm, takerFeePpm } = instrument;
  const notional = price * lots * instrument.quotePerTickLot;
  const tradeId = ++exchange.lastTradeId;
  for (const order of [maker, taker]) {
    const fee = chargeFee(order, notional, order === maker ? makerFeePpm : takerFeePpm);
    const sign = order.side === Side.buy ? 1n : -1n;
    exchange.ledger.add(order.account, baseAsset, sign * lots * instrument.basePerLot);
    exchange.ledger.add(order.account, quoteAsset, -sign * notional - fee);
    exchange.ledger.add(0, quoteAsset, fee);
    order.executed += lots;
    order.notional += notional;
    order.leaves = order.hasBudget ? affordable(order, price) : order.leaves - lots;
    exchange.emit(EventKind.trade, {
      ...aboutOrder(order),
      status: order.leaves === 0n ? OrderStatus.filled : OrderStatus.partiallyFilled,
      flags: order === maker ? EventFlag.maker : 0,
      at24: fee,
      at32: price,
      at40: lots,
      at48: order.leaves,
      at56: tradeId,
    });
  }
  if (maker.leaves === 0n) removeOpen(exchange, maker);
}

/** Rests what is left of an order, or expires it, or says that it is filled. */
function endOrder(
  exchange: ReferenceExchange,
  command: NewOrder,
  order: ReferenceOrder,
  stop: number,
  rests: boolean,
): Ending {
  const { id: orderId, executed, leaves, notional } = order;
  const end = { orderId, executed, leaves: 0n, notional };
  if (executed > 0n && leaves === 0n) {
    return { ...end, code: ResultCode.ok, status: OrderStatus.filled };
  }
  const about = { ...aboutOrder(order), at40: executed, at48: leaves };
  if (stop === ResultCode.ok && command.timeInForce === TimeInForce.gtc) {
    const status = executed > 0n ? OrderStatus.partiallyFilled : OrderStatus.new;
    if (!rests) exchange.emit(EventKind.rested, { ...about, status });
    exchange.open.push(order);
    return { ...end, code: ResultCode.ok, status, leaves };
  }
  const isMarket = command.orderType === OrderType.market;
  const remainder = isMarket ? ResultCode.marketRemainder : ResultCode.immediateRemainder;
  const code = stop === ResultCode.ok ? remainder : stop;
  const isCanceled = code === ResultCode.selfTrade;
  const status = isCanceled ? OrderStatus.canceled : OrderStatus.expired;
  exchange.emit(isCanceled ? EventKind.canceled : EventKind.expired, { ...about, status, code });
  return { ...end, code, status };
}

function removeOpen(exchange: ReferenceExchange, order: ReferenceOrder): void {
  exchange.ledger.open = exchange.open.filter((one) => one !== order);
}

function cancelOpen(
  exchange: ReferenceExchange,
  order: ReferenceOrder,
  code: number,
  flags = 0,
): void {
  removeOpen(exchange, order);
  const { executed, leaves } = order;
  exchange.emit(EventKind.canceled, {
    ...aboutOrder(order),
    status: OrderStatus.canceled,
    code,
    at40: executed,
    at48: leaves,
    flags: flags | EventFlag.resting,
  });
}

/** A cancel by order id or by client order id. */
export function cancelOrder(exchange: ReferenceExchange, command: Numbered<Cancel>): Ending {
  const { account, target } = command;
  const placed = exchange.outcomes.find((one) => one.owner === account && one.requestId === target);
  const id = typeof target === "number" ? BigInt(target) : placed?.orderId ?? 0n;
  const order = exchange.open.find((one) => one.id === id && one.account === account);
  if (order === undefined) return exchange.reject(command, ResultCode.unknownOrder, 0n, id);
  const code = ResultCode.canceledByRequest;
  cancelOpen(exchange, order, code);
  const nothing = { executed: 0n, leaves: 0n, notional: 0n };
  return { code, status: OrderStatus.canceled, orderId: id, ...nothing };
}

/** A cancel of all orders of an account, the youngest first. */
export function cancelAllOrders(exchange: ReferenceExchange, command: Numbered<CancelAll>): Ending {
  const { account, instrument, kind } = command;
  const code = kind === CommandKind.cancelAll
    ? ResultCode.canceledByRequest
    : ResultCode.canceledByOperator;
  const orders = exchange.open.filter((order) =>
    order.account === account && [0, order.instrument.instrument].includes(instrument)
  ).reverse();
  for (const order of orders) cancelOpen(exchange, order, code);
  const executed = BigInt(orders.length);
  exchange.emit(EventKind.summary, {
    status: OrderStatus.canceled,
    flags: EventFlag.notAnOrder,
    code,
    instrument,
    account,
    at24: exchange.stampMicros,
    at32: exchange.eventSequence + 1n,
    at40: executed,
  });
  const nothing = { orderId: 0n, leaves: 0n, notional: 0n };
  return { code, status: OrderStatus.canceled, executed, ...nothing };
}
