/**
 * The two buckets of a gateway's total, whose measures change while they are in use.
 *
 * The token bucket says whether a burst may enter, the leaky bucket whether what entered goes on
 * evenly; each kind has its share of both (kind_shares.ts). A change of the rate, or of how much of
 * burst and leak is allowed, keeps what was taken and what is inside: it moves what is still free.
 *
 * ```text
 *                      | rate                        | size
 * tokens               | rate                        | 2 s of the rate x burst
 * tokens, leaky only   | rate                        | 2 s of the rate x BURST_FACTOR_LEAST
 * leak                 | TOTAL_PEAK_FACTOR x rate x  | 1 s of the rate x burst
 *                      | leak, never below the rate  |
 * leak, leaky only     | rate                        | the request, and those that may be ahead
 * ```
 *
 * A request that costs more than its share of a bucket needs all of it. Its tokens are charged in
 * full, so those behind it wait for them; the leak is charged a second's worth at most.
 *
 * @module
 */
import { REFILL_CAPACITY_SECONDS } from "./adaptive_refill.ts";
import { DEPLETED_SHARE } from "./breaker.ts";
import { BURST_FACTOR_LEAST } from "./latency_scale.ts";
import {
  addToLeakyBucket,
  changeLeakRate,
  LEAKY_BUCKET_SLOTS,
  leakyBucketWaitMicros,
  settleLeakyBucket,
} from "./leaky_bucket.ts";
import {
  settleTokenBucket,
  takeFromTokenBucket,
  TOKEN_BUCKET_SLOTS,
  tokenBucketFullMicros,
  tokenBucketRemaining,
  tokenBucketWaitMicros,
} from "./token_bucket.ts";
import { AdmissionKind } from "./admission_code.ts";
import { KIND_SHARES, KIND_UNITS_AHEAD } from "./kind_shares.ts";

/** How many times faster than its rate a burst may be spent. */
export const TOTAL_PEAK_FACTOR = 2;
/** Longest wait for either bucket where no request costs more than a second of the lowest rate. */
export const BUCKETS_WAIT_MICROS_MAX = 4_000_000;

const TOKENS = 0;
const LEAK = TOKENS + TOKEN_BUCKET_SLOTS;
/** Time of the last settling: numbers above 2^31 that are passed by call cost a box on the heap. */
const TIME = LEAK + LEAKY_BUCKET_SLOTS;
const SLOTS = TIME + 1;

/**
 * Tokens and leak of one total. Times never go back (steady_time.ts); {@link settle} comes first, and
 * the others read what it left. O(1), allocates nothing; single writer.
 */
export class TotalBuckets {
  /** Tokens that come back, in whole units a second. */
  unitsPerSecond: number;
  /** Tokens of a full bucket. */
  units: number;
  /** Rate of the leak, in whole units a second. */
  leakUnitsPerSecond: number;
  /** Depth of the leak in units; 0 where leaky only. */
  leakUnits: number;
  readonly #state = new Float64Array(SLOTS);
  /** Most that can be in the leak. */
  readonly #leakUnitsMost: number;

  /** @param unitsPerSecondMost the highest rate that {@link tune} will be given */
  constructor(unitsPerSecond: number, unitsPerSecondMost: number) {
    this.unitsPerSecond = unitsPerSecond;
    this.units = unitsPerSecond * REFILL_CAPACITY_SECONDS;
    this.leakUnitsPerSecond = unitsPerSecond * TOTAL_PEAK_FACTOR;
    this.leakUnits = unitsPerSecond;
    this.#leakUnitsMost = 2 * unitsPerSecondMost + Math.max(...KIND_UNITS_AHEAD);
  }

