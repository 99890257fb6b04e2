/**
 * A map that forgets what was used longest ago.
 *
 * The order of use is a ring of linked entries and not that of the map: to delete from a `Map` and
 * to set again makes it rebuild itself every so often, which under many entries in turn costs more
 * than everything else about a lookup.
 *
 * @module
 */

/** An entry between the one that was used just after it and the one just before. */
interface Entry<T> {
  readonly key: string;
  value: T;
  newer: Entry<T>;
  older: Entry<T>;
}

/** Least-recently-used map of bounded size. All operations are O(1). */
export class Lru<T> {
  readonly #entries = new Map<string, Entry<T>>();
  /** The entry that was used last; its `newer` closes the ring at the one to go. */
  #newest: Entry<T> | null = null;

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
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#use(entry);
    return entry.value;
  }

  /** Sets the value of `key`, and drops the entry used longest ago when there are too many. */
  set(key: string, value: T): void {
    const held = this.#entries.get(key);
    if (held !== undefined) {
      held.value = value;
      this.#use(held);
      return;
    }
    if (this.#entries.size >= this.entriesMax && this.#newest !== null) {
      this.delete(this.#newest.newer.key);
    }
    const entry = { key, value } as Entry<T>;
    entry.newer = entry;
    entry.older = entry;
    this.#entries.set(key, entry);
    this.#link(entry);
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.clear();
  }

  /** Forgets `key`. */
  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#unlink(entry);
  }

  #use(entry: Entry<T>): void {
    if (entry === this.#newest) return;
    this.#unlink(entry);
    this.#link(entry);
  }

  #unlink(entry: Entry<T>): void {
    if (entry === this.#newest) this.#newest = entry.older === entry ? null : entry.older;
    entry.newer.older = entry.older;
    entry.older.newer = entry.newer;
  }

  #link(entry: Entry<T>): void {
    const newest = this.#newest;
    if (newest !== null) {
      const oldest = newest.newer;
      entry.older = newest;
      entry.newer = oldest;
      newest.newer = entry;
      oldest.older = entry;
    }
    this.#newest = entry;
  }
}
