/**
 * The public feeds in binary (`md.<symbol>.<feed>.bin`): for machines, with the numbers of the JSON
 * messages as integers. Little-endian; every field lies at a multiple of its size, of four at most.
 *
 * A price is a number of ticks, a quantity a number of lots: times `tickSize` at `priceScale`, and
 * times `lotSize` at `quantityScale`, they are the decimal strings of JSON. The terms stand in the
 * message `definition`. 64-bit numbers are below 2^53.
 *
 * A message begins with 32 bytes, and ends where its entries end:
 *
 * ```text
 * offset | bytes | type | field
 *      0 |     1 | u8   | kind (FeedKind)
 *      1 |     1 | u8   | version, 1; a reader refuses another one
 *      2 |     2 | u16  | entries behind the fixed part
 *      4 |     4 | u32  | instrument
 *      8 |     8 | u64  | sequence
 *     16 |     8 | u64  | prevSequence
 *     24 |     8 | u64  | time in microseconds
 * ```
 *
 * | kind | fixed part, from offset 32 | an entry |
 * | --- | --- | --- |
 * | trades | - | trade id u64, lots u64, price u32, taker's side u32: 24 bytes |
 * | bbo | bid lots u64, ask lots u64, bid price u32, ask price u32 | - |
 * | depth | bids u16, asks u16, checksum u32 | price u32, lots u64 (low word first): 12 bytes |
 * | status | status u32 (FeedStatus), detail u32 (FeedDetailCode) | - |
 * | definition | as below | - |
 * | ticker | volume in lots u64, trades u64, last, open, high and low price u32 | - |
 * | candles | interval in milliseconds u32, 0 u32 | start u64, volume in lots u64, first and last trade id u64, open, high, low and close price u32, trades u32, is final u32: 56 bytes |
 * | book | bids u16, asks u16, checksum u32 | as of depth, each with lots |
 * | orders | checksum u32, 0 u32, first trade id u64 (0: no trade) | id u64, lots u64, price u32, action u8, side u8, trade u16: 24 bytes |
 * | snapshot | bids u16, asks u16, checksum u32, event sequence u64, levels asked for u32, status u32 | as of depth |
 * | orderSnapshot | bids u16, asks u16, checksum u32, event sequence u64, status u32, sides that go on u32 (MoreOrders), those behind: bid's id u64, ask's id u64, bid's price u32, ask's price u32 | id u64, lots u64, price u32: 20 bytes |
 *
 * A definition has, from offset 32: `tickSize`, `lotSize`, highest price in ticks and largest
 * quantity in lots (u64 each); fees of makers and of takers and the collar in parts per million (u32
 * each); `priceScale` and `quantityScale` (u8 each), 0 (u16); then the symbol (24 bytes), the base
 * asset and the quote asset (12 bytes each) in ASCII, with zeros behind.
 *
 * Prices of a ticker are 0 where there was no trade.
 *
 * A snapshot is the answer to a request and no message of a feed: the book as of `sequence`, at most as
 * many levels of a side as were asked for, each with lots; whoever got as many does not know what lies
 * beyond. Its checksum is that of the whole book.
 *
 * An `orderSnapshot` is the answer to a request that asks for orders: of each side those behind the
 * order that the request named, or from the best on, in the order in which they would trade. Its
 * `prevSequence` is the sequence of the last message of `orders`, which it reflects; its checksum is
 * that of the whole book.
 *
 * The actions of `orders` are those of order_entries.ts. A trade's id is the first one plus `trade`.
 * There is an entry for each change of the book, so sequences between messages are of the status.
 *
 * Sides are those of order records: 0 buy, 1 sell. Lots of 0 in a `bbo` say that the side is empty, in
 * a level of `depth` that it is gone. Of `depth` the bids stand before the asks, the best first. The
 * checksum is that of book_checksum.ts, of the book after the message.
 *
 * New fields come behind those of a fixed part only with a new version; new kinds come without one.
 *
 * @module
 */

