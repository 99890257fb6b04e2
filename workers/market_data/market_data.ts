/**
 * The market data of one shard: follows the stream of events, keeps every instrument's public book,
 * publishes the feeds and answers snapshots.
 *
 * At the start it reads the stream from its first message, silently as far as it is known to have been
 * published. Until it leads it only follows, with the messages at hand that may not have been; once
 * it leads it publishes those and answers, and says that it is ready.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import { CONFLATION_STEP_MILLIS } from "../../core/market_data/conflated_classes.ts";
import { EventReader } from "../../core/market_data/event_reader.ts";
import type { FeedSink } from "../../core/market_data/instrument_feed.ts";
import { MarketFeeds } from "../../core/market_data/market_feeds.ts";
import type { FrameRingConsumer } from "../../core/memory/frame_ring.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { eventsStream } from "../../core/protocol/subjects.ts";
import { type FeedDetail, Shedding } from "../../core/market_data/shedding.ts";
import { hasValidCrc } from "../../infra/journal/crc.ts";
import { ConflatedFeeds } from "./conflated_feeds.ts";
import { type EventFrame, eventFrames } from "./event_frames.ts";
import { FeedPublisher } from "./feed_publisher.ts";
import { TURN_MILLIS } from "./heartbeats.ts";
import { InstrumentTermsReader } from "./instrument_terms.ts";
import { Progress, PROGRESS_MILLIS } from "./progress.ts";
import { SnapshotService } from "./snapshot_service.ts";

/** How often snapshot queries that wait are looked at. */
const TICK_MILLIS = 20;
/** How long the end may take: what is outstanding then is published again by the next run. */
export const STOP_MILLIS_MAX = 1_000;

/** A message of the events stream cannot be read: damaged, or written by something else. */
export class EventsDamagedError extends Error {
  override readonly name = "EventsDamagedError";
  constructor(readonly stream: string, readonly sequence: number, readonly code: number) {
    super(`${stream} message ${sequence} is no valid frame of events (result code ${code})`);
  }
}

/** What the market data of a shard needs. The connection is the caller's. */
export interface MarketDataParts {
  /** Of the user `marketData`. */
  readonly connection: NatsConnection;
  readonly shard: number;
  /** By which the leader of this process hands its events over; `null` where it does not. */
  readonly ring: FrameRingConsumer | null;
  /** See `EventFramesRequest.pollMillis`; 0 where it is left out. */
  readonly pollMillis?: number;
  readonly say: (line: string) => void;
}

/** The market data of one shard, from start to end. */
export class MarketData {
  readonly feeds = new MarketFeeds();
  readonly #parts: MarketDataParts;
  readonly #stream: string;
  readonly #reader = new EventReader();
  readonly #terms: InstrumentTermsReader;
  readonly #progress: Progress;
  readonly #snapshots: SnapshotService;
  readonly #shedding = new Shedding();
  readonly #conflated: ConflatedFeeds;
  /** Where the messages of the feeds go. */
  #sink: FeedSink = () => {};
  readonly #ready = Promise.withResolvers<void>();
  readonly #leading = Promise.withResolvers<void>();
  readonly #caughtUp = Promise.withResolvers<void>();
  /** Event up to which everything is known to have been published. */
  #published = 0;
  /** Last event of the frame that is being applied. */
  #currentEvent = 0;
  readonly #abort = new AbortController();
  /** Event after which something was missing, so that each gap is told once. */
  #gapAfter = -1;

  constructor(parts: MarketDataParts) {
    this.#parts = parts;
    this.#stream = eventsStream(parts.shard);
    this.#terms = new InstrumentTermsReader(parts.connection);
    this.#progress = new Progress(parts.connection, parts.shard);
    this.#snapshots = new SnapshotService(parts.connection, this.feeds, Date.now);
    this.#conflated = new ConflatedFeeds(parts.connection);
  }

  /** Begins to publish and to answer. */
  lead(): void {
    this.#leading.resolve();
  }

