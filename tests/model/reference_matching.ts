/**
 * Matching in the naive exchange: who meets whom, what a trade changes, what an order leaves.
 *
 * @module
 */

import { FILLS_PER_COMMAND_MAX } from "../../core/matching/shard_state.ts";
import { EventFlag, EventKind, OrderStatus } from "../../core/protocol/event_record.ts";
import { SelfTrade, Side, TimeInForce } from "../../core/protocol/order_record.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import type { EventFields } from "./reference_event.ts";
import type { Ending, ReferenceExchange } from "./reference_exchange.ts";
import { chargeFee, type ReferenceOrder } from "./reference_ledger.ts";

/** Orders on the other side that an order at `price` may trade with, in order of priority. */
export function makersFor(
  exchange: ReferenceExchange,
  { instrument, side, price }: Pick<ReferenceOrder, "instrument" | "side" | "price">,
): ReferenceOrder[] {
  const crosses = (maker: ReferenceOrder): boolean =>
    side === Side.buy ? maker.price <= price : maker.price >= price;
  const better = (one: ReferenceOrder, other: ReferenceOrder): number =>
    Number(side === Side.buy ? one.price - other.price : other.price - one.price) ||
    Number(one.priority - other.priority);
  return exchange.open
    .filter((order) => order.instrument === instrument && order.side !== side && crosses(order))
    .sort(better);
}

/** What every event of an order says of it. */
export function aboutOrder(
  { side, instrument, account, id, key, price }: ReferenceOrder,
): EventFields {
  const { instrument: number } = instrument;
  return { side, instrument: number, account, orderId: id, at24: key, at32: price };
}

/** Status of an order that is in the market. */
export const openStatus = ({ executed }: ReferenceOrder): number =>
  executed > 0n ? OrderStatus.partiallyFilled : OrderStatus.new;

/** Whether two orders have one owner: the same account, or accounts of one trade group. */
export function haveOneOwner(
  exchange: ReferenceExchange,
  one: ReferenceOrder,
  other: ReferenceOrder,
): boolean {
  const group = exchange.tradeGroups.get(one.account);
  return one.account === other.account ||
    (group !== undefined && group === exchange.tradeGroups.get(other.account));
}

/** Trades as far as it goes; `ok`, or why it stopped before. */
export function matchOrder(exchange: ReferenceExchange, taker: ReferenceOrder): number {
  for (let steps = 0;; steps++) {
    const [maker] = makersFor(exchange, taker);
    if (maker === undefined) return ResultCode.ok;
    const wanted = taker.hasBudget ? affordable(taker, maker.price) : taker.leaves;
    if (wanted === 0n) return ResultCode.ok;
    if (steps === FILLS_PER_COMMAND_MAX) return ResultCode.fillsPerCommand;
    if (taker.selfTrade !== SelfTrade.none && haveOneOwner(exchange, taker, maker)) {
      if (!meetOwn(exchange, maker, taker, wanted)) return ResultCode.selfTrade;
      continue;
    }
    trade(exchange, maker, taker, wanted < maker.leaves ? wanted : maker.leaves);
    if (taker.leaves === 0n) return ResultCode.ok;
  }
}

/** What happens where an order meets one of its owner; whether it goes on. */
function meetOwn(
  exchange: ReferenceExchange,
  maker: ReferenceOrder,
  taker: ReferenceOrder,
  wanted: bigint,
): boolean {
  switch (taker.selfTrade) {
    case SelfTrade.expireTaker:
      return false;
    case SelfTrade.expireMaker:
      cancelOpen(exchange, maker, ResultCode.selfTrade, EventFlag.maker);
      return true;
    case SelfTrade.expireBoth:
      cancelOpen(exchange, maker, ResultCode.selfTrade, EventFlag.maker);
      return false;
  }
  const lots = wanted < maker.leaves ? wanted : maker.leaves;
  const cost = maker.price * lots * maker.instrument.quotePerTickLot;
  const code = ResultCode.selfTrade;
  if (lots === maker.leaves) cancelOpen(exchange, maker, code, EventFlag.maker);
  else {
    maker.quantity -= lots;
    maker.leaves -= lots;
    const flags = EventFlag.maker | EventFlag.resting;
    emitAmended(exchange, maker, { flags, code, at48: lots }, maker.price);
  }
  if (lots < wanted) {
    taker.quantity -= taker.hasBudget ? cost : lots;
    taker.leaves = wanted - lots;
    emitAmended(exchange, taker, { code }, taker.price);
  }
  if (taker.selfTrade === SelfTrade.transfer && taker.account !== maker.account) {
    moveBetween(exchange, maker, taker, lots, cost);
  }
  return lots < wanted;
}