/** What a message is. */
export const FeedKind = {
  trades: 1,
  bbo: 2,
  depth: 3,
  status: 4,
  definition: 5,
  ticker: 6,
  snapshot: 7,
  candles: 8,
  book: 9,
  orders: 10,
  orderSnapshot: 11,
} as const;
/** Any of the kinds. */
export type FeedKind = (typeof FeedKind)[keyof typeof FeedKind];

/** Whether an instrument trades. */
export const FeedStatus = { trading: 1, halted: 2 } as const;
/** What the feeds leave out, in a binary status message. */
export const FeedDetailCode = { full: 0, merged: 1, reduced: 2 } as const;

/** Sides of an `orderSnapshot` that have orders behind its last one. */
export const MoreOrders = { bids: 1, asks: 2 } as const;

/** What every message begins with. */
export interface FrameHead {
  /** Number of the instrument. */
  readonly instrument: number;
  readonly sequence: number;
  readonly prevSequence: number;
  readonly timeMicros: number;
}

/** The version of the layouts here. */
export const FEED_VERSION = 1;

/** Bytes in front of everything else. */
export const FEED_HEAD_BYTES = 32;
/** Bytes of a trade. */
export const TRADE_BYTES = 24;
/** Bytes of a candle. */
export const CANDLE_BYTES = 56;
/** Bytes of an entry of `orders`. */
export const ORDER_ENTRY_BYTES = 24;
/** Bytes of an order in an `orderSnapshot`. */
export const QUEUED_ORDER_BYTES = 20;
/** Bytes of a level. */
export const LEVEL_BYTES = 12;
/** Bytes of the fixed part of each kind, the head included. */
export const FIXED_BYTES: Readonly<Record<FeedKind, number>> = {
  [FeedKind.trades]: FEED_HEAD_BYTES,
  [FeedKind.bbo]: FEED_HEAD_BYTES + 24,
  [FeedKind.depth]: FEED_HEAD_BYTES + 8,
  [FeedKind.status]: FEED_HEAD_BYTES + 8,
  [FeedKind.definition]: FEED_HEAD_BYTES + 96,
  [FeedKind.ticker]: FEED_HEAD_BYTES + 32,
  [FeedKind.snapshot]: FEED_HEAD_BYTES + 24,
  [FeedKind.candles]: FEED_HEAD_BYTES + 8,
  [FeedKind.book]: FEED_HEAD_BYTES + 8,
  [FeedKind.orders]: FEED_HEAD_BYTES + 16,
  [FeedKind.orderSnapshot]: FEED_HEAD_BYTES + 48,
};
/** Bytes of an entry of each kind. */
export const ENTRY_BYTES: Readonly<Record<FeedKind, number>> = {
  [FeedKind.trades]: TRADE_BYTES,
  [FeedKind.bbo]: 0,
  [FeedKind.depth]: LEVEL_BYTES,
  [FeedKind.status]: 0,
  [FeedKind.definition]: 0,
  [FeedKind.ticker]: 0,
  [FeedKind.snapshot]: LEVEL_BYTES,
  [FeedKind.candles]: CANDLE_BYTES,
  [FeedKind.book]: LEVEL_BYTES,
  [FeedKind.orders]: ORDER_ENTRY_BYTES,
  [FeedKind.orderSnapshot]: QUEUED_ORDER_BYTES,
};
/** Bytes of the texts of a definition, and where they begin. */
export const DEFINITION_TEXTS = [
  { field: "symbol", at: 80, byteLength: 24 },
  { field: "baseName", at: 104, byteLength: 12 },
  { field: "quoteName", at: 116, byteLength: 12 },
] as const;

/** Word offsets of the head, from the beginning of the message. */
export const FeedWord = {
  instrument: 1,
  sequence: 2,
  prevSequence: 4,
  timeMicros: 6,
  fixed: 8,
} as const;
