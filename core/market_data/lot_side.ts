/**
 * One side of a subscriber's copy of a book, in ticks and lots, as the levels of a message set it.
 *
 * Levels lie in one array of words, three a level, with the best one last: changes are near the best
 * price, so a search from there ends soon and few words are moved.
 *
 * ```text
 * word | field
 *    0 | key: the price with bits turned over, so that as a signed number the better price is more
 *    1 | lots, low word
 *    2 | lots, high word
 * ```
 *
 * | operation | cost (d levels are better than the price) |
 * | --- | --- |
 * | set the quantity of a level | O(1) where every price between has a level; O(log n) at most |
 * | a level comes or goes | the same and O(d) |
 * | readers | O(1) |
 *
 * Nothing is allocated but when the side grows. Owner and only writer: the book that it is of.
 *
 * @module
 */
import { Side } from "../protocol/order_record.ts";
import { addLevel, CHECKSUM_LEVELS } from "./book_checksum.ts";
import type { LotLevel } from "./feed_reader.ts";

/** Levels of a side that are kept. One more, and the worse half of them is forgotten. */
export const LOT_LEVELS_MAX = 2 ** 16;

const CAPACITY = 64;
const WORDS = 3;
const TWO_TO_32 = 4294967296;
/** The key beyond which there is no other: a side with this edge is known to its end. */
const NO_EDGE = -(2 ** 31);
/** Words that are moved one by one; more of them are worth a call. */
const MOVED_WORDS_MAX = 64;

/** What may be read of a side. Ranks count from 0, the best level. */
export interface LotLevels {
  /** Levels that are known. */
  readonly count: number;
  /** Whether there are no levels in the book behind those that are known. */
  readonly isWhole: boolean;
  /** Price of a level in ticks; 0 where there is none. */
  priceOf(rank: number): number;
  /** Quantity of a level in lots; 0 where there is none. */
  quantityOf(rank: number): number;
}

/** The levels of one side. Prices in ticks, quantities in lots. */
export class LotSide implements LotLevels {
  #words = new Int32Array(CAPACITY * WORDS);
  #count = 0;
  /** Worst key about which something is known. */
  #edge = NO_EDGE;
  #isBestTouched = true;
  readonly #mask: number;

  /** @param side `Side.buy` for bids, whose best is the highest price; `Side.sell` for asks */
  constructor(side: number) {
    this.#mask = side === Side.buy ? 0x80000000 | 0 : 0x7fffffff;
  }

