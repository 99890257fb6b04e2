/**
 * The order record: one command, 64 bytes.
 *
 * ```text
 * offset | bytes | type | field
 *      0 |     1 | u8   | kind (CommandKind)
 *      1 |     1 | u8   | side (Side); of a cancel-all with OrderFlag.ofSide alone
 *      2 |     1 | u8   | order type (OrderType)
 *      3 |     1 | u8   | time in force (TimeInForce)
 *      4 |     1 | u8   | flags (OrderFlag)
 *      5 |     1 | u8   | self-trade prevention (SelfTrade)
 *      6 |     2 | u16  | text bytes, 0 to 36
 *      8 |     4 | u32  | instrument
 *     12 |     4 | u32  | account
 *     16 |     8 | 2×u32| request key (see request_key.ts), not 0
 *     24 |     8 | u64  | deadline in microseconds; 0: none
 *     32 |     8 | u64  | price in ticks; 0: none, of an amend: as it is
 *     40 |     8 | u64  | quantity in lots, or with OrderFlag.quoteBudget minor units to spend;
 *        |       |      | of an amend the new total, what was executed included, or 0: as it is
 *     48 |     8 | u64  | target of a cancel or an amend: order id, or request key with
 *        |       |      | OrderFlag.targetByKey
 *     56 |     4 | u32  | text offset in the frame's text section
 *     60 |     4 | u32  | reserved, 0
 * ```
 *
 * Administrative commands share the head (kind, text, account, request key, deadline) and say in
 * administration.ts what the rest means.
 *
 * @module
 */
import type { WireBuffer } from "./wire_buffer.ts";
import * as wireBuffer from "./wire_buffer.ts";

const { writeU64 } = wireBuffer;

/** What a record asks for. Kinds from 64 on are administrative, from 128 on extended as well. */
export const CommandKind = {
  newOrder: 1,
  cancel: 2,
  cancelAll: 3,
  amend: 4,
  account: 64,
  deposit: 65,
  withdraw: 66,
  tradingStatus: 67,
  asset: 68,
  claim: 69,
  cancelAccount: 70,
  transfer: 71,
  audit: 72,
  cancelInstrument: 73,
  instrument: 128,
  instrumentTerms: 129,
} as const;

/** First kind that only the operator's subject may carry. */
export const ADMINISTRATION_KIND_LEAST = 64;

/** Side of an order. */
export const Side = { buy: 0, sell: 1 } as const;
/** Order type. A market order with a price has that price as its protection. */
export const OrderType = { limit: 1, market: 2 } as const;
/** Time in force. */
export const TimeInForce = { gtc: 1, ioc: 2, fok: 3 } as const;
/** Bits of an order's flags. */
export const OrderFlag = {
  postOnly: 1,
  quoteBudget: 2,
  targetByKey: 4,
  /** A cancel-all takes the orders of its side alone. */
  ofSide: 8,
} as const;
/**
 * What happens when an order would trade with one of the same account or of the same trade group.
 * `decrement` takes the smaller quantity off both orders; `transfer` does the same and, where the
 * accounts differ, moves what would have been traded from one to the other, without a trade or fees.
 */
export const SelfTrade = {
  none: 0,
  expireTaker: 1,
  expireMaker: 2,
  expireBoth: 3,
  decrement: 4,
  transfer: 5,
} as const;

/** The flags of commands on one order; a new order's refusal names it as the limit. */
export const ORDER_FLAGS_ALL = 7;

/** Word offsets of the record's fields, for readers that index in place. */
export const OrderWord = {
  instrument: 2,
  account: 3,
  keyLow: 4,
  keyHigh: 5,
  deadline: 6,
  price: 8,
  quantity: 10,
  target: 12,
  textOffset: 14,
  reserved: 15,
} as const;
/** The offsets under a name of this module's own: an exported name is looked up at every use. */
const Word = OrderWord;

/** Writes the head that all commands share; the rest of the 64 bytes becomes zero. */
export function writeCommandHead(
  frame: WireBuffer,
  at: number,
  kind: number,
  account: number,
  keyLow: number,
  keyHigh: number,
  deadlineMicros: number,
): void {
  const word = at >> 2;
  frame.words.fill(0, word, word + 16);
  frame.bytes[at] = kind;
  frame.words[word + Word.account] = account;
  frame.words[word + Word.keyLow] = keyLow;
  frame.words[word + Word.keyHigh] = keyHigh;
  writeU64(frame.words, word + Word.deadline, deadlineMicros);
}

/** Adds what makes a command a new order. Call after {@link writeCommandHead}. */
export function writeNewOrder(
  frame: WireBuffer,
  at: number,
  instrument: number,
  side: number,
  orderType: number,
  timeInForce: number,
  flags: number,
  selfTrade: number,
  priceTicks: number,
  quantityLots: number,
): void {
  const word = at >> 2;
  frame.bytes[at + 1] = side;
  frame.bytes[at + 2] = orderType;
  frame.bytes[at + 3] = timeInForce;
  frame.bytes[at + 4] = flags;
  frame.bytes[at + 5] = selfTrade;
  frame.words[word + Word.instrument] = instrument;
  writeU64(frame.words, word + Word.price, priceTicks);
  writeU64(frame.words, word + Word.quantity, quantityLots);
}

/**
 * Adds what an amend changes: the price in ticks and the total quantity in lots, 0 for what stays.
 * Call after {@link writeCommandHead}.
 */
export function writeAmend(
  frame: WireBuffer,
  at: number,
  priceTicks: number,
  quantityLots: number,
): void {
  writeU64(frame.words, (at >> 2) + Word.price, priceTicks);
  writeU64(frame.words, (at >> 2) + Word.quantity, quantityLots);
}

/** Adds which orders a cancel-all takes: those of one instrument and of one side, where it says so. */
export function writeSelection(
  frame: WireBuffer,
  at: number,
  instrument: number,
  side: number | null,
): void {
  frame.words[(at >> 2) + Word.instrument] = instrument;
  if (side === null) return;
  frame.bytes[at + 1] = side;
  frame.bytes[at + 4] = OrderFlag.ofSide;
}

/** Adds the order that a cancel or an amend is for, by its id. */
export function writeTargetById(frame: WireBuffer, at: number, orderId: number): void {
  writeU64(frame.words, (at >> 2) + Word.target, orderId);
}

/** Adds the order that a cancel or an amend is for, by the request key it was placed with. */
export function writeTargetByKey(
  frame: WireBuffer,
  at: number,
  keyLow: number,
  keyHigh: number,
): void {
  frame.bytes[at + 4] = OrderFlag.targetByKey;
  frame.words[(at >> 2) + Word.target] = keyLow;
  frame.words[(at >> 2) + Word.target + 1] = keyHigh;
}

/** Refers the record at `at` to its text in the frame's text section. */
export function writeTextReference(
  frame: WireBuffer,
  at: number,
  textOffset: number,
  textBytes: number,
): void {
  frame.halves[(at >> 1) + 3] = textBytes;
  frame.words[(at >> 2) + Word.textOffset] = textOffset;
}
