/**
 * Watches one market over NATS: subscribes to its feeds, repairs the copy of the book whenever
 * something was missed, and renews the ticker.
 *
 * @module
 */
import { type Msg, NatsError } from "nats.ws";
import type { FeedMessage } from "../../core/market_data/feed_messages.ts";
import type { FullSnapshotQuery } from "../../core/market_data/snapshot.ts";
import type { QueryError, SnapshotAnswer } from "../../core/protocol/queries.ts";
import { type Feed, snapshotSubject } from "../../core/protocol/subjects.ts";
import type { WatchedMarket } from "./watch_connection.ts";
import { LEVELS_ASKED, type WatchModel } from "./watch_model.ts";
import { SPARK_BARS_MAX, SPARK_INTERVAL } from "./watch_spark.ts";

/** Trades that a snapshot is asked for: enough for the tape of a screen. */
const TRADES_ASKED = 100;
/** How long an answer may take. */
const ANSWER_MILLIS_MAX = 2_000;
/** Pause between two looks at whether a snapshot is wanted. */
const LOOK_MILLIS = 50;
/** Pause after a snapshot that was not given. */
const RETRY_MILLIS = 250;
/** Age at which the ticker is renewed. */
const TICKER_MILLIS = 5_000;
/** How long the first snapshot is waited for while nobody answers. */
export const FIRST_ANSWER_MILLIS_MAX = 10_000;
/** The same where the market's instruments are not known: the symbol may not exist. */
const UNKNOWN_ANSWER_MILLIS_MAX = 2_000;

/** The market has no such instrument, or nobody answers for it. */
export class NoMarketDataError extends Error {
  override readonly name = "NoMarketDataError";
}

/** Told what happens, after the model has it. */
export interface WatchListener {
  /** Whether snapshots are to have the candles of a line of prices. */
  readonly hasSpark: boolean;
  /** A message that is new. */
  message(feed: Feed, message: FeedMessage): void;
  /** A snapshot, the first or one that repairs. */
  snapshot(answer: SnapshotAnswer): void;
  /** Something else changed: the connection, the ticker. */
  changed(): void;
}

/** The part of a query that is sent: of the rest the defaults are right. */
export type Asked = Pick<FullSnapshotQuery, "levels" | "trades" | "candles" | "interval">;

/** What a watcher asks for. */
export function snapshotQuery({ hasSpark }: Pick<WatchListener, "hasSpark">): Asked {
  return {
    levels: LEVELS_ASKED,
    trades: TRADES_ASKED,
    candles: hasSpark ? SPARK_BARS_MAX + 1 : 0,
    interval: hasSpark ? SPARK_INTERVAL : null,
  };
}

/** One market that is being watched. */
export class WatchSession {
  readonly #market: WatchedMarket;
  readonly #model: WatchModel;
  readonly #listener: WatchListener;
  #tickerAtMillis = -Infinity;
  #hasSnapshot = false;

  constructor(market: WatchedMarket, model: WatchModel, listener: WatchListener) {
    this.#market = market;
    this.#model = model;
    this.#listener = listener;
  }

  /**
   * Watches until the signal is given or the connection is closed for good.
   *
   * @throws {NoMarketDataError} when there is no such instrument
   */
  async run(signal: AbortSignal): Promise<void> {
    const { connection } = this.#market;
    const prefix = `md.${this.#model.symbol}.`;
    connection.subscribe(`${prefix}*.json`, {
      callback: (error, message) => {
        if (error !== null) return;
        const feed = message.subject.slice(prefix.length, -".json".length) as Feed;
        this.#take(feed, message);
      },
    });
    void this.#followConnection();
    const startedAt = performance.now();
    while (!signal.aborted && !connection.isClosed()) {
      const isGiven = await this.#look(startedAt);
      await pause(isGiven ? LOOK_MILLIS : RETRY_MILLIS);
    }
  }

  #take(feed: Feed, message: Msg): void {
    const body = message.json<FeedMessage>();
    if (this.#model.message(feed, body, Date.now())) this.#listener.message(feed, body);
  }

  async #followConnection(): Promise<void> {
    for await (const { type } of this.#market.connection.status()) {
      if (type === "disconnect") this.#model.disconnected();
      else if (type === "reconnect") this.#model.isConnected = true;
      else continue;
      this.#listener.changed();
    }
  }

  /** Asks for what is wanted; returns whether it was given. */
  async #look(startedAt: number): Promise<boolean> {
    const model = this.#model;
    if (!model.isConnected) return true;
    if (model.needsSnapshot) {
      const answer = await this.#ask(snapshotQuery(this.#listener));
      if (answer === null) {
        if (!this.#hasSnapshot) {
          await judgeSilence(this.#market, model.symbol, performance.now() - startedAt);
        }
        return false;
      }
      this.#hasSnapshot = true;
      this.#tickerAtMillis = performance.now();
      model.snapshot(answer);
      this.#listener.snapshot(answer);
    } else if (performance.now() - this.#tickerAtMillis > TICKER_MILLIS) {
      this.#tickerAtMillis = performance.now();
      const answer = await this.#ask({ levels: 0, trades: 0, candles: 0, interval: null });
      if (answer !== null) model.tickerOf(answer);
      this.#listener.changed();
    }
    return true;
  }

  /** A snapshot; `null` where nobody answers, or says that it cannot yet. */
  async #ask(query: Asked): Promise<SnapshotAnswer | null> {
    const { candles, interval, levels, trades } = query;
    const wanted = interval === null ? {} : { interval: interval.name, candles };
    const text = JSON.stringify({ levels, trades, ...wanted });
    const subject = snapshotSubject(this.#model.symbol);
    const options = { timeout: ANSWER_MILLIS_MAX };
    try {
      const message = await this.#market.connection.request(subject, text, options);
      const answer = message.json<SnapshotAnswer | QueryError>();
      if (!("error" in answer)) return answer;
      if (answer.error === "malformed") throw new NoMarketDataError(answer.detail);
      return null;
    } catch (error) {
      if (error instanceof NatsError) return null;
      throw error;
    }
  }
}

/**
 * Nobody has answered yet: whether there is anything to wait for.
 *
 * @throws {NoMarketDataError} when there is not
 */
export async function judgeSilence(
  market: WatchedMarket,
  symbol: string,
  waitedMillis: number,
): Promise<void> {
  const symbols = await market.symbols();
  if (symbols !== null && !symbols.includes(symbol)) {
    throw new NoMarketDataError(
      `there is no instrument ${symbol} on this market; ` +
        (symbols.length === 0 ? "it has none" : `it has ${symbols.join(", ")}`),
    );
  }
  const limit = symbols === null ? UNKNOWN_ANSWER_MILLIS_MAX : FIRST_ANSWER_MILLIS_MAX;
  if (waitedMillis < limit) return;
  throw new NoMarketDataError(
    symbols === null
      ? `nobody answers for ${symbol}: the market has no such instrument, or no market data`
      : `the market data of ${symbol} does not answer within ${limit} ms`,
  );
}

const pause = (millis: number) => new Promise<void>((done) => setTimeout(done, millis));
