/**
 * A new order: checked, reserved for, matched, and what is left of it rested or expired.
 *
 * @module
 */
import * as orderPool from "../book/order_pool.ts";
import * as eventRecord from "../protocol/event_record.ts";
import * as frames from "../protocol/frame.ts";
import * as orderRecord from "../protocol/order_record.ts";
import * as resultCode from "../protocol/result_code.ts";
import type { WireBuffer } from "../protocol/wire_buffer.ts";
import * as wireBuffer from "../protocol/wire_buffer.ts";
import * as accountsModule from "./accounts.ts";
import * as finishOrderModule from "./finish_order.ts";
import * as holdsModule from "./holds.ts";
import * as matchModule from "./match.ts";
import * as orderEvents from "./order_events.ts";
import { reject } from "./result.ts";
import type { ShardState } from "./shard_state.ts";
import * as validateModule from "./validate.ts";

const { OPEN_ORDERS_PER_ACCOUNT_MAX } = accountsModule;
const { finishOrder } = finishOrderModule;
const { buyHold } = holdsModule;
const { checkFillable, match } = matchModule;
const { reportAccepted } = orderEvents;
const { validateNewOrder } = validateModule;
const { ORDER_DOUBLES_SHIFT, ORDER_INTEGERS_SHIFT, OrderField } = orderPool;
const { EventFlag } = eventRecord;
const { TEXT_BYTES_MAX } = frames;
const { OrderFlag, OrderWord, Side, TimeInForce } = orderRecord;
const { ResultCode } = resultCode;
const { readU64 } = wireBuffer;
type ResultCode = resultCode.ResultCode;

/** Applies the new order in the record at `at`; its text, if any, lies from `textAt` on. */
export function placeOrder(
  state: ShardState,
  frame: WireBuffer,
  at: number,
  textAt: number,
): void {
  if (!validateNewOrder(state, frame, at)) return;
  const word = at >> 2;
  const instrument = frame.words[word + OrderWord.instrument];
  const account = frame.words[word + OrderWord.account];
  const side = frame.bytes[at + 1];
  const price = limitPrice(state, frame, at);
  const quantity = readU64(frame.words, word + OrderWord.quantity);
  const best = state.books.bestPrice(instrument, side ^ 1);
  const crosses = best !== 0 && price !== 0 && (side === Side.buy ? best <= price : best >= price);
  if (crosses && (frame.bytes[at + 4] & OrderFlag.postOnly) !== 0) {
    reject(state, frame, at, ResultCode.postOnlyWouldCross, best, price);
    return;
  }
  if (
    frame.bytes[at + 3] === TimeInForce.gtc &&
    state.accounts.openCount(account) >= OPEN_ORDERS_PER_ACCOUNT_MAX
  ) {
    const count = state.accounts.openCount(account);
    reject(state, frame, at, ResultCode.openOrdersFull, OPEN_ORDERS_PER_ACCOUNT_MAX, count);
    return;
  }
  const slot = takeSlot(state, frame, at, textAt, price, quantity);
  if (slot === 0) return;
  const rests = !crosses && frame.bytes[at + 3] === TimeInForce.gtc;
  reportAccepted(state.events, state.orders, slot, rests ? EventFlag.resting : 0);
  let end: ResultCode = ResultCode.ok;
  if (frame.bytes[at + 3] === TimeInForce.fok) {
    const selfTrade = frame.bytes[at + 5];
    end = checkFillable(state, instrument, side, account, selfTrade, price, quantity);
  }
  if (crosses && end === ResultCode.ok) end = match(state, slot);
  finishOrder(state, slot, end, crosses, false);
}

/** The order's limit; for a market order without one, its protection by the collar; 0: no book. */
function limitPrice(state: ShardState, frame: WireBuffer, at: number): number {
  const price = readU64(frame.words, (at >> 2) + OrderWord.price);
  if (price !== 0) return price;
  const instrument = frame.words[(at >> 2) + OrderWord.instrument];
  const side = frame.bytes[at + 1];
  const best = state.books.bestPrice(instrument, side ^ 1);
  const collar = state.instruments.collarPpm[instrument];
  if (side === Side.buy) {
    const highest = state.instruments.priceTicksMax[instrument];
    return Math.min(highest, Math.floor(best * (1_000_000 + collar) / 1_000_000));
  }
  return best === 0 ? 0 : Math.max(1, Math.ceil(best * (1_000_000 - collar) / 1_000_000));
}

