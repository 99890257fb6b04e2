/**
 * One timer for all that a gateway does each second, as long as there is something to do.
 *
 * @module
 */

/** Time between two turns. */
export const TURN_MILLIS = 1_000;

/** Calls back turn after turn until it is stopped. */
export type StartTimer = (turn: () => void) => () => void;

const startInterval: StartTimer = (turn) => {
  const timer = setInterval(turn, TURN_MILLIS);
  return () => clearInterval(timer);
};

/** Those who have something to do each second. Owner: a gateway. */
export class EachSecond {
  readonly #start: StartTimer;
  readonly #turns = new Set<() => void>();
  #stop: () => void = () => {};

  /** @param start a clock of a test's own */
  constructor(start: StartTimer = startInterval) {
    this.#start = start;
  }

  /** Calls `turn` each second. It may not throw. @returns ends that; a second call changes nothing */
  add(turn: () => void): () => void {
    // One of its own, so that the same one may be there twice.
    const own = () => turn();
    this.#turns.add(own);
    if (this.#turns.size === 1) {
      this.#stop = this.#start(() => {
        for (const each of this.#turns) each();
      });
    }
    return () => {
      if (this.#turns.delete(own) && this.#turns.size === 0) this.#stop();
    };
  }
}
