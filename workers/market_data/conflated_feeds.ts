/**
 * Publishes the conflated feeds (core/market_data/conflated_classes.ts), as far as anybody listens, and
 * knows whether somebody listens to `orders`.
 *
 * A message carries a subject for replies, and the broker says there when it had nobody to give the
 * message to. The feed is silent then for {@link SILENT_MILLIS}, and tries again with what there is, so
 * that whoever comes has a message within about that time. So what costs is what is read, and
 * {@link TRIES_PER_STEP_MAX} tries a step.
 *
 * A book and the best prices are whole: none that is lost matters. Depth begins with a try without
 * levels, and goes on from there with what changes. The last state is always published. A try of
 * `orders` is its last number once more: whoever hears it asks for a snapshot. Until the broker says
 * something else somebody is taken to listen, so that nothing is left out behind another leader.
 *
 * @module
 */
import type { Msg, NatsConnection } from "nats.ws";
import {
  type ConflatedClass,
  conflatedClasses,
  CONFLATION_STEP_MILLIS,
} from "../../core/market_data/conflated_classes.ts";
import { HEARTBEAT_SECONDS } from "../../core/market_data/feed_messages.ts";
import { FeedEncoder } from "../../core/market_data/feed_encoder.ts";
import {
  HELD_LEVELS_MAX,
  type InstrumentFeed,
  type MessageHead,
} from "../../core/market_data/instrument_feed.ts";
import { jsonBook, jsonDepth, jsonMessage } from "../../core/market_data/json_message.ts";
import { TouchedLevels } from "../../core/market_data/touched_levels.ts";
import { type Feed, type FeedFormat, marketDataSubject } from "../../core/protocol/subjects.ts";

/** How long a feed that nobody listens to is silent. */
export const SILENT_MILLIS = 1_000;
/** Feeds without listeners that are tried again in a step; the others wait for their turn. */
export const TRIES_PER_STEP_MAX = 40;
/** Steps after which a quiet feed says its last number again. */
const BEAT_STEPS = HEARTBEAT_SECONDS * 1_000 / CONFLATION_STEP_MILLIS;
/** What the broker answers when nobody listens. */
const NO_RESPONDERS = 503;
const FORMATS: readonly FeedFormat[] = ["json", "bin"];

/** One feed of one instrument in one format. */
interface ConflatedFeed {
  readonly instrument: InstrumentFeed;
  readonly conflated: ConflatedClass;
  readonly format: FeedFormat;
  readonly subject: string;
  readonly reply: string;
  /** What changed since the last message, of depth. */
  readonly touched: TouchedLevels;
  /** The best prices and quantities that were published last. */
  best: string;
  /** Sequence that was published last; below 0: none, or nobody heard it. */
  sequence: number;
  /** Step in which it was published. */
  spokeAt: number;
  /** Step before which it is not tried again. */
  silentUntil: number;
}

/** The conflated feeds of a shard. Owner: the thread that publishes. */
export class ConflatedFeeds {
  readonly #connection: NatsConnection;
  readonly #inbox: string;
  readonly #encoder = new FeedEncoder();
  readonly #feeds: ConflatedFeed[] = [];
  /** Those of depth, by instrument. */
  readonly #depths = new Map<InstrumentFeed, ConflatedFeed[]>();
  /** Those of `orders`, by instrument. */
  readonly #orders = new Map<InstrumentFeed, ConflatedFeed[]>();
  #instruments = 0;
  #step = 0;
  /** Where the tries of the next step begin, so that every feed has its turn. */
  #next = 0;

