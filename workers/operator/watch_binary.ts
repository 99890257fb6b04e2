/**
 * One market as bytes for a program behind a pipe: every message of its binary feeds
 * (core/market_data/feed_frame.ts), each behind its length as a little-endian u32, and a snapshot of
 * the book in front and wherever a message of depth was missed.
 *
 * @module
 */
import { createInbox, type NatsConnection, NatsError, type Subscription } from "nats.ws";
import { FeedFrameError } from "../../core/market_data/feed_check.ts";
import { FeedKind } from "../../core/market_data/feed_frame.ts";
import { readFeedHead } from "../../core/market_data/feed_reader.ts";
import { snapshotSubject } from "../../core/protocol/subjects.ts";
import type { WatchedMarket } from "./watch_connection.ts";
import { judgeSilence } from "./watch_session.ts";

/** Levels of a side that a snapshot is asked for: all that one has room for. */
export const LEVELS_ASKED = 4_000;
/** How long an answer may take. */
const ANSWER_MILLIS_MAX = 2_000;
/** Pause between two looks at whether a snapshot is wanted. */
const LOOK_MILLIS = 10;
/** Pause after a snapshot that was not given. */
const RETRY_MILLIS = 250;

/** Watches one market. */
export class BinaryWatch {
  readonly #market: WatchedMarket;
  readonly #symbol: string;
  readonly #write: (bytes: Uint8Array) => void;
  /** What the reader's book stands for; below 0: it has none, or missed something. */
  #sequence = -1;

  /** @param write takes the bytes in their order */
  constructor(market: WatchedMarket, symbol: string, write: (bytes: Uint8Array) => void) {
    this.#market = market;
    this.#symbol = symbol;
    this.#write = write;
  }

  /**
   * Watches until the signal is given or the connection is closed for good; writes nothing after that.
   *
   * @throws {NoMarketDataError} when there is no such instrument
   */
  async run(signal: AbortSignal): Promise<void> {
    const { connection } = this.#market;
    const messages = connection.subscribe(`md.${this.#symbol}.*.bin`, {
      callback: (error, message) => {
        if (error === null) this.#take(message.data);
      },
    });
    try {
      await this.#keep(signal);
    } finally {
      messages.unsubscribe();
    }
  }

  /** Asks for a snapshot whenever the reader has no book. */
  async #keep(signal: AbortSignal): Promise<void> {
    const { connection } = this.#market;
    const startedAt = performance.now();
    let hasSnapshot = false;
    while (!signal.aborted && !connection.isClosed()) {
      const isGiven = this.#sequence >= 0 || await this.#askSnapshot();
      hasSnapshot ||= isGiven;
      if (!hasSnapshot) {
        await judgeSilence(this.#market, this.#symbol, performance.now() - startedAt);
      }
      await new Promise((done) => setTimeout(done, isGiven ? LOOK_MILLIS : RETRY_MILLIS));
    }
  }

  #take(message: Uint8Array): void {
    const { kind, prevSequence, sequence } = readFeedHead(message);
    if (kind === FeedKind.depth && this.#sequence >= 0) {
      if (prevSequence > this.#sequence) this.#sequence = -1;
      else if (sequence > this.#sequence) this.#sequence = sequence;
    }
    this.#put(message);
  }

  /**
   * Settles when a snapshot was given, or could not be. Its bytes are written as they come and not when
   * a promise has settled, for the messages behind it may have come in the same packet.
   */
  async #askSnapshot(): Promise<boolean> {
    const { connection } = this.#market;
    const query = JSON.stringify({ format: "bin", levels: LEVELS_ASKED });
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const inbox = createInbox(inboxPrefixOf(connection));
    const timer = setTimeout(() => resolve(false), ANSWER_MILLIS_MAX);
    let answers: Subscription | undefined;
    try {
      answers = connection.subscribe(inbox, {
        max: 1,
        callback: (error, message) => resolve(error === null && this.#takeAnswer(message.data)),
      });
      connection.publish(snapshotSubject(this.#symbol), query, { reply: inbox });
      return await promise;
    } catch (error) {
      if (error instanceof NatsError) return false;
      throw error;
    } finally {
      clearTimeout(timer);
      answers?.unsubscribe();
    }
  }

  /** Returns whether it is a snapshot: where there can be none yet, that is said in JSON. */
  #takeAnswer(answer: Uint8Array): boolean {
    try {
      const { kind, sequence } = readFeedHead(answer);
      if (kind !== FeedKind.snapshot) return false;
      this.#sequence = sequence;
    } catch (error) {
      if (error instanceof FeedFrameError) return false;
      throw error;
    }
    this.#put(answer);
    return true;
  }

  #put(message: Uint8Array): void {
    putBehindLength(message, this.#write);
  }
}

/** Writes a message as the reader of a pipe gets it: behind its length, a little-endian u32. */
export function putBehindLength(message: Uint8Array, write: (bytes: Uint8Array) => void): void {
  const bytes = new Uint8Array(4 + message.length);
  new DataView(bytes.buffer).setUint32(0, message.length, true);
  bytes.set(message, 4);
  write(bytes);
}

/** The prefix that this connection's inboxes must have. */
const inboxPrefixOf = (connection: NatsConnection): string | undefined =>
  (connection as unknown as { options: { inboxPrefix?: string } }).options.inboxPrefix;
