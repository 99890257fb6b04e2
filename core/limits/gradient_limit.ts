/**
 * Concurrency limit that follows latency: how many requests may be under way at once?
 *
 * Gradient2 of Netflix's concurrency-limits (Apache 2.0; "Performance Under Load", 2018; the
 * formulas are theirs, the code is not). Samples are taken together in windows of about a round
 * trip: as many as were under way, {@link WINDOW_SAMPLES_LEAST} at least. A long average of the
 * round trip stands for the path without a queue, and a window whose mean is above it for a queue.
 * Each window moves the limit by
 *
 * ```text
 * gradient = tolerance x long / mean, held to 0.5 to 1
 * queue    = the greater of queueLeast and queueShare x limit
 * limit    = limit + smoothing x (limit x gradient + queue - limit)
 * ```
 *
 * so it settles where a round trip is `tolerance` times the long one, with `queue` requests beyond.
 * A limit that is not used (never half of it in flight) does not move. A long average far above the
 * mean, as after a slow spell, comes down by a tenth a window instead of slowly.
 *
 * One thing is different. Under a load that never ends the long average of Gradient2 learns the
 * queue as well, and its limit climbs to the most there may be. Here it learns only where the limit
 * is not what makes the queue: from windows that do not use the limit, and from probes. After
 * {@link PROBE_AFTER_WINDOWS} windows in use the limit is halved until the queue has followed, and
 * the mean that is seen then is the long average from there on. With `tolerance` below
 * `2 x (1 - queueShare)` that closes: where n requests are under way without a queue, the limit
 * settles at no more than {@link gradientLimitSettled} says, and one far above comes down from probe
 * to probe. A probe costs at most half of the concurrency for three hundredths of the time.
 *
 * From wherever slow samples left it, the limit is back after {@link gradientRecoverySamples} fast
 * ones that use it. State, in slots of a `Float64Array`; zeroed it is fresh:
 *
 * ```text
 * slot | field
 *    0 | limit, not rounded; 0 before the first window
 *    1 | long: the long average of the round trip in microseconds; 0 before the first window
 *    2 | used: windows in use since the last probe; in a probe, less than 0: windows left of it
 *    3 | round trips of this window, summed
 *    4 | samples of this window
 *    5 | most that was in flight in this window
 * ```
 *
 * Every function is O(1) and allocates nothing.
 *
 * @module
 */
import type { GradientPolicy } from "./gradient_policy.ts";

/** Slots of the state of one limit. */
export const GRADIENT_LIMIT_SLOTS = 6;
/** Samples of a window at least. */
export const WINDOW_SAMPLES_LEAST = 10;
/** Least that a gradient leaves of the limit, before smoothing. */
export const GRADIENT_LEAST = 0.5;
/** How many times the mean of a window the long average may be before it is brought down. */
export const DRIFT_MAX = 2;
const DRIFT_DECAY = 0.9;
/** Windows in use after which a probe begins. */
export const PROBE_AFTER_WINDOWS = 50;
/** In the first window of a probe what was under way ends, in the second the path is seen. */
const PROBE_WINDOWS = 2;
/** Longest round trip that counts, in microseconds; a longer one counts as this. */
export const ROUND_TRIP_MICROS_MAX = 60_000_000;

const LIMIT = 0;
const LONG = 1;
const USED = 2;
const SUM = 3;
const COUNT = 4;
const PEAK = 5;

/** The limit that holds now, a whole number from `least` to `most`; halved while a probe lasts. */
export function gradientLimit(state: Float64Array, at: number, policy: GradientPolicy): number {
  const limit = state[at + LIMIT] === 0 ? policy.initial : state[at + LIMIT];
  if (state[at + USED] >= 0) return Math.floor(limit);
  return Math.max(policy.least, Math.floor(limit / 2));
}

/**
 * Takes the round trip of a request that ended, and says the limit that holds now.
 *
 * @param roundTripMicros above 0; anything else (a clock that stepped back) is no sample
 * @param inFlight requests under way, the one that ended included
 */
export function observeGradientLimit(
  state: Float64Array,
  at: number,
  policy: GradientPolicy,
  roundTripMicros: number,
  inFlight: number,
): number {
  if (roundTripMicros > 0) {
    state[at + SUM] += roundTripMicros < ROUND_TRIP_MICROS_MAX
      ? roundTripMicros
      : ROUND_TRIP_MICROS_MAX;
    const count = ++state[at + COUNT];
    if (inFlight > state[at + PEAK]) state[at + PEAK] = inFlight;
    if (count >= WINDOW_SAMPLES_LEAST && count >= state[at + PEAK]) endWindow(state, at, policy);
  }
  return gradientLimit(state, at, policy);
}

function endWindow(state: Float64Array, at: number, policy: GradientPolicy): void {
  const count = state[at + COUNT];
  const mean = state[at + SUM] / count;
  const peak = state[at + PEAK];
  state[at + SUM] = 0;
  state[at + COUNT] = 0;
  state[at + PEAK] = 0;
  if (state[at + USED] < 0) {
    if (++state[at + USED] === 0) state[at + LONG] = mean;
    return;
  }
  if (state[at + LIMIT] === 0) {
    state[at + LIMIT] = policy.initial;
    state[at + LONG] = mean;
  }
  const inUse = peak >= state[at + LIMIT] / 2;
  if (!inUse) {
    const weight = 2 * count / (policy.longSamples + 1);
    state[at + LONG] += (weight < 1 ? weight : 1) * (mean - state[at + LONG]);
  }
  if (state[at + LONG] > DRIFT_MAX * mean) state[at + LONG] *= DRIFT_DECAY;
  if (!inUse) return;
  moveLimit(state, at, policy, mean);
  if (++state[at + USED] >= PROBE_AFTER_WINDOWS) state[at + USED] = -PROBE_WINDOWS;
}

function moveLimit(state: Float64Array, at: number, policy: GradientPolicy, mean: number): void {
  const limit = state[at + LIMIT];
  const ratio = policy.tolerance * state[at + LONG] / mean;
  const gradient = ratio > 1 ? 1 : ratio < GRADIENT_LEAST ? GRADIENT_LEAST : ratio;
  const share = policy.queueShare * limit;
  const queue = share > policy.queueLeast ? share : policy.queueLeast;
  const moved = limit + policy.smoothing * (limit * gradient + queue - limit);
  state[at + LIMIT] = Math.max(policy.least, Math.min(policy.most, moved));
}

/**
 * About where the limit settles at most under a load that never ends, on a path with one server at
 * its narrowest place, where a round trip takes as long as the service of `paths` requests.
 */
export function gradientLimitSettled(policy: GradientPolicy, paths: number): number {
  const { tolerance, queueLeast, queueShare } = policy;
  // Either the path decides, or where the path is shorter than that, what a halved limit queues.
  const byPath = Math.max(tolerance * paths + queueLeast, tolerance * paths / (1 - queueShare));
  return Math.max(policy.least, byPath, 2 * queueLeast / (2 - tolerance));
}

/**
 * Fast samples (none slower than `tolerance` times the long average, at least half of the limit in
 * flight) after which a limit of `from` is back at `target`, with the probes between.
 */
export function gradientRecoverySamples(
  policy: GradientPolicy,
  from: number,
  target: number,
): number {
  const growth = policy.smoothing * policy.queueLeast;
  const windows = Math.ceil(Math.max(0, target - from) / growth) + 1;
  const probes = Math.ceil(windows / PROBE_AFTER_WINDOWS) * PROBE_WINDOWS;
  return (windows + probes) * Math.max(WINDOW_SAMPLES_LEAST, Math.ceil(target));
}
