/**
 * Takers of a replay: what they write is what the watchers of the live feeds do.
 *
 * @module
 */
import { FeedEncoder } from "../../core/market_data/feed_encoder.ts";
import type {
  FeedSink,
  InstrumentFeed,
  MessageHead,
} from "../../core/market_data/instrument_feed.ts";
import { jsonMessage } from "../../core/market_data/json_message.ts";
import { snapshot } from "../../core/market_data/snapshot.ts";
import type { Feed } from "../../core/protocol/subjects.ts";
import { LEVELS_ASKED as BINARY_LEVELS, putBehindLength } from "./watch_binary.ts";
import type { WatchModel } from "./watch_model.ts";
import type { ReplayTaker } from "./watch_replay.ts";
import { type Asked, snapshotQuery, type WatchListener } from "./watch_session.ts";

/** Pause of the machine's time between two tickers: a screen needs no more. */
const TICKER_MILLIS = 1_000;

/** Writes the binary messages behind a snapshot, as watch_binary.ts does. */
export class BinaryTaker implements ReplayTaker {
  readonly #encoder = new FeedEncoder();
  readonly #write: (bytes: Uint8Array) => void;

  /** @param write takes the bytes in their order */
  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write;
  }

  /** See {@link ReplayTaker.opening}. */
  opening(instrument: InstrumentFeed, eventSequence: number, timeMicros: number): () => void {
    const { encoder, write } = { encoder: this.#encoder, write: this.#write };
    const bytes = encoder.snapshot(instrument, BINARY_LEVELS, eventSequence, timeMicros);
    return () => putBehindLength(bytes, write);
  }

  /** See {@link ReplayTaker.message}. */
  readonly message: FeedSink = (instrument, feed, head) => {
    putBehindLength(this.#encoder.encode(instrument, feed, head), this.#write);
  };

  /** Nothing is held back. */
  settled(): void {}
}

/** Gives the messages to a watcher's model and its view, as watch_session.ts does. */
export class ModelTaker implements ReplayTaker {
  readonly #model: WatchModel;
  readonly #listener: WatchListener;
  readonly #query: Asked & { readonly minSequence: number };
  #tickerAtMillis = -Infinity;

  constructor(model: WatchModel, listener: WatchListener) {
    this.#model = model;
    this.#listener = listener;
    this.#query = { ...snapshotQuery(listener), minSequence: 0 };
  }

  /** See {@link ReplayTaker.opening}. */
  opening(instrument: InstrumentFeed, eventSequence: number, timeMicros: number): () => void {
    const answer = snapshot(instrument, this.#query, eventSequence, timeMicros);
    return () => {
      this.#model.snapshot(answer);
      this.#listener.snapshot(answer);
    };
  }

  /** See {@link ReplayTaker.message}. */
  readonly message: FeedSink = (instrument: InstrumentFeed, feed: Feed, head: MessageHead) => {
    const body = jsonMessage(instrument, feed, head);
    if (this.#model.message(feed, body, Date.now())) this.#listener.message(feed, body);
  };

  /** Gives the next snapshot where the copy of the book wants one, and a ticker now and then. */
  settled(instrument: InstrumentFeed, eventSequence: number, timeMicros: number): void {
    const model = this.#model;
    if (model.needsSnapshot) this.opening(instrument, eventSequence, timeMicros)();
    else if (performance.now() - this.#tickerAtMillis > TICKER_MILLIS) {
      this.#tickerAtMillis = performance.now();
      const query = { ...this.#query, levels: 0, trades: 0, candles: 0 };
      model.tickerOf(snapshot(instrument, query, eventSequence, timeMicros));
      this.#listener.changed();
    }
  }
}