/** Reserves the funds and fills a slot of the pool; rejects and returns 0 where it cannot. */
function takeSlot(
  state: ShardState,
  frame: WireBuffer,
  at: number,
  textAt: number,
  price: number,
  quantity: number,
): number {
  const { balances, instruments, orders } = state;
  const word = at >> 2;
  const instrument = frame.words[word + OrderWord.instrument];
  const account = frame.words[word + OrderWord.account];
  const side = frame.bytes[at + 1];
  const flags = frame.bytes[at + 4];
  const hasBudget = (flags & OrderFlag.quoteBudget) !== 0;
  const reserve = side === Side.sell
    ? 0
    : hasBudget
    ? quantity
    : price * quantity * instruments.quotePerTickLot[instrument];
  const hold = side === Side.sell
    ? quantity * instruments.basePerLot[instrument]
    : buyHold(state, instrument, reserve, 0);
  const asset = side === Side.sell
    ? instruments.baseAsset[instrument]
    : instruments.quoteAsset[instrument];
  const balance = balances.find(account, asset);
  if (balances.availableOf(balance) < hold) {
    reject(state, frame, at, ResultCode.insufficientFunds, balances.availableOf(balance), hold);
    return 0;
  }
  const slot = orders.take();
  if (slot === 0) {
    reject(state, frame, at, ResultCode.orderPoolFull, orders.capacity, orders.liveCount);
    return 0;
  }
  if (hold !== 0) {
    balances.addAvailable(balance, -hold);
    balances.addHeld(balance, hold);
  }
  const doubles = slot << ORDER_DOUBLES_SHIFT;
  orders.doubles[doubles | OrderField.orderId] = ++state.lastOrderId;
  orders.doubles[doubles | OrderField.price] = price;
  orders.doubles[doubles | OrderField.leaves] = hasBudget ? 0 : quantity;
  orders.doubles[doubles | OrderField.executed] = 0;
  orders.doubles[doubles | OrderField.quantity] = quantity;
  orders.doubles[doubles | OrderField.notional] = 0;
  orders.doubles[doubles | OrderField.reserve] = reserve;
  orders.doubles[doubles | OrderField.created] = state.stampMicros;
  orders.doubles[doubles | OrderField.hold] = hold;
  const integers = slot << ORDER_INTEGERS_SHIFT;
  orders.integers[integers | OrderField.level] = 0;
  orders.integers[integers | OrderField.instrument] = instrument;
  orders.integers[integers | OrderField.account] = account;
  orders.integers[integers | OrderField.attributes] = frame.bytes[at + 2] |
    (frame.bytes[at + 3] << 8) | (flags << 16) | (frame.bytes[at + 5] << 24);
  orders.integers[integers | OrderField.side] = side;
  orders.integers[integers | OrderField.feeCredit] = 0;
  orders.integers[integers | OrderField.balance] = balance;
  orders.integers[integers | OrderField.keyLow] = frame.words[word + OrderWord.keyLow];
  orders.integers[integers | OrderField.keyHigh] = frame.words[word + OrderWord.keyHigh];
  copyText(state, slot, frame, at, textAt);
  return slot;
}

/** Keeps the client order id's text with the order, when it has one that is not a number. */
function copyText(
  state: ShardState,
  slot: number,
  frame: WireBuffer,
  at: number,
  textAt: number,
): void {
  const length = frame.halves[(at >> 1) + 3];
  state.orders.integers[(slot << ORDER_INTEGERS_SHIFT) | OrderField.textBytes] = length;
  const from = textAt + frame.words[(at >> 2) + OrderWord.textOffset];
  const to = slot * TEXT_BYTES_MAX;
  for (let index = 0; index < length; index++) {
    state.orders.texts[to + index] = frame.bytes[from + index];
  }
}
