/**
 * Rolling figures of one instrument over the last 24 hours, in buckets of one minute that are
 * allocated with the first trade (69 kB).
 *
 * ```text
 * offset | bytes | type | field
 *      0 |     8 | f64  | minute since the epoch; -1: never used
 *      8 |     8 | f64  | open, ticks
 *     16 |     8 | f64  | high, ticks
 *     24 |     8 | f64  | low, ticks
 *     32 |     8 | f64  | volume, lots
 *     40 |     8 | f64  | trades
 * ```
 *
 * The window moves by whole minutes: it holds the present minute and the 1,439 before it.
 *
 * | operation | cost |
 * | --- | --- |
 * | add | O(1) |
 * | figures | O(buckets) |
 *
 * Owner and only writer: the thread that applies the events.
 *
 * @module
 */
import { SAFE_MAX } from "../protocol/wire_buffer.ts";

/** Length of a bucket. */
export const BUCKET_MICROS = 60_000_000;
/** Buckets of the window. */
export const BUCKETS_MAX = 1_440;

const BUCKET_DOUBLES = 6;
const Field = { minute: 0, open: 1, high: 2, low: 3, volume: 4, trades: 5 } as const;

/** The window's figures. Prices are 0 where there was no trade. */
export interface TickerFigures {
  /** Price of the last trade, however old it is. */
  readonly lastTicks: number;
  readonly openTicks: number;
  readonly highTicks: number;
  readonly lowTicks: number;
  /** At most `SAFE_MAX`: a sum beyond that stays there. */
  readonly volumeLots: number;
  readonly trades: number;
}

/** Of a window without a trade, and none before it. */
export const NO_FIGURES: TickerFigures = {
  lastTicks: 0,
  openTicks: 0,
  highTicks: 0,
  lowTicks: 0,
  volumeLots: 0,
  trades: 0,
};

/** Whether two figures say the same. */
export function isSameTicker(one: TickerFigures, other: TickerFigures): boolean {
  return one.lastTicks === other.lastTicks && one.openTicks === other.openTicks &&
    one.highTicks === other.highTicks && one.lowTicks === other.lowTicks &&
    one.volumeLots === other.volumeLots && one.trades === other.trades;
}

/** The buckets of the last 24 hours. */
export class Ticker {
  #buckets = new Float64Array(0);
  #lastTicks = 0;
  #lastMinute = 0;

  /** Adds a trade. Times never go back. */
  add(priceTicks: number, quantityLots: number, timeMicros: number): void {
    if (this.#lastTicks === 0) {
      this.#buckets = new Float64Array(BUCKETS_MAX * BUCKET_DOUBLES).fill(-1);
    }
    const buckets = this.#buckets;
    const minute = Math.floor(timeMicros / BUCKET_MICROS);
    const at = (minute % BUCKETS_MAX) * BUCKET_DOUBLES;
    if (buckets[at + Field.minute] !== minute) {
      buckets.fill(0, at, at + BUCKET_DOUBLES);
      buckets[at + Field.minute] = minute;
      buckets[at + Field.open] = priceTicks;
      buckets[at + Field.low] = priceTicks;
    }
    buckets[at + Field.high] = Math.max(buckets[at + Field.high], priceTicks);
    buckets[at + Field.low] = Math.min(buckets[at + Field.low], priceTicks);
    buckets[at + Field.volume] = Math.min(SAFE_MAX, buckets[at + Field.volume] + quantityLots);
    buckets[at + Field.trades]++;
    this.#lastTicks = priceTicks;
    this.#lastMinute = minute;
  }

  /** The figures of the 24 hours up to `nowMicros`, or up to the last trade where that is later. */
  figures(nowMicros: number): TickerFigures {
    const last = Math.max(this.#lastMinute, Math.floor(nowMicros / BUCKET_MICROS));
    let openTicks = 0;
    let highTicks = 0;
    let lowTicks = 0;
    let volumeLots = 0;
    let trades = 0;
    const count = this.#lastTicks === 0 ? 0 : BUCKETS_MAX;
    for (let index = 0; index < count; index++) {
      // From the oldest minute on, so that the first bucket in use has the open.
      const minute = last - BUCKETS_MAX + 1 + index;
      const at = (minute % BUCKETS_MAX) * BUCKET_DOUBLES;
      if (this.#buckets[at + Field.minute] !== minute) continue;
      if (trades === 0) {
        openTicks = this.#buckets[at + Field.open];
        lowTicks = this.#buckets[at + Field.low];
      }
      highTicks = Math.max(highTicks, this.#buckets[at + Field.high]);
      lowTicks = Math.min(lowTicks, this.#buckets[at + Field.low]);
      volumeLots = Math.min(SAFE_MAX, volumeLots + this.#buckets[at + Field.volume]);
      trades += this.#buckets[at + Field.trades];
    }
    return { lastTicks: this.#lastTicks, openTicks, highTicks, lowTicks, volumeLots, trades };
  }
}
