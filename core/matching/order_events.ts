/**
 * The events of an order, written straight out of its slot in the pool: numbers that went through
 * the arguments of a call would be tagged and untagged for it, one by one.
 *
 * @module
 */
import type { OrderPool } from "../book/order_pool.ts";
import * as orderPool from "../book/order_pool.ts";
import * as eventRecord from "../protocol/event_record.ts";
import * as frames from "../protocol/frame.ts";
import * as wireBuffer from "../protocol/wire_buffer.ts";
import type { EventWriter } from "./event_writer.ts";

const { ORDER_DOUBLES_SHIFT, ORDER_INTEGERS_SHIFT, OrderField } = orderPool;
const { EventKind, EventWord, OrderStatus } = eventRecord;
const { TEXT_BYTES_MAX } = frames;
const { writeU64 } = wireBuffer;

/** Reports the new order in `slot` as accepted, with its text where it has one. */
export function reportAccepted(
  events: EventWriter,
  orders: OrderPool,
  slot: number,
  flags: number,
): void {
  const { doubles, integers } = orders;
  const { words } = events.buffer;
  const order = slot << ORDER_INTEGERS_SHIFT;
  const numbers = slot << ORDER_DOUBLES_SHIFT;
  const length = integers[order | OrderField.textBytes];
  const offset = length === 0 ? 0 : events.addText(orders.texts, slot * TEXT_BYTES_MAX, length);
  const at = events.begin();
  words[at] = EventKind.accepted | (integers[order | OrderField.side] << 8) |
    (OrderStatus.new << 16) | (flags << 24);
  words[at | 1] = events.commandIndex << 16;
  writeOwner(words, at, integers, order);
  writeU64(words, at | EventWord.orderId, doubles[numbers | OrderField.orderId]);
  writeKey(words, at, integers, order);
  writeU64(words, at | EventWord.price, doubles[numbers | OrderField.price]);
  writeU64(words, at | EventWord.quantity, doubles[numbers | OrderField.quantity]);
  words[at | EventWord.leaves] = offset;
  words[at | EventWord.leaves | 1] = length;
  words[at | EventWord.last] = integers[order | OrderField.attributes];
  words[at | EventWord.last | 1] = 0;
  events.end();
}

/** Reports how far the order in `slot` came, by a record that says canceled, expired or rested. */
export function reportStatus(
  events: EventWriter,
  orders: OrderPool,
  slot: number,
  kind: number,
  status: number,
  flags: number,
  code: number,
): void {
  const { doubles, integers } = orders;
  const { words } = events.buffer;
  const order = slot << ORDER_INTEGERS_SHIFT;
  const numbers = slot << ORDER_DOUBLES_SHIFT;
  const at = events.begin();
  words[at] = kind | (integers[order | OrderField.side] << 8) | (status << 16) | (flags << 24);
  words[at | 1] = code | (events.commandIndex << 16);
  writeOwner(words, at, integers, order);
  writeU64(words, at | EventWord.orderId, doubles[numbers | OrderField.orderId]);
  writeKey(words, at, integers, order);
  writeU64(words, at | EventWord.price, doubles[numbers | OrderField.price]);
  writeU64(words, at | EventWord.quantity, doubles[numbers | OrderField.executed]);
  writeU64(words, at | EventWord.leaves, doubles[numbers | OrderField.leaves]);
  words[at | EventWord.last] = 0;
  words[at | EventWord.last | 1] = 0;
  events.end();
}

/**
 * Reports that price or quantity of the order in `slot` changed, with `lots` taken off the book at
 * `priceBefore`.
 */
export function reportAmended(
  events: EventWriter,
  orders: OrderPool,
  slot: number,
  flags: number,
  code: number,
  lots: number,
  priceBefore: number,
): void {
  const { doubles, integers } = orders;
  const { words } = events.buffer;
  const order = slot << ORDER_INTEGERS_SHIFT;
  const numbers = slot << ORDER_DOUBLES_SHIFT;
  const executed = doubles[numbers | OrderField.executed];
  const status = executed === 0 ? OrderStatus.new : OrderStatus.partiallyFilled;
  const at = events.begin();
  words[at] = EventKind.amended | (integers[order | OrderField.side] << 8) | (status << 16) |
    (flags << 24);
  words[at | 1] = code | (events.commandIndex << 16);
  writeOwner(words, at, integers, order);
  writeU64(words, at | EventWord.orderId, doubles[numbers | OrderField.orderId]);
  writeKey(words, at, integers, order);
  words[at | EventWord.price] = doubles[numbers | OrderField.price];
  words[at | EventWord.priceBefore] = priceBefore;
  writeU64(words, at | EventWord.quantity, doubles[numbers | OrderField.quantity]);
  writeU64(words, at | EventWord.leaves, lots);
  writeU64(words, at | EventWord.last, executed);
  events.end();
}

/** Reports one side of a trade, the order in `slot`, whose leaves are those after it. */
export function reportTrade(
  events: EventWriter,
  orders: OrderPool,
  slot: number,
  flags: number,
  fee: number,
  price: number,
  lots: number,
  tradeId: number,
): void {
  const { doubles, integers } = orders;
  const { words } = events.buffer;
  const order = slot << ORDER_INTEGERS_SHIFT;
  const numbers = slot << ORDER_DOUBLES_SHIFT;
  const leaves = doubles[numbers | OrderField.leaves];
  const status = leaves === 0 ? OrderStatus.filled : OrderStatus.partiallyFilled;
  const at = events.begin();
  words[at] = EventKind.trade | (integers[order | OrderField.side] << 8) | (status << 16) |
    (flags << 24);
  words[at | 1] = events.commandIndex << 16;
  writeOwner(words, at, integers, order);
  writeU64(words, at | EventWord.orderId, doubles[numbers | OrderField.orderId]);
  writeU64(words, at | EventWord.first, fee);
  writeU64(words, at | EventWord.price, price);
  writeU64(words, at | EventWord.quantity, lots);
  writeU64(words, at | EventWord.leaves, leaves);
  writeU64(words, at | EventWord.last, tradeId);
  events.end();
}

function writeOwner(words: Uint32Array, at: number, integers: Int32Array, order: number): void {
  words[at | EventWord.instrument] = integers[order | OrderField.instrument];
  words[at | EventWord.account] = integers[order | OrderField.account];
}

function writeKey(words: Uint32Array, at: number, integers: Int32Array, order: number): void {
  words[at | EventWord.first] = integers[order | OrderField.keyLow];
  words[at | EventWord.first | 1] = integers[order | OrderField.keyHigh];
}
