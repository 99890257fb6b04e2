/**
 * Self-trade prevention: what happens where an aggressor meets an order of its own owner.
 *
 * @module
 */
import * as orderPool from "../book/order_pool.ts";
import * as eventRecord from "../protocol/event_record.ts";
import * as orderRecord from "../protocol/order_record.ts";
import * as resultCode from "../protocol/result_code.ts";
import * as closeOrderModule from "./close_order.ts";
import * as holdsModule from "./holds.ts";
import * as orderEvents from "./order_events.ts";
import type { ShardState } from "./shard_state.ts";

const { cancelResting, closeOrder } = closeOrderModule;
const { changeHold, holdOf, reserveOf } = holdsModule;
const { reportAmended, reportStatus } = orderEvents;
const { ORDER_DOUBLES_SHIFT, ORDER_INTEGERS_SHIFT, OrderField } = orderPool;
const { EventFlag, EventKind, OrderStatus } = eventRecord;
const { OrderFlag, SelfTrade, Side } = orderRecord;
const { ResultCode } = resultCode;
type ResultCode = resultCode.ResultCode;

/**
 * Carries out what the order in `taker` says of self-trades, where it has met the one in `maker` and
 * could still trade `lots` at its price. O(1).
 *
 * @returns `ok` where the aggressor goes on, `selfTrade` where it ends: the caller ends it
 */
export function preventSelfTrade(
  state: ShardState,
  taker: number,
  maker: number,
  lots: number,
): ResultCode {
  const attributes = state.orders.integers[(taker << ORDER_INTEGERS_SHIFT) | OrderField.attributes];
  const mode = attributes >>> 24;
  if (mode >= SelfTrade.decrement) return decrement(state, taker, maker, lots, mode);
  if (mode !== SelfTrade.expireTaker) {
    cancelResting(state, maker, ResultCode.selfTrade, EventFlag.maker);
  }
  return mode === SelfTrade.expireMaker ? ResultCode.ok : ResultCode.selfTrade;
}

/**
 * Takes the smaller quantity off both orders. One that has no more ends, the other keeps its place.
 * The events are the maker's, the taker's where it goes on, then those of the money that moves; an
 * aggressor that ends says so last, as every command does.
 */
function decrement(
  state: ShardState,
  taker: number,
  maker: number,
  takerLots: number,
  mode: number,
): ResultCode {
  const { events, orders } = state;
  const { doubles, integers } = orders;
  const price = doubles[(maker << ORDER_DOUBLES_SHIFT) | OrderField.price];
  const makerLots = doubles[(maker << ORDER_DOUBLES_SHIFT) | OrderField.leaves];
  const lots = Math.min(takerLots, makerLots);
  const makerEnds = makerLots === lots;
  const takerEnds = takerLots === lots;
  const ofMaker = EventFlag.maker | EventFlag.resting;
  const code = ResultCode.selfTrade;
  if (makerEnds) {
    changeHold(state, maker, 0);
    const { canceled } = EventKind;
    reportStatus(events, orders, maker, canceled, OrderStatus.canceled, ofMaker, code);
  } else {
    state.books.reduce(maker, lots);
    shrink(state, maker, lots, makerLots - lots, price);
    reportAmended(events, orders, maker, ofMaker, code, lots, price);
  }
  if (takerEnds) changeHold(state, taker, 0);
  else {
    shrink(state, taker, lots, takerLots - lots, price);
    const own = doubles[(taker << ORDER_DOUBLES_SHIFT) | OrderField.price];
    reportAmended(events, orders, taker, 0, code, 0, own);
  }
  const isOneAccount = integers[(taker << ORDER_INTEGERS_SHIFT) | OrderField.account] ===
    integers[(maker << ORDER_INTEGERS_SHIFT) | OrderField.account];
  if (mode === SelfTrade.transfer && !isOneAccount) exchange(state, taker, maker, lots, price);
  if (makerEnds) closeOrder(state, maker);
  return takerEnds ? code : ResultCode.ok;
}

/** Takes `lots` off the order in `slot`, or what they cost at `price` off its budget. */
function shrink(
  state: ShardState,
  slot: number,
  lots: number,
  leaves: number,
  price: number,
): void {
  const { doubles, integers } = state.orders;
  const at = slot << ORDER_DOUBLES_SHIFT;
  const order = slot << ORDER_INTEGERS_SHIFT;
  let reserve = 0;
  if (((integers[order | OrderField.attributes] >> 16) & OrderFlag.quoteBudget) !== 0) {
    const cost = price * lots *
      state.instruments.quotePerTickLot[integers[order | OrderField.instrument]];
    doubles[at | OrderField.quantity] -= cost;
    reserve = doubles[at | OrderField.reserve] - cost;
  } else {
    doubles[at | OrderField.quantity] -= lots;
    reserve = reserveOf(state, slot, doubles[at | OrderField.price], leaves);
  }
  doubles[at | OrderField.leaves] = leaves;
  doubles[at | OrderField.reserve] = reserve;
  changeHold(state, slot, holdOf(state, slot, reserve, leaves));
}

/**
 * Moves what a trade would have moved, without one and without fees. What the two orders held for it
 * has just become available.
 */
function exchange(
  state: ShardState,
  taker: number,
  maker: number,
  lots: number,
  price: number,
): void {
  const { balances, instruments, orders } = state;
  const { integers } = orders;
  const takerSells = integers[(taker << ORDER_INTEGERS_SHIFT) | OrderField.side] === Side.sell;
  const seller = takerSells ? taker : maker;
  const buyer = takerSells ? maker : taker;
  const sellerAt = seller << ORDER_INTEGERS_SHIFT;
  const buyerAt = buyer << ORDER_INTEGERS_SHIFT;
  const instrument = integers[sellerAt | OrderField.instrument];
  const baseAsset = instruments.baseAsset[instrument];
  const quoteAsset = instruments.quoteAsset[instrument];
  const base = lots * instruments.basePerLot[instrument];
  const quote = price * lots * instruments.quotePerTickLot[instrument];
  const bought = balances.open(integers[buyerAt | OrderField.account], baseAsset);
  const paid = balances.open(integers[sellerAt | OrderField.account], quoteAsset);
  move(state, seller, integers[sellerAt | OrderField.balance], baseAsset, -base);
  move(state, buyer, bought, baseAsset, base);
  move(state, buyer, integers[buyerAt | OrderField.balance], quoteAsset, -quote);
  move(state, seller, paid, quoteAsset, quote);
}

/** Changes a balance of the account of the order in `slot` and reports it under the order's key. */
function move(
  state: ShardState,
  slot: number,
  balance: number,
  asset: number,
  change: number,
): void {
  const { balances, events, orders } = state;
  const { integers } = orders;
  const at = slot << ORDER_INTEGERS_SHIFT;
  balances.addAvailable(balance, change);
  const total = balances.availableOf(balance) + balances.heldOf(balance);
  const flags = EventFlag.transfer | (change < 0 ? EventFlag.debit : 0);
  const account = integers[at | OrderField.account];
  events.head(EventKind.ledger, 0, 0, flags, ResultCode.ok, 0, account, 0);
  events.keyed(
    integers[at | OrderField.keyLow],
    integers[at | OrderField.keyHigh],
    asset,
    Math.abs(change),
    total,
    0,
  );
}
