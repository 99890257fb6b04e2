/**
 * Which prices of a book changed since they were last told.
 *
 * @module
 */
import { Side } from "../protocol/order_record.ts";

/** Prices in ticks of both sides. Owner: the thread that applies the events. */
export class TouchedLevels {
  readonly #bids = new Set<number>();
  readonly #asks = new Set<number>();

  /** Prices of both sides. */
  get count(): number {
    return this.#bids.size + this.#asks.size;
  }

  /** Notes a price. O(1). */
  add(side: number, priceTicks: number): void {
    (side === Side.buy ? this.#bids : this.#asks).add(priceTicks);
  }

  /** Notes whatever another one has. */
  addAll(other: TouchedLevels): void {
    for (const price of other.#bids) this.#bids.add(price);
    for (const price of other.#asks) this.#asks.add(price);
  }

  /** The prices of a side, best first. O(touched log touched). */
  of(side: number): Float64Array {
    const sorted = Float64Array.from(side === Side.buy ? this.#bids : this.#asks).sort();
    return side === Side.buy ? sorted.reverse() : sorted;
  }

  /** Forgets them all. */
  clear(): void {
    this.#bids.clear();
    this.#asks.clear();
  }
}
