/**
 * The candles of one instrument at every interval, as a function of the log's events alone.
 *
 * There is no clock: time is the stamps of the shard's events, which never go back. A bar is final
 * as soon as a stamp at or beyond its end was seen, and its trades are those before that. Bars begin
 * with the one of the first trade, when everything is allocated (1 kB; candle_series.ts for what
 * grows later).
 *
 * A trade touches the bar of the finest interval only. When that one ends it is added to the open bar
 * of the next interval, and so on as long as intervals end; so what the open bar of an interval lacks
 * are the open bars of the finer ones.
 *
 * | operation | cost |
 * | --- | --- |
 * | add | O(1); where its stamp ends bars, O(intervals that end) |
 * | pass | a comparison; where it ends bars, O(intervals that end), however long the gap |
 * | readOpen | O(intervals) |
 * | readFinal | O(log kept bars) |
 *
 * Owner and only writer: the thread that applies the events.
 *
 * @module
 */
import { barStart, type CandleInterval, candleIntervals } from "./candle_intervals.ts";
import {
  addLots,
  addToCandle,
  addToRecord,
  type Candle,
  CANDLE_DOUBLES,
  CandleField,
  fillFlat,
  newCandle,
} from "./candle_record.ts";
import { CandleSeries } from "./candle_series.ts";

/** Most bars of one answer of {@link Candles.recent}. */
export const RECENT_BARS_MAX = 1_000;

/** The candles of one instrument. */
export class Candles {
  /** A record for each interval: what it has of its open bar. Empty before the first trade. */
  #open = new Float64Array(0);
  /** By interval, the time from which on final bars are due; 0 until some were forgotten. */
  #due = new Float64Array(0);
  #series: readonly CandleSeries[] = [];
  /** End of the finest open bar: nothing ends before. */
  #endMicros = Infinity;
  #lastTicks = 0;
  #dueIntervals = 0;

  /**
   * Number of the intervals, from the finest on, with bars that became final since
   * {@link forgetDue}. Where one has any, all finer ones do.
   */
  get dueIntervals(): number {
    return this.#dueIntervals;
  }

  /** Bytes that are held. */
  get byteLength(): number {
    const own = this.#open.byteLength + this.#due.byteLength;
    return this.#series.reduce((sum, series) => sum + series.byteLength, own);
  }

  /**
   * Adds a trade, which passes its time as {@link pass} does.
   *
   * @param tradeId above that of the trade before
   * @param timeMicros from 0 to `SAFE_MAX` less a day, not before any stamp seen so far
   */
  add(tradeId: number, priceTicks: number, lots: number, timeMicros: number): void {
    if (timeMicros >= this.#endMicros) this.#advance(timeMicros);
    else if (this.#endMicros === Infinity) this.#begin(timeMicros);
    const open = this.#open;
    this.#lastTicks = priceTicks;
    open[CandleField.close] = priceTicks;
    open[CandleField.lastTrade] = tradeId;
    if (open[CandleField.trades] === 0) {
      open[CandleField.open] = priceTicks;
      open[CandleField.high] = priceTicks;
      open[CandleField.low] = priceTicks;
      open[CandleField.volume] = lots;
      open[CandleField.trades] = 1;
      open[CandleField.firstTrade] = tradeId;
      return;
    }
    if (priceTicks > open[CandleField.high]) open[CandleField.high] = priceTicks;
    if (priceTicks < open[CandleField.low]) open[CandleField.low] = priceTicks;
    open[CandleField.volume] = addLots(open[CandleField.volume], lots);
    open[CandleField.trades]++;
  }

  /** Sees a stamp, not before any seen so far: makes the bars final that end with it or before it. */
  pass(timeMicros: number): void {
    if (timeMicros >= this.#endMicros) this.#advance(timeMicros);
  }

  /** Reads the bar that is open, which is flat so far where it has no trades. False before any. */
  readOpen({ rank }: CandleInterval, into: Candle): boolean {
    if (this.#series.length === 0) return false;
    fillFlat(into, this.#startOf(rank), this.#lastTicks, false);
    for (let at = rank * CANDLE_DOUBLES; at >= 0; at -= CANDLE_DOUBLES) {
      if (this.#open[at + CandleField.trades] !== 0) addToCandle(into, this.#open, at);
    }
    return true;
  }

  /** Reads the first final bar that begins at `fromMicros` or later; false where there is none. */
  readFinal({ rank }: CandleInterval, fromMicros: number, into: Candle): boolean {
    if (this.#series.length === 0) return false;
    return this.#series[rank].readFrom(fromMicros, this.#startOf(rank), into);
  }

  /**
   * The time from which on {@link readFinal} finds the bars that became final since
   * {@link forgetDue}: they are all that follow. 0 where it was never called.
   */
  dueFrom({ rank }: CandleInterval): number {
    return this.#series.length === 0 ? 0 : this.#due[rank];
  }

  /** Forgets which bars became final: the messages have them. O(intervals with due bars). */
  forgetDue(): void {
    for (let rank = 0; rank < this.#dueIntervals; rank++) this.#due[rank] = this.#startOf(rank);
    this.#dueIntervals = 0;
  }

  /**
   * The newest final bars, newest first: `count` of those that begin before `beforeMicros`, but
   * {@link RECENT_BARS_MAX} at most. O(count x log kept bars).
   */
  recent({ rank }: CandleInterval, count: number, beforeMicros = Infinity): Candle[] {
    const bars: Candle[] = [];
    if (this.#series.length === 0) return bars;
    const most = Math.min(count, RECENT_BARS_MAX);
    const openMicros = this.#startOf(rank);
    let before = beforeMicros;
    while (bars.length < most) {
      const bar = newCandle();
      if (!this.#series[rank].readBefore(before, openMicros, bar)) break;
      bars.push(bar);
      before = bar.startMicros;
    }
    return bars;
  }

  /** Ends every bar that ends at the time or before. */
  #advance(timeMicros: number): void {
    const open = this.#open;
    let rank = 0;
    // Ends of an interval are ends of all finer ones: the first that has not ended is the last to see.
    while (rank < candleIntervals.length) {
      const { micros } = candleIntervals[rank];
      const at = rank * CANDLE_DOUBLES;
      if (timeMicros < open[at] + micros) break;
      if (open[at + CandleField.trades] !== 0) {
        this.#series[rank].add(open, at);
        if (rank + 1 < candleIntervals.length) addToRecord(open, at, at + CANDLE_DOUBLES);
        open[at + CandleField.trades] = 0;
      }
      open[at] = barStart(timeMicros, micros);
      rank++;
    }
    this.#endMicros = open[0] + candleIntervals[0].micros;
    this.#dueIntervals = Math.max(this.#dueIntervals, rank);
  }

  #begin(timeMicros: number): void {
    this.#open = new Float64Array(candleIntervals.length * CANDLE_DOUBLES);
    this.#due = new Float64Array(candleIntervals.length);
    this.#series = candleIntervals.map(({ micros }) => new CandleSeries(micros));
    for (const { rank, micros } of candleIntervals) {
      this.#open[rank * CANDLE_DOUBLES] = barStart(timeMicros, micros);
    }
    this.#endMicros = this.#open[0] + candleIntervals[0].micros;
  }

  #startOf(rank: number): number {
    return this.#open[rank * CANDLE_DOUBLES + CandleField.start];
  }
}
