/**
 * Leaky bucket: how evenly does what entered go on?
 *
 * The generic cell rate algorithm in its virtual scheduling form (ITU-T I.371, annex A): the state
 * is the time at which everything admitted so far will have leaked out, and a request fits when
 * that time, with its own cost added, is no further ahead than the bucket is deep. A zeroed state
 * is an empty bucket:
 *
 * ```text
 * slot | field
 *    0 | empty time: microseconds at which the bucket will be empty, an integer
 *    1 | remainder: what a whole number of microseconds leaves out of it, in parts, 0 to rate - 1
 * ```
 *
 * A unit is a million parts and r units a second leak r parts a microsecond. The remainder makes
 * the schedule exact where the rate does not divide a million; without it a client that keeps
 * precisely to its rate would be refused in the end. Call {@link settleLeakyBucket} first; the
 * other functions read what it left. Every function is O(1) and allocates nothing.
 *
 * @module
 */
import { CLOCK_STEP_BACK_MICROS_MAX, MILLION } from "./token_bucket.ts";

/** Slots of one bucket's state. */
export const LEAKY_BUCKET_SLOTS = 2;

const EMPTY_TIME = 0;
const REMAINDER = 1;

/**
 * Brings the state at `at` up to `nowMicros`. An empty time further ahead than a full bucket can
 * cause comes from a clock that stepped back, and is held to
 * {@link CLOCK_STEP_BACK_MICROS_MAX} beyond a full bucket.
 */
export function settleLeakyBucket(
  state: Float64Array,
  at: number,
  nowMicros: number,
  unitsPerSecond: number,
  units: number,
): void {
  const emptyTime = state[at + EMPTY_TIME];
  if (emptyTime < nowMicros) {
    state[at + EMPTY_TIME] = nowMicros;
    state[at + REMAINDER] = 0;
    return;
  }
  const latest = nowMicros + Math.ceil((units * MILLION) / unitsPerSecond) +
    CLOCK_STEP_BACK_MICROS_MAX;
  if (emptyTime > latest) {
    state[at + EMPTY_TIME] = latest;
    state[at + REMAINDER] = 0;
  }
}

/** Microseconds until `cost` units (at most `units`) fit; 0 when they do. */
export function leakyBucketWaitMicros(
  state: Float64Array,
  at: number,
  nowMicros: number,
  unitsPerSecond: number,
  units: number,
  cost: number,
): number {
  const over = partsInside(state, at, nowMicros, unitsPerSecond) + (cost - units) * MILLION;
  return over <= 0 ? 0 : Math.ceil(over / unitsPerSecond);
}

/** Adds `cost` units, which {@link leakyBucketWaitMicros} found to fit. */
export function addToLeakyBucket(
  state: Float64Array,
  at: number,
  unitsPerSecond: number,
  cost: number,
): void {
  const parts = state[at + REMAINDER] + cost * MILLION;
  // Exact for integers below 2^53, and faster than a remainder of doubles, which is a call.
  const micros = Math.floor(parts / unitsPerSecond);
  state[at + EMPTY_TIME] += micros;
  state[at + REMAINDER] = parts - micros * unitsPerSecond;
}

/** Makes the state at `at` that of a bucket elsewhere, which has so many parts inside now. */
export function mirrorLeakyBucket(
  state: Float64Array,
  at: number,
  insideParts: number,
  nowMicros: number,
  unitsPerSecond: number,
): void {
  const remainder = insideParts % unitsPerSecond;
  state[at + EMPTY_TIME] = nowMicros + (insideParts - remainder) / unitsPerSecond;
  state[at + REMAINDER] = remainder;
}

/**
 * Keeps what is inside where the rate changes, exactly: the same parts take another time to leak
 * out. Call {@link settleLeakyBucket} with the old rate first, and go on with the new one.
 */
export function changeLeakRate(
  state: Float64Array,
  at: number,
  nowMicros: number,
  oldUnitsPerSecond: number,
  newUnitsPerSecond: number,
): void {
  const parts = partsInside(state, at, nowMicros, oldUnitsPerSecond);
  const micros = Math.floor(parts / newUnitsPerSecond);
  state[at + EMPTY_TIME] = nowMicros + micros;
  state[at + REMAINDER] = parts - micros * newUnitsPerSecond;
}

/** Whole units that still fit. */
export function leakyBucketRemaining(
  state: Float64Array,
  at: number,
  nowMicros: number,
  unitsPerSecond: number,
  units: number,
): number {
  const free = units * MILLION - partsInside(state, at, nowMicros, unitsPerSecond);
  return free <= 0 ? 0 : Math.floor(free / MILLION);
}

/** Microseconds until the bucket is empty; 0 when it is. */
export function leakyBucketEmptyMicros(state: Float64Array, at: number, nowMicros: number): number {
  const ahead = state[at + EMPTY_TIME] - nowMicros;
  return state[at + REMAINDER] === 0 ? ahead : ahead + 1;
}

function partsInside(
  state: Float64Array,
  at: number,
  nowMicros: number,
  unitsPerSecond: number,
): number {
  return (state[at + EMPTY_TIME] - nowMicros) * unitsPerSecond + state[at + REMAINDER];
}
