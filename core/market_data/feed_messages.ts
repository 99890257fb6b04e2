/**
 * What stands in the messages of the public feeds, as JSON.
 *
 * Every message carries `symbol`, the instrument's `sequence` as of the message, and
 * `prevSequence`: the sequence of the feed's message before it, 0 for the first. A subscriber that
 * holds a book or a snapshot with sequence S
 * - ignores a message whose `sequence` is at most S: it came again,
 * - applies one whose `prevSequence` is at most S,
 * - has missed something where `prevSequence` is above S, and asks for a snapshot.
 *
 * Prices and quantities are decimal strings with the instrument's scales, ids are strings, times
 * are microseconds since the epoch.
 *
 * @module
 */

/** Price and quantity. */
export type Level = readonly [price: string, quantity: string];

/** What every message of every feed has. */
export interface FeedHead {
  readonly symbol: string;
  /** The instrument's count of public events, as of the last one that the message covers. */
  readonly sequence: number;
  /** `sequence` of the message before it on the same feed. */
  readonly prevSequence: number;
  /** Stamp of the append that the message is from. */
  readonly timeMicros: number;
}

/** `depth`: the levels that were touched, each with its whole quantity; "0" removes the level. */
export interface DepthMessage extends FeedHead {
  /** Best first. */
  readonly bids: readonly Level[];
  /** Best first. */
  readonly asks: readonly Level[];
  /** Checksum of the book after the message (book_checksum.ts). */
  readonly checksum: number;
}

/** `bbo`: the best level of each side, after it changed. */
export interface BboMessage extends FeedHead {
  readonly bid: Level | null;
  readonly ask: Level | null;
}

/** One trade. */
export interface TradeEntry {
  readonly tradeId: string;
  readonly price: string;
  readonly quantity: string;
  readonly takerSide: "buy" | "sell";
  readonly timeMicros: number;
}

/** `trades`: oldest first, {@link TRADES_PER_MESSAGE_MAX} at most. Never conflated. */
export interface TradesMessage extends FeedHead {
  readonly trades: readonly TradeEntry[];
}

/** Whether an instrument trades. */
export type PublicStatus = "trading" | "halted";

/** `status`: after it changed. */
export interface StatusMessage extends FeedHead {
  readonly status: PublicStatus;
}

/** Any of them. */
export type FeedMessage = DepthMessage | BboMessage | TradesMessage | StatusMessage;

/** Trades in one message; what is more goes into the next. */
export const TRADES_PER_MESSAGE_MAX = 1_000;
