/**
 * The answer to `md.snapshot.<symbol>`: one instrument as of now.
 *
 * @module
 */
import { PRICE_TICKS_MAX } from "../book/price_trie.ts";
import type { QueryError, SnapshotAnswer, SnapshotQuery } from "../protocol/queries.ts";
import type { OrdersAnswer } from "../protocol/order_page_query.ts";
import type { FeedFormat } from "../protocol/subjects.ts";
import { SAFE_MAX } from "../protocol/wire_buffer.ts";
import {
  type CandleInterval,
  type CandleIntervalName,
  candleIntervals,
  parseCandleInterval,
} from "./candle_intervals.ts";
import { newCandle } from "./candle_record.ts";
import { RECENT_BARS_MAX } from "./candles.ts";
import type { CandleEntry } from "./feed_messages.ts";
import type { InstrumentFeed } from "./instrument_feed.ts";
import { bestLevels } from "./json_message.ts";
import { candleEntry, definitionEntry, tickerEntry } from "./lot_terms.ts";
import { ordersAnswer } from "./order_json.ts";
import { FRONT, orderPage, type OrderPageRequest, type OrderPlace } from "./order_page.ts";
import { RECENT_TRADES_MAX } from "./trade_ring.ts";

/** Most levels of a side in a snapshot, so that it stays below `QUERY_BYTES_MAX`. */
export const SNAPSHOT_LEVELS_MAX = 4_000;
/** Most trades in a snapshot. */
export const SNAPSHOT_TRADES_MAX = RECENT_TRADES_MAX;
/** Levels of a side where the query names no number. */
export const SNAPSHOT_LEVELS_DEFAULT = 1_000;
/** Most candles in a snapshot. */
export const SNAPSHOT_CANDLES_MAX = RECENT_BARS_MAX;
/** Most levels of a side beside candles. */
export const LEVELS_BESIDE_CANDLES_MAX = 1_000;
/** Candles where the query names an interval and no number. */
export const SNAPSHOT_CANDLES_DEFAULT = 100;
/** Trades where the query names no number. */
export const SNAPSHOT_TRADES_DEFAULT = 100;

/** Most orders of a side in a snapshot in binary. */
export const SNAPSHOT_ORDERS_MAX = 12_000;
/** Most orders of a side in JSON. */
export const JSON_ORDERS_MAX = 2_000;
/** Most levels of a side beside orders in JSON. */
export const LEVELS_BESIDE_ORDERS_MAX = 1_000;

/** What a request on `md.snapshot.<symbol>` may have besides, to get candles. */
export interface CandlesQuery {
  /** Name of their interval. */
  readonly interval?: CandleIntervalName;
  /** How many, the newest ones. */
  readonly candles?: number;
}

/** A query with everything filled in. */
export interface FullSnapshotQuery extends Required<SnapshotQuery>, OrderPageRequest {
  /** `bin`: the book alone, its levels or (where orders are asked for) its orders, as in feed_frame.ts; what cannot be answered is JSON all the same. */
  readonly format: FeedFormat;
  /** Interval of the candles that are wanted; `null`: none. */
  readonly interval: CandleInterval | null;
  /** Candles, the newest ones. */
  readonly candles: number;
}

const INTERVAL_NAMES = candleIntervals.map(({ name }) => name).join(", ");
const PLACE = "[price in ticks, id of an order]";
const LIMITS = {
  levels: SNAPSHOT_LEVELS_MAX,
  orders: SNAPSHOT_ORDERS_MAX,
  trades: SNAPSHOT_TRADES_MAX,
  candles: SNAPSHOT_CANDLES_MAX,
  minSequence: SAFE_MAX,
} as const;

/**
 * Reads a query; an empty text asks for the defaults.
 *
 * @returns the query, or why it is malformed: field, limit and value
 */
