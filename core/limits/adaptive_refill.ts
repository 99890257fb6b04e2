/**
 * Adaptive refill: how fast do tokens come back, as the last minute shows it?
 *
 * A base rate moves by up to a fifth either way. It rises while requests are refused though the
 * path behind is fast and healthy, falls while the path is slow or fails, and drifts back to the
 * base otherwise, when all is admitted or nothing comes. Trouble counts more than demand, so that a
 * crowd cannot push a path that suffers. What is seen is what lies in a sliding window of
 * {@link REFILL_WINDOW_SECONDS} seconds (sliding_window.ts, {@link REFILL_SUB_WINDOWS} sub-windows);
 * a step is made at most once a second and is a part of the base, rounded up:
 *
 * ```text
 * seen in the window                                     | step of the rate
 * slow or failed: 3 or more, and over 5 % of round trips | 5 % of the base down
 * else, refused: over 1 % of the units asked for, and a  |
 * round trip that was neither slow nor failed            | 2 % of the base up
 * else                                                   | 1 % of the base towards the base
 * ```
 *
 * So a path in trouble has the lowest rate after 4 s from the base, a demand the highest after 10 s,
 * and either is forgotten 20 s after it left the window. Rates are whole units a second, as the token
 * bucket wants them, and a bucket holds {@link REFILL_CAPACITY_SECONDS} seconds of them.
 *
 * State, in slots of a `Float64Array`; zeroed it is fresh:
 *
 * ```text
 * slot | field
 *    0 | offset: the rate less the base, in units a second
 *    1 | stepped: microseconds of the last step
 *  2-5 | noted since then: units asked for, units refused, round trips, slow or failed ones
 *  6.. | a window of each of the four
 * ```
 *
 * Call {@link stepRefill} first; the others read and add to what it left. They are O(1), a step is
 * O(sub-windows that ended); nothing allocates.
 *
 * @module
 */
import {
  addToSlidingWindow,
  settleSlidingWindow,
  slidingWindowSlots,
  slidingWindowSum,
} from "./sliding_window.ts";
import { CLOCK_STEP_BACK_MICROS_MAX, MILLION } from "./token_bucket.ts";

/** Seconds of what is seen, and how many sub-windows they are cut into. */
export const REFILL_WINDOW_SECONDS = 60;
/** Sub-windows of {@link REFILL_WINDOW_SECONDS}. */
export const REFILL_SUB_WINDOWS = 12;
/** How far a rate may move from the base, as a part of it. */
export const REFILL_SWING = 0.2;
/** Lowest rate, in units a second, when nobody says otherwise. */
export const REFILL_LEAST_DEFAULT = 10;
/** Highest rate, in units a second, when nobody says otherwise. */
export const REFILL_MOST_DEFAULT = 1_000;
/** How many seconds of its rate a bucket holds. */
export const REFILL_CAPACITY_SECONDS = 2;
/** Slow or failed round trips from which on they are trouble, where they are enough of all. */
export const TROUBLE_ROUND_TRIPS_LEAST = 3;
/** Part of the round trips above which slow and failed ones are trouble. */
export const TROUBLE_SHARE = 0.05;
/** Part of the units asked for above which refused ones are demand. */
export const DEMAND_SHARE = 0.01;
/** Shortest time between two steps. */
export const REFILL_STEP_MICROS = MILLION;

/** Highest rate of all, in units a second. */
export const REFILL_RATE_MAX = 1_000_000;

const DOWN_SHARE = 0.05;
const UP_SHARE = 0.02;
const HOME_SHARE = 0.01;

const SUB_WINDOW_MICROS = REFILL_WINDOW_SECONDS * MILLION / REFILL_SUB_WINDOWS;
const WINDOW_SLOTS = slidingWindowSlots(REFILL_SUB_WINDOWS);
const OFFSET = 0;
const STEPPED = 1;
const NOTED = 2;
/** Place of each count among those noted, and of its window among the windows. */
const ASKED = 0;
const REFUSED = 1;
const ROUND_TRIPS = 2;
const TROUBLED = 3;
const COUNTS = 4;
const WINDOWS = NOTED + COUNTS;
/** Slots of the state of one refill. */
export const ADAPTIVE_REFILL_SLOTS = WINDOWS + COUNTS * WINDOW_SLOTS;

