/**
 * The intervals of candles. In UTC: a bar begins at a multiple of its interval since the epoch, so a
 * day begins at midnight, and each interval is a whole number of the one before it in the table.
 *
 * @module
 */

/** Name of an interval, which is a token of its feed's subject. */
export type CandleIntervalName =
  | "500ms"
  | "1s"
  | "5s"
  | "1m"
  | "5m"
  | "15m"
  | "1h"
  | "4h"
  | "1d";

/** One of the intervals. */
export interface CandleInterval {
  /** Its place in {@link candleIntervals}. */
  readonly rank: number;
  readonly name: CandleIntervalName;
  readonly micros: number;
}

const SECOND_MICROS = 1_000_000;
const MINUTE_MICROS = 60 * SECOND_MICROS;
const HOUR_MICROS = 60 * MINUTE_MICROS;

/** All intervals, the finest first. */
export const candleIntervals: readonly CandleInterval[] = [
  { rank: 0, name: "500ms", micros: SECOND_MICROS / 2 },
  { rank: 1, name: "1s", micros: SECOND_MICROS },
  { rank: 2, name: "5s", micros: 5 * SECOND_MICROS },
  { rank: 3, name: "1m", micros: MINUTE_MICROS },
  { rank: 4, name: "5m", micros: 5 * MINUTE_MICROS },
  { rank: 5, name: "15m", micros: 15 * MINUTE_MICROS },
  { rank: 6, name: "1h", micros: HOUR_MICROS },
  { rank: 7, name: "4h", micros: 4 * HOUR_MICROS },
  { rank: 8, name: "1d", micros: 24 * HOUR_MICROS },
];

/** The interval with the given name, which is a user's input; `null` where there is none. */
export function parseCandleInterval(name: string): CandleInterval | null {
  return candleIntervals.find((interval) => interval.name === name) ?? null;
}

/** Start of the bar that a time, from 0 to `SAFE_MAX`, lies in. Exact. */
export function barStart(timeMicros: number, intervalMicros: number): number {
  return Math.floor(timeMicros / intervalMicros) * intervalMicros;
}
