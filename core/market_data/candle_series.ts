/**
 * The final bars of one interval: a ring of those that had trades, and the flat bars between them,
 * which are worked out when they are read. So a quiet instrument costs neither memory nor time.
 *
 * The ring begins empty, has room for {@link FIRST_BARS} with the first bar (1.1 kB), and doubles
 * until it has room for {@link KEPT_BARS_MAX} (72 kB), where the oldest bars go.
 *
 * Of a gap without trades the newest {@link GAP_BARS_MAX} bars are there; older ones are left out. A
 * gap that is not over is as long as it is at the time of reading: its bars do not change while it
 * grows, but its oldest go.
 *
 * | operation | cost |
 * | --- | --- |
 * | add | O(1) amortised, without allocation once the ring has its size |
 * | readFrom, readBefore | O(log bars) |
 *
 * Owner and only writer: the thread that applies the events.
 *
 * @module
 */
import { barStart } from "./candle_intervals.ts";
import { type Candle, CANDLE_DOUBLES, CandleField, fillFinal, fillFlat } from "./candle_record.ts";

/** Bars with trades that are kept of an interval: with the flat ones, at least as many final bars. */
export const KEPT_BARS_MAX = 1_000;
/** Flat bars of one gap: of a longer gap, the newest. */
export const GAP_BARS_MAX = 1_000;
/** Bars that the ring has room for at first. */
export const FIRST_BARS = 16;

/** The final bars of an interval, the oldest first. */
export class CandleSeries {
  #records = new Float64Array(0);
  /** Bars that the ring has room for. */
  #room = 0;
  #added = 0;

  constructor(readonly intervalMicros: number) {}

  /** Bars with trades in the ring. */
  get count(): number {
    return Math.min(this.#added, KEPT_BARS_MAX);
  }

  /** Bytes that the ring takes. */
  get byteLength(): number {
    return this.#records.byteLength;
  }

  /** Adds the bar of the record at `from`, which has trades and begins after the one before it. */
  add(source: Float64Array, from: number): void {
    if (this.#added === this.#room) this.#grow();
    const to = (this.#added++ % this.#room) * CANDLE_DOUBLES;
    for (let field = 0; field < CANDLE_DOUBLES; field++) {
      this.#records[to + field] = source[from + field];
    }
  }

  /**
   * Reads the first bar that begins at `fromMicros` or later.
   *
   * @param openMicros start of the bar that is open: all bars before it are final
   * @returns false where there is none
   */
  readFrom(fromMicros: number, openMicros: number, into: Candle): boolean {
    const first = Math.ceil(fromMicros / this.intervalMicros) * this.intervalMicros;
    if (this.#added === 0 || first >= openMicros) return false;
    const age = this.#ageAt(first);
    if (age === this.count) fillFinal(into, this.#records, this.#at(age - 1));
    else if (first === this.#startOf(age)) fillFinal(into, this.#records, this.#at(age));
    else this.#fillFlat(age, Math.max(first, this.#gapStart(age, openMicros)), into);
    return true;
  }

  /**
   * Reads the last bar that begins before `beforeMicros`.
   *
   * @param openMicros start of the bar that is open: all bars before it are final
   * @returns false where there is none
   */
  readBefore(beforeMicros: number, openMicros: number, into: Candle): boolean {
    const end = Math.min(beforeMicros, openMicros);
    if (this.#added === 0 || end <= 0) return false;
    const last = barStart(end - 1, this.intervalMicros);
    const age = this.#ageAt(last);
    if (age === this.count) return false;
    const isFlat = last > this.#startOf(age) && last >= this.#gapStart(age, openMicros);
    if (isFlat) this.#fillFlat(age, last, into);
    else fillFinal(into, this.#records, this.#at(age));
    return true;
  }

  /** Makes `into` the flat bar that begins then, in the gap behind the bar of the given age. */
  #fillFlat(age: number, startMicros: number, into: Candle): void {
    fillFlat(into, startMicros, this.#records[this.#at(age) + CandleField.close], true);
  }

  /** Start of the oldest bar that there may be in the gap behind the bar of the given age. */
  #gapStart(age: number, openMicros: number): number {
    const end = age === 0 ? openMicros : this.#startOf(age - 1);
    return end - GAP_BARS_MAX * this.intervalMicros;
  }

  /** Age (0: the newest) of the last bar that begins then or before; `count` where none does. */
  #ageAt(startMicros: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#startOf(middle) <= startMicros) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #startOf(age: number): number {
    return this.#records[this.#at(age) + CandleField.start];
  }

  #at(age: number): number {
    return ((this.#added - 1 - age) % this.#room) * CANDLE_DOUBLES;
  }

  /** Makes room for more bars, unless there is room for as many as are kept. */
  #grow(): void {
    if (this.#room === KEPT_BARS_MAX) return;
    this.#room = Math.min(KEPT_BARS_MAX, Math.max(FIRST_BARS, 2 * this.#room));
    // It has not turned round yet: the oldest bar is the first record.
    const records = new Float64Array(this.#room * CANDLE_DOUBLES);
    records.set(this.#records);
    this.#records = records;
  }
}
