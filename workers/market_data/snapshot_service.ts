/**
 * Answers `md.snapshot.<symbol>` for the instruments of one shard. Whoever asks for a symbol that
 * the shard does not have is told by the broker that nobody answers.
 *
 * @module
 */
import type { Msg, NatsConnection, Subscription } from "nats.ws";
import { FeedEncoder } from "../../core/market_data/feed_encoder.ts";
import type { InstrumentFeed } from "../../core/market_data/instrument_feed.ts";
import type { MarketFeeds } from "../../core/market_data/market_feeds.ts";
import { orderPage } from "../../core/market_data/order_page.ts";
import {
  type FullSnapshotQuery,
  parseSnapshotQuery,
  snapshot,
  snapshotError,
} from "../../core/market_data/snapshot.ts";
import type { QueryError } from "../../core/protocol/queries.ts";
import { snapshotSubject } from "../../core/protocol/subjects.ts";
import { isInbox } from "../../infra/nats/inbox.ts";

/** How long a query waits for the event that it asks to be answered after. */
export const SNAPSHOT_WAIT_MILLIS_MAX = 1_000;
/** Most queries that wait at once; one more is answered that the feeds are behind. */
export const SNAPSHOT_WAITING_MAX = 1_000;
/** Answers that are kept for those who ask for the same as of the same event. */
export const SNAPSHOT_KEPT_MAX = 64;
/** How long an answer is kept where no event comes: its 24 hours move on. */
const KEPT_MILLIS_MAX = 1_000;
/** Longest part of a request that is read. */
const QUERY_BYTES_MAX = 1_024;

/** A query that waits for an event. */
interface Waiting {
  readonly message: Msg;
  readonly symbol: string;
  readonly query: FullSnapshotQuery;
  readonly untilMillis: number;
}

/** The snapshot service of one shard. */
export class SnapshotService {
  readonly #connection: NatsConnection;
  readonly #feeds: MarketFeeds;
  readonly #nowMillis: () => number;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #kept = new Map<string, string | Uint8Array>();
  readonly #encoder = new FeedEncoder();
  #keptSince = 0;
  #waiting: Waiting[] = [];
  #isReady = false;
  #isServing = false;

  constructor(connection: NatsConnection, feeds: MarketFeeds, nowMillis: () => number) {
    this.#connection = connection;
    this.#feeds = feeds;
    this.#nowMillis = nowMillis;
  }

  /** The feeds are what the stream says: from now on there are answers. */
  ready(): void {
    this.#isReady = true;
  }

  /** From now on this is who answers. */
  serve(): void {
    this.#isServing = true;
    this.#subscribe();
  }

  /** Events were applied: answers what waited for them, and for instruments that are new. */
  advanced(): void {
    this.#kept.clear();
    if (!this.#isServing) return;
    this.#subscribe();
    this.#answerWaiting((waiting) => waiting.query.minSequence <= this.#feeds.lastEvent);
  }

  /** To be called every few milliseconds: gives up on events that did not come in time. */
  tick(): void {
    const now = this.#nowMillis();
    this.#answerWaiting((waiting) => waiting.untilMillis <= now);
    if (now - this.#keptSince > KEPT_MILLIS_MAX) this.#kept.clear();
  }

  /** Answers no more. */
  stop(): void {
    for (const subscription of this.#subscriptions.values()) subscription.unsubscribe();
    this.#waiting = [];
  }

  #subscribe(): void {
    for (const { terms: { symbol } } of this.#feeds.instruments) {
      if (this.#subscriptions.has(symbol)) continue;
      const callback = (error: Error | null, message: Msg) => {
        if (error === null) this.#take(symbol, message);
      };
      const subscription = this.#connection.subscribe(snapshotSubject(symbol), { callback });
      this.#subscriptions.set(symbol, subscription);
    }
  }

  #take(symbol: string, message: Msg): void {
    // A request may name any subject for its reply; only inboxes are answered.
    if (!isInbox(message.reply)) return;
    if (message.data.length > QUERY_BYTES_MAX) {
      const detail = `the query has ${message.data.length} bytes, at most ${QUERY_BYTES_MAX}`;
      return this.#refuse(message, "malformed", detail);
    }
    const query = parseSnapshotQuery(message.string());
    if (typeof query === "string") return this.#refuse(message, "malformed", query);
    if (!this.#isReady) {
      return this.#refuse(message, "starting", "the books are being rebuilt from the log");
    }
    if (query.minSequence <= this.#feeds.lastEvent) return this.#answer(message, symbol, query);
    if (this.#waiting.length >= SNAPSHOT_WAITING_MAX) {
      const detail = `${SNAPSHOT_WAITING_MAX} queries wait already`;
      return this.#refuse(message, "behind", detail);
    }
    const untilMillis = this.#nowMillis() + SNAPSHOT_WAIT_MILLIS_MAX;
    this.#waiting.push({ message, symbol, query, untilMillis });
  }

  #answerWaiting(isDue: (waiting: Waiting) => boolean): void {
    if (this.#waiting.length === 0) return;
    const due = this.#waiting.filter(isDue);
    if (due.length === 0) return;
    this.#waiting = this.#waiting.filter((waiting) => !due.includes(waiting));
    for (const { message, symbol, query } of due) {
      if (query.minSequence <= this.#feeds.lastEvent) {
        this.#answer(message, symbol, query);
        continue;
      }
      const detail = `minSequence is ${query.minSequence}, the last event ` +
        `${this.#feeds.lastEvent} after ${SNAPSHOT_WAIT_MILLIS_MAX} ms`;
      this.#refuse(message, "behind", detail);
    }
  }

  #answer(message: Msg, symbol: string, query: FullSnapshotQuery): void {
    const { afterAsk, afterBid, candles, format, interval, levels, orders, trades } = query;
    const places = [afterBid.priceTicks, afterBid.id, afterAsk.priceTicks, afterAsk.id];
    const key = [symbol, format, levels, trades, interval?.name, candles, orders, ...places]
      .join(" ");
    let answer = this.#kept.get(key);
    if (answer === undefined) {
      const feed = this.#feeds.find(symbol);
      if (feed === undefined) return;
      const nowMillis = this.#nowMillis();
      const { lastEvent } = this.#feeds;
      const nowMicros = nowMillis * 1_000;
      answer = query.format === "bin"
        ? this.#binary(feed, query, nowMicros)
        : JSON.stringify(snapshot(feed, query, lastEvent, nowMicros));
      if (this.#kept.size === 0) this.#keptSince = nowMillis;
      if (this.#kept.size < SNAPSHOT_KEPT_MAX) this.#kept.set(key, answer);
    }
    message.respond(answer);
  }

  #binary(feed: InstrumentFeed, query: FullSnapshotQuery, nowMicros: number): Uint8Array {
    const { lastEvent } = this.#feeds;
    if (query.orders === 0) {
      return this.#encoder.snapshot(feed, query.levels, lastEvent, nowMicros);
    }
    const page = orderPage(feed.queues, feed.terms.instrument, query);
    return this.#encoder.orderSnapshot(feed, page, lastEvent, nowMicros);
  }

  #refuse(message: Msg, error: QueryError["error"], detail: string): void {
    message.respond(JSON.stringify(snapshotError(error, detail, this.#feeds.lastEvent)));
  }
}
