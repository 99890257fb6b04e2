/**
 * Steady time: a clock that never goes back, made of one that may.
 *
 * Where the clock steps back by up to {@link CLOCK_STEP_BACK_MICROS_MAX} the time stands still until
 * the clock has caught up, so that a clock which trembles makes no time of its own. A larger step is
 * somebody's correction: the time goes on from where it is at once. So whatever counts by it neither
 * gives anything away nor waits for longer than that bound because of the clock.
 *
 * State, in slots of a `Float64Array`; zeroed it is fresh:
 *
 * ```text
 * slot | field
 *    0 | time: microseconds, the highest so far
 *    1 | offset: what corrections of the clock made it differ by, in microseconds
 * ```
 *
 * O(1), allocates nothing.
 *
 * @module
 */
import { CLOCK_STEP_BACK_MICROS_MAX } from "./token_bucket.ts";

/** Slots of the state of one steady time. */
export const STEADY_TIME_SLOTS = 2;

const TIME = 0;
const OFFSET = 1;

/** The time at `nowMicros` of the clock, in microseconds; never less than it was. */
export function steadyTime(state: Float64Array, at: number, nowMicros: number): number {
  const time = nowMicros + state[at + OFFSET];
  const backMicros = state[at + TIME] - time;
  if (backMicros <= 0) {
    state[at + TIME] = time;
    return time;
  }
  if (backMicros > CLOCK_STEP_BACK_MICROS_MAX) state[at + OFFSET] += backMicros;
  return state[at + TIME];
}
