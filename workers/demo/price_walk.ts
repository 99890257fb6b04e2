/**
 * A price that wanders: small random steps, and a pull back to where it began, so that a demo that
 * runs for days stays within an instrument's bounds.
 *
 * @module
 */

/** Where a walk begins and how far it steps. */
export interface PriceWalkTerms {
  readonly startTicks: number;
  /** Standard deviation of one step, in ticks. */
  readonly stepTicks: number;
}

/** Share of the distance to its start by which each step pulls the price back. */
const PULL = 0.002;
/** The price stays between these multiples of its start. */
const LEAST = 0.5;
const MOST = 1.5;

/** Whole ticks from step to step. Randomness comes in, so that a test can repeat a walk. */
export class PriceWalk {
  readonly #terms: PriceWalkTerms;
  readonly #random: () => number;
  /** Finer than a tick: a demo's opinion of a price is no money. */
  #price: number;

  /** @param random numbers from 0 up to 1, exclusive */
  constructor(terms: PriceWalkTerms, random: () => number) {
    this.#terms = terms;
    this.#random = random;
    this.#price = terms.startTicks;
  }

  /** The present price. */
  get ticks(): number {
    return Math.round(this.#price);
  }

  /** Takes one step and returns the new price. */
  step(): number {
    const { startTicks, stepTicks } = this.#terms;
    const pull = (startTicks - this.#price) * PULL;
    const moved = this.#price + pull + stepTicks * this.#normal();
    this.#price = Math.min(startTicks * MOST, Math.max(startTicks * LEAST, moved));
    return this.ticks;
  }

  /** Roughly normal with variance 1: the sum of twelve uniform numbers, less its mean. */
  #normal(): number {
    let sum = -6;
    for (let count = 0; count < 12; count++) sum += this.#random();
    return sum;
  }
}
