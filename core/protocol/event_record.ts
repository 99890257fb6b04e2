/**
 * The event record: one thing that the log did, 64 bytes. An execution report of one side.
 *
 * ```text
 * offset | bytes | type | field
 *      0 |     1 | u8   | kind (EventKind)
 *      1 |     1 | u8   | side (Side)
 *      2 |     1 | u8   | status of the order after the event (OrderStatus)
 *      3 |     1 | u8   | flags (EventFlag)
 *      4 |     2 | u16  | result code (ResultCode)
 *      6 |     2 | u16  | index of the command in its frame
 *      8 |     4 | u32  | instrument
 *     12 |     4 | u32  | account
 *     16 |     8 | u64  | order id; reference: kind of the command; else 0
 *     24 |     8 | -    | the first of four fields by kind:
 * ```
 *
 * | kind | 24 | 32 | 40 | 48 | 56 |
 * | --- | --- | --- | --- | --- | --- |
 * | accepted | request key | price ticks | quantity (lots, or budget) | text offset, text bytes (u32) | order type, time in force, order flags, self-trade (u8), 0 |
 * | trade | fee, minor units | price ticks | quantity lots | leaves lots | trade id |
 * | canceled, expired | request key | price ticks | executed lots | lots taken off the book | 0 |
 * | rested | request key | price ticks | executed lots | leaves lots | 0 |
 * | amended | request key of the order | price ticks (u32), price ticks before (u32) | quantity (lots, or budget) | lots taken off at the price before | executed lots |
 * | rejected | request key | limit met | value received | 0 | kind of the command |
 * | summary | stamp micros of entry | last event sequence of entry | executed lots | leaves lots | executed notional, minor units |
 * | summary of a cancel of many | stamp micros | last event sequence | orders canceled | of an instrument: 1 where orders are left; else 0 | 0 |
 * | ledger | request key | asset (u32), 0 | amount, minor units | total after, minor units | 0 |
 * | reference | request key | 0 | 0 | 0 | 0 |
 * | reference of an instrumentTerms | request key | highest price, ticks | largest quantity, lots | maker fee, taker fee (u32), ppm | collar, ppm |
 * | claim | 0 | epoch | 0 | 0 | 0 |
 *
 * Each trade makes two records, the maker's first. Leaves of zero mean filled. A frame of events
 * is in the order in which things happened; events of one command stand together.
 *
 * @module
 */

/** What happened. */
export const EventKind = {
  accepted: 1,
  trade: 2,
  canceled: 3,
  expired: 4,
  rejected: 5,
  /** The outcome of a command in one record: for a repeated request, and for a cancel of many. */
  summary: 6,
  ledger: 7,
  reference: 8,
  claim: 9,
  /** What an aggressor left rests in the book. */
  rested: 10,
  /**
   * An order's price or quantity changed: by an amend, or (code `selfTrade`) by a decrement. Where it
   * keeps its place in the queue, what was taken off is the difference; else all of its leaves, and
   * the records behind it say what becomes of those after. 0 for an order that does not rest.
   */
  amended: 11,
} as const;

/** Status of an order. */
export const OrderStatus = {
  none: 0,
  new: 1,
  partiallyFilled: 2,
  filled: 3,
  canceled: 4,
  expired: 5,
  rejected: 6,
} as const;

/** Bits of an event's flags. */
export const EventFlag = {
  /** The order was resting: it is not the command's own. */
  maker: 1,
  /** The command is a repeat by the client of one that was done before. */
  duplicate: 2,
  /** A ledger event that took from the balance. */
  debit: 4,
  /**
   * The event changes the public book: an accepted order rests as a whole, a canceled or an amended
   * one had rested. Trades of makers and `rested` change it as well, always.
   */
  resting: 8,
  /** A repeated command was a cancel or another one without an order of its own. */
  notAnOrder: 16,
  /**
   * A ledger event of a transfer, which makes two: what was taken first, then what was given; or of
   * a self-trade that moved base and then quote, which makes four.
   */
  transfer: 32,
  /** Only in an answer, at the first record of a command: not all of its records had room. */
  cut: 64,
} as const;

/** Word offsets of the record's fields, for readers that index in place. */
export const EventWord = {
  instrument: 2,
  account: 3,
  orderId: 4,
  /** Request key, fee or stamp. */
  first: 6,
  price: 8,
  /** Of `amended` alone, where prices are 32 bits: they are below 2^30 (PRICE_TICKS_MAX). */
  priceBefore: 9,
  quantity: 10,
  /** Leaves, lots taken off, or the text reference. */
  leaves: 12,
  /** Trade id, notional, executed lots, the order's attributes, or the kind of a rejected command. */
  last: 14,
} as const;
