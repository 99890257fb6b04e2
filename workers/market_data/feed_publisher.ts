/**
 * Publishes the messages of the feeds so that none is lost, however the connection breaks: keeps
 * each until the broker has it, and publishes what is outstanding again after a reconnect.
 *
 * Beside a leader it publishes nothing, and keeps what the leader is not known to have published.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import { FeedEncoder } from "../../core/market_data/feed_encoder.ts";
import type {
  FeedSink,
  InstrumentFeed,
  MessageHead,
} from "../../core/market_data/instrument_feed.ts";
import { jsonMessage } from "../../core/market_data/json_message.ts";
import { OutboundWindow, WINDOW_BYTES_MAX } from "../../core/market_data/outbound_window.ts";
import { type Feed, type FeedFormat, marketDataSubject } from "../../core/protocol/subjects.ts";
import { Heartbeats } from "./heartbeats.ts";

/** Outstanding bytes that are flushed at once. */
export const FLUSH_BYTES = 2 ** 16;
/** How long less than that waits for a flush. */
export const FLUSH_MILLIS = 20;

/** What the publisher is told and asks. */
export interface PublisherParts {
  readonly connection: NatsConnection;
  /** Event up to which everything was published by an earlier run. */
  readonly confirmedEvent: number;
  /** Event up to which every message has been given to {@link FeedPublisher.sink}. */
  readonly settledEvent: () => number;
  /** Last event of those whose messages are given to the sink at the moment. */
  readonly currentEvent: () => number;
  /**
   * Where the broker says that nobody listens to a message, as its subject for replies; `undefined`:
   * it need not say; `null`: nobody listens, and nothing is published.
   */
  readonly reply?: (
    instrument: InstrumentFeed,
    feed: Feed,
    format: FeedFormat,
  ) => string | undefined | null;
  /** Called when less is outstanding than before. */
  readonly flushed: () => void;
}

const FORMATS: readonly FeedFormat[] = ["bin", "json"];

/** A message in one format. */
interface Written {
  readonly subject: string;
  readonly payload: string | Uint8Array;
  readonly reply: string | undefined;
}

/** Publisher of one shard's feeds. */
export class FeedPublisher {
  readonly #parts: PublisherParts;
  readonly #window: OutboundWindow;
  readonly #encoder = new FeedEncoder();
  readonly #heartbeats = new Heartbeats();
  #isConnected = true;
  #isLeading = false;
  #isStopped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waiting: (() => void)[] = [];

  constructor(parts: PublisherParts) {
    this.#parts = parts;
    this.#window = new OutboundWindow(parts.confirmedEvent);
    void this.#followConnection();
  }

