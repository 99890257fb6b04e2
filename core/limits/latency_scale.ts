/**
 * Burst and leak that follow the round trip of the path behind.
 *
 * The round trip is smoothed as TCP smooths its own (RFC 6298: an eighth of each sample). At or
 * below a good round trip the burst and the leak are whole; above it both fall with good / smoothed,
 * so that what is let in at once stays about what the path works off in the same time. Neither
 * falls below a least of its own: a burst to {@link BURST_FACTOR_LEAST}, a leak to
 * {@link LEAK_FACTOR_LEAST}, where a leak twice as fast as the rate has come down to the rate itself.
 *
 * {@link SLOW_IN_A_ROW} round trips above {@link SLOW_ROUND_TRIP_MICROS} in a row mean that nothing
 * may come in bursts at all: leaky only. {@link FAST_IN_A_ROW} in a row at or below
 * {@link FAST_ROUND_TRIP_MICROS}, a fifth lower, end it. One between the two breaks either row, so a
 * path at the edge does not flap, and a single fast answer among slow ones ends nothing.
 *
 * State, in slots of a `Float64Array`; zeroed it is fresh:
 *
 * ```text
 * slot | field
 *    0 | smoothed round trip in microseconds; 0 before the first
 *    1 | row: round trips in a row that count towards the other mode
 *    2 | 1 where leaky only
 * ```
 *
 * Every function is O(1) and allocates nothing.
 *
 * @module
 */
import { ROUND_TRIP_MICROS_MAX } from "./gradient_limit.ts";

/** Slots of the state of one path. */
export const LATENCY_SCALE_SLOTS = 3;
/** Round trip up to which burst and leak are whole. */
export const GOOD_ROUND_TRIP_MICROS = 50_000;
/** Round trip above which one is slow. */
export const SLOW_ROUND_TRIP_MICROS = 200_000;
/** Slow round trips in a row that begin leaky only. */
export const SLOW_IN_A_ROW = 3;
/** Round trip up to which one is fast enough to end leaky only. */
export const FAST_ROUND_TRIP_MICROS = 160_000;
/** Fast round trips in a row that end leaky only. */
export const FAST_IN_A_ROW = 2;
/** Least part of a burst. */
export const BURST_FACTOR_LEAST = 0.125;
/** Least part of a leak's rate. */
export const LEAK_FACTOR_LEAST = 0.5;
/** Part of a sample that goes into the smoothed round trip. */
const SAMPLE_SHARE = 1 / 8;

const SMOOTHED = 0;
const ROW = 1;
const LEAKY_ONLY = 2;

/**
 * Takes a round trip. One below 0 or no number (a clock that stepped back) is no sample; one above
 * {@link ROUND_TRIP_MICROS_MAX} counts as that.
 */
export function observeLatency(state: Float64Array, at: number, roundTripMicros: number): void {
  if (!(roundTripMicros >= 0)) return;
  const sample = roundTripMicros < ROUND_TRIP_MICROS_MAX ? roundTripMicros : ROUND_TRIP_MICROS_MAX;
  const smoothed = state[at + SMOOTHED];
  state[at + SMOOTHED] = smoothed === 0 ? sample : smoothed + (sample - smoothed) * SAMPLE_SHARE;
  const isLeakyOnly = state[at + LEAKY_ONLY] === 1;
  const isTowardsOther = isLeakyOnly
    ? sample <= FAST_ROUND_TRIP_MICROS
    : sample > SLOW_ROUND_TRIP_MICROS;
  if (!isTowardsOther) {
    state[at + ROW] = 0;
  } else if (++state[at + ROW] === (isLeakyOnly ? FAST_IN_A_ROW : SLOW_IN_A_ROW)) {
    state[at + ROW] = 0;
    state[at + LEAKY_ONLY] = isLeakyOnly ? 0 : 1;
  }
}

/** The smoothed round trip in microseconds; 0 before the first. */
export function smoothedRoundTripMicros(state: Float64Array, at: number): number {
  return state[at + SMOOTHED];
}

/** Whether nothing may come in a burst. */
export function isLeakyOnly(state: Float64Array, at: number): boolean {
  return state[at + LEAKY_ONLY] === 1;
}

/** Part of a burst that is allowed, {@link BURST_FACTOR_LEAST} to 1; 0 where leaky only. */
export function burstFactor(state: Float64Array, at: number): number {
  return state[at + LEAKY_ONLY] === 1 ? 0 : factor(state[at + SMOOTHED], BURST_FACTOR_LEAST);
}

/** Part of a leak's rate that is allowed, {@link LEAK_FACTOR_LEAST} to 1; the least where leaky only. */
export function leakFactor(state: Float64Array, at: number): number {
  if (state[at + LEAKY_ONLY] === 1) return LEAK_FACTOR_LEAST;
  return factor(state[at + SMOOTHED], LEAK_FACTOR_LEAST);
}

function factor(smoothedMicros: number, least: number): number {
  if (smoothedMicros <= GOOD_ROUND_TRIP_MICROS) return 1;
  const share = GOOD_ROUND_TRIP_MICROS / smoothedMicros;
  return share < least ? least : share;
}
