/**
 * A map that forgets what was used longest ago.
 *
 * @module
 */

/** Least-recently-used map of bounded size. All operations are O(1). */
export class Lru<T> {
  /** In the order of use: the first is the one to go. */
  readonly #entries = new Map<string, T>();

  /** @throws {RangeError} when `entriesMax` is no whole number from 1. */
  constructor(readonly entriesMax: number) {
    if (!Number.isSafeInteger(entriesMax) || entriesMax < 1) {
      throw new RangeError(`entriesMax is ${entriesMax}; it takes a whole number from 1`);
    }
  }

  /** Entries held. */
  get size(): number {
    return this.#entries.size;
  }

  /** The value of `key`, which becomes the most recently used one. */
  get(key: string): T | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  /** Sets the value of `key`, and drops the entry used longest ago when there are too many. */
  set(key: string, value: T): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.entriesMax) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }

  /** Forgets `key`. */
  delete(key: string): void {
    this.#entries.delete(key);
  }
}
