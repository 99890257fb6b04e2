/**
 * Two ways to publish the same market: as the market-data worker does, out of the events, and the
 * finished bytes alone.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import { EventReader } from "../../core/market_data/event_reader.ts";
import { FeedEncoder } from "../../core/market_data/feed_encoder.ts";
import type { FeedSink } from "../../core/market_data/instrument_feed.ts";
import { jsonMessage } from "../../core/market_data/json_message.ts";
import { MarketFeeds } from "../../core/market_data/market_feeds.ts";
import { Shedding } from "../../core/market_data/shedding.ts";
import { marketDataSubject } from "../../core/protocol/subjects.ts";
import { FeedPublisher } from "../../workers/market_data/feed_publisher.ts";
import { nowMicros } from "./clock.ts";
import { FanoutMarket, SUBJECTS } from "./fanout_market.ts";

/** Where a frame of events, and a binary message, carry their time. */
const FRAME_STAMP_OFFSET = 32;
const MESSAGE_TIME_OFFSET = 24;

/** What was made ready. */
export interface Prepared {
  readonly appends: number;
  /** Messages that somebody listens to, times those who do. */
  readonly deliveries: number;
  readonly bytesPerDelivery: number;
  /** Messages in all, in both formats. */
  readonly messages: number;
}

/** A message that is ready to be published. */
interface Ready {
  readonly subject: string;
  readonly payload: Uint8Array;
  /** Whether it is binary, and so has a place for its time. */
  readonly isStamped: boolean;
}

/** The market, the publisher of the project, and the finished messages of the piece at hand. */
export class Publishing {
  readonly #connection: NatsConnection;
  readonly #market = new FanoutMarket();
  /** What the project's publisher makes its messages of. */
  readonly #feeds = new MarketFeeds();
  /** The same for the finished messages. */
  readonly #rehearsal = new MarketFeeds();
  readonly #reader = new EventReader();
  readonly #publisher: FeedPublisher;
  readonly #shedding = new Shedding();
  #currentEvent = 0;
  #pieces: (readonly Uint8Array[])[] = [];
  #ready: Ready[][] = [];

  /** Opens the market; the connection is the caller's, of the user `marketData`. */
  constructor(connection: NatsConnection) {
    this.#connection = connection;
    this.#publisher = new FeedPublisher({
      connection,
      confirmedEvent: 0,
      settledEvent: () => this.#feeds.settledEvent,
      currentEvent: () => this.#currentEvent,
      flushed: () => {
        if (!this.#mustHold()) this.#feeds.release(this.#publisher.sink);
      },
    });
    this.#publisher.lead();
    const opening = this.#market.open();
    for (const feeds of [this.#feeds, this.#rehearsal]) {
      for (const reference of this.#market.references) feeds.learn(reference);
      for (const bytes of opening) {
        this.#reader.load(bytes);
        feeds.apply(this.#reader, null, false);
      }
    }
  }

  /** Appends of the piece at hand. */
  get appends(): number {
    return this.#pieces.length;
  }

  /** Makes a piece of the market that comes to so many deliveries. */
  prepare(deliveries: number, connections: number): Prepared {
    const wanted = new Set(SUBJECTS);
    const encoder = new FeedEncoder();
    let [heard, bytes, messages] = [0, 0, 0];
    this.#pieces = [];
    this.#ready = [];
    while (heard * connections < deliveries) {
      const piece = this.#market.append();
      const ready: Ready[] = [];
      const sink: FeedSink = (instrument, feed, head) => {
        const { symbol } = instrument.terms;
        const subject = marketDataSubject(symbol, feed, "bin");
        const payload = encoder.encode(instrument, feed, head);
        const json = JSON.stringify(jsonMessage(instrument, feed, head));
        ready.push({ subject, payload, isStamped: true }, {
          subject: marketDataSubject(symbol, feed, "json"),
          payload: new TextEncoder().encode(json),
          isStamped: false,
        });
        if (!wanted.has(subject)) return;
        heard++;
        bytes += payload.length;
      };
      for (const frame of piece) {
        this.#reader.load(frame);
        this.#rehearsal.apply(this.#reader, sink, false);
      }
      messages += ready.length;
      this.#pieces.push(piece);
      this.#ready.push(ready);
    }
    const bytesPerDelivery = bytes / heard;
    return { appends: this.appends, deliveries: heard * connections, bytesPerDelivery, messages };
  }

  /** Publishes what an append of the piece did, stamped with the present time. */
  async publish(way: "edgebook" | "bare", index: number): Promise<void> {
    const micros = Math.floor(nowMicros());
    if (way === "bare") {
      for (const { isStamped, payload, subject } of this.#ready[index]) {
        if (isStamped) writeMicros(payload, MESSAGE_TIME_OFFSET, micros);
        this.#connection.publish(subject, payload);
      }
      return;
    }
    const publisher = this.#publisher;
    for (const frame of this.#pieces[index]) {
      writeMicros(frame, FRAME_STAMP_OFFSET, micros);
      this.#reader.load(frame);
      this.#currentEvent = this.#reader.firstSequence + this.#reader.count - 1;
      this.#feeds.apply(this.#reader, publisher.sink, this.#mustHold());
    }
    await publisher.room();
  }

  /** Whether depth and best prices are merged, as by whoever publishes for a market. */
  #mustHold(): boolean {
    return this.#shedding.look(0, this.#publisher.outstandingBytes) !== "full";
  }

  /** Settles when everything has reached the broker. */
  async drain(): Promise<void> {
    await this.#publisher.drain();
    await this.#connection.flush();
  }
}

function writeMicros(bytes: Uint8Array, offset: number, micros: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint32(offset, micros % 2 ** 32, true);
  view.setUint32(offset + 4, Math.floor(micros / 2 ** 32), true);
}
