/**
 * A part of the past of one market, out of the events of its shard: applies them silently up to where
 * the window begins, and gives the messages of the window with the numbers that they had.
 *
 * What the feeds say is a function of the log, but for what follows the clock of whoever publishes:
 * tickers, repeated last numbers, and the merging of depth and best prices while the broker is slow.
 * A replay has none of these three.
 *
 * @module
 */
import { type NatsConnection, NatsError } from "nats.ws";
import { EventReader } from "../../core/market_data/event_reader.ts";
import { type FeedSink, InstrumentFeed } from "../../core/market_data/instrument_feed.ts";
import { OrderQueues } from "../../core/market_data/order_queues.ts";
import { MarketFeeds } from "../../core/market_data/market_feeds.ts";
import type { InstrumentReference } from "../../core/protocol/queries.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { eventsStream, REFERENCE_BUCKET, SYMBOL_PATTERN } from "../../core/protocol/subjects.ts";
import { hasValidCrc } from "../../infra/journal/crc.ts";
import { scanBucket } from "../../infra/nats/bucket_scan.ts";
import { Bucket } from "../../infra/nats/kv.ts";
import { followStream } from "../../infra/nats/stream_follower.ts";
import { InstrumentTermsReader } from "../market_data/instrument_terms.ts";
import { EventsDamagedError } from "../market_data/market_data.ts";
import { UsageError } from "./command_line.ts";
import { firstMessageFrom } from "./events_search.ts";
import type { ReplayArguments } from "./watch_arguments.ts";
import type { ReplayPace } from "./watch_pace.ts";
import { isoTime, showWhen } from "./watch_when.ts";

/** Takes what a replay gives. Everything is read out of the instrument at the moment of the call. */
export interface ReplayTaker {
  /**
   * Makes a snapshot of the instrument as the window begins; what is returned gives it, in front of
   * the first message.
   */
  opening(instrument: InstrumentFeed, eventSequence: number, timeMicros: number): () => void;
  /** A message of a feed, in the order in which they were published. */
  readonly message: FeedSink;
  /** The messages of one append have been given. */
  settled(instrument: InstrumentFeed, eventSequence: number, timeMicros: number): void;
}

/** What is replayed, how, and who is told. The connection is the caller's, of the user `replay`. */
export interface ReplayRequest {
  readonly connection: NatsConnection;
  readonly symbol: string;
  readonly window: ReplayArguments;
  readonly pace: ReplayPace;
  readonly taker: ReplayTaker;
  /** Ends the replay early. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** Told after each message of the silent part: events so far, and the share that is done. */
  readonly reading: (events: number, share: number) => void;
}

/** What was replayed. */
export interface Replayed {
  readonly messages: number;
  /** Events that were read, those of the silent part included. */
  readonly events: number;
  readonly silentEvents: number;
  /** Stamps of the first and the last message. */
  readonly firstMicros: number;
  readonly lastMicros: number;
}

/** Where in the stream the window lies: from `begin` on, up to `end` without it. */
interface Place {
  readonly first: number;
  readonly begin: number;
  readonly end: number;
}

/** The log may not be read with the credentials that were given. */
export class LogForbiddenError extends Error {
  override readonly name = "LogForbiddenError";
  constructor(readonly what: string) {
    super(
      `these credentials may not read ${what}; it takes those of user replay, of a market that has it`,
    );
  }
}

/** One replay. */
export class MarketReplay {
  readonly #request: ReplayRequest;
  readonly #stream: string;
  readonly #reader = new EventReader();
  readonly #feeds = new MarketFeeds();
  readonly #terms: InstrumentTermsReader;
  #open: (() => void) | null = null;
  #messages = 0;
  #silentEvents = 0;
  #firstMicros = 0;
  #lastMicros = 0;

  constructor(request: ReplayRequest) {
    this.#request = request;
    this.#stream = eventsStream(request.window.shard);
    this.#terms = new InstrumentTermsReader(request.connection);
  }

  /**
   * Replays the window.
   *
   * @throws {UsageError} when there is no such instrument, or nothing happened in the window
   * @throws {LogForbiddenError} when the connection is not of the user `replay`
   * @throws {EventsDamagedError | EventsError | StreamDamagedError | TermsMissingError} when the
   * feeds cannot be built from the stream
   */
  async run(): Promise<Replayed> {
    const { connection, signal, symbol, window } = this.#request;
    const terms = await readTerms(connection, symbol).catch(forbidden(REFERENCE_BUCKET));
    const place = await this.#place().catch(forbidden(this.#stream));
    const follow = {
      ...this.#request,
      stream: this.#stream,
      firstSequence: place.first,
      lastSequence: place.end - 1,
    };
    for await (const { data, sequence } of followStream(follow)) {
      await this.#load(data, sequence);
      if (signal.aborted) break;
      if (sequence >= place.begin) await this.#show(terms);
      else this.#pass(sequence, place);
    }
    if (this.#messages === 0 && !signal.aborted) {
      const { from, to } = window;
      throw new UsageError(
        `--from ${showWhen(from)}: no message of ${symbol} in that window, which ends ` +
          (to === undefined ? "with the log" : `at --to ${showWhen(to)}`),
      );
    }
    return {
      messages: this.#messages,
      events: this.#feeds.lastEvent,
      silentEvents: this.#silentEvents,
      firstMicros: this.#firstMicros,
      lastMicros: this.#lastMicros,
    };
  }

