/**
 * The bodies that are being read, and when they have taken too long.
 *
 * A timer for each body would cost half of what a signature does. So time is counted in sweeps: a
 * body notes the sweep in which its reading began, and one sweep every half second ends those that
 * are too old. Whoever owns the process calls it.
 *
 * @module
 */

/** How long a body may take to arrive: as long as a request may be on its way by default. */
export const BODY_MILLIS_MAX = 5_000;
/** Time between two sweeps. */
export const BODY_SWEEP_MILLIS = 500;

/** Sweeps that a body lives through: one that began just behind a sweep has all of its time. */
const SWEEPS_MAX = BODY_MILLIS_MAX / BODY_SWEEP_MILLIS;

/** One body. */
export interface BodyRead {
  /** Told when nobody waits for it any more; whoever reads sets it. */
  onLate: () => void;
  readonly sweep: number;
  readonly end: () => void;
}

/** The bodies of one gateway. At most one for each connection. */
export class BodyReads {
  /** Oldest first. */
  readonly #reads = new Set<BodyRead>();
  #sweeps = 0;

  /** Bodies that are being read. */
  get size(): number {
    return this.#reads.size;
  }

  /**
   * What `begin` comes to, or what `late` says when that takes too long. `begin` must not reject;
   * it may set `onLate` to stop.
   */
  within<T>(begin: (read: BodyRead) => Promise<T>, late: () => T): Promise<T> {
    return new Promise((resolve) => {
      const read: BodyRead = {
        onLate: () => {},
        sweep: this.#sweeps,
        end: () => resolve(late()),
      };
      this.#reads.add(read);
      void begin(read).then((outcome) => {
        this.#reads.delete(read);
        resolve(outcome);
      });
    });
  }

  /** Ends what is too old. */
  sweep(): void {
    this.#sweeps++;
    for (const read of this.#reads) {
      if (this.#sweeps - read.sweep <= SWEEPS_MAX) return;
      this.#reads.delete(read);
      read.end();
      read.onLate();
    }
  }
}
