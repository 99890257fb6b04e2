/**
 * The movements of money that were carried out, kept for ever: a deposit, withdrawal or transfer that
 * comes again, be it years later, gets its first outcome and moves nothing.
 *
 * The outcome table forgets after its horizon; this one does not, so it has of an outcome only what
 * can differ between movements: all of them belong to the venue's own account, ended with `ok`, and
 * have no order. Entries stand in a ring in the order in which they were carried out and are never
 * changed; a request key finds one by open addressing, at most half full. Beyond
 * {@link MOVEMENTS_MAX} the oldest goes for the youngest: nobody can stop money by moving it.
 *
 * An entry takes {@link MOVEMENT_BYTES} and two places of the index, 64 bytes together. The table
 * doubles, so at its bound it takes 1 GiB, and half as much again while it doubles for the last time.
 *
 * | operation | cost |
 * | --- | --- |
 * | find, record | O(1) expected |
 * | grow | O(entries) |
 *
 * Owner and only writer: the matching thread.
 *
 * @module
 */
import { OutcomeDouble, type OutcomeTable, OutcomeWord } from "./outcomes.ts";

/**
 * Movements that a shard may remember, and so movements that it may ever carry out. No fewer than the
 * outcome table has room for.
 */
export const MOVEMENTS_MAX = 2 ** 24;
/** Bytes of an entry. */
export const MOVEMENT_BYTES = 56;

/** Entries that a new table has room for. A power of two. */
const CAPACITY_AT_START = 2 ** 10;
const WORDS = MOVEMENT_BYTES / 4;
const DOUBLES = MOVEMENT_BYTES / 8;

/**
 * Word offsets of an entry:
 *
 * ```text
 * offset | bytes | type | field
 *      0 |     8 | 2×u32| request key
 *      8 |     4 | u32  | content hash
 *     12 |     4 | u32  | sender of the frame
 *     16 |     4 | u32  | number of the frame, low word
 *     20 |     4 | u32  | command kind, and in the high half the index in the frame
 *     24 |    32 | f64  | amount, total behind it, event sequence, stamp (MovementDouble)
 * ```
 */
export const MovementWord = {
  keyLow: 0,
  keyHigh: 1,
  contentHash: 2,
  sender: 3,
  frameNumber: 4,
  kindAndIndex: 5,
} as const;

/** Offsets of an entry's doubles. */
export const MovementDouble = { amount: 3, total: 4, eventSequence: 5, stamp: 6 } as const;

/** The movements of a shard. Positions grow without end; a slot is the position masked. */
export class MovementTable {
  #words: Int32Array;
  #doubles: Float64Array;
  /** Slot + 1 of an entry; 0: none. */
  #buckets: Int32Array;
  #capacity: number;
  #oldest = 0;
  #next = 0;

  /**
   * @param capacity entries that it has room for at first, a power of two
   * @param most entries that it may grow to, a power of two
   */
  constructor(
    capacity: number = CAPACITY_AT_START,
    private readonly most: number = MOVEMENTS_MAX,
  ) {
    this.#capacity = capacity;
    this.#doubles = new Float64Array(capacity * DOUBLES);
    this.#words = new Int32Array(this.#doubles.buffer);
    this.#buckets = new Int32Array(capacity * 2);
  }

  /** Movements in the table. */
  get count(): number {
    return this.#next - this.#oldest;
  }

  /** Whether the next one needs a larger table, which there may be. */
  get isToGrow(): boolean {
    return this.count === this.#capacity && this.#capacity < this.most;
  }

  /** Slot of the movement of a request, or -1. */
  find(keyLow: number, keyHigh: number): number {
    const bucket = this.#bucketOf(keyLow | 0, keyHigh | 0);
    return this.#buckets[bucket] - 1;
  }

