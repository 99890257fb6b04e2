/**
 * Which candles of an instrument are due for its feeds.
 *
 * Bars of a minute and more are sent when they are final, flat ones too. Of finer ones those that have
 * trades are, with the flat ones before them in front: an instrument that nobody trades says nothing
 * every half second. Of a gap the newest {@link FLAT_BARS_MAX} flat bars are sent; bars with trades
 * always are.
 *
 * Owner and only writer: the thread that applies the events.
 *
 * @module
 */
import { type CandleInterval, candleIntervals } from "./candle_intervals.ts";
import { type Candle, newCandle } from "./candle_record.ts";
import { Candles } from "./candles.ts";

/** Flat bars of one gap that are sent at most. */
export const FLAT_BARS_MAX = 60;
/** From this length on flat bars are sent as they come. */
const FLAT_BARS_FROM_MICROS = 60_000_000;
/** From this length on the bar that is open is sent every second. */
const OPEN_BARS_FROM_MICROS = 5_000_000;

/** Takes the bars of one message, oldest first. */
export type BarsTaker = (interval: CandleInterval, bars: readonly Candle[]) => void;

/** The candles of one instrument, and which of them were sent. */
export class CandleFeed {
  readonly candles = new Candles();
  /** Starts of the first bars that were not sent, by interval; 0 before the first trade. */
  readonly #unsent = new Float64Array(candleIntervals.length);
  /** Trades so far, and how many there were when bars of an interval were sent last. */
  #trades = 0;
  readonly #tradesSeen = new Float64Array(candleIntervals.length);

  /** Adds a trade: as {@link Candles.add}, after {@link pass} of its time. */
  add(tradeId: number, priceTicks: number, lots: number, timeMicros: number): void {
    this.#trades++;
    this.candles.add(tradeId, priceTicks, lots, timeMicros);
  }

  /**
   * Sees the stamp of a frame, before its trades are added, and gives away the bars that are due. O(1)
   * where none ends.
   */
  pass(stampMicros: number, take: BarsTaker): void {
    const { candles } = this;
    candles.pass(stampMicros);
    const count = candles.dueIntervals;
    if (count === 0) return;
    candles.forgetDue();
    for (let rank = 0; rank < count; rank++) this.#passInterval(candleIntervals[rank], take);
  }

  /** Gives away the bars that are open, of the intervals that are worth it. */
  open(take: BarsTaker): void {
    for (const interval of candleIntervals) {
      if (interval.micros < OPEN_BARS_FROM_MICROS) continue;
      const bar = newCandle();
      if (this.candles.readOpen(interval, bar)) take(interval, [bar]);
    }
  }

  #passInterval(interval: CandleInterval, take: BarsTaker): void {
    const { micros, rank } = interval;
    const areFlatSent = micros >= FLAT_BARS_FROM_MICROS;
    if (!areFlatSent && this.#tradesSeen[rank] === this.#trades) return;
    this.#tradesSeen[rank] = this.#trades;
    const bars: Candle[] = [];
    let flat = 0;
    for (let from = this.#unsent[rank];;) {
      const bar = newCandle();
      if (!this.candles.readFinal(interval, from, bar)) break;
      from = bar.startMicros + micros;
      flat = bar.trades === 0 ? flat + 1 : 0;
      if (flat > FLAT_BARS_MAX) bars.splice(bars.length - FLAT_BARS_MAX, 1);
      bars.push(bar);
    }
    if (!areFlatSent) bars.length -= Math.min(flat, FLAT_BARS_MAX);
    const last = bars.at(-1);
    if (last === undefined) return;
    this.#unsent[rank] = last.startMicros + micros;
    take(interval, bars);
  }
}
