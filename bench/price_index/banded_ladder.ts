/**
 * A ladder: an array of levels by price over a band of prices, and a bitmap of those that are there.
 * When a price falls outside, the band is centred around all prices again; when they do not fit, it
 * is made twice as wide.
 *
 * | operation | cost |
 * | --- | --- |
 * | find, insert, remove | O(1); an insertion that moves the band, O(levels) |
 * | lowest, highest, next | O(3), and a word for every 32,768 ticks of the band |
 * | memory | 4.1 bytes a tick of the band, whatever is in it |
 *
 * @module
 */
import { HierarchicalBitmap } from "./bitmap.ts";
import type { PriceIndex } from "./price_index.ts";

/** Ticks of the band at the start: what three levels of one word each reach. */
const BAND_TICKS = 2 ** 15;
/** Widest band, and so the widest spread of prices that the ladder can hold: 16 MiB. */
export const LADDER_TICKS_MAX = 2 ** 22;

/** The ladder of one side of a book. */
export class BandedLadder implements PriceIndex {
  #levels: Int32Array;
  #bitmap: HierarchicalBitmap;
  /** First price of the band. */
  #first = 0;
  #count = 0;

  constructor(bandTicks: number = BAND_TICKS) {
    this.#levels = new Int32Array(bandTicks);
    this.#bitmap = new HierarchicalBitmap(bandTicks);
  }

  get byteLength(): number {
    return this.#levels.byteLength + this.#bitmap.byteLength;
  }

  insert(priceTicks: number, level: number): void {
    let offset = priceTicks - this.#first;
    if (offset < 0 || offset >= this.#levels.length) {
      this.#moveBand(priceTicks);
      offset = priceTicks - this.#first;
    }
    this.#levels[offset] = level;
    this.#bitmap.add(offset);
    this.#count++;
  }

  find(priceTicks: number): number {
    const offset = priceTicks - this.#first;
    return offset >= 0 && offset < this.#levels.length ? this.#levels[offset] : 0;
  }

  remove(priceTicks: number): void {
    const offset = priceTicks - this.#first;
    this.#levels[offset] = 0;
    this.#bitmap.delete(offset);
    this.#count--;
  }

  lowest(): number {
    return this.#at(this.#bitmap.atLeast(0));
  }

  highest(): number {
    return this.#at(this.#bitmap.atMost(this.#levels.length - 1));
  }

  next(priceTicks: number, upward: boolean): number {
    const offset = priceTicks - this.#first + (upward ? 1 : -1);
    const last = this.#levels.length - 1;
    if (upward) return offset > last ? 0 : this.#at(this.#bitmap.atLeast(Math.max(0, offset)));
    return offset < 0 ? 0 : this.#at(this.#bitmap.atMost(Math.min(last, offset)));
  }

  #at(offset: number): number {
    return offset < 0 ? 0 : this.#levels[offset];
  }

  /** Centres the band around its prices and a new one, and widens it until they fit. */
  #moveBand(priceTicks: number): void {
    const { length } = this.#levels;
    const lowest = this.#count === 0 ? priceTicks : this.#first + this.#bitmap.atLeast(0);
    const highest = this.#count === 0 ? priceTicks : this.#first + this.#bitmap.atMost(length - 1);
    const low = Math.min(lowest, priceTicks);
    const spread = Math.max(highest, priceTicks) - low + 1;
    let ticks = length;
    while (ticks < spread) ticks *= 2;
    if (ticks > LADDER_TICKS_MAX) throw new RangeError(`${spread} ticks do not fit into a ladder`);
    const first = low - ((ticks - spread) >> 1);
    const levels = new Int32Array(ticks);
    const bitmap = new HierarchicalBitmap(ticks);
    for (let offset = this.#bitmap.atLeast(0); offset >= 0;) {
      const moved = offset + this.#first - first;
      levels[moved] = this.#levels[offset];
      bitmap.add(moved);
      offset = offset === length - 1 ? -1 : this.#bitmap.atLeast(offset + 1);
    }
    this.#levels = levels;
    this.#bitmap = bitmap;
    this.#first = first;
  }
}
