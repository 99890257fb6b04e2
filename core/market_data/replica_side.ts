/**
 * One side of a copy of a book in JSON (book_replica.ts): levels in order, as decimal strings.
 *
 * The best one stands last, so that a change near it, where nearly all changes are, moves little.
 *
 * @module
 */
import { CHECKSUM_LEVELS } from "./book_checksum.ts";
import type { Level } from "./feed_messages.ts";

/** Compares decimal strings of one scale: negative where `a` is less. */
export function compareDecimals(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

/** Levels of one side. */
export class ReplicaSide {
  /** The best one last. */
  readonly #levels: Level[] = [];
  /** 1 where the highest price is the best. */
  readonly #direction: number;
  /** Price of the snapshot's last level where it left some out: nothing is known beyond; else `null`. */
  #edge: string | null = null;
  #sorted: readonly Level[] | null = null;

  /** @param isBids whether the highest price is the best */
  constructor(isBids: boolean) {
    this.#direction = isBids ? 1 : -1;
  }

  /** Levels that are known. */
  get count(): number {
    return this.#levels.length;
  }
  /** Whether the copy has all levels of the side. */
  get isWhole(): boolean {
    return this.#edge === null;
  }
  /** Whether the levels that a checksum is made of are known. */
  get isChecked(): boolean {
    return this.isWhole || this.count >= CHECKSUM_LEVELS;
  }
  /** Best first. Made when asked for after a change: O(levels). */
  get levels(): readonly Level[] {
    return this.#sorted ??= [...this.#levels].reverse();
  }
  /** The level with a rank, 0 for the best, below {@link count}. */
  levelOf(rank: number): Level {
    return this.#levels[this.#levels.length - 1 - rank];
  }

  /**
   * Takes the levels of a snapshot, best first.
   *
   * @param levelsAsked as many as were asked for: that many may not be all
   */
  fill(levels: readonly Level[], levelsAsked: number): void {
    this.#levels.splice(0, Infinity, ...[...levels].reverse());
    // Not `at(-1)`: phones run this too, and the engine of old React Natives has no such method.
    const last = levels[levels.length - 1]?.[0] ?? null;
    this.#edge = levels.length < levelsAsked ? null : last;
    this.#sorted = null;
  }

  /** Sets a level; a quantity of "0" takes it away. O(log levels + levels that are better). */
  set(level: Level): void {
    const [price, quantity] = level;
    if (this.#edge !== null && this.#compare(price, this.#edge) < 0) return;
    const at = this.#find(price);
    const isThere = this.#levels[at]?.[0] === price;
    if (quantity !== "0") this.#levels.splice(at, isThere ? 1 : 0, level);
    else if (isThere) this.#levels.splice(at, 1);
    this.#sorted = null;
  }

  /** Positive where `a` is better. */
  #compare(a: string, b: string): number {
    return compareDecimals(a, b) * this.#direction;
  }

  /** Where a price stands or would stand. */
  #find(price: string): number {
    let from = 0;
    let to = this.#levels.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.#compare(this.#levels[middle][0], price) < 0) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
