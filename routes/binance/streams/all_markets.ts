/**
 * `!ticker@arr` and `!miniTicker@arr`: each second the tickers of all markets that have changed.
 *
 * ```text
 * each market's own stream (translated_feeds.ts) -> what is news of it -> waits for the second
 *   -> one array, written once -> all listeners
 * ```
 *
 * An element is the event of the market's own stream, which is heard and translated once for all who
 * listen to it, be it here or there. A market that was defined meanwhile joins with the next second.
 *
 * @module
 */
import type { Reference } from "../../../infra/reference/reference.ts";
import { HubFullError } from "../../../infra/streams/feed_hub.ts";
import type { StreamEnd } from "../../streams/stream_end.ts";
import { instrumentsByName } from "../symbols.ts";
import type { EachSecond } from "./each_second.ts";
import { StreamEventText } from "./stream_event_text.ts";
import { type AllMarketsStream, type Stream, tickerStream } from "./stream_name.ts";
import type { StreamListener, StreamSeat } from "./stream_seat.ts";

/**
 * Most tickers of an array. What has changed beyond that waits for the next second, in the order in
 * which it changed and with its newest event: two arrays fit into what may wait for a client.
 */
export const TICKERS_TOLD_MAX = 1_000;
/**
 * Most markets that join within a second. Of each that is quiet a snapshot is asked for, and the
 * market-data worker lets 1,000 questions wait.
 */
export const MARKETS_JOINED_MAX = 500;
/** Fields that are another with every event, whatever it says. */
const TIMES = /"[EOC]":-?\d+,?/g;

/** What all markets are made of. */
export interface AllMarketsSources {
  readonly reference: Pick<Reference, "all">;
  readonly seconds: EachSecond;
  /** Listens to the stream of one market. */
  readonly listen: (stream: Stream, listener: StreamListener) => StreamSeat;
}

/** What was said of a market last. */
interface Said {
  readonly event: StreamEventText;
  /** The event without its times. */
  readonly figures: string;
}

/** The stream of all markets. Made for its first listener, and over with its last. */
export class AllMarkets {
  readonly #sources: AllMarketsSources;
  readonly #stream: AllMarketsStream;
  readonly #over: () => void;
  readonly #stop: () => void;
  readonly #listeners = new Set<StreamListener>();
  /** By the name of the market, as the next two. */
  readonly #seats = new Map<string, StreamSeat>();
  readonly #said = new Map<string, Said>();
  /** What no array has told yet. */
  readonly #news = new Map<string, StreamEventText>();
  /** What is told to whoever comes now; `null`: something has changed since. */
  #opening: StreamEventText | null = null;
  /** The list of which every market has joined. */
  #joined: ReturnType<Reference["all"]> | null = null;

  /** @throws {HubFullError} when the hub would have one subject too many */
  constructor(sources: AllMarketsSources, stream: AllMarketsStream, over: () => void) {
    this.#sources = sources;
    this.#stream = stream;
    this.#over = over;
    try {
      this.#joinMarkets();
    } catch (error) {
      for (const { leave } of this.#seats.values()) leave();
      throw error;
    }
    // The first listener is told it at once.
    this.#news.clear();
    this.#stop = sources.seconds.add(() => this.#turn());
  }

  /** Listens; what is known of the markets comes at once. O(markets). */
  join(listener: StreamListener): StreamSeat {
    // A listener of its own, so that the same one may have two places.
    const seat: StreamListener = {
      take: (event) => listener.take(event),
      ended: (reason) => listener.ended(reason),
    };
    this.#listeners.add(seat);
    const ready = Promise.all([...this.#seats.values()].map((one) => one.ready));
    // Whoever waits for it is told; nobody has to.
    ready.catch(() => {});
    if (this.#said.size > 0) seat.take(this.#opening ??= this.#open());
    return {
      ready,
      leave: () => {
        if (this.#listeners.delete(seat) && this.#listeners.size === 0) this.#leave();
      },
    };
  }

  /** What is known of the markets; what there is no room for is told to all again. */
  #open(): StreamEventText {
    const said = [...this.#said];
    for (const [name, { event }] of said.slice(TICKERS_TOLD_MAX)) this.#news.set(name, event);
    return StreamEventText.list(said.slice(0, TICKERS_TOLD_MAX).map(([, { event }]) => event));
  }

  #turn(): void {
    try {
      this.#joinMarkets();
    } catch (error) {
      // Those who are there hear on, and the rest joins when others have left.
      if (!(error instanceof HubFullError)) return this.#end("unavailable");
    }
    const told: StreamEventText[] = [];
    for (const [name, event] of this.#news) {
      if (told.length === TICKERS_TOLD_MAX) break;
      this.#news.delete(name);
      told.push(event);
    }
    if (told.length === 0) return;
    const array = StreamEventText.list(told);
    for (const listener of this.#listeners) listener.take(array);
  }

  /** Listens to markets that it does not listen to yet. O(1) where the list is the same. */
  #joinMarkets(): void {
    const { reference, listen } = this.#sources;
    const all = reference.all();
    if (all === this.#joined) return;
    let joined = 0;
    for (const [name, instrument] of instrumentsByName(reference)) {
      if (this.#seats.has(name)) continue;
      if (joined++ === MARKETS_JOINED_MAX) return;
      const stream = tickerStream(name, instrument, this.#stream.each);
      const seat = listen(stream, {
        take: (event) => this.#take(name, event),
        ended: (reason) => this.#end(reason),
      });
      this.#seats.set(name, seat);
    }
    this.#joined = all;
  }

  /** A feed that was quiet says the same again, which is no news. */
  #take(name: string, event: StreamEventText): void {
    const figures = event.text.replaceAll(TIMES, "");
    if (this.#said.get(name)?.figures === figures) return;
    this.#said.set(name, { event, figures });
    this.#news.set(name, event);
    this.#opening = null;
  }

  #end(reason: StreamEnd): void {
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    this.#leave();
    for (const listener of listeners) listener.ended(reason);
  }

  #leave(): void {
    this.#stop();
    this.#over();
    for (const { leave } of this.#seats.values()) leave();
    this.#seats.clear();
  }
}
