/**
 * The public side of every instrument of a shard, as a function of its stream of events.
 *
 * The stream may hold events twice, because a new leader republishes what it cannot be sure of, and
 * may for a while lack some: events at or below the last applied are ignored, and a frame that would
 * leave a gap is not applied at all, for whoever fills the gap publishes all that comes after it.
 *
 * @module
 */
import { INSTRUMENTS_MAX } from "../matching/instruments.ts";
import { EventKind } from "../protocol/event_record.ts";
import { CommandKind } from "../protocol/order_record.ts";
import type { InstrumentReference } from "../protocol/queries.ts";
import { barStart, candleIntervals } from "./candle_intervals.ts";
import type { EventReader } from "./event_reader.ts";
import { type FeedSink, InstrumentFeed } from "./instrument_feed.ts";
import { OrderQueues } from "./order_queues.ts";
import type { FeedDetail } from "./shedding.ts";

/**
 * What became of a frame: `applied` where it had new events, `repeated` where it had none, `gap`
 * where events before it are missing and it was left alone.
 */
export type FrameOutcome = "applied" | "repeated" | "gap";

/** The events contradict what was built from those before them: the worker must not go on. */
export class EventsError extends Error {
  override readonly name = "EventsError";
  constructor(readonly sequence: number, readonly instrument: number, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`event ${sequence} of instrument ${instrument}: ${reason}`, { cause });
  }
}

/** All instruments of one shard. Owner: the thread that applies the events. */
export class MarketFeeds {
  readonly #terms = new Map<number, InstrumentReference>();
  /** In the order in which they were defined, and by their numbers. */
  readonly #feeds: InstrumentFeed[] = [];
  readonly #byNumber: (InstrumentFeed | undefined)[] = [];
  readonly #bySymbol = new Map<string, InstrumentFeed>();
  readonly #queues = new OrderQueues(INSTRUMENTS_MAX);
  /** Those that the frame has events of. */
  readonly #touched: InstrumentFeed[] = [];
  readonly #held = new Set<InstrumentFeed>();
  #detail: FeedDetail = "full";
  #lastEvent = 0;
  #settledEvent = 0;
  /** End of the finest candle: no candle ends before. */
  #slotEndMicros = 0;

  /** Sequence of the last event that was applied. */
  get lastEvent(): number {
    return this.#lastEvent;
  }

  /** Sequence up to which every message of the events has been given to a sink. */
  get settledEvent(): number {
    return this.#held.size === 0 ? this.#lastEvent : this.#settledEvent;
  }

  /** What the feeds leave out from now on. O(instruments). */
  setDetail(detail: FeedDetail): void {
    this.#detail = detail;
    for (const feed of this.#feeds) feed.detail = detail;
  }

  /** Instruments that exist, in the order in which they were defined. */
  get instruments(): Iterable<InstrumentFeed> {
    return this.#feeds;
  }

  /** The instrument with a symbol, once the events have defined it. */
  find(symbol: string): InstrumentFeed | undefined {
    return this.#bySymbol.get(symbol);
  }

  /** Makes the terms of an instrument known. The first ones count: events say how they change. */
  learn(terms: InstrumentReference): void {
    if (!this.#terms.has(terms.instrument)) this.#terms.set(terms.instrument, terms);
  }

  /** Number of the first instrument that the frame defines and whose terms are not known; or 0. */
  missingTerms(frame: EventReader): number {
    for (let index = 0; index < frame.count; index++) {
      frame.seek(index);
      if (isDefinition(frame) && !this.#terms.has(frame.instrument)) return frame.instrument;
    }
    return 0;
  }

  /**
   * Applies the frame that the reader holds. The caller has seen {@link missingTerms} to be 0.
   *
   * @param sink where the messages go; `null`: nowhere, but their numbers count
   * @param isHeld whether depth and best prices wait to be merged with those of later frames
   * @throws {EventsError} when an event contradicts those before it
   */
  apply(frame: EventReader, sink: FeedSink | null, isHeld: boolean): FrameOutcome {
    const { count, firstSequence } = frame;
    const next = this.#lastEvent + 1;
    if (firstSequence > next) return "gap";
    if (firstSequence + count <= next) return "repeated";
    if (this.#held.size === 0) this.#settledEvent = this.#lastEvent;
    this.#pass(frame.stampMicros, sink);
    for (let index = next - firstSequence; index < count; index++) {
      frame.seek(index);
      this.#applyEvent(frame, firstSequence + index, sink);
    }
    this.#lastEvent = firstSequence + count - 1;
    for (const feed of this.#touched) {
      feed.close(frame.stampMicros, sink, isHeld);
      if (isHeld) this.#held.add(feed);
    }
    this.#touched.length = 0;
    if (!isHeld) this.release(sink);
    return "applied";
  }

  /** Gives everything that was held to the sink. */
  release(sink: FeedSink | null): void {
    for (const feed of this.#held) feed.release(sink);
    this.#held.clear();
  }

  /** Ends the candles that end with the stamp of a frame. */
  #pass(stampMicros: number, sink: FeedSink | null): void {
    if (stampMicros < this.#slotEndMicros) return;
    const { micros } = candleIntervals[0];
    this.#slotEndMicros = barStart(stampMicros, micros) + micros;
    for (const feed of this.#feeds) feed.pass(stampMicros, sink);
  }

  #applyEvent(event: EventReader, sequence: number, sink: FeedSink | null): void {
    if (!isPublic(event)) return;
    const { instrument } = event;
    try {
      const feed = isDefinition(event) ? this.#define(instrument) : this.#byNumber[instrument];
      if (feed === undefined) throw new Error("it was never defined");
      if (!feed.isOpen) {
        feed.isOpen = true;
        this.#touched.push(feed);
      }
      feed.apply(event, sink);
    } catch (error) {
      throw new EventsError(sequence, instrument, error);
    }
  }

  #define(instrument: number): InstrumentFeed {
    const terms = this.#terms.get(instrument);
    if (terms === undefined) throw new Error("its terms are not known");
    const feed = new InstrumentFeed(terms, this.#queues);
    feed.detail = this.#detail;
    this.#feeds.push(feed);
    this.#byNumber[instrument] = feed;
    this.#bySymbol.set(terms.symbol, feed);
    return feed;
  }
}

function isDefinition(event: EventReader): boolean {
  return event.kind === EventKind.reference && event.orderId === CommandKind.instrument;
}

/** Whether the event is about an instrument and more than a matter of one account. */
function isPublic(event: EventReader): boolean {
  switch (event.kind) {
    case EventKind.accepted:
    case EventKind.rested:
    case EventKind.trade:
    case EventKind.canceled:
    case EventKind.amended:
      return true;
    case EventKind.reference:
      return isDefinition(event) || event.orderId === CommandKind.tradingStatus ||
        event.orderId === CommandKind.instrumentTerms;
    default:
      return false;
  }
}