/** Gives the buyer the base and the seller the quote, without fees. */
function moveBetween(
  exchange: ReferenceExchange,
  maker: ReferenceOrder,
  taker: ReferenceOrder,
  lots: bigint,
  cost: bigint,
): void {
  const { instrument } = maker;
  const [buyer, seller] = taker.side === Side.buy ? [taker, maker] : [maker, taker];
  const base = lots * instrument.basePerLot;
  const moves = [
    [seller, instrument.baseAsset, -base],
    [buyer, instrument.baseAsset, base],
    [buyer, instrument.quoteAsset, -cost],
    [seller, instrument.quoteAsset, cost],
  ] as const;
  for (const [{ account, key }, asset, change] of moves) {
    exchange.ledger.add(account, asset, change);
    exchange.emit(EventKind.ledger, {
      account,
      flags: EventFlag.transfer | (change < 0n ? EventFlag.debit : 0),
      at24: key,
      at32: BigInt(asset),
      at40: change < 0n ? -change : change,
      at48: exchange.ledger.total(account, asset),
    });
  }
}

/** Says that the price or the quantity of an order changed. */
export function emitAmended(
  exchange: ReferenceExchange,
  order: ReferenceOrder,
  fields: EventFields,
  priceBefore: bigint,
): void {
  exchange.emit(EventKind.amended, {
    ...aboutOrder(order),
    status: openStatus(order),
    at32: order.price | (priceBefore << 32n),
    at40: order.quantity,
    at56: order.executed,
    ...fields,
  });
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

/**
 * Rests what is left of an order, or expires it, or says that it is filled.
 *
 * @param isPublic whether it is in the public book already: resting, it says nothing more
 */
export function endOrder(
  exchange: ReferenceExchange,
  order: ReferenceOrder,
  stop: number,
  isPublic: boolean,
): Ending {
  const { id: orderId, executed, leaves, notional } = order;
  const end = { orderId, executed, leaves: 0n, notional };
  if (executed > 0n && leaves === 0n) {
    removeOpen(exchange, order);
    return { ...end, code: ResultCode.ok, status: OrderStatus.filled };
  }
  const about = { ...aboutOrder(order), at40: executed, at48: leaves };
  if (stop === ResultCode.ok && order.timeInForce === TimeInForce.gtc) {
    const status = openStatus(order);
    if (!isPublic) exchange.emit(EventKind.rested, { ...about, status });
    if (!exchange.open.includes(order)) exchange.open.push(order);
    order.priority = ++exchange.lastPriority;
    return { ...end, code: ResultCode.ok, status, leaves };
  }
  const remainder = order.isMarket ? ResultCode.marketRemainder : ResultCode.immediateRemainder;
  const code = stop === ResultCode.ok ? remainder : stop;
  const isCanceled = code === ResultCode.selfTrade;
  const status = isCanceled ? OrderStatus.canceled : OrderStatus.expired;
  removeOpen(exchange, order);
  exchange.emit(isCanceled ? EventKind.canceled : EventKind.expired, { ...about, status, code });
  return { ...end, code, status };
}

function removeOpen(exchange: ReferenceExchange, order: ReferenceOrder): void {
  exchange.ledger.open = exchange.open.filter((one) => one !== order);
}

/** Cancels an order that rests. */
export function cancelOpen(
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
