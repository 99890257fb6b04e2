/**
 * One side of an instrument's public book, level by level (L2): a view of the queues of its orders.
 *
 * Levels are walked from the best one on:
 *
 * ```text
 * for (let level = side.best; level !== 0; level = side.behind(level)) {
 *   take(side.priceOf(level), side.quantityOf(level));
 * }
 * ```
 *
 * A level is a number that is good until the next change of the book.
 *
 * @module
 */
import type { OrderQueues } from "./order_queues.ts";

/** The levels of one side. Prices in ticks, quantities in lots. */
export class DepthSide {
  readonly #queues: OrderQueues;
  readonly #instrument: number;
  readonly #side: number;

  /** @param side `Side.buy` for bids, whose best is the highest price; `Side.sell` for asks */
  constructor(queues: OrderQueues, instrument: number, side: number) {
    this.#queues = queues;
    this.#instrument = instrument;
    this.#side = side;
  }

  /** The best level; 0 where there is none. O(1). */
  get best(): number {
    return this.#queues.bestLevel(this.#instrument, this.#side);
  }
  /** The level behind one; 0 where it is the last. O(height of the price index). */
  behind(level: number): number {
    return this.#queues.levelBehind(this.#instrument, this.#side, level);
  }
  /** Price of a level; 0 of level 0. */
  priceOf(level: number): number {
    return this.#queues.levelPrice(level);
  }
  /** Quantity of a level; 0 of level 0. */
  quantityOf(level: number): number {
    return this.#queues.levelLots(level);
  }

  /** Quantity at a price; 0 where there is no level. O(height of the price index). */
  quantityAt(priceTicks: number): number {
    const level = this.#queues.levelAt(this.#instrument, this.#side, priceTicks);
    return level === 0 ? 0 : this.#queues.levelLots(level);
  }

  /** Levels, or `most` where there are more. O(what it returns). */
  countUpTo(most: number): number {
    let count = 0;
    for (let level = this.best; level !== 0 && count < most; level = this.behind(level)) count++;
    return count;
  }
}