  /** Brings both up to `time`. */
  settle(time: number): void {
    this.#state[TIME] = time;
    settleTokenBucket(this.#state, TOKENS, time, this.unitsPerSecond);
    settleLeakyBucket(this.#state, LEAK, time, this.leakUnitsPerSecond, this.#leakUnitsMost);
  }

  /**
   * Sets the measures.
   *
   * @param burst part of the burst that is allowed; 0 where leaky only
   * @param leak part of the leak's rate that is allowed, from 1 / {@link TOTAL_PEAK_FACTOR}
   */
  tune(unitsPerSecond: number, burst: number, leak: number): void {
    const isLeakyOnly = burst === 0;
    this.unitsPerSecond = unitsPerSecond;
    const seconds = REFILL_CAPACITY_SECONDS * (isLeakyOnly ? BURST_FACTOR_LEAST : burst);
    this.units = atLeastOne(unitsPerSecond * seconds);
    this.leakUnits = isLeakyOnly ? 0 : atLeastOne(unitsPerSecond * burst);
    const leakUnitsPerSecond = isLeakyOnly
      ? unitsPerSecond
      : Math.ceil(unitsPerSecond * TOTAL_PEAK_FACTOR * leak);
    if (leakUnitsPerSecond === this.leakUnitsPerSecond) return;
    const state = this.#state;
    changeLeakRate(state, LEAK, state[TIME], this.leakUnitsPerSecond, leakUnitsPerSecond);
    this.leakUnitsPerSecond = leakUnitsPerSecond;
  }

  /** Microseconds until `kind` finds the tokens for `cost` units; 0 when it does. */
  tokensWaitMicros(kind: AdmissionKind, cost: number): number {
    const units = this.#unitsOf(kind);
    const tokens = cost < units ? cost : units;
    return this.#tokensWaitMicros(units, tokens);
  }

  /** Microseconds until `cost` units of `kind` fit into the leak; 0 when they do. */
  leakWaitMicros(kind: AdmissionKind, cost: number): number {
    let leakCost = this.#leakCost(cost);
    let depth = leakCost + KIND_UNITS_AHEAD[kind];
    if (this.leakUnits > 0) {
      depth = atLeastOne(this.leakUnits * KIND_SHARES[kind]);
      if (leakCost > depth) leakCost = depth;
    }
    const state = this.#state;
    const { leakUnitsPerSecond } = this;
    return leakyBucketWaitMicros(state, LEAK, state[TIME], leakUnitsPerSecond, depth, leakCost);
  }

  /** Charges `cost` units to both. */
  charge(cost: number): void {
    takeFromTokenBucket(this.#state, TOKENS, cost);
    addToLeakyBucket(this.#state, LEAK, this.leakUnitsPerSecond, this.#leakCost(cost));
  }

  /** Whole tokens that `kind` finds. */
  remaining(kind: AdmissionKind): number {
    const remaining = tokenBucketRemaining(this.#state, TOKENS, this.#unitsOf(kind));
    return remaining < 0 ? 0 : remaining;
  }

  /** Microseconds until all tokens are back; 0 when they are. */
  get fullMicros(): number {
    const state = this.#state;
    return tokenBucketFullMicros(state, TOKENS, state[TIME], this.unitsPerSecond);
  }

  /**
   * Whether new orders find less than the last of their share that {@link DEPLETED_SHARE} leaves, or
   * less than one unit. Measured by the whole bucket it could never be depleted, for a part is kept
   * from them.
   */
  get isDepleted(): boolean {
    const units = this.#unitsOf(AdmissionKind.order);
    const left = units * (1 - DEPLETED_SHARE);
    const least = left < 1 ? 1 : left;
    return this.#tokensWaitMicros(units, least) > 0;
  }

  #tokensWaitMicros(units: number, tokens: number): number {
    const state = this.#state;
    return tokenBucketWaitMicros(state, TOKENS, state[TIME], this.unitsPerSecond, units, tokens);
  }

  #unitsOf(kind: AdmissionKind): number {
    return atLeastOne(this.units * KIND_SHARES[kind]);
  }

  #leakCost(cost: number): number {
    return cost < this.unitsPerSecond ? cost : this.unitsPerSecond;
  }
}

/** The whole part of a share, for a share of nothing would keep its kind out for good. */
export function atLeastOne(units: number): number {
  return units < 1 ? 1 : Math.floor(units);
}
