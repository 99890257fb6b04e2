/**
 * What the feeds leave out where more happens than can be published, in this order:
 *
 * | detail | left out | begins | ends |
 * | --- | --- | --- | --- |
 * | `full` | nothing | | |
 * | `merged` | intermediate states of depth and best prices | the ring of events is 90 % full, or 4 MiB are outstanding | below half of it |
 * | `reduced` | besides: open candles, tickers and conflated books | 12 MiB are outstanding | below half of it |
 *
 * Trades, orders, changes of the status, terms and candles that ended are never left out, and whatever
 * was left out, the last state always comes. Subscribers are told on the status feed.
 *
 * A pure state machine: it is told how full things are and says what to leave out.
 *
 * @module
 */
import { HOLD_BYTES, WINDOW_BYTES_MAX } from "./outbound_window.ts";

/** How much detail the feeds have. */
export type FeedDetail = "full" | "merged" | "reduced";

/** Part of the ring from which on depth is merged. */
export const RING_FILL_MERGED = 0.9;
/** Outstanding bytes from which on what comes again anyway is left out. */
export const REDUCED_BYTES = WINDOW_BYTES_MAX * 3 / 4;

/** Decides what is left out. */
export class Shedding {
  #detail: FeedDetail = "full";

  /** What {@link look} has said last. */
  get detail(): FeedDetail {
    return this.#detail;
  }

  /**
   * How much detail there is room for. O(1), allocates nothing.
   *
   * @param ringFill part of the ring of events that is in use, from 0 to 1
   * @param outstandingBytes bytes that were published and are not known to have arrived
   */
  look(ringFill: number, outstandingBytes: number): FeedDetail {
    if (outstandingBytes >= REDUCED_BYTES) this.#detail = "reduced";
    else if (this.#detail !== "reduced" || outstandingBytes < REDUCED_BYTES / 2) {
      const isPressed = ringFill >= RING_FILL_MERGED || outstandingBytes >= HOLD_BYTES;
      const isRelieved = ringFill < RING_FILL_MERGED / 2 && outstandingBytes < HOLD_BYTES / 2;
      if (isPressed || !isRelieved && this.#detail !== "full") this.#detail = "merged";
      else this.#detail = "full";
    }
    return this.#detail;
  }
}
