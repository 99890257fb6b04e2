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
  /** The prices in order, until there are others. */
  #sortedBids: Float64Array | null = null;
  #sortedAsks: Float64Array | null = null;

  /** Prices of both sides. */
  get count(): number {
    return this.#bids.size + this.#asks.size;
  }

  /** Notes a price. O(1). */
  add(side: number, priceTicks: number): void {
    (side === Side.buy ? this.#bids : this.#asks).add(priceTicks);
    this.#forgetOrder();
  }

  /** Notes whatever another one has. */
  addAll(other: TouchedLevels): void {
    for (const price of other.#bids) this.#bids.add(price);
    for (const price of other.#asks) this.#asks.add(price);
    this.#forgetOrder();
  }

  /** The prices of a side, best first. O(touched log touched) after a change. */
  of(side: number): Float64Array {
    if (side === Side.buy) return this.#sortedBids ??= sorted(this.#bids).reverse();
    return this.#sortedAsks ??= sorted(this.#asks);
  }

  /** Forgets them all. */
  clear(): void {
    this.#bids.clear();
    this.#asks.clear();
    this.#forgetOrder();
  }

  #forgetOrder(): void {
    this.#sortedBids = this.#sortedAsks = null;
  }
}

const sorted = (prices: ReadonlySet<number>): Float64Array => Float64Array.from(prices).sort();
