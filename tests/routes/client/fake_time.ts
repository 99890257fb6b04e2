/**
 * Timers of this process that a test moves on by hand.
 *
 * @module
 */

interface Timer {
  dueMillis: number;
  readonly everyMillis: number | null;
  readonly work: () => void;
}

/** Stands in the place of the platform's timers until it is disposed of. */
export class FakeTime implements Disposable {
  nowMillis = 1_700_000_000_000;
  readonly #timers = new Map<number, Timer>();
  readonly #kept = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    setInterval: globalThis.setInterval,
    clearInterval: globalThis.clearInterval,
  };
  #count = 0;

  constructor() {
    const add = (work: () => void, millis: number, everyMillis: number | null) => {
      this.#timers.set(++this.#count, { dueMillis: this.nowMillis + millis, everyMillis, work });
      return this.#count;
    };
    const remove = (id: number | undefined) => void this.#timers.delete(id ?? 0);
    Object.assign(globalThis, {
      setTimeout: (work: () => void, millis = 0) => add(work, millis, null),
      setInterval: (work: () => void, millis = 0) => add(work, millis, millis),
      clearTimeout: remove,
      clearInterval: remove,
    });
  }

  /** Lets time pass, timers in their order. */
  advance(millis: number): void {
    const untilMillis = this.nowMillis + millis;
    for (;;) {
      const due = [...this.#timers].filter(([, { dueMillis }]) => dueMillis <= untilMillis)
        .sort(([, a], [, b]) => a.dueMillis - b.dueMillis)[0];
      if (due === undefined) break;
      const [id, timer] = due;
      this.nowMillis = timer.dueMillis;
      if (timer.everyMillis === null) this.#timers.delete(id);
      else timer.dueMillis += timer.everyMillis;
      timer.work();
    }
    this.nowMillis = untilMillis;
  }

  [Symbol.dispose](): void {
    Object.assign(globalThis, this.#kept);
  }
}
