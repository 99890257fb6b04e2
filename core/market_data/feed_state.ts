/**
 * How far the feeds of an instrument are.
 *
 * @module
 */
import type { Feed } from "../protocol/subjects.ts";
import { candleIntervals } from "./candle_intervals.ts";

/** Where a feed stands: its last message, and the one that is due. */
export interface FeedState {
  /** Sequence of the last message. */
  last: number;
  /** Sequence of the message that is due; 0 where none is. */
  due: number;
  /** Stamp of the message that is due. */
  dueMicros: number;
}

const newState = (): FeedState => ({ last: 0, due: 0, dueMicros: 0 });

const candleStates = (): Record<Feed & `candles.${string}`, FeedState> =>
  Object.fromEntries(candleIntervals.map(({ name }) => [`candles.${name}`, newState()]));

/** Of an instrument that has said nothing yet. */
export const newFeedStates = (): Record<Feed, FeedState> => ({
  trades: newState(),
  bbo: newState(),
  depth: newState(),
  orders: newState(),
  status: newState(),
  definition: newState(),
  ticker: newState(),
  ...candleStates(),
});
