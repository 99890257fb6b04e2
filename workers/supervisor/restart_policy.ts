/**
 * When a component that died is started again: at once the first time, then after growing pauses,
 * and not at all when it dies too often.
 *
 * @module
 */

/** Deaths of one component in {@link RESTART_WINDOW_MILLIS} beyond which it is given up. */
export const RESTARTS_MAX = 8;
/** See {@link RESTARTS_MAX}. */
export const RESTART_WINDOW_MILLIS = 30_000;
/** Longest pause before a start. */
export const RESTART_PAUSE_MILLIS_MAX = 2_000;
const PAUSE_STEP_MILLIS = 100;

/** The deaths of one component. A pure state machine: time comes in. */
export class RestartPolicy {
  #deaths: number[] = [];

  /** Deaths within the window, the last one included. */
  get recent(): number {
    return this.#deaths.length;
  }

  /**
   * Counts a death.
   *
   * @returns the pause before the next start in milliseconds, or `null` to give up
   */
  died(nowMillis: number): number | null {
    this.#deaths = this.#deaths.filter((at) => nowMillis - at < RESTART_WINDOW_MILLIS);
    this.#deaths.push(nowMillis);
    if (this.recent > RESTARTS_MAX) return null;
    if (this.recent === 1) return 0;
    return Math.min(RESTART_PAUSE_MILLIS_MAX, PAUSE_STEP_MILLIS * 2 ** (this.recent - 2));
  }
}
