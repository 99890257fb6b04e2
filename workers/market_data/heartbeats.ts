/**
 * Which feeds have been quiet for so long that they say their last number again.
 *
 * Time is counted in turns of a second, so that a message costs no look at a clock. The instruments
 * that are there at the start take their first turns one after the other and not all at once.
 *
 * @module
 */
import { HEARTBEAT_SECONDS } from "../../core/market_data/feed_messages.ts";
import type { FeedSink, InstrumentFeed } from "../../core/market_data/instrument_feed.ts";
import type { Feed } from "../../core/protocol/subjects.ts";

/** Time between two turns. */
export const TURN_MILLIS = 1_000;

/** Candles need none: they come with time. */
const FEEDS = ["trades", "bbo", "depth", "orders", "status", "definition", "ticker"] as const;

type BeatingFeed = (typeof FEEDS)[number];

const isBeating = (feed: Feed): feed is BeatingFeed => (FEEDS as readonly Feed[]).includes(feed);

/** The quiet feeds of a shard. Owner: the thread that publishes. */
export class Heartbeats {
  /** Turn in which each feed of an instrument spoke last. */
  readonly #turns = new Map<InstrumentFeed, Record<BeatingFeed, number>>();
  #turn = 0;

  /** A message of the feed was published. O(1). */
  spoke(instrument: InstrumentFeed, feed: Feed): void {
    if (isBeating(feed)) this.#turnsOf(instrument)[feed] = this.#turn;
  }

  /**
   * Ends a turn: brings the tickers up to date, unless they are left out, and lets every feed speak that was quiet for
   * {@link HEARTBEAT_SECONDS}. O(instruments).
   *
   * @param sink publishes, and tells {@link spoke}
   */
  turn(instruments: Iterable<InstrumentFeed>, nowMicros: number, sink: FeedSink): void {
    this.#turn++;
    for (const instrument of instruments) {
      if (instrument.detail !== "reduced") instrument.tick(nowMicros, sink);
      const turns = this.#turnsOf(instrument);
      for (const feed of FEEDS) {
        if (this.#turn - turns[feed] < HEARTBEAT_SECONDS) continue;
        turns[feed] = this.#turn;
        instrument.beat(feed, nowMicros, sink);
      }
    }
  }

  #turnsOf(instrument: InstrumentFeed): Record<BeatingFeed, number> {
    const known = this.#turns.get(instrument);
    if (known !== undefined) return known;
    const turn = this.#turn - this.#turns.size % HEARTBEAT_SECONDS;
    const turns = {
      trades: turn,
      bbo: turn,
      depth: turn,
      orders: turn,
      status: turn,
      definition: turn,
      ticker: turn,
    };
    this.#turns.set(instrument, turns);
    return turns;
  }
}