  get count(): number {
    return this.#count;
  }
  get isWhole(): boolean {
    return this.#edge === NO_EDGE;
  }
  priceOf(rank: number): number {
    const at = this.#wordOf(rank);
    return at < 0 ? 0 : (this.#words[at] ^ this.#mask) >>> 0;
  }
  quantityOf(rank: number): number {
    const at = this.#wordOf(rank);
    if (at < 0) return 0;
    return (this.#words[at + 2] >>> 0) * TWO_TO_32 + (this.#words[at + 1] >>> 0);
  }

  /**
   * Whether the best {@link CHECKSUM_LEVELS} levels, or all where there are fewer, are known: no
   * checksum can be compared without them.
   */
  get isBestKnown(): boolean {
    return this.#count >= CHECKSUM_LEVELS || this.#edge === NO_EDGE;
  }
  /** Whether the levels of a checksum changed since {@link addBest}. */
  get isBestTouched(): boolean {
    return this.#isBestTouched;
  }

  /** Adds the best {@link CHECKSUM_LEVELS} levels to a checksum that was begun. */
  addBest(sum: number): number {
    const words = this.#words;
    const mask = this.#mask;
    const end = this.#count * WORDS;
    const from = Math.max(0, end - CHECKSUM_LEVELS * WORDS);
    let after = sum;
    for (let at = end - WORDS; at >= from; at -= WORDS) {
      after = addLevel(after, words[at] ^ mask, words[at + 1], words[at + 2]);
    }
    this.#isBestTouched = false;
    return after;
  }

  /**
   * Sets the quantity of a level; one of 0 takes it away. A price beyond the known ones is ignored.
   *
   * @param priceTicks as a signed word
   * @param low the lots' low word
   * @param high the lots' high word
   */
  set(priceTicks: number, low: number, high: number): void {
    const key = priceTicks ^ this.#mask;
    if (key < this.#edge) return;
    const index = this.#find(key);
    const at = index * WORDS;
    const isThere = index < this.#count && this.#words[at] === key;
    if ((low | high) === 0) {
      if (!isThere) return;
      this.#remove(at);
    } else {
      if (!isThere && !this.#insert(at, key)) return this.set(priceTicks, low, high);
      this.#words[at + 1] = low;
      this.#words[at + 2] = high;
    }
    // Of a level that was taken away this is one rank more than counts.
    if (index >= this.#count - CHECKSUM_LEVELS) this.#isBestTouched = true;
  }

  /**
   * Starts again from the best levels of the book, best first.
   *
   * @param isAll whether the book has no other levels
   */
  fill(levels: readonly LotLevel[], isAll: boolean): void {
    const count = Math.min(levels.length, LOT_LEVELS_MAX);
    while (this.#words.length < count * WORDS) this.#grow();
    this.#count = count;
    this.#isBestTouched = true;
    for (let rank = 0; rank < count; rank++) {
      const [priceTicks, lots] = levels[rank];
      const at = this.#wordOf(rank);
      this.#words[at] = priceTicks ^ this.#mask;
      this.#words[at + 1] = lots;
      this.#words[at + 2] = lots / TWO_TO_32;
    }
    const isKnown = (isAll && count === levels.length) || count === 0;
    this.#edge = isKnown ? NO_EDGE : this.#words[0];
  }

  #wordOf(rank: number): number {
    return (this.#count - 1 - rank) * WORDS;
  }

  /**
   * Index of the first level that is not worse than the key. There is one level a price, so between
   * the best and this one stand at most as many as there are ticks: the search begins there, where
   * the level is if no price between is empty, and goes on from there, or from the best.
   */
  #find(key: number): number {
    const words = this.#words;
    const count = this.#count;
    if (count === 0) return 0;
    const guess = count - 1 - (words[(count - 1) * WORDS] - key);
    if (guess >= count) return count;
    if (guess < 0) return this.#findFromBest(key);
    if (words[guess * WORDS] === key) return guess;
    let low = guess;
    for (let step = 1; low + step < count && words[(low + step) * WORDS] < key; step *= 2) {
      low += step;
    }
    return this.#findWithin(low + 1, count, key);
  }

  #findFromBest(key: number): number {
    const words = this.#words;
    let high = this.#count;
    let low = high - 1;
    for (let step = 1; low >= 0 && words[low * WORDS] >= key; step *= 2) {
      high = low;
      low -= step;
    }
    return this.#findWithin(low < 0 ? 0 : low + 1, high, key);
  }

  #findWithin(from: number, to: number, key: number): number {
    const words = this.#words;
    let low = from;
    let high = to;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (words[middle * WORDS] < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Makes room for a level; `false` where the side was full and has forgotten its worse half. */
  #insert(at: number, key: number): boolean {
    if (this.#count === LOT_LEVELS_MAX) {
      this.#forget(LOT_LEVELS_MAX >> 1);
      return false;
    }
    const end = this.#count * WORDS;
    if (end === this.#words.length) this.#grow();
    const words = this.#words;
    if (end - at > MOVED_WORDS_MAX) words.copyWithin(at + WORDS, at, end);
    else for (let from = end - 1; from >= at; from--) words[from + WORDS] = words[from];
    words[at] = key;
    this.#count++;
    return true;
  }

  #remove(at: number): void {
    const words = this.#words;
    const end = this.#count * WORDS;
    if (end - at > MOVED_WORDS_MAX) words.copyWithin(at, at + WORDS, end);
    else for (let to = at; to < end - WORDS; to++) words[to] = words[to + WORDS];
    this.#count--;
  }

  /** Forgets the worst levels; what lies there is not known any more. */
  #forget(count: number): void {
    this.#words.copyWithin(0, count * WORDS, this.#count * WORDS);
    this.#count -= count;
    this.#edge = this.#words[0];
  }

  #grow(): void {
    const words = new Int32Array(this.#words.length * 2);
    words.set(this.#words);
    this.#words = words;
  }
}
