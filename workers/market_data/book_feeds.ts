/**
 * Publishes the conflated books (core/market_data/book_classes.ts), as far as anybody listens.
 *
 * A message carries a subject for replies, and the broker says there when it had nobody to give the
 * message to. The class is silent then for {@link SILENT_MILLIS}, and tries again with the book as it
 * is, so that whoever comes has it within about that time. So what costs is what is read, and
 * {@link TRIES_PER_STEP_MAX} tries a step.
 *
 * A message is the whole book: none that is lost matters, and the last state is always published.
 *
 * @module
 */
import type { Msg, NatsConnection } from "nats.ws";
import {
  BOOK_STEP_MILLIS,
  type BookClass,
  bookClasses,
} from "../../core/market_data/book_classes.ts";
import { FeedEncoder } from "../../core/market_data/feed_encoder.ts";
import type { InstrumentFeed } from "../../core/market_data/instrument_feed.ts";
import { jsonBook } from "../../core/market_data/json_message.ts";
import { type FeedFormat, marketDataSubject } from "../../core/protocol/subjects.ts";

/** How long a feed that nobody listens to is silent. */
export const SILENT_MILLIS = 1_000;
/** Feeds without listeners that are tried again in a step; the others wait for their turn. */
export const TRIES_PER_STEP_MAX = 40;
/** What the broker answers when nobody listens. */
const NO_RESPONDERS = 503;
const FORMATS: readonly FeedFormat[] = ["json", "bin"];

/** One feed of one instrument in one format. */
interface BookFeed {
  readonly instrument: InstrumentFeed;
  readonly bookClass: BookClass;
  readonly format: FeedFormat;
  readonly subject: string;
  readonly reply: string;
  /** Sequence that was published last; below 0: none, or nobody heard it. */
  sequence: number;
  /** Step before which it is not tried again. */
  silentUntil: number;
}

/** The conflated books of a shard. Owner: the thread that publishes. */
export class BookFeeds {
  readonly #connection: NatsConnection;
  readonly #inbox: string;
  readonly #encoder = new FeedEncoder();
  readonly #feeds: BookFeed[] = [];
  #instruments = 0;
  #step = 0;
  /** Where the tries of the next step begin, so that every feed has its turn. */
  #next = 0;

  /** Listens for what the broker says; {@link step} publishes. */
  constructor(connection: NatsConnection) {
    this.#connection = connection;
    const { inboxPrefix } = (connection as unknown as { options: { inboxPrefix?: string } })
      .options;
    this.#inbox = `${inboxPrefix ?? "_INBOX"}.books`;
    connection.subscribe(`${this.#inbox}.*`, { callback: (_, message) => this.#unheard(message) });
  }

  /** To be called every {@link BOOK_STEP_MILLIS} by who publishes. O(instruments). */
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

  #isDue({ bookClass, instrument, sequence, silentUntil }: BookFeed, at: number): boolean {
    // A try is one as soon as it may be: in the steps of its interval others might always be first.
    if (sequence < 0) return this.#step >= silentUntil;
    if (sequence === instrument.sequence) return false;
    // Feeds of one interval do not all speak in one step.
    return (this.#step + at) % (bookClass.intervalMillis / BOOK_STEP_MILLIS) === 0;
  }

  #publish(feed: BookFeed, timeMicros: number): void {
    const { bookClass: { levels }, format, instrument, reply, subject } = feed;
    const { sequence } = instrument;
    const head = { sequence, prevSequence: Math.max(0, feed.sequence), timeMicros };
    const payload = format === "bin"
      ? this.#encoder.book(instrument, levels, head)
      : JSON.stringify(jsonBook(instrument, levels, head));
    feed.sequence = sequence;
    this.#connection.publish(subject, payload, { reply });
  }

  #unheard({ headers, subject }: Msg): void {
    if (headers?.code !== NO_RESPONDERS) return;
    const feed = this.#feeds[Number(subject.slice(this.#inbox.length + 1))];
    if (feed === undefined) return;
    feed.sequence = -1;
    feed.silentUntil = this.#step + SILENT_MILLIS / BOOK_STEP_MILLIS;
  }

  /** Makes the feeds of instruments that are new. */
  #learn(instruments: Iterable<InstrumentFeed>): void {
    let seen = 0;
    for (const instrument of instruments) {
      if (seen++ < this.#instruments) continue;
      this.#instruments++;
      for (const bookClass of bookClasses) {
        for (const format of FORMATS) {
          this.#feeds.push({
            instrument,
            bookClass,
            format,
            subject: marketDataSubject(instrument.terms.symbol, bookClass.feed, format),
            reply: `${this.#inbox}.${this.#feeds.length}`,
            sequence: -1,
            silentUntil: 0,
          });
        }
      }
    }
  }
}
