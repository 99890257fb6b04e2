/**
 * New orders and cancels of all orders in the naive exchange.
 *
 * @module
 */

import { CANCELS_PER_COMMAND_MAX, FILLS_PER_COMMAND_MAX } from "../../core/matching/shard_state.ts";
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
import type { CancelAll, CancelInstrument, NewOrder } from "../support/commands.ts";
import { type NumberedCommand, textOf } from "../support/frames.ts";
import { keyOf } from "./reference_event.ts";
import type { Ending, ReferenceExchange } from "./reference_exchange.ts";
import { needOf, type ReferenceInstrument, type ReferenceOrder } from "./reference_ledger.ts";
import {
  aboutOrder,
  cancelOpen,
  endOrder,
  haveOneOwner,
  makersFor,
  matchOrder,
} from "./reference_matching.ts";

type Numbered<C> = C & { readonly requestId: string };

const MILLION = 1_000_000n;

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
  if (selfTrade > SelfTrade.transfer) return [ResultCode.invalidSelfTrade, 5, selfTrade];
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

/** A new order, from entry to end. */
export function placeOrder(exchange: ReferenceExchange, command: Numbered<NewOrder>): Ending {
  const problem = problemOf(exchange, command);
  if (problem !== undefined) {
    return exchange.reject(command, problem[0], BigInt(problem[1]), BigInt(problem[2]));
  }
  const instrument = exchange.instruments.get(command.instrument) as ReferenceInstrument;
  const { side, account, flags, orderType, selfTrade, timeInForce, requestId } = command;
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
    isPostOnly: (flags & OrderFlag.postOnly) !== 0,
    isMarket: orderType === OrderType.market,
    timeInForce,
    selfTrade,
    priority: 0n,
    leaves: hasBudget ? 0n : quantity,
    executed: 0n,
    notional: 0n,
    exactFee: 0n,
    paidFee: 0n,
  };
  const [best] = makersFor(exchange, order);
  if (best !== undefined && order.isPostOnly) {
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
  const isFillable = timeInForce !== TimeInForce.fok ? ResultCode.ok : fillable(exchange, entered);
  const stop = isFillable === ResultCode.ok ? matchOrder(exchange, entered) : isFillable;
  return endOrder(exchange, entered, stop, rests);
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
function fillable(exchange: ReferenceExchange, order: ReferenceOrder): number {
  let missing = order.leaves;
  for (const maker of makersFor(exchange, order).slice(0, FILLS_PER_COMMAND_MAX)) {
    if (order.selfTrade === SelfTrade.none || !haveOneOwner(exchange, order, maker)) {
      missing -= maker.leaves;
      if (missing <= 0n) return ResultCode.ok;
    } else if (order.selfTrade !== SelfTrade.expireMaker) return ResultCode.selfTrade;
  }
  return ResultCode.fillOrKill;
}

/** A cancel of all orders of an account, the youngest first. */
export function cancelAllOrders(exchange: ReferenceExchange, command: Numbered<CancelAll>): Ending {
  const { account, instrument, kind, side } = command;
  if (side !== undefined && side > Side.sell) {
    return exchange.reject(command, ResultCode.invalidSide, 1n, BigInt(side));
  }
  const code = kind === CommandKind.cancelAll
    ? ResultCode.canceledByRequest
    : ResultCode.canceledByOperator;
  const orders = exchange.open.filter((order) =>
    order.account === account && [0, order.instrument.instrument].includes(instrument) &&
    (side === undefined || order.side === side)
  ).reverse();
  for (const order of orders) cancelOpen(exchange, order, code);
  const executed = BigInt(orders.length);
  exchange.emit(EventKind.summary, {
    status: OrderStatus.canceled,
    flags: EventFlag.notAnOrder,
    code,
    side: side ?? 0,
    instrument,
    account,
    at24: exchange.stampMicros,
    at32: exchange.eventSequence + 1n,
    at40: executed,
  });
  const nothing = { orderId: 0n, leaves: 0n, notional: 0n };
  return { code, status: OrderStatus.canceled, executed, ...nothing };
}

/** A cancel of the orders of an instrument: buys, then sells, from the best price on, oldest first. */
export function cancelInstrumentOrders(
  exchange: ReferenceExchange,
  command: Numbered<CancelInstrument>,
): Ending {
  const { instrument } = command;
  if (!exchange.instruments.has(instrument)) {
    return exchange.reject(command, ResultCode.unknownInstrument, 0n, BigInt(instrument));
  }
  const orders = [Side.buy, Side.sell].flatMap((side) =>
    exchange.open.filter((order) =>
      order.instrument.instrument === instrument && order.side === side
    ).toSorted((one, other) => {
      const better = side === Side.buy ? other.price - one.price : one.price - other.price;
      return Number(better !== 0n ? better : one.priority - other.priority);
    })
  );
  const taken = orders.slice(0, CANCELS_PER_COMMAND_MAX);
  const code = ResultCode.canceledByOperator;
  for (const order of taken) cancelOpen(exchange, order, code);
  const executed = BigInt(taken.length);
  const leaves = orders.length > taken.length ? 1n : 0n;
  const status = OrderStatus.canceled;
  exchange.emit(EventKind.summary, {
    status,
    flags: EventFlag.notAnOrder,
    code,
    instrument,
    at24: exchange.stampMicros,
    at32: exchange.eventSequence + 1n,
    at40: executed,
    at48: leaves,
  });
  return { code, status, executed, leaves, orderId: 0n, notional: 0n };
}
