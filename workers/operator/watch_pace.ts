/**
 * How fast a replay goes: by the stamps of what is replayed, a number of times as fast, or as fast as
 * it can be read.
 *
 * @module
 */

/** Slowest and fastest speed that is a number. */
export const SPEED_LEAST = 0.1;
/** See {@link SPEED_LEAST}. */
export const SPEED_MOST = 10_000;
/** As fast as possible. */
export const SPEED_MAX = Infinity;

const MICROS_PER_MILLI = 1_000;
/** Waits below this are made up for by a later one: a timer is no more exact. */
const WAIT_MILLIS_LEAST = 1;
/** Longest wait in one piece: timers take no more than 2^31 ms. */
const WAIT_MILLIS_MAX = 60_000;

/** What a pace goes by: milliseconds that pass evenly, and a way to let some pass. */
export interface PaceClock {
  now(): number;
  /** Settles after so many milliseconds, or when the signal is given. */
  wait(millis: number, signal: AbortSignal): Promise<void>;
}

/** The clock of this machine. */
export const machineClock: PaceClock = {
  now: () => performance.now(),
  wait: (millis, signal) =>
    new Promise((done) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        done();
      };
      const timer = setTimeout(end, millis);
      signal.addEventListener("abort", end);
    }),
};

/** The pace of one replay. It begins with the first stamp that it is given. */
export class ReplayPace {
  readonly #clock: PaceClock;
  #beganMillis = 0;
  #firstMicros = -1;
  #lastMicros = 0;

  /** @param speed how many times as fast as it was, or {@link SPEED_MAX} */
  constructor(readonly speed: number, clock: PaceClock = machineClock) {
    this.#clock = clock;
  }

  /** Settles when what has this stamp is due, or the signal is given. */
  async until(stampMicros: number, signal: AbortSignal): Promise<void> {
    if (this.#firstMicros < 0) {
      this.#firstMicros = stampMicros;
      this.#beganMillis = this.#clock.now();
    }
    while (this.speed !== SPEED_MAX && !signal.aborted) {
      const afterMillis = (stampMicros - this.#firstMicros) / MICROS_PER_MILLI / this.speed;
      const wait = this.#beganMillis + afterMillis - this.#clock.now();
      if (wait < WAIT_MILLIS_LEAST) break;
      await this.#clock.wait(Math.min(wait, WAIT_MILLIS_MAX), signal);
    }
    this.#lastMicros = Math.max(this.#lastMicros, stampMicros);
  }

  /** The market's time at this moment of the replay; 0 before it has begun. */
  get nowMicros(): number {
    if (this.speed === SPEED_MAX || this.#firstMicros < 0) return this.#lastMicros;
    const passedMicros = (this.#clock.now() - this.#beganMillis) * MICROS_PER_MILLI * this.speed;
    // What has come may be ahead of its time by less than the least wait.
    return Math.max(this.#lastMicros, this.#firstMicros + Math.floor(passedMicros));
  }
}