export function parseSnapshotQuery(text: string): FullSnapshotQuery | string {
  const query = {
    levels: SNAPSHOT_LEVELS_DEFAULT,
    orders: 0,
    afterBid: FRONT,
    afterAsk: FRONT,
    trades: SNAPSHOT_TRADES_DEFAULT,
    candles: SNAPSHOT_CANDLES_DEFAULT,
    minSequence: 0,
    format: "json" as FeedFormat,
    interval: null as CandleInterval | null,
  };
  if (text === "") return query;
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return "the query is not JSON";
  }
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    return "the query is not a JSON object";
  }
  for (const [field, value] of Object.entries(given)) {
    const shown = JSON.stringify(value).slice(0, 32);
    if (field === "format") {
      if (value !== "json" && value !== "bin") {
        return `format is ${shown}; it takes "json" or "bin"`;
      }
      query.format = value;
    } else if (field === "interval") {
      query.interval = typeof value === "string" ? parseCandleInterval(value) : null;
      if (query.interval === null) return `interval is ${shown}; it takes ${INTERVAL_NAMES}`;
    } else if (field === "afterBid" || field === "afterAsk") {
      const place = placeOf(value);
      if (place === null) return `${field} is ${shown}; it takes ${PLACE}`;
      query[field] = place;
    } else if (isNumberField(field)) {
      const limit = LIMITS[field];
      if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > limit) {
        return `${field} is ${shown}; it takes a whole number from 0 to ${limit}`;
      }
      query[field] = value;
    } else return `${field.slice(0, 32)} is not a field of the query`;
  }
  return tooMuch(query) ?? query;
}

/** What would make the answer too long; `null` where nothing does. */
function tooMuch({ format, interval, levels, orders }: FullSnapshotQuery): string | null {
  if (format === "bin") return null;
  if (interval !== null && orders > 0) return `orders is ${orders}; beside candles it takes 0`;
  if (interval !== null && levels > LEVELS_BESIDE_CANDLES_MAX) {
    return `levels is ${levels}; beside candles it takes ${LEVELS_BESIDE_CANDLES_MAX} at most`;
  }
  if (orders > JSON_ORDERS_MAX) {
    return `orders is ${orders}; in JSON it takes ${JSON_ORDERS_MAX} at most`;
  }
  if (orders > 0 && levels > LEVELS_BESIDE_ORDERS_MAX) {
    return `levels is ${levels}; beside orders it takes ${LEVELS_BESIDE_ORDERS_MAX} at most`;
  }
  return null;
}

function placeOf(value: unknown): OrderPlace | null {
  if (!Array.isArray(value) || value.length !== 2) return null;
  const [priceTicks, id] = value;
  const isWhole = (number: unknown, most: number) =>
    Number.isInteger(number) && number as number >= 0 && number as number <= most;
  return isWhole(priceTicks, PRICE_TICKS_MAX) && isWhole(id, SAFE_MAX) ? { priceTicks, id } : null;
}

const isNumberField = (field: string): field is keyof typeof LIMITS => Object.hasOwn(LIMITS, field);

/** What a snapshot answers instead of itself. */
export function snapshotError(
  error: QueryError["error"],
  detail: string,
  eventSequence: number,
): QueryError {
  return { error, detail, sequence: eventSequence };
}

/**
 * One instrument as of the shard's event `eventSequence`. O(levels + trades + ticker buckets), and of
 * the orders as `orderPage` (order_page.ts).
 */
export function snapshot(
  feed: InstrumentFeed,
  query: Required<SnapshotQuery> & Partial<FullSnapshotQuery>,
  eventSequence: number,
  nowMicros: number,
): SnapshotAnswer {
  const { book, ticker, trades } = feed;
  const figures = ticker.figures(nowMicros);
  const tradeCount = Math.min(query.trades, trades.count);
  const { interval = null, candles = SNAPSHOT_CANDLES_DEFAULT } = query;
  return {
    ...(interval === null ? {} : { candles: lastCandles(feed, interval, candles) }),
    symbol: feed.terms.symbol,
    sequence: feed.sequence,
    eventSequence,
    status: feed.status ?? "halted",
    bids: bestLevels(feed, book.bids, query.levels),
    asks: bestLevels(feed, book.asks, query.levels),
    trades: Array.from({ length: tradeCount }, (_, age) => feed.tradeEntry(trades.newest(age))),
    ticker: tickerEntry(feed.terms, figures),
    ...(query.orders ? { orders: orders(feed, query) } : {}),
    definition: definitionEntry(feed.terms),
  };
}

function orders(
  feed: InstrumentFeed,
  { afterAsk = FRONT, afterBid = FRONT, levels, orders = 0 }: Partial<FullSnapshotQuery> & {
    readonly levels: number;
  },
): OrdersAnswer {
  const { ordersSequence, queues, terms } = feed;
  const page = orderPage(queues, terms.instrument, { orders, levels, afterBid, afterAsk });
  return ordersAnswer(terms, page, ordersSequence);
}

function lastCandles(feed: InstrumentFeed, interval: CandleInterval, count: number): CandleEntry[] {
  const open = newCandle();
  if (count === 0 || !feed.candles.readOpen(interval, open)) return [];
  const all = [open, ...feed.candles.recent(interval, count - 1)];
  return all.map((candle) => candleEntry(feed.terms, candle));
}