  /** Settles when it leads and everything that the stream had at the start has been applied. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /**
   * Runs until {@link stop}.
   *
   * @throws {EventsDamagedError | EventsError | StreamDamagedError | TermsMissingError} when the
   * feeds cannot be built from the stream
   */
  async run(): Promise<void> {
    const { connection, say } = this.#parts;
    this.#published = await this.#progress.read();
    const publisher = new FeedPublisher({
      connection,
      confirmedEvent: this.#published,
      settledEvent: () => this.feeds.settledEvent,
      currentEvent: () => this.#currentEvent,
      reply: (...message) => this.#conflated.reply(...message),
      flushed: () => this.#look(publisher),
    });
    this.#sink = (instrument, feed, head) => {
      publisher.sink(instrument, feed, head);
      if (feed === "depth") this.#conflated.changed(instrument);
    };
    // The next note brings the same and more, or the next run publishes again what was not noted.
    const notNoted = (error: unknown) =>
      say(`progress was not noted: ${error instanceof Error ? error.message : error}`);
    const note = () =>
      publisher.isLeading
        ? void this.#progress.note(publisher.confirmedEvent).catch(notNoted)
        : void this.#hear(publisher).catch(() => {});
    void this.#becomeLeader(publisher);
    const end = async () => {
      await publisher.drain();
      if (publisher.isLeading) {
        await this.#progress.noteLast(publisher.confirmedEvent).catch(notNoted);
      }
    };
    const noting = setInterval(note, PROGRESS_MILLIS);
    const ticking = setInterval(() => this.#snapshots.tick(), TICK_MILLIS);
    const turn = () => publisher.turn(this.feeds.instruments, Date.now() * 1_000);
    const turning = setInterval(turn, TURN_MILLIS);
    const step = () => {
      this.#look(publisher);
      // What the last leader has published is applied without a word to the conflated feeds.
      const isBehind = this.feeds.lastEvent < this.#published;
      if (!publisher.isOnline || isBehind || this.#shedding.detail === "reduced") return;
      this.#conflated.step(this.feeds.instruments, Date.now() * 1_000);
    };
    const stepping = setInterval(step, CONFLATION_STEP_MILLIS);
    try {
      await this.#follow(publisher);
      clearInterval(noting);
      await withinMillis(STOP_MILLIS_MAX, end());
    } finally {
      clearInterval(noting);
      clearInterval(ticking);
      clearInterval(turning);
      clearInterval(stepping);
      publisher.stop();
      this.#snapshots.stop();
    }
  }

  /** Ends {@link run} in order. */
  stop(): void {
    this.#abort.abort();
  }

  async #becomeLeader(publisher: FeedPublisher): Promise<void> {
    await this.#leading.promise;
    this.#snapshots.serve();
    // What the last leader noted last; where the broker does not say, more is published twice.
    await this.#hear(publisher).catch(() => {});
    publisher.lead();
    await this.#caughtUp.promise;
    // Whoever is told so may ask at once: the subscriptions must have reached the broker.
    await this.#parts.connection.flush().catch(() => {});
    this.#ready.resolve();
  }

  /** Reads how far the leader has published. */
  async #hear(publisher: FeedPublisher): Promise<void> {
    this.#published = Math.max(this.#published, await this.#progress.read());
    if (!publisher.isLeading) publisher.leaderPublished(this.#published);
  }

  async #follow(publisher: FeedPublisher): Promise<void> {
    const { connection, say } = this.#parts;
    const { signal } = this.#abort;
    const manager = await connection.jetstreamManager();
    const { state } = await manager.streams.info(this.#stream);
    if (state.last_seq === 0) this.#catchUp();
    const { pollMillis = 0, ring } = this.#parts;
    for await (
      const frame of eventFrames({
        connection,
        stream: this.#stream,
        ring,
        pollMillis,
        signal,
        say,
      })
    ) {
      await this.#apply(frame, publisher);
      if (signal.aborted) return;
      if (frame.sequence === state.last_seq) this.#catchUp();
      await publisher.room();
    }
  }

  async #apply(frame: EventFrame, publisher: FeedPublisher): Promise<void> {
    const reader = this.#reader;
    const isWhole = !frame.isStored || hasValidCrc(frame.data);
    const code = isWhole ? reader.load(frame.data) : ResultCode.frameCrc;
    if (code !== ResultCode.ok) throw new EventsDamagedError(this.#stream, frame.sequence, code);
    for (;;) {
      const instrument = this.feeds.missingTerms(reader);
      if (instrument === 0) break;
      const { signal } = this.#abort;
      await this.#terms.find(instrument, (terms) => this.feeds.learn(terms), signal);
      if (signal.aborted) return;
    }
    const lastEvent = reader.firstSequence + reader.count - 1;
    const sink = lastEvent > this.#published ? this.#sink : null;
    const isHeld = this.#look(publisher) !== "full";
    this.#currentEvent = lastEvent;
    const outcome = this.feeds.apply(reader, sink, isHeld);
    if (outcome === "applied") this.#snapshots.advanced();
    else if (outcome === "gap" && this.#gapAfter !== this.feeds.lastEvent) {
      this.#gapAfter = this.feeds.lastEvent;
      this.#parts.say(
        `${this.#stream} message ${frame.sequence} begins with event ${reader.firstSequence}, ` +
          `the last one applied is ${this.#gapAfter}: waiting for those between`,
      );
    }
  }

  /** Decides what the feeds leave out, and says when that changes. */
  #look(publisher: FeedPublisher): FeedDetail {
    const { detail: before } = this.#shedding;
    const fill = this.#parts.ring?.fill ?? 0;
    const { outstandingBytes } = publisher;
    const detail = this.#shedding.look(fill, outstandingBytes);
    if (detail === before) return detail;
    this.feeds.setDetail(detail);
    if (detail === "full") this.feeds.release(this.#sink);
    publisher.tellDetail(this.feeds.instruments, Date.now() * 1_000);
    this.#parts.say(
      `detail of the feeds: ${detail}, was ${before} (${Math.round(fill * 100)} % of the ring of ` +
        `events is in use, ${outstandingBytes} bytes are outstanding)`,
    );
    return detail;
  }

  #catchUp(): void {
    this.#snapshots.ready();
    this.#caughtUp.resolve();
  }
}

async function withinMillis(millis: number, work: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise((done) => timer = setTimeout(done, millis));
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
