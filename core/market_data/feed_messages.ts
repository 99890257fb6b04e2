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
 * A feed that was quiet for {@link HEARTBEAT_SECONDS} says its last number again: a message without
 * trades, levels or orders, or with what it said last, whose `sequence` and `prevSequence` are those of the
 * last message. So whoever has missed that one finds out by the rule above, and whoever comes late
 * has the last value. Messages of `bbo`, `status`, `definition` and `ticker` are whole: nothing has
 * to be repaired.
 *
 * Prices and quantities are decimal strings with the instrument's scales, ids are strings, times
 * are microseconds since the epoch.
 *
 * @module
 */
import type { FeedDetail } from "./shedding.ts";

/** After how many quiet seconds a feed says its last number again. */
export const HEARTBEAT_SECONDS = 15;

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
  /** What the feeds leave out at present. */
  readonly detail: FeedDetail;
}

/** The terms of an instrument, told anew when they change. */
export interface DefinitionEntry {
  /** Number of the instrument in binary messages. */
  readonly instrument: number;
  readonly base: string;
  readonly quote: string;
  /** Step of prices, and of quantities. */
  readonly tickSize: string;
  readonly lotSize: string;
  readonly priceMax: string;
  readonly quantityMax: string;
  /** Digits behind the point. */
  readonly priceScale: number;
  readonly quantityScale: number;
  readonly makerFeeRate: string;
  readonly takerFeeRate: string;
  /** How far from the last price an order may trade. */
  readonly collarRate: string;
}

/** `definition`: when the instrument is there, and when its terms have changed. */
export interface DefinitionMessage extends FeedHead, DefinitionEntry {}

/** Figures of the last 24 hours; prices are `null` where there was no trade. */
export interface TickerEntry {
  readonly lastPrice: string | null;
  readonly open24h: string | null;
  readonly high24h: string | null;
  readonly low24h: string | null;
  readonly volume24h: string;
  readonly trades24h: number;
}

/** `ticker`: at most once a second, after it changed. */
export interface TickerMessage extends FeedHead, TickerEntry {}

/** One candle. A flat one, without trades, has the close before it four times. */
export interface CandleEntry {
  /** Where it begins, a multiple of its interval since the epoch. */
  readonly startMicros: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
  readonly trades: number;
  /** Ids of its first and last trade; `null` of a flat one. */
  readonly firstTradeId: string | null;
  readonly lastTradeId: string | null;
  /** Whether its interval has ended: it does not change any more. */
  readonly isFinal: boolean;
}

/**
 * `candles.<interval>`: oldest first. Those that are final, once each; and every second the one that is
 * open, where there was a trade. A candle is known by its start, so there is nothing to repair.
 */
export interface CandlesMessage extends FeedHead {
  readonly interval: string;
  readonly candles: readonly CandleEntry[];
}

/** `book.<levels>.<interval>`: the best levels of each side, best first, as they are. */
export interface BookMessage extends FeedHead {
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
  /** Checksum of the book (book_checksum.ts). */
  readonly checksum: number;
}

/** What happened to one order; the meaning of its quantity depends on the action. */
export interface OrderEntry {
  /**
   * `add`: it stands at the back of the queue of its price with this quantity. `reduce`: it has this
   * quantity left, in its place. `trade`: this quantity of it was traded, as the maker's; it goes where
   * none is left. `remove`: it goes, with this quantity.
   */
  readonly action: "add" | "reduce" | "trade" | "remove";
  /** Public id (order_events.ts). */
  readonly id: string;
  readonly side: "buy" | "sell";
  readonly price: string;
  readonly quantity: string;
  /** Of a trade. */
  readonly tradeId?: string;
}

/** `orders`: the book order by order, an entry for each change of it, oldest first. Never conflated. */
export interface OrdersMessage extends FeedHead {
  readonly orders: readonly OrderEntry[];
  /** Checksum of the book after the message (book_checksum.ts). */
  readonly checksum: number;
}

/** Any of them. */
export type FeedMessage =
  | OrdersMessage
  | BookMessage
  | CandlesMessage
  | DepthMessage
  | BboMessage
  | TradesMessage
  | StatusMessage
  | DefinitionMessage
  | TickerMessage;

/** Trades in one message; what is more goes into the next. */
export const TRADES_PER_MESSAGE_MAX = 1_000;
