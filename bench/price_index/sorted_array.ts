/**
 * The floor: two arrays sorted by price, searched by halving; an insertion moves what is behind it.
 *
 * @module
 */
import type { PriceIndex } from "./price_index.ts";

/** Levels at the start. */
const CAPACITY = 64;

/** Levels of one side of a book. */
export class SortedArray implements PriceIndex {
  #prices = new Int32Array(CAPACITY);
  #levels = new Int32Array(CAPACITY);
  #count = 0;

  get byteLength(): number {
    return this.#prices.byteLength + this.#levels.byteLength;
  }

  insert(priceTicks: number, level: number): void {
    if (this.#count === this.#prices.length) this.#grow();
    const place = this.#firstFrom(priceTicks);
    this.#prices.copyWithin(place + 1, place, this.#count);
    this.#levels.copyWithin(place + 1, place, this.#count);
    this.#prices[place] = priceTicks;
    this.#levels[place] = level;
    this.#count++;
  }

  find(priceTicks: number): number {
    const place = this.#firstFrom(priceTicks);
    return place < this.#count && this.#prices[place] === priceTicks ? this.#levels[place] : 0;
  }

  remove(priceTicks: number): void {
    const place = this.#firstFrom(priceTicks);
    this.#prices.copyWithin(place, place + 1, this.#count);
    this.#levels.copyWithin(place, place + 1, this.#count);
    this.#count--;
  }

  lowest(): number {
    return this.#count === 0 ? 0 : this.#levels[0];
  }

  highest(): number {
    return this.#count === 0 ? 0 : this.#levels[this.#count - 1];
  }

  next(priceTicks: number, upward: boolean): number {
    const place = upward ? this.#firstFrom(priceTicks + 1) : this.#firstFrom(priceTicks) - 1;
    return place >= 0 && place < this.#count ? this.#levels[place] : 0;
  }

  /** Place of the first price from `priceTicks` on. */
  #firstFrom(priceTicks: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#prices[middle] < priceTicks) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #grow(): void {
    const prices = new Int32Array(this.#prices.length * 2);
    const levels = new Int32Array(this.#levels.length * 2);
    prices.set(this.#prices);
    levels.set(this.#levels);
    this.#prices = prices;
    this.#levels = levels;
  }
}
