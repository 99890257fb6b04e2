/**
 * The streams that somebody listens to at this gateway, each translated once, however many listen.
 *
 * A stream is made for its first listener out of the feeds of the hub, which hears each of those
 * once for all dialects, and given up with its last.
 *
 * @module
 */
import type { FeedHub, HubEnd, ListenerPlace } from "../../../infra/streams/feed_hub.ts";
import type { Reference } from "../../../infra/reference/reference.ts";
import type { HubMessage } from "../../../infra/streams/hub_message.ts";
import type { SnapshotAnswer } from "../../../core/protocol/queries.ts";
import type { FeedMessage } from "../../../core/market_data/feed_messages.ts";
import type { JointSnapshots } from "../../streams/joint_snapshots.ts";
import type { StreamEnd } from "../../streams/stream_end.ts";
import type { TimeWriter } from "../times.ts";
import { AllMarkets } from "./all_markets.ts";
import type { EachSecond } from "./each_second.ts";
import { StreamEventText } from "./stream_event_text.ts";
import type { AllMarketsStream, Stream } from "./stream_name.ts";
import { OPENING_LEVELS } from "./stream_opening.ts";
import type { StreamListener, StreamSeat } from "./stream_seat.ts";
import type { Translator } from "./stream_event.ts";

const HUB_ENDS: Readonly<Record<HubEnd, StreamEnd>> = {
  stopped: "backend_lost",
  refused: "not_allowed",
};

/**
 * How long the first message of depth is waited for. One that nobody listened to begins within about
 * a second (workers/market_data/conflated_feeds.ts), and before that what changes is in no event.
 */
export const BEGINNING_MILLIS_MAX = 3_000;

/** What the streams of a gateway are made of. */
export interface StreamSources {
  readonly hub: FeedHub;
  /** Asked for what a quiet market has said before anybody listened. */
  readonly snapshots: Pick<JointSnapshots, "take">;
  readonly nowMicros: () => number;
  /** Which markets there are, for the streams of all of them. */
  readonly reference: Pick<Reference, "all">;
  readonly seconds: EachSecond;
}

/** The streams of one unit of time. */
interface OpenStreams {
  readonly feeds: Map<string, TranslatedFeed>;
  readonly allMarkets: Map<string, AllMarkets>;
}

/**
 * The streams of one hub: as many as listeners at most, and a ticker of each market while somebody
 * listens to all.
 */
export class TranslatedFeeds {
  readonly #sources: StreamSources;
  readonly #open = new Map<TimeWriter, OpenStreams>();

  constructor(sources: StreamSources) {
    this.#sources = sources;
  }

  /** Streams that somebody listens to. */
  get size(): number {
    return [...this.#open.values()].reduce(
      (sum, { feeds, allMarkets }) => sum + feeds.size + allMarkets.size,
      0,
    );
  }

  /**
   * Listens to a stream; of one whose every event is the whole state, the last one comes at once, and
   * of all markets the last of each.
   *
   * @param time writes its times: one function for each unit, for by it those with the same are known
   * @throws {HubFullError} when the hub would have one subject too many
   */
  listen(
    stream: Stream | AllMarketsStream,
    time: TimeWriter,
    listener: StreamListener,
  ): StreamSeat {
    const open = this.#open.get(time) ?? { feeds: new Map(), allMarkets: new Map() };
    this.#open.set(time, open);
    return stream.kind === "markets"
      ? this.#marketsOf(open, stream, time).join(listener)
      : this.#feedOf(open, stream, time).join(listener);
  }

  #feedOf({ feeds }: OpenStreams, stream: Stream, time: TimeWriter): TranslatedFeed {
    const { key } = stream;
    const known = feeds.get(key);
    if (known !== undefined) return known;
    const made = new TranslatedFeed(this.#sources, stream, time, () => feeds.delete(key));
    feeds.set(key, made);
    return made;
  }

  #marketsOf({ allMarkets }: OpenStreams, stream: AllMarketsStream, time: TimeWriter): AllMarkets {
    const { key } = stream;
    const known = allMarkets.get(key);
    if (known !== undefined) return known;
    const { reference, seconds } = this.#sources;
    const listen = (each: Stream, listener: StreamListener) => this.listen(each, time, listener);
    const made = new AllMarkets({ reference, seconds, listen }, stream, () => {
      allMarkets.delete(key);
    });
    allMarkets.set(key, made);
    return made;
  }
}

