/**
 * One side of an aggregated book: price levels in order, with the total quantity of each.
 *
 * Levels stand in two parallel arrays with the best one last, so that a change near the best price,
 * where nearly all changes are, moves few numbers.
 *
 * | operation | cost (n levels, d of them better than the price) |
 * | --- | --- |
 * | quantityAt | O(log n) |
 * | change of a level's quantity | O(log n) |
 * | a level comes or goes | O(log n + d) |
 * | best | O(1) |
 *
 * Owner and only writer: the thread that applies the events.
 *
 * @module
 */
import { Side } from "../protocol/order_record.ts";
import { SAFE_MAX } from "../protocol/wire_buffer.ts";

/** Most levels of a side: as many as a shard may have orders. */
export const SIDE_LEVELS_MAX = 2 ** 23;
const CAPACITY = 64;

/** A change that contradicts the book: events were missed, or applied twice. */
export class DepthError extends Error {
  override readonly name = "DepthError";
  constructor(readonly priceTicks: number, readonly held: number, readonly change: number) {
    super(`level ${priceTicks} holds ${held} lots and cannot change by ${change}`);
  }
}

/** The levels of one side. Prices in ticks, quantities in lots. */
export class DepthSide {
  #prices = new Float64Array(CAPACITY);
  #quantities = new Float64Array(CAPACITY);
  #count = 0;
  readonly #isAscending: boolean;

  /** @param side `Side.buy` for bids, whose best is the highest price; `Side.sell` for asks */
  constructor(side: number) {
    this.#isAscending = side === Side.buy;
  }

  /** Levels of the side. */
  get count(): number {
    return this.#count;
  }
  /** Price of the level with the given rank, 0 for the best; 0 where there is none. */
  priceOf(rank: number): number {
    return rank < this.#count ? this.#prices[this.#count - 1 - rank] : 0;
  }
  /** Quantity of the level with the given rank, 0 for the best; 0 where there is none. */
  quantityOf(rank: number): number {
    return rank < this.#count ? this.#quantities[this.#count - 1 - rank] : 0;
  }

  /** Quantity at a price; 0 where there is no level. */
  quantityAt(priceTicks: number): number {
    const at = this.#find(priceTicks);
    return this.#holds(at, priceTicks) ? this.#quantities[at] : 0;
  }

  /**
   * Adds lots to a level, or takes them off where `lots` is negative; an empty level goes.
   *
   * @returns the level's quantity before the change
   * @throws {DepthError} when the level does not hold as much as is taken, or the side is full
   */
  change(priceTicks: number, lots: number): number {
    const at = this.#find(priceTicks);
    const before = this.#holds(at, priceTicks) ? this.#quantities[at] : 0;
    const after = before + lots;
    if (after < 0 || after > SAFE_MAX) throw new DepthError(priceTicks, before, lots);
    if (before === 0) {
      if (after > 0) this.#insert(at, priceTicks, after);
    } else if (after === 0) this.#remove(at);
    else this.#quantities[at] = after;
    return before;
  }

  #holds(at: number, priceTicks: number): boolean {
    return at < this.#count && this.#prices[at] === priceTicks;
  }

  /** Index of the first level that is not worse than the price. */
  #find(priceTicks: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const isWorse = this.#isAscending
        ? this.#prices[middle] < priceTicks
        : this.#prices[middle] > priceTicks;
      if (isWorse) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #insert(at: number, priceTicks: number, lots: number): void {
    if (this.#count === this.#prices.length) this.#grow(priceTicks, lots);
    this.#prices.copyWithin(at + 1, at, this.#count);
    this.#quantities.copyWithin(at + 1, at, this.#count);
    this.#prices[at] = priceTicks;
    this.#quantities[at] = lots;
    this.#count++;
  }

  #remove(at: number): void {
    this.#prices.copyWithin(at, at + 1, this.#count);
    this.#quantities.copyWithin(at, at + 1, this.#count);
    this.#count--;
  }

  #grow(priceTicks: number, lots: number): void {
    if (this.#count === SIDE_LEVELS_MAX) throw new DepthError(priceTicks, 0, lots);
    const prices = new Float64Array(this.#count * 2);
    const quantities = new Float64Array(this.#count * 2);
    prices.set(this.#prices);
    quantities.set(this.#quantities);
    this.#prices = prices;
    this.#quantities = quantities;
  }
}
