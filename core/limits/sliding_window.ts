/**
 * Sliding window: how much was there in the last so many seconds?
 *
 * The window is cut into sub-windows of equal length with a whole number in each. It covers the
 * newest sub-window, which is still filling, and as many before it as the window has: the oldest of
 * them lies in the window with a part only and **counts in full**. So the guarantee is one of whole
 * numbers, not an estimate: in no interval of the window's length, wherever it begins, are more
 * units admitted than the limit (measured by a clock that never goes back; one that does counts as
 * standing still).
 *
 * What that costs: a unit is forgotten up to one sub-window later than an exact log of all requests
 * would forget it, never earlier. With N sub-windows a client that takes all it can still gets at
 * least N/(N + 1) of what an exact log would admit over a long time, and waits at most the length
 * of one sub-window longer. As a mere counter the sum is that of the last N to N + 1 sub-windows.
 *
 * State, in slots of a `Float64Array`, all integers; zeroed it is an empty window:
 *
 * ```text
 * slot | field
 *    0 | start: microseconds at which the newest sub-window begins
 *    1 | head: which of the counts is the newest's, 0 to N
 *    2 | sum of all counts
 *  3.. | N + 1 counts, in a ring
 * ```
 *
 * Call {@link settleSlidingWindow} first; the other functions read what it left. Adding and summing
 * is O(1), settling O(sub-windows that ended, at most N + 1), the wait O(N). Nothing allocates.
 *
 * @module
 */
import { CLOCK_STEP_BACK_MICROS_MAX } from "./token_bucket.ts";

/** Most sub-windows of a window. */
export const SUB_WINDOWS_MAX = 3_600;

const START = 0;
const HEAD = 1;
const SUM = 2;
const COUNTS = 3;

/**
 * Slots of the state of a window with `subWindows` sub-windows.
 *
 * @example
 * ```ts
 * import {
 *   addToSlidingWindow,
 *   settleSlidingWindow,
 *   slidingWindowSlots,
 *   slidingWindowWaitMicros,
 * } from "./sliding_window.ts";
 *
 * // Two a minute, by the six parts of ten seconds.
 * const state = new Float64Array(slidingWindowSlots(6));
 * settleSlidingWindow(state, 0, 5_000_000, 6, 10_000_000);
 * addToSlidingWindow(state, 0, 2);
 * console.log(slidingWindowWaitMicros(state, 0, 5_000_000, 6, 10_000_000, 2, 1)); // 65000000
 * ```
 *
 * @throws {RangeError} when that is no whole number from 1 to {@link SUB_WINDOWS_MAX}.
 */
export function slidingWindowSlots(subWindows: number): number {
  if (!Number.isInteger(subWindows) || subWindows < 1 || subWindows > SUB_WINDOWS_MAX) {
    throw new RangeError(`subWindows is ${subWindows}; it takes 1 to ${SUB_WINDOWS_MAX}`);
  }
  return COUNTS + subWindows + 1;
}

/**
 * Brings the state at `at` up to `nowMicros`: sub-windows that left the window are forgotten. A
 * newest sub-window that begins later than {@link CLOCK_STEP_BACK_MICROS_MAX} from now comes from a
 * clock that stepped back, and is held to that; nothing is forgotten by it.
 *
 * @param subWindowMicros length of a sub-window, a whole number from 1
 */
export function settleSlidingWindow(
  state: Float64Array,
  at: number,
  nowMicros: number,
  subWindows: number,
  subWindowMicros: number,
): void {
  const elapsedMicros = nowMicros - state[at + START];
  if (elapsedMicros < subWindowMicros) {
    if (elapsedMicros < -CLOCK_STEP_BACK_MICROS_MAX) {
      state[at + START] = nowMicros + CLOCK_STEP_BACK_MICROS_MAX;
    }
    return;
  }
  const intoMicros = elapsedMicros % subWindowMicros;
  const ended = (elapsedMicros - intoMicros) / subWindowMicros;
  state[at + START] = nowMicros - intoMicros;
  if (state[at + SUM] === 0) return;
  const counts = subWindows + 1;
  let head = state[at + HEAD];
  for (let step = ended < counts ? ended : counts; step > 0; step--) {
    head = head === subWindows ? 0 : head + 1;
    state[at + SUM] -= state[at + COUNTS + head];
    state[at + COUNTS + head] = 0;
  }
  state[at + HEAD] = head;
}

/** Microseconds until `cost` units (at most `limit`) fit into the window; 0 when they do. */
export function slidingWindowWaitMicros(
  state: Float64Array,
  at: number,
  nowMicros: number,
  subWindows: number,
  subWindowMicros: number,
  limit: number,
  cost: number,
): number {
  let over = state[at + SUM] + cost - limit;
  if (over <= 0) return 0;
  let oldest = state[at + HEAD];
  let leavesMicros = state[at + START];
  for (let step = 0; step <= subWindows && over > 0; step++) {
    oldest = oldest === subWindows ? 0 : oldest + 1;
    over -= state[at + COUNTS + oldest];
    leavesMicros += subWindowMicros;
  }
  return leavesMicros - nowMicros;
}

/** Counts `cost` units into the newest sub-window. */
export function addToSlidingWindow(state: Float64Array, at: number, cost: number): void {
  state[at + COUNTS + state[at + HEAD]] += cost;
  state[at + SUM] += cost;
}

/** Units in the window. */
export function slidingWindowSum(state: Float64Array, at: number): number {
  return state[at + SUM];
}
