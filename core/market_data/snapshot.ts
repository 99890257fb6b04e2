/**
 * The answer to `md.snapshot.<symbol>`: one instrument as of now.
 *
 * @module
 */
import type { QueryError, SnapshotAnswer, SnapshotQuery } from "../protocol/queries.ts";
import type { FeedFormat } from "../protocol/subjects.ts";
import { SAFE_MAX } from "../protocol/wire_buffer.ts";
import type { DepthSide } from "./depth_side.ts";
import type { Level } from "./feed_messages.ts";
import type { InstrumentFeed } from "./instrument_feed.ts";
import { definitionEntry, tickerEntry } from "./lot_terms.ts";
import { RECENT_TRADES_MAX } from "./trade_ring.ts";

/** Most levels of a side in a snapshot, so that it stays below `QUERY_BYTES_MAX`. */
export const SNAPSHOT_LEVELS_MAX = 4_000;
/** Most trades in a snapshot. */
export const SNAPSHOT_TRADES_MAX = RECENT_TRADES_MAX;
/** Levels of a side where the query names no number. */
export const SNAPSHOT_LEVELS_DEFAULT = 1_000;
/** Trades where the query names no number. */
export const SNAPSHOT_TRADES_DEFAULT = 100;

/** A query with everything filled in. */
export interface FullSnapshotQuery extends Required<SnapshotQuery> {
  /** `bin`: the book alone, as in feed_frame.ts; what cannot be answered is JSON all the same. */
  readonly format: FeedFormat;
}

const LIMITS: Required<SnapshotQuery> = {
  levels: SNAPSHOT_LEVELS_MAX,
  trades: SNAPSHOT_TRADES_MAX,
  minSequence: SAFE_MAX,
};

/**
 * Reads a query; an empty text asks for the defaults.
 *
 * @returns the query, or why it is malformed: field, limit and value
 */
export function parseSnapshotQuery(text: string): FullSnapshotQuery | string {
  const query = {
    levels: SNAPSHOT_LEVELS_DEFAULT,
    trades: SNAPSHOT_TRADES_DEFAULT,
    minSequence: 0,
    format: "json" as FeedFormat,
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
    if (field === "format") {
      if (value !== "json" && value !== "bin") {
        return `format is ${JSON.stringify(value).slice(0, 32)}; it takes "json" or "bin"`;
      }
      query.format = value;
      continue;
    }
    if (!Object.hasOwn(LIMITS, field)) return `${field.slice(0, 32)} is not a field of the query`;
    const limit = LIMITS[field as keyof SnapshotQuery];
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > limit) {
      const shown = JSON.stringify(value).slice(0, 32);
      return `${field} is ${shown}; it takes a whole number from 0 to ${limit}`;
    }
    query[field as keyof SnapshotQuery] = value;
  }
  return query;
}

/** What a snapshot answers instead of itself. */
export function snapshotError(
  error: QueryError["error"],
  detail: string,
  eventSequence: number,
): QueryError {
  return { error, detail, sequence: eventSequence };
}

/** One instrument as of the shard's event `eventSequence`. O(levels + trades + ticker buckets). */
export function snapshot(
  feed: InstrumentFeed,
  query: Required<SnapshotQuery>,
  eventSequence: number,
  nowMicros: number,
): SnapshotAnswer {
  const { book, ticker, trades } = feed;
  const figures = ticker.figures(nowMicros);
  const tradeCount = Math.min(query.trades, trades.count);
  return {
    symbol: feed.terms.symbol,
    sequence: feed.sequence,
    eventSequence,
    status: feed.status ?? "halted",
    bids: levels(feed, book.bids, query.levels),
    asks: levels(feed, book.asks, query.levels),
    trades: Array.from({ length: tradeCount }, (_, age) => feed.tradeEntry(trades.newest(age))),
    ticker: tickerEntry(feed.terms, figures),
    definition: definitionEntry(feed.terms),
  };
}

function levels(feed: InstrumentFeed, side: DepthSide, most: number): Level[] {
  const count = Math.min(most, side.count);
  return Array.from({ length: count }, (_, rank) => [
    feed.price(side.priceOf(rank)),
    feed.quantity(side.quantityOf(rank)),
  ]);
}