  /** Listens for what the broker says; {@link step} publishes. */
  constructor(connection: NatsConnection) {
    this.#connection = connection;
    const { inboxPrefix } = (connection as unknown as { options: { inboxPrefix?: string } })
      .options;
    this.#inbox = `${inboxPrefix ?? "_INBOX"}.conflated`;
    connection.subscribe(`${this.#inbox}.*`, { callback: (_, message) => this.#unheard(message) });
    void this.#followConnection();
  }

  /** To be called with each message of depth, before its levels are forgotten. O(levels heard). */
  changed(instrument: InstrumentFeed): void {
    for (const feed of this.#depths.get(instrument) ?? []) {
      if (feed.sequence < 0) continue;
      feed.touched.addAll(instrument.book.touched);
      if (feed.touched.count <= HELD_LEVELS_MAX) continue;
      // More than a message has room for, as after a pause: it begins anew, and whoever reads it too.
      feed.touched.clear();
      feed.sequence = -1;
    }
  }

  /** Of the publisher: see there. Only `orders` may be left out. O(1). */
  reply(instrument: InstrumentFeed, feed: Feed, format: FeedFormat): string | undefined | null {
    if (feed !== "orders") return undefined;
    const orders = this.#orders.get(instrument)?.find((one) => one.format === format);
    if (orders === undefined) return undefined;
    return orders.sequence < 0 ? null : orders.reply;
  }

  /** To be called every {@link CONFLATION_STEP_MILLIS} by who publishes. O(instruments). */
  step(instruments: Iterable<InstrumentFeed>, nowMicros: number): void {
    this.#learn(instruments);
    this.#step++;
    let tries = TRIES_PER_STEP_MAX;
    const count = this.#feeds.length;
    const from = this.#next;
    for (let index = 0; index < count; index++) {
      const at = (from + index) % count;
      const feed = this.#feeds[at];
      if (!this.#isDue(feed, at)) continue;
      if (feed.sequence < 0) {
        if (tries === 0) continue;
        tries--;
        this.#next = (at + 1) % count;
      }
      this.#publish(feed, nowMicros);
    }
  }

  #isDue(feed: ConflatedFeed, at: number): boolean {
    const { conflated, instrument, sequence, silentUntil, spokeAt, touched } = feed;
    const { kind } = conflated;
    // What is held back is in the book and in no message yet: the checksum would have it.
    if (kind === "depth" && instrument.book.touched.count > 0) return false;
    // A try is one as soon as it may be: in the steps of its interval others might always be first.
    if (sequence < 0) {
      return this.#step >= silentUntil && (kind !== "orders" || instrument.ordersSequence > 0);
    }
    // Published from here is only a try: the publisher has the rest.
    if (kind === "orders") return false;
    if (this.#step - spokeAt >= BEAT_STEPS) return true;
    if (sequence === instrument.sequence) return false;
    if (kind === "depth" && touched.count === 0) return false;
    if (kind === "bbo" && feed.best === bestOf(instrument)) return false;
    // Feeds of one interval do not all speak in one step.
    return (this.#step + at) % (conflated.intervalMillis / CONFLATION_STEP_MILLIS) === 0;
  }

  #publish(feed: ConflatedFeed, timeMicros: number): void {
    const { conflated: { kind }, instrument, reply, subject, touched } = feed;
    const sequence = kind === "orders" ? instrument.ordersSequence : instrument.sequence;
    const isTry = feed.sequence < 0;
    if (isTry) touched.clear();
    // Depth goes on from its try, as a feed does from a number that it says again.
    const isAgain = kind === "depth" || kind === "orders";
    const prevSequence = isTry ? isAgain ? sequence : 0 : feed.sequence;
    const payload = this.#written(feed, { sequence, prevSequence, timeMicros });
    feed.sequence = sequence;
    feed.spokeAt = this.#step;
    touched.clear();
    if (kind === "bbo") feed.best = bestOf(instrument);
    this.#connection.publish(subject, payload, { reply });
  }

  #written(feed: ConflatedFeed, head: MessageHead): string | Uint8Array {
    const { conflated: { kind, levels }, format, instrument, touched } = feed;
    const encoder = this.#encoder;
    if (format === "bin") {
      if (kind === "book") return encoder.book(instrument, levels, head);
      if (kind === "depth") return encoder.depth(instrument, touched, head);
      return encoder.encode(instrument, kind, head);
    }
    if (kind === "book") return JSON.stringify(jsonBook(instrument, levels, head));
    if (kind !== "depth") return JSON.stringify(jsonMessage(instrument, kind, head));
    const { symbol } = instrument.terms;
    return JSON.stringify({ symbol, ...head, ...jsonDepth(instrument, touched) });
  }

  #unheard({ headers, subject }: Msg): void {
    if (headers?.code !== NO_RESPONDERS) return;
    const feed = this.#feeds[Number(subject.slice(this.#inbox.length + 1))];
    if (feed === undefined) return;
    feed.sequence = -1;
    feed.touched.clear();
    feed.silentUntil = this.#step + SILENT_MILLIS / CONFLATION_STEP_MILLIS;
  }

  /** What was on its way when a connection broke is lost: every feed begins anew, and says so. */
  async #followConnection(): Promise<void> {
    for await (const { type } of this.#connection.status()) {
      if (type !== "reconnect") continue;
      // What there was of `orders` is published again by who publishes it.
      for (const feed of this.#feeds) if (feed.conflated.kind !== "orders") feed.sequence = -1;
    }
  }

  /** Makes the feeds of instruments that are new. */
  #learn(instruments: Iterable<InstrumentFeed>): void {
    let seen = 0;
    for (const instrument of instruments) {
      if (seen++ < this.#instruments) continue;
      this.#instruments++;
      const first = this.#feeds.length;
      for (const conflated of conflatedClasses) {
        for (const format of FORMATS) {
          this.#feeds.push(this.#newFeed(instrument, conflated, format));
        }
      }
      const made = this.#feeds.slice(first);
      this.#depths.set(instrument, made.filter(({ conflated }) => conflated.kind === "depth"));
      this.#orders.set(instrument, made.filter(({ conflated }) => conflated.kind === "orders"));
    }
  }

  #newFeed(
    instrument: InstrumentFeed,
    conflated: ConflatedClass,
    format: FeedFormat,
  ): ConflatedFeed {
    return {
      instrument,
      conflated,
      format,
      subject: marketDataSubject(instrument.terms.symbol, conflated.feed, format),
      reply: `${this.#inbox}.${this.#feeds.length}`,
      touched: new TouchedLevels(),
      best: "",
      sequence: conflated.kind === "orders" ? 0 : -1,
      spokeAt: 0,
      silentUntil: 0,
    };
  }
}

function bestOf({ book: { asks, bids } }: InstrumentFeed): string {
  const { best: bid } = bids;
  const { best: ask } = asks;
  return `${bids.priceOf(bid)} ${bids.quantityOf(bid)} ${asks.priceOf(ask)} ${
    asks.quantityOf(ask)
  }`;
}
