/**
 * A ladder over a narrow band of fixed width, and a skip list for the prices outside of it. The band
 * goes to where prices come in, once so many have come in outside as there are levels inside.
 *
 * | operation | cost |
 * | --- | --- |
 * | find, insert, remove, next inside of the band | O(1) |
 * | outside | O(log levels outside) expected |
 * | memory | 4.1 bytes a tick of the band, 64 bytes a level outside |
 *
 * @module
 */
import { HierarchicalBitmap } from "./bitmap.ts";
import type { PriceIndex } from "./price_index.ts";
import { SkipList } from "./skip_list.ts";

/** Ticks of the band: 33 KiB a side of a book. */
const BAND_TICKS = 2 ** 13;

/** Both for one side of a book. A price is in the band's ladder if and only if it is in the band. */
export class LadderWithFarPrices implements PriceIndex {
  readonly #levels: Int32Array;
  readonly #bitmap: HierarchicalBitmap;
  readonly #far = new SkipList();
  /** First price of the band. */
  #first = 0;
  /** Levels in the band. */
  #count = 0;
  /** Insertions outside of the band since it was moved. */
  #outside = 0;

  constructor(bandTicks: number = BAND_TICKS) {
    this.#levels = new Int32Array(bandTicks);
    this.#bitmap = new HierarchicalBitmap(bandTicks);
  }

  get byteLength(): number {
    return this.#levels.byteLength + this.#bitmap.byteLength + this.#far.byteLength;
  }

  insert(priceTicks: number, level: number): void {
    let offset = priceTicks - this.#first;
    if (offset < 0 || offset >= this.#levels.length) {
      if (this.#outside++ < this.#count) return this.#far.insert(priceTicks, level);
      this.#moveBand(priceTicks);
      offset = priceTicks - this.#first;
    }
    this.#place(offset, level);
  }

  find(priceTicks: number): number {
    const offset = priceTicks - this.#first;
    const isInside = offset >= 0 && offset < this.#levels.length;
    return isInside ? this.#levels[offset] : this.#far.find(priceTicks);
  }

  remove(priceTicks: number): void {
    const offset = priceTicks - this.#first;
    if (offset < 0 || offset >= this.#levels.length) return this.#far.remove(priceTicks);
    this.#levels[offset] = 0;
    this.#bitmap.delete(offset);
    this.#count--;
  }

  lowest(): number {
    if (this.#count === 0) return this.#far.lowest();
    const price = this.#far.lowestPrice;
    const isFar = price >= 0 && price < this.#first;
    return isFar ? this.#far.lowest() : this.#levels[this.#bitmap.atLeast(0)];
  }

  highest(): number {
    if (this.#count === 0) return this.#far.highest();
    const isFar = this.#far.highestPrice > this.#first;
    return isFar ? this.#far.highest() : this.#levels[this.#bitmap.atMost(this.#levels.length - 1)];
  }

  next(priceTicks: number, upward: boolean): number {
    const offset = priceTicks - this.#first + (upward ? 1 : -1);
    const last = this.#levels.length - 1;
    const isBefore = upward ? offset < 0 : offset > last;
    if (this.#count > 0 && (isBefore || (offset >= 0 && offset <= last))) {
      const near = upward
        ? this.#bitmap.atLeast(isBefore ? 0 : offset)
        : this.#bitmap.atMost(isBefore ? last : offset);
      // Between a price outside of the band and the band there may be others outside.
      const farPrice = isBefore ? this.#far.nextPrice(priceTicks, upward) : -1;
      const isFarFirst = farPrice >= 0 &&
        (upward ? farPrice < this.#first : farPrice > this.#first);
      if (near >= 0 && !isFarFirst) return this.#levels[near];
    }
    return this.#far.next(priceTicks, upward);
  }

  #place(offset: number, level: number): void {
    this.#levels[offset] = level;
    this.#bitmap.add(offset);
    this.#count++;
  }

  /** Centres the band around a price. */
  #moveBand(priceTicks: number): void {
    const levels = this.#levels;
    for (let offset = this.#bitmap.atLeast(0); offset >= 0;) {
      this.#far.insert(this.#first + offset, levels[offset]);
      levels[offset] = 0;
      offset = offset === levels.length - 1 ? -1 : this.#bitmap.atLeast(offset + 1);
    }
    this.#bitmap.clear();
    this.#count = 0;
    this.#outside = 0;
    this.#first = Math.max(0, priceTicks - (levels.length >> 1));
    const end = this.#first + levels.length;
    let price = this.#far.nextPrice(this.#first - 1, true);
    while (price >= 0 && price < end) {
      this.#place(price - this.#first, this.#far.find(price));
      this.#far.remove(price);
      price = this.#far.nextPrice(price, true);
    }
  }
}
