/**
 * Which prices of a book changed since they were last told.
 *
 * Nothing is allocated but where a table doubles, and a view a reading. Owner and only writer: the
 * thread that applies the events.
 *
 * @module
 */
import { Side } from "../protocol/order_record.ts";

/** Prices that a side has room for at the start; it doubles. */
const CAPACITY = 64;
/** Buckets of the table for each price that there is room for. */
const BUCKETS_A_PRICE = 2;
/** The last number of a generation: the next one begins anew. */
const GENERATION_MAX = 2 ** 30;

/** Prices in ticks of both sides. */
export class TouchedLevels {
  readonly #bids = new PriceSet();
  readonly #asks = new PriceSet();

  /** Prices of both sides. */
  get count(): number {
    return this.#bids.count + this.#asks.count;
  }

  /** Notes a price. O(1) expected. */
  add(side: number, priceTicks: number): void {
    (side === Side.buy ? this.#bids : this.#asks).add(priceTicks);
  }

  /** Notes whatever another one has. O(its prices) expected. */
  addAll(other: TouchedLevels): void {
    this.#bids.addAll(other.#bids);
    this.#asks.addAll(other.#asks);
  }

  /**
   * The prices of a side, best first. O(touched log touched) after a change.
   *
   * @returns a view that is valid until the next change
   */
  of(side: number): Int32Array {
    return side === Side.buy ? this.#bids.descending() : this.#asks.ascending();
  }

  /** Forgets them all. O(1). */
  clear(): void {
    this.#bids.clear();
    this.#asks.clear();
  }
}

/**
 * Prices side by side, and a table that tells which are there already: open addressing with linear
 * probing, at most half full. A bucket is a price and the generation that it is of, so that all are
 * forgotten by beginning another one.
 */
class PriceSet {
  #prices = new Int32Array(CAPACITY);
  #count = 0;
  #buckets = new Int32Array(2 * BUCKETS_A_PRICE * CAPACITY);
  #generation = 1;
  #order: "none" | "ascending" | "descending" = "none";

  get count(): number {
    return this.#count;
  }

  add(price: number): void {
    const buckets = this.#buckets;
    const mask = (buckets.length >> 1) - 1;
    for (let bucket = homeOf(price) & mask;; bucket = (bucket + 1) & mask) {
      const at = bucket << 1;
      if (buckets[at | 1] !== this.#generation) {
        buckets[at] = price;
        buckets[at | 1] = this.#generation;
        break;
      }
      if (buckets[at] === price) return;
    }
    this.#prices[this.#count++] = price;
    this.#order = "none";
    if (this.#count === this.#prices.length) this.#grow();
  }

  addAll(other: PriceSet): void {
    for (let index = 0; index < other.#count; index++) this.add(other.#prices[index]);
  }

  ascending(): Int32Array {
    const prices = this.#prices.subarray(0, this.#count);
    if (this.#order !== "ascending") prices.sort();
    this.#order = "ascending";
    return prices;
  }

  descending(): Int32Array {
    if (this.#order === "descending") return this.#prices.subarray(0, this.#count);
    const prices = this.ascending().reverse();
    this.#order = "descending";
    return prices;
  }

  clear(): void {
    this.#count = 0;
    this.#order = "none";
    if (this.#generation++ < GENERATION_MAX) return;
    this.#buckets.fill(0);
    this.#generation = 1;
  }

  #grow(): void {
    const before = this.#prices.subarray(0, this.#count);
    const capacity = this.#prices.length * 2;
    this.#prices = new Int32Array(capacity);
    this.#buckets = new Int32Array(2 * BUCKETS_A_PRICE * capacity);
    this.#count = 0;
    for (const price of before) this.add(price);
  }
}

/** Prices near each other, as they mostly are, have buckets side by side. */
const homeOf = (price: number): number => price ^ (price >>> 16);