/** One stream. */
class TranslatedFeed {
  readonly #listeners = new Set<StreamListener>();
  readonly #places: ListenerPlace[] = [];
  readonly #kind: Stream["kind"];
  readonly #translate: Translator;
  readonly #over: () => void;
  /** Settles with the first message of depth, from which on its events join each other. */
  readonly #begun = Promise.withResolvers<void>();
  /** The last event, where it is the whole state. */
  #last: StreamEventText | null = null;
  /** Number of the last message. */
  #at: number | null = null;

  constructor(sources: StreamSources, stream: Stream, time: TimeWriter, over: () => void) {
    const { hub } = sources;
    this.#kind = stream.kind;
    this.#translate = stream.translator({ symbol: stream.symbol, time });
    this.#over = over;
    const listener = {
      take: (message: HubMessage) => this.#take(message),
      ended: (reason: HubEnd) => this.#end(HUB_ENDS[reason]),
    };
    try {
      for (const subject of stream.subjects) this.#places.push(hub.listen(subject, listener));
    } catch (error) {
      this.#leave();
      throw error;
    }
    if (this.#kind === "depth") this.#awaitBeginning();
    if (this.#kind !== "state") return;
    const missing = this.#places.findIndex(({ last }, index) =>
      last === null && stream.openings[index] !== null
    );
    // What comes behind would be told without it.
    const known = missing < 0 ? this.#places : this.#places.slice(0, missing);
    for (const { last } of known) if (last !== null) this.#take(last);
    if (missing >= 0) void this.#begin(sources, stream, missing);
  }

  /**
   * Says what the feeds would have said, of those that say nothing meanwhile.
   *
   * @param missing the first of them
   */
  async #begin(
    { snapshots, nowMicros }: StreamSources,
    { instrument, openings }: Stream,
    missing: number,
  ): Promise<void> {
    let snapshot: SnapshotAnswer | null = null;
    try {
      snapshot = await snapshots.take(instrument, OPENING_LEVELS, 0);
    } catch {
      // The feeds say it themselves, only later.
    }
    let isBehindNews = this.#last === null;
    for (const [index, { last }] of this.#places.slice(missing).entries()) {
      if (last !== null) {
        if (isBehindNews) this.#take(last);
        continue;
      }
      const opening = openings[missing + index];
      if (snapshot === null || !opening) continue;
      this.#tell(opening(snapshot, nowMicros()));
      isBehindNews = true;
    }
  }

  join(listener: StreamListener): StreamSeat {
    // A listener of its own, so that the same one may have two places.
    const seat: StreamListener = {
      take: (event) => listener.take(event),
      ended: (reason) => listener.ended(reason),
    };
    this.#listeners.add(seat);
    if (this.#last !== null) seat.take(this.#last);
    const ready = Promise.all([
      ...this.#places.map((place) => place.ready),
      ...(this.#kind === "depth" ? [this.#begun.promise] : []),
    ]);
    // Whoever waits for it is told; nobody has to.
    ready.catch(() => {});
    return {
      ready,
      leave: () => {
        if (this.#listeners.delete(seat) && this.#listeners.size === 0) this.#leave();
      },
    };
  }

  /** Ends by itself where no market data comes: the stream is there, and begins when it does. */
  #awaitBeginning(): void {
    const begun = () => this.#begun.resolve();
    if (this.#places.every(({ last }) => last !== null)) return begun();
    const timer = setTimeout(begun, BEGINNING_MILLIS_MAX);
    void this.#begun.promise.then(() => clearTimeout(timer));
  }

  #take(message: HubMessage): void {
    this.#begun.resolve();
    // Of a state nothing is missed, and a local book finds out by the numbers of its events.
    if (this.#kind === "series" && this.#isBehindHole(message)) return this.#end("unavailable");
    this.#tell(message.fields as unknown as FeedMessage);
  }

  #tell(message: FeedMessage): void {
    let events: readonly object[];
    try {
      events = this.#translate(message);
    } catch {
      // What cannot be read is missing, and nobody would know.
      return this.#end("unavailable");
    }
    for (const event of events) {
      const text = new StreamEventText(JSON.stringify(event));
      if (this.#kind === "state") this.#last = text;
      for (const listener of this.#listeners) listener.take(text);
    }
  }

  #isBehindHole({ sequence, prevSequence }: HubMessage): boolean {
    const at = this.#at;
    this.#at = Math.max(sequence, at ?? 0);
    return at !== null && sequence > at && prevSequence > at;
  }

  #end(reason: StreamEnd): void {
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    this.#leave();
    for (const listener of listeners) listener.ended(reason);
  }

  #leave(): void {
    this.#begun.resolve();
    this.#over();
    for (const { leave } of this.#places) leave();
    this.#places.length = 0;
  }
}