  /** Publishes a message of a feed, in both formats, and keeps it until the broker has it. */
  readonly sink: FeedSink = (instrument, feed, head) => {
    const event = this.#parts.currentEvent();
    for (const { payload, reply, subject } of this.#written(instrument, feed, head)) {
      this.#window.push(subject, payload, event);
      this.#publish(subject, payload, reply);
    }
    this.#heartbeats.spoke(instrument, feed);
    if (!this.#isLeading) return;
    if (this.#window.bytes >= FLUSH_BYTES) void this.#flush();
    else this.#flushSoon();
  };

  /** Publishes a message that is no loss where it gets lost: the next one says as much. */
  readonly #unkept: FeedSink = (instrument, feed, head) => {
    for (const { payload, reply, subject } of this.#written(instrument, feed, head)) {
      this.#publish(subject, payload, reply);
    }
    this.#heartbeats.spoke(instrument, feed);
  };

  /**
   * To be called every `TURN_MILLIS` (heartbeats.ts): publishes the tickers that changed and the open
   * candles, unless those are left out, and the last number of every feed that was quiet for long.
   */
  turn(instruments: Iterable<InstrumentFeed>, nowMicros: number): void {
    if (this.#isLeading) this.#heartbeats.turn(instruments, nowMicros, this.#unkept);
  }

  /** Says on the status feed of every instrument what the feeds leave out from now on. */
  tellDetail(instruments: Iterable<InstrumentFeed>, nowMicros: number): void {
    if (!this.#isLeading) return;
    for (const instrument of instruments) instrument.beat("status", nowMicros, this.#unkept);
  }

  /** Whether this is who publishes. */
  get isLeading(): boolean {
    return this.#isLeading;
  }

  /** Whether what is published now goes out now. */
  get isOnline(): boolean {
    return this.#isLeading && this.#isConnected && !this.#parts.connection.isClosed();
  }

  /** Bytes that were published and are not known to have arrived. */
  get outstandingBytes(): number {
    return this.#isLeading ? this.#window.bytes : 0;
  }

  /** The leader has published everything up to this event. */
  leaderPublished(event: number): void {
    this.#window.confirmThrough(event);
    this.#wake();
  }

  /** From now on this is who publishes, beginning with what nobody is known to have published. */
  lead(): void {
    this.#isLeading = true;
    if (!this.#isConnected) return;
    this.#publishOutstanding();
    void this.#flush();
  }

  /** Event up to which every message has reached the broker. */
  get confirmedEvent(): number {
    return this.#window.isEmpty ? this.#parts.settledEvent() : this.#window.confirmedEvent;
  }

  /** Settles when there is room for the messages of another batch of events. */
  async room(): Promise<void> {
    while (this.#window.bytes >= WINDOW_BYTES_MAX && !this.#isStopped) {
      await new Promise<void>((done) => this.#waiting.push(done));
    }
  }

  /** Settles when nothing is outstanding, or nothing more can be done about it. */
  async drain(): Promise<void> {
    const { connection } = this.#parts;
    while (this.#isLeading && !this.#window.isEmpty && this.#isConnected) {
      if (connection.isClosed()) return;
      if (this.#isStopped) return;
      void this.#flush();
      await new Promise<void>((done) => this.#waiting.push(done));
    }
  }

  /** Publishes nothing more. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#wake();
  }

  /** The message in the formats that are published. */
  #written(instrument: InstrumentFeed, feed: Feed, head: MessageHead): Written[] {
    const { symbol } = instrument.terms;
    const written: Written[] = [];
    for (const format of FORMATS) {
      const reply = this.#parts.reply?.(instrument, feed, format);
      if (reply === null) continue;
      const payload = format === "bin"
        ? this.#encoder.encode(instrument, feed, head)
        : JSON.stringify(jsonMessage(instrument, feed, head));
      written.push({ subject: marketDataSubject(symbol, feed, format), payload, reply });
    }
    return written;
  }

  #publish(subject: string, payload: string | Uint8Array, reply?: string): void {
    if (!this.#isLeading || !this.#isConnected) return;
    const { connection } = this.#parts;
    if (reply === undefined) connection.publish(subject, payload);
    else connection.publish(subject, payload, { reply });
  }

  #flushSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#flush();
    }, FLUSH_MILLIS);
  }

  async #flush(): Promise<void> {
    const window = this.#window;
    if (!this.#isLeading || !this.#isConnected || this.#isStopped) return;
    if (window.isFlushing || window.isEmpty) return;
    const flush = window.beginFlush(this.#parts.settledEvent());
    try {
      await this.#parts.connection.flush();
      window.confirm(flush);
    } catch {
      // The connection broke: the next one publishes what is outstanding.
      window.fail(flush);
      await new Promise((done) => setTimeout(done, FLUSH_MILLIS));
    }
    if (this.#isStopped) return;
    this.#parts.flushed();
    this.#wake();
    if (!window.isEmpty) this.#flushSoon();
  }

  async #followConnection(): Promise<void> {
    for await (const { type } of this.#parts.connection.status()) {
      if (this.#isStopped) return;
      if (type === "disconnect") {
        this.#isConnected = false;
        this.#window.lost();
        this.#wake();
      } else if (type === "reconnect") {
        this.#isConnected = true;
        if (this.#isLeading) this.#publishOutstanding();
        void this.#flush();
      }
    }
  }

  #publishOutstanding(): void {
    for (const { subject, payload } of this.#window.outstanding) {
      this.#parts.connection.publish(subject, payload);
    }
  }

  #wake(): void {
    for (const done of this.#waiting.splice(0)) done();
  }
}