  /** Slot of the movement that `older` others are older than. */
  slotAt(older: number): number {
    return (this.#oldest + older) & (this.#capacity - 1);
  }

  /** A word of an entry. */
  word(slot: number, field: number): number {
    return this.#words[slot * WORDS + field] >>> 0;
  }

  /** A 53-bit number of an entry. */
  number(slot: number, field: number): number {
    return this.#doubles[slot * DOUBLES + field];
  }

  /**
   * Records a movement that was carried out, by its outcome, which is complete. The caller has seen
   * {@link isToGrow}, and that {@link find} does not find it.
   */
  record(outcomes: OutcomeTable, outcome: number): void {
    const slot = this.#take();
    const word = slot * WORDS;
    const double = slot * DOUBLES;
    const words = this.#words;
    const doubles = this.#doubles;
    const codeAndIndex = outcomes.word(outcome, OutcomeWord.codeAndIndex);
    const kind = outcomes.word(outcome, OutcomeWord.kinds) & 0xff;
    words[word + MovementWord.keyLow] = outcomes.word(outcome, OutcomeWord.keyLow);
    words[word + MovementWord.keyHigh] = outcomes.word(outcome, OutcomeWord.keyHigh);
    words[word + MovementWord.contentHash] = outcomes.word(outcome, OutcomeWord.contentHash);
    words[word + MovementWord.sender] = outcomes.word(outcome, OutcomeWord.sender);
    words[word + MovementWord.frameNumber] = outcomes.word(outcome, OutcomeWord.frameNumber);
    words[word + MovementWord.kindAndIndex] = (codeAndIndex & 0xffff0000) | kind;
    doubles[double + MovementDouble.amount] = outcomes.number(outcome, OutcomeDouble.executed);
    doubles[double + MovementDouble.total] = outcomes.number(outcome, OutcomeDouble.leaves);
    doubles[double + MovementDouble.eventSequence] = outcomes.number(
      outcome,
      OutcomeDouble.eventSequence,
    );
    doubles[double + MovementDouble.stamp] = outcomes.number(outcome, OutcomeDouble.stamp);
    this.#index(slot);
  }

  /**
   * Puts an entry behind the others, whose words begin at `word` in `words`. The caller has seen
   * {@link isToGrow}, and that {@link find} does not find it.
   */
  restore(words: Uint32Array, word: number): void {
    const slot = this.#take();
    this.#words.set(words.subarray(word, word + WORDS), slot * WORDS);
    this.#index(slot);
  }

  /** Writes an entry's words into `words` from `word` on. */
  copyTo(slot: number, words: Uint32Array, word: number): void {
    words.set(this.#words.subarray(slot * WORDS, (slot + 1) * WORDS), word);
  }

  /** Doubles the table, which is full: a safe point is needed, for it allocates. */
  grow(): void {
    const { buffer } = this.#doubles;
    this.#capacity *= 2;
    this.#doubles = new Float64Array(this.#capacity * DOUBLES);
    this.#words = new Int32Array(this.#doubles.buffer);
    // It has never been larger than it may be, so the oldest still stands in front.
    this.#doubles.set(new Float64Array(buffer));
    this.#buckets = new Int32Array(this.#capacity * 2);
    for (let older = 0; older < this.count; older++) this.#index(this.slotAt(older));
  }

  /** The slot of the next entry; where there is none, the oldest goes. */
  #take(): number {
    if (this.count === this.#capacity) this.#unindex(this.#oldest++ & (this.#capacity - 1));
    return this.#next++ & (this.#capacity - 1);
  }

  #index(slot: number): void {
    const at = slot * WORDS;
    const words = this.#words;
    const bucket = this.#bucketOf(
      words[at + MovementWord.keyLow],
      words[at + MovementWord.keyHigh],
    );
    this.#buckets[bucket] = slot + 1;
  }

  /** Takes an entry out of the index, and moves those up that stand behind their places for it. */
  #unindex(slot: number): void {
    const buckets = this.#buckets;
    const mask = buckets.length - 1;
    let hole = this.#homeOf(slot);
    while (buckets[hole] !== slot + 1) hole = (hole + 1) & mask;
    for (let at = (hole + 1) & mask; buckets[at] !== 0; at = (at + 1) & mask) {
      const home = this.#homeOf(buckets[at] - 1);
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      buckets[hole] = buckets[at];
      hole = at;
    }
    buckets[hole] = 0;
  }

  /** Where the index looks for an entry first. */
  #homeOf(slot: number): number {
    const at = slot * WORDS;
    const low = this.#words[at + MovementWord.keyLow];
    const high = this.#words[at + MovementWord.keyHigh];
    return hashOf(low, high) & (this.#buckets.length - 1);
  }

  /** Where the index has a key, or has room for it. */
  #bucketOf(keyLow: number, keyHigh: number): number {
    const buckets = this.#buckets;
    const words = this.#words;
    const mask = buckets.length - 1;
    let bucket = hashOf(keyLow, keyHigh) & mask;
    for (let slot = buckets[bucket]; slot !== 0; slot = buckets[bucket]) {
      const at = (slot - 1) * WORDS;
      const isSame = words[at + MovementWord.keyLow] === keyLow &&
        words[at + MovementWord.keyHigh] === keyHigh;
      if (isSame) return bucket;
      bucket = (bucket + 1) & mask;
    }
    return bucket;
  }
}

function hashOf(keyLow: number, keyHigh: number): number {
  let hash = Math.imul(keyLow ^ Math.imul(keyHigh, 0x85ebca77), 0x9e3779b1);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0xc2b2ae3d);
  return hash ^ (hash >>> 13);
}