  /**
   * Looks where the window lies: the stamps of the stream never go back. So an empty one is found before
   * everything is read, and the share that is done is known.
   */
  async #place(): Promise<Place> {
    const manager = await this.#request.connection.jetstreamManager();
    const { from, to } = this.#request.window;
    const { state } = await manager.streams.info(this.#stream);
    const { first_seq: first, last_seq: last } = state;
    if (state.messages === 0) throw new UsageError(`--from ${showWhen(from)}: the log is empty`);
    const stampOf = async (sequence: number) => {
      const { data } = await manager.streams.getMessage(this.#stream, { seq: sequence });
      this.#read(data, sequence);
      return this.#reader.stampMicros;
    };
    const begin = await firstMessageFrom(stampOf, first, last, from.micros);
    if (begin > last) {
      const end = isoTime(await stampOf(last));
      throw new UsageError(`--from ${showWhen(from)}: nothing happened since; the log ends ${end}`);
    }
    if (to === undefined) return { first, begin, end: last + 1 };
    const end = await firstMessageFrom(stampOf, begin, last, to.micros);
    if (end > begin) return { first, begin, end };
    throw new UsageError(
      `--from ${showWhen(from)} --to ${showWhen(to)}: nothing happened in that window; the log ` +
        `begins ${isoTime(await stampOf(first))} and goes on behind it ${
          isoTime(await stampOf(begin))
        }`,
    );
  }

  #read(data: Uint8Array, sequence: number): void {
    const code = hasValidCrc(data) ? this.#reader.load(data) : ResultCode.frameCrc;
    if (code !== ResultCode.ok) throw new EventsDamagedError(this.#stream, sequence, code);
  }

  /** Reads a frame, and the terms of the instruments that it defines. */
  async #load(data: Uint8Array, sequence: number): Promise<void> {
    const { signal } = this.#request;
    this.#read(data, sequence);
    while (!signal.aborted) {
      const instrument = this.#feeds.missingTerms(this.#reader);
      if (instrument === 0) return;
      await this.#terms.find(instrument, (terms) => this.#feeds.learn(terms), signal);
    }
  }

  /** Applies a frame from before the window. */
  #pass(sequence: number, { first, begin }: Place): void {
    this.#feeds.apply(this.#reader, null, false);
    this.#silentEvents = this.#feeds.lastEvent;
    this.#request.reading(this.#silentEvents, (sequence + 1 - first) / Math.max(1, begin - first));
  }

  /** Applies a frame of the window, at its time. */
  async #show(terms: InstrumentReference): Promise<void> {
    const { pace, signal, taker, window } = this.#request;
    const { stampMicros } = this.#reader;
    const isFirst = this.#open === null && this.#messages === 0;
    if (isFirst) {
      // Before its definition an instrument has an empty book.
      const instrument = this.#feeds.find(terms.symbol) ??
        new InstrumentFeed(terms, noOrders(terms));
      const atMicros = Math.max(window.from.micros, this.#lastMicros);
      this.#open = taker.opening(instrument, this.#feeds.lastEvent, atMicros || stampMicros);
    }
    await pace.until(stampMicros, signal);
    if (signal.aborted) return;
    const before = this.#messages;
    this.#feeds.apply(this.#reader, this.#sink, false);
    if (this.#messages === before) return;
    const instrument = this.#feeds.find(terms.symbol);
    if (instrument !== undefined) taker.settled(instrument, this.#feeds.lastEvent, stampMicros);
  }

  /** Passes on what a subscriber to `md.<symbol>.*.<format>` gets: feeds of one token. */
  readonly #sink: FeedSink = (instrument, feed, head) => {
    const { symbol, taker } = this.#request;
    if (instrument.terms.symbol !== symbol || feed.includes(".")) return;
    this.#open?.();
    this.#open = null;
    if (this.#messages === 0) this.#firstMicros = head.timeMicros;
    this.#lastMicros = head.timeMicros;
    this.#messages++;
    taker.message(instrument, feed, head);
  };
}

/** Queues without an order, for an instrument that the log has not defined yet. */
const noOrders = ({ instrument }: InstrumentReference) => new OrderQueues(instrument + 1);

/** Says of a permission that lacks whose credentials it takes. */
const forbidden = (what: string) => (error: unknown): never => {
  if (!(error instanceof NatsError) || !error.isPermissionError()) throw error;
  throw new LogForbiddenError(what);
};

/** The terms of an instrument. @throws {UsageError} when there is none with the symbol */
async function readTerms(connection: NatsConnection, symbol: string): Promise<InstrumentReference> {
  const bucket = new Bucket(connection, REFERENCE_BUCKET);
  const entry = await bucket.get(symbol);
  if (entry !== undefined) return JSON.parse(new TextDecoder().decode(entry.value));
  const symbols = new Set<string>();
  for await (const { key } of scanBucket(bucket)) if (SYMBOL_PATTERN.test(key)) symbols.add(key);
  const all = [...symbols].sort().join(", ");
  throw new UsageError(
    `there is no instrument ${symbol} on this market; ${
      all === "" ? "it has none" : `it has ${all}`
    }`,
  );
}