/** Measures of one refill, made by {@link refillPolicy}; rates are whole units a second. */
export interface RefillPolicy {
  readonly base: number;
  /** Lowest and highest rate that follow from the base and its bounds. */
  readonly low: number;
  readonly high: number;
  /** Steps of the rate. */
  readonly down: number;
  readonly up: number;
  readonly home: number;
}

/** A rate that is no whole number within its bounds. */
export class RefillError extends RangeError {
  override readonly name = "RefillError";
  constructor(readonly field: string, readonly value: number, least: number, most: number) {
    super(`${field} is ${value}; it takes a whole number from ${least} to ${most}`);
  }
}

/**
 * The measures that follow from a base rate and the rates that it never leaves.
 *
 * @throws {RefillError} when a rate is not whole or not within the others.
 */
export function refillPolicy(
  base: number,
  least: number = REFILL_LEAST_DEFAULT,
  most: number = REFILL_MOST_DEFAULT,
): RefillPolicy {
  wholeWithin("least rate", least, 1, REFILL_RATE_MAX);
  wholeWithin("most rate", most, least, REFILL_RATE_MAX);
  wholeWithin("base rate", base, least, most);
  const swing = Math.floor(base * REFILL_SWING);
  const step = (share: number): number => Math.ceil(base * share);
  return {
    base,
    low: Math.max(least, base - swing),
    high: Math.min(most, base + swing),
    down: step(DOWN_SHARE),
    up: step(UP_SHARE),
    home: step(HOME_SHARE),
  };
}

function wholeWithin(field: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RefillError(field, value, least, most);
}

/** The rate that holds now, in units a second. */
export function refillRate(state: Float64Array, at: number, policy: RefillPolicy): number {
  return policy.base + state[at + OFFSET];
}

/** Notes that `units` were asked for, and whether they were admitted. */
export function noteUnits(
  state: Float64Array,
  at: number,
  units: number,
  isAdmitted: boolean,
): void {
  state[at + NOTED + ASKED] += units;
  if (!isAdmitted) state[at + NOTED + REFUSED] += units;
}

/** Notes a round trip, and whether it was slow or failed. */
export function noteRoundTrip(state: Float64Array, at: number, isTroubled: boolean): void {
  state[at + NOTED + ROUND_TRIPS]++;
  if (isTroubled) state[at + NOTED + TROUBLED]++;
}

/** Makes the step that is due, if one is, and says the rate that holds now. */
export function stepRefill(
  state: Float64Array,
  at: number,
  nowMicros: number,
  policy: RefillPolicy,
): number {
  const elapsedMicros = nowMicros - state[at + STEPPED];
  if (elapsedMicros < REFILL_STEP_MICROS) {
    if (elapsedMicros < -CLOCK_STEP_BACK_MICROS_MAX) {
      state[at + STEPPED] = nowMicros + CLOCK_STEP_BACK_MICROS_MAX;
    }
    return refillRate(state, at, policy);
  }
  state[at + STEPPED] = nowMicros;
  const asked = seen(state, at, ASKED, nowMicros);
  const refused = seen(state, at, REFUSED, nowMicros);
  const roundTrips = seen(state, at, ROUND_TRIPS, nowMicros);
  const troubled = seen(state, at, TROUBLED, nowMicros);
  const offset = state[at + OFFSET];
  if (troubled >= TROUBLE_ROUND_TRIPS_LEAST && troubled > roundTrips * TROUBLE_SHARE) {
    state[at + OFFSET] = Math.max(policy.low - policy.base, offset - policy.down);
  } else if (refused > asked * DEMAND_SHARE && roundTrips > troubled) {
    state[at + OFFSET] = Math.min(policy.high - policy.base, offset + policy.up);
  } else if (offset !== 0) {
    // Whoever was not asked for a minute has had all of its steps home.
    const home = policy.home * Math.floor(elapsedMicros / REFILL_STEP_MICROS);
    state[at + OFFSET] = offset > 0 ? Math.max(0, offset - home) : Math.min(0, offset + home);
  }
  return refillRate(state, at, policy);
}

/** What a window holds now, with what was noted since the last step, when that was settled. */
function seen(state: Float64Array, at: number, count: number, nowMicros: number): number {
  const windowAt = at + WINDOWS + count * WINDOW_SLOTS;
  const noted = at + NOTED + count;
  addToSlidingWindow(state, windowAt, state[noted]);
  state[noted] = 0;
  settleSlidingWindow(state, windowAt, nowMicros, REFILL_SUB_WINDOWS, SUB_WINDOW_MICROS);
  return slidingWindowSum(state, windowAt);
}
