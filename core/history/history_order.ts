/**
 * An order as history keeps it: what it was placed with and amended to, and how far it came.
 *
 * Nothing here depends on the terms of its instrument, so that what is kept is a function of the
 * events alone; the notional is kept in ticks × lots and becomes money when it is read.
 *
 * @module
 */
import { EventFlag, EventKind, EventWord, OrderStatus } from "../protocol/event_record.ts";
import { OrderFlag } from "../protocol/order_record.ts";
import type { OrderRow } from "../protocol/queries.ts";
import { clientOrderIdOfKey } from "../protocol/request_key.ts";
import { readU64, type WireBuffer } from "../protocol/wire_buffer.ts";

/** Events that contradict each other or what is stored: a broken invariant. */
export class BrokenHistoryError extends Error {
  override readonly name = "BrokenHistoryError";
}

/** An order and its progress. Written by the batch that holds it (see history_batch.ts). */
export interface HistoryOrder {
  readonly orderId: number;
  readonly account: number;
  readonly instrument: number;
  readonly side: number;
  readonly orderType: number;
  readonly timeInForce: number;
  /** Bits of OrderFlag. */
  readonly orderFlags: number;
  /** 0: a market order that met an empty book. */
  priceTicks: number;
  /** Lots, or with OrderFlag.quoteBudget minor units of the quote asset. */
  quantity: number;
  readonly createdMicros: number;
  readonly clientOrderId: string | null;
  executedLots: number;
  /** Lots still in the market: none of an order that is over. */
  leavesLots: number;
  /** Sum of price × quantity over the fills, in ticks × lots. */
  executedTickLots: number;
  /** OrderStatus. */
  status: number;
  /** Why it ended (ResultCode), or 0. */
  code: number;
  /** Last event of the command that placed it. */
  entrySequence: number;
  /** Whether it has come to rest in the book, which is where that command ends for it. */
  hasRested: boolean;
  /** Last event that changed it. */
  sequence: number;
  updatedMicros: number;
}

/** The order that the `accepted` record at `at` tells of; `text` is its client order id as text. */
export function acceptedOrder(
  frame: WireBuffer,
  at: number,
  text: string | null,
  sequence: number,
  stampMicros: number,
): HistoryOrder {
  const { bytes, words } = frame;
  const word = at >> 2;
  const attributes = words[word + EventWord.last];
  const orderFlags = (attributes >>> 16) & 0xff;
  const quantity = readU64(words, word + EventWord.quantity);
  return {
    orderId: readU64(words, word + EventWord.orderId),
    account: words[word + EventWord.account],
    instrument: words[word + EventWord.instrument],
    side: bytes[at + 1],
    orderType: attributes & 0xff,
    timeInForce: (attributes >>> 8) & 0xff,
    orderFlags,
    priceTicks: readU64(words, word + EventWord.price),
    quantity,
    createdMicros: stampMicros,
    clientOrderId: text ??
      clientOrderIdOfKey(words[word + EventWord.first], words[word + EventWord.first + 1]),
    executedLots: 0,
    // A budget is no number of lots: what it still buys is known only with the next price.
    leavesLots: (orderFlags & OrderFlag.quoteBudget) !== 0 ? 0 : quantity,
    executedTickLots: 0,
    status: bytes[at + 2],
    code: 0,
    entrySequence: sequence,
    hasRested: (bytes[at + 3] & EventFlag.resting) !== 0,
    sequence,
    updatedMicros: stampMicros,
  };
}

/**
 * Brings an order up to date with an event of its own: trade, rested, amended, canceled or expired.
 *
 * @throws {BrokenHistoryError} when the event contradicts what is known of the order
 */
export function advanceOrder(
  order: HistoryOrder,
  frame: WireBuffer,
  at: number,
  sequence: number,
  stampMicros: number,
): void {
  const { bytes, halves, words } = frame;
  const word = at >> 2;
  const quantity = readU64(words, word + EventWord.quantity);
  const leaves = readU64(words, word + EventWord.leaves);
  if (bytes[at] === EventKind.trade) {
    order.executedLots += quantity;
    order.executedTickLots += readU64(words, word + EventWord.price) * quantity;
    order.leavesLots = leaves;
  } else if (bytes[at] === EventKind.amended) {
    checkExecuted(order, readU64(words, word + EventWord.last), sequence);
    order.priceTicks = words[word + EventWord.price];
    order.quantity = quantity;
    if (!hasBudget(order)) order.leavesLots = quantity - order.executedLots;
  } else {
    checkExecuted(order, quantity, sequence);
    order.leavesLots = bytes[at] === EventKind.rested ? leaves : 0;
    order.code = halves[(at >> 1) + 2];
  }
  order.status = bytes[at + 2];
  order.sequence = sequence;
  order.updatedMicros = stampMicros;
  // An aggressor's command is over for it once it rests. Whatever comes later, amends that trade
  // among it, is of another command; one that never rests has no other.
  if (!order.hasRested) order.entrySequence = sequence;
  if (bytes[at] === EventKind.rested) order.hasRested = true;
}

function checkExecuted(order: HistoryOrder, executedLots: number, sequence: number): void {
  if (executedLots === order.executedLots) return;
  throw new BrokenHistoryError(
    `event ${sequence} says that order ${order.orderId} executed ${executedLots} lots, ` +
      `but its trades add up to ${order.executedLots}`,
  );
}

/** Whether an order has a budget in the place of a quantity. */
export const hasBudget = ({ orderFlags }: HistoryOrder): boolean =>
  (orderFlags & OrderFlag.quoteBudget) !== 0;

/** Whether an order is in the market. */
export const isOpenStatus = (status: number): boolean =>
  status === OrderStatus.new || status === OrderStatus.partiallyFilled;

/** The order as queries answer it; `quotePerTickLot` of its instrument turns its fills into money. */
export function orderRow(order: HistoryOrder, quotePerTickLot: number): OrderRow {
  const { quantity, executedTickLots, hasRested: _, ...row } = order;
  return {
    ...row,
    quantityLots: quantity,
    executedNotional: executedTickLots * quotePerTickLot,
  };
}
