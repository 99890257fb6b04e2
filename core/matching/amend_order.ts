/**
 * An amend: another price or quantity for a resting order, in one step. Where only the quantity goes
 * down the order keeps its place in the queue; else it enters the market once more, as an aggressor.
 *
 * @module
 */
import * as orderPool from "../book/order_pool.ts";
import * as eventRecord from "../protocol/event_record.ts";
import * as orderRecord from "../protocol/order_record.ts";
import * as resultCode from "../protocol/result_code.ts";
import type { WireBuffer } from "../protocol/wire_buffer.ts";
import * as wireBuffer from "../protocol/wire_buffer.ts";
import * as accountsModule from "./accounts.ts";
import * as findTargetModule from "./find_target.ts";
import * as finishOrderModule from "./finish_order.ts";
import * as holdsModule from "./holds.ts";
import * as instrumentsModule from "./instruments.ts";
import * as matchModule from "./match.ts";
import * as orderEvents from "./order_events.ts";
import * as result from "./result.ts";
import type { ShardState } from "./shard_state.ts";

const { AccountStatus } = accountsModule;
const { findTarget } = findTargetModule;
const { finishOrder } = finishOrderModule;
const { changeHold, holdOf, reserveOf } = holdsModule;
const { TradingStatus } = instrumentsModule;
const { match } = matchModule;
const { reportAmended } = orderEvents;
const { complete, reject } = result;
const { ORDER_DOUBLES_SHIFT, ORDER_INTEGERS_SHIFT, OrderField } = orderPool;
const { EventFlag, OrderStatus } = eventRecord;
const { OrderFlag, OrderWord, Side } = orderRecord;
const { ResultCode } = resultCode;
const { readU64 } = wireBuffer;

/** Applies the amend in the record at `at`. One that is rejected leaves its order as it was. */
export function amendOrder(state: ShardState, frame: WireBuffer, at: number): void {
  const flags = frame.bytes[at + 4];
  const { targetByKey } = OrderFlag;
  if ((flags & ~targetByKey) !== 0) {
    return reject(state, frame, at, ResultCode.invalidFlags, targetByKey, flags);
  }
  const priceAsked = readU64(frame.words, (at >> 2) + OrderWord.price);
  const quantityAsked = readU64(frame.words, (at >> 2) + OrderWord.quantity);
  if (priceAsked === 0 && quantityAsked === 0) {
    return reject(state, frame, at, ResultCode.amendEmpty, 1, 0);
  }
  const slot = findTarget(state, frame, at);
  if (slot === 0) return;
  const { doubles } = state.orders;
  const order = slot << ORDER_DOUBLES_SHIFT;
  const price = priceAsked === 0 ? doubles[order | OrderField.price] : priceAsked;
  const quantity = quantityAsked === 0 ? doubles[order | OrderField.quantity] : quantityAsked;
  if (!mayTrade(state, frame, at, slot)) return;
  if (!isWithinLimits(state, frame, at, slot, price, quantity)) return;
  const opposite = oppositeBest(state, slot, price);
  const attributes = state.orders.integers[(slot << ORDER_INTEGERS_SHIFT) | OrderField.attributes];
  if (opposite !== 0 && ((attributes >> 16) & OrderFlag.postOnly) !== 0) {
    return reject(state, frame, at, ResultCode.postOnlyWouldCross, opposite, price);
  }
  if (!isFunded(state, frame, at, slot, price, quantity)) return;
  const isPatient = price === doubles[order | OrderField.price] &&
    quantity <= doubles[order | OrderField.quantity];
  if (isPatient) reduce(state, slot, quantity);
  else move(state, slot, price, quantity, opposite !== 0);
}

/** Whether account and instrument may trade, as they must for a new order. */
function mayTrade(state: ShardState, frame: WireBuffer, at: number, slot: number): boolean {
  const { integers } = state.orders;
  const order = slot << ORDER_INTEGERS_SHIFT;
  const account = integers[order | OrderField.account];
  if (state.accounts.status(account) === AccountStatus.disabled) {
    reject(state, frame, at, ResultCode.accountDisabled, 0, account);
    return false;
  }
  const instrument = integers[order | OrderField.instrument];
  if (state.instruments.status[instrument] === TradingStatus.halted) {
    reject(state, frame, at, ResultCode.halted, 0, instrument);
    return false;
  }
  return true;
}

