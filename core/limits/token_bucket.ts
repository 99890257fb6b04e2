/**
 * Token bucket: may a burst enter?
 *
 * A bucket holds a number of units and gets them back at a steady rate; a request that finds its
 * cost in the bucket enters at once. The state is two slots of a `Float64Array`, and a zeroed state
 * is a full bucket, so that a fresh table needs no set-up:
 *
 * ```text
 * slot | field
 *    0 | debt: millionths of a unit that were taken and are not back yet, an integer
 *    1 | anchor: microseconds at which the debt was exact, an integer
 * ```
 *
 * All arithmetic is on integers below 2^53: a unit is a million parts, and a rate of r units a
 * second is exactly r parts a microsecond. Call {@link settleTokenBucket} first; the other functions
 * read what it left. Every function is O(1) and allocates nothing.
 *
 * @module
 */

/** Slots of one bucket's state. */
export const TOKEN_BUCKET_SLOTS = 2;
/** Parts of a unit, and microseconds of a second. */
export const MILLION = 1_000_000;
/** Most units a second that keep the arithmetic exact. */
export const UNITS_PER_SECOND_MAX = 100_000_000;
/** Most units that a bucket may hold. */
export const BUCKET_UNITS_MAX = 200_000_000;

/**
 * How far, in microseconds, a state may lie ahead of the clock. A clock that steps back by less
 * gives nobody anything; one that steps back by more (somebody corrected it) costs an obedient
 * client at most this long.
 */
export const CLOCK_STEP_BACK_MICROS_MAX = 1_000_000;

const DEBT = 0;
const ANCHOR = 1;

/** Brings the state at `at` up to `nowMicros`: what came back since the anchor leaves the debt. */
export function settleTokenBucket(
  state: Float64Array,
  at: number,
  nowMicros: number,
  unitsPerSecond: number,
): void {
  const elapsedMicros = nowMicros - state[at + ANCHOR];
  if (elapsedMicros < 0) {
    if (elapsedMicros < -CLOCK_STEP_BACK_MICROS_MAX) {
      state[at + ANCHOR] = nowMicros + CLOCK_STEP_BACK_MICROS_MAX;
    }
    return;
  }
  // The product may pass 2^53 after a long silence; it is then far above any debt, so the
  // comparison still holds, and the subtraction happens only where the product is exact.
  const back = elapsedMicros * unitsPerSecond;
  state[at + DEBT] = back >= state[at + DEBT] ? 0 : state[at + DEBT] - back;
  state[at + ANCHOR] = nowMicros;
}

/** Microseconds until `cost` units (at most `units`) are there; 0 when they are. */
export function tokenBucketWaitMicros(
  state: Float64Array,
  at: number,
  nowMicros: number,
  unitsPerSecond: number,
  units: number,
  cost: number,
): number {
  const missing = state[at + DEBT] + (cost - units) * MILLION;
  if (missing <= 0) return 0;
  return Math.ceil(missing / unitsPerSecond) + (state[at + ANCHOR] - nowMicros);
}

/** Takes `cost` units, which {@link tokenBucketWaitMicros} found to be there. */
export function takeFromTokenBucket(state: Float64Array, at: number, cost: number): void {
  state[at + DEBT] += cost * MILLION;
}

/** Gives `cost` units back, as far as they are missing. */
export function giveToTokenBucket(state: Float64Array, at: number, cost: number): void {
  const debt = state[at + DEBT] - cost * MILLION;
  state[at + DEBT] = debt > 0 ? debt : 0;
}

/** Makes the state at `at` that of a bucket elsewhere, which has this debt now. */
export function mirrorTokenBucket(
  state: Float64Array,
  at: number,
  debtParts: number,
  nowMicros: number,
): void {
  state[at + DEBT] = debtParts;
  state[at + ANCHOR] = nowMicros;
}

/** When the state was brought up to the clock, in microseconds. */
export function tokenBucketAnchorMicros(state: Float64Array, at: number): number {
  return state[at + ANCHOR];
}

/** Whole units that the bucket holds; less than none where more was given out than there was. */
export function tokenBucketRemaining(state: Float64Array, at: number, units: number): number {
  return Math.floor((units * MILLION - state[at + DEBT]) / MILLION);
}

/** Microseconds until the bucket is full; 0 when it is. */
export function tokenBucketFullMicros(
  state: Float64Array,
  at: number,
  nowMicros: number,
  unitsPerSecond: number,
): number {
  if (state[at + DEBT] === 0) return 0;
  return Math.ceil(state[at + DEBT] / unitsPerSecond) + (state[at + ANCHOR] - nowMicros);
}