/** Price and quantity against the instrument's bounds and what was executed. */
function isWithinLimits(
  state: ShardState,
  frame: WireBuffer,
  at: number,
  slot: number,
  price: number,
  quantity: number,
): boolean {
  const { doubles, integers } = state.orders;
  const instrument = integers[(slot << ORDER_INTEGERS_SHIFT) | OrderField.instrument];
  const priceMax = state.instruments.priceTicksMax[instrument];
  if (price > priceMax) {
    reject(state, frame, at, ResultCode.priceTooHigh, priceMax, price);
    return false;
  }
  const quantityMax = state.instruments.quantityLotsMax[instrument];
  if (quantity > quantityMax) {
    reject(state, frame, at, ResultCode.quantityTooHigh, quantityMax, quantity);
    return false;
  }
  const executed = doubles[(slot << ORDER_DOUBLES_SHIFT) | OrderField.executed];
  if (quantity <= executed) {
    reject(state, frame, at, ResultCode.quantityExecuted, executed, quantity);
    return false;
  }
  return true;
}

/** Whether what the order would hold more is available. */
function isFunded(
  state: ShardState,
  frame: WireBuffer,
  at: number,
  slot: number,
  price: number,
  quantity: number,
): boolean {
  const { balances, orders } = state;
  const order = slot << ORDER_DOUBLES_SHIFT;
  const leaves = quantity - orders.doubles[order | OrderField.executed];
  const hold = holdOf(state, slot, reserveOf(state, slot, price, leaves), leaves);
  const missing = hold - orders.doubles[order | OrderField.hold];
  const balance = orders.integers[(slot << ORDER_INTEGERS_SHIFT) | OrderField.balance];
  if (missing <= balances.availableOf(balance)) return true;
  const { insufficientFunds } = ResultCode;
  reject(state, frame, at, insufficientFunds, balances.availableOf(balance), missing);
  return false;
}

/** Best price of the other side where the order in `slot` would cross it at `price`, else 0. */
function oppositeBest(state: ShardState, slot: number, price: number): number {
  const { integers } = state.orders;
  const order = slot << ORDER_INTEGERS_SHIFT;
  const side = integers[order | OrderField.side];
  const best = state.books.bestPrice(integers[order | OrderField.instrument], side ^ 1);
  const crosses = side === Side.buy ? best <= price : best >= price;
  return crosses ? best : 0;
}

/** Gives the order in `slot` another quantity, not above the one it has, in its place. O(1). */
function reduce(state: ShardState, slot: number, quantity: number): void {
  const { books, events, orders } = state;
  const order = slot << ORDER_DOUBLES_SHIFT;
  const price = orders.doubles[order | OrderField.price];
  const lots = orders.doubles[order | OrderField.quantity] - quantity;
  books.reduce(slot, lots);
  setTerms(state, slot, price, quantity);
  reportAmended(events, orders, slot, EventFlag.resting, ResultCode.ok, lots, price);
  const executed = orders.doubles[order | OrderField.executed];
  const status = executed === 0 ? OrderStatus.new : OrderStatus.partiallyFilled;
  const orderId = orders.doubles[order | OrderField.orderId];
  const leaves = orders.doubles[order | OrderField.leaves];
  const notional = orders.doubles[order | OrderField.notional];
  complete(state, ResultCode.ok, status, orderId, executed, leaves, notional);
}

/** Takes the order in `slot` out of its queue and sends it into the market once more. O(fills). */
function move(
  state: ShardState,
  slot: number,
  price: number,
  quantity: number,
  crosses: boolean,
): void {
  const { books, events, orders } = state;
  const order = slot << ORDER_DOUBLES_SHIFT;
  const priceBefore = orders.doubles[order | OrderField.price];
  const lots = orders.doubles[order | OrderField.leaves];
  books.remove(slot);
  setTerms(state, slot, price, quantity);
  reportAmended(events, orders, slot, EventFlag.resting, ResultCode.ok, lots, priceBefore);
  const end = crosses ? match(state, slot) : ResultCode.ok;
  finishOrder(state, slot, end, true, true);
}

/** Gives the order in `slot` its new price and quantity, and what follows from them. */
function setTerms(state: ShardState, slot: number, price: number, quantity: number): void {
  const { doubles } = state.orders;
  const order = slot << ORDER_DOUBLES_SHIFT;
  const leaves = quantity - doubles[order | OrderField.executed];
  const reserve = reserveOf(state, slot, price, leaves);
  doubles[order | OrderField.price] = price;
  doubles[order | OrderField.quantity] = quantity;
  doubles[order | OrderField.leaves] = leaves;
  doubles[order | OrderField.reserve] = reserve;
  changeHold(state, slot, holdOf(state, slot, reserve, leaves));
}
