/**
 * The outcome table: what became of each request, so that a repeated one gets the first answer.
 *
 * Outcomes stand in a ring in the order in which they were recorded; (account, request key) finds
 * one by open addressing, at most half full. An outcome is kept for {@link HORIZON_MICROS} of
 * journal time at least; one whose order is still open is kept on as long as the order is open, by
 * recording it again at the young end. Each account has a quota, and a full table refuses new
 * orders: nobody can evict another's outcomes.
 *
 * | operation | cost |
 * | --- | --- |
 * | find, record | O(1) expected |
 * | expire | O(1) amortised, at most {@link EXPIRED_PER_APPEND_MAX} an append |
 *
 * Owner and only writer: the matching thread.
 *
 * @module
 */
import { alignedDoubles, integersOf } from "../memory/aligned_doubles.ts";
import * as frames from "../protocol/frame.ts";
import * as orderRecord from "../protocol/order_record.ts";
import type { WireBuffer } from "../protocol/wire_buffer.ts";

const { frameNumberLow, frameSender } = frames;
const { CommandKind, OrderWord } = orderRecord;
const AMEND = CommandKind.amend;

/** How long an outcome is kept at least: ten minutes of journal time. */
export const HORIZON_MICROS = 600_000_000;
/** Outcomes that one account may have in the table. */
export const OUTCOMES_PER_ACCOUNT_MAX = 2 ** 20;
/** Outcomes that the table may grow to. */
export const OUTCOMES_MAX = 2 ** 24;
/** Outcomes that one append expires at most. */
export const EXPIRED_PER_APPEND_MAX = 8192;

/** 32-bit words and doubles of an outcome's hot part: 64 bytes. */
const HOT_WORDS_SHIFT = 4;
const HOT_DOUBLES = 8;
const HOT_DOUBLES_SHIFT = 3;
/** Doubles of its cold part, which only repeats and the horizon read. */
const COLD_DOUBLES = 3;

/**
 * Word offsets of an outcome's hot part:
 *
 * ```text
 * offset | bytes | type | field
 *      0 |     4 | u32  | account
 *      4 |     8 | 2×u32| request key
 *     12 |     4 | u32  | content hash
 *     16 |     4 | u32  | sender of the frame
 *     20 |     4 | u32  | number of the frame, low word
 *     24 |     4 | u32  | result code, and in the high half the index in the frame
 *     28 |     4 | u32  | command kind, status, 0, 0
 *     32 |    32 | f64  | order id, executed, notional, event sequence (OutcomeDouble)
 * ```
 */
export const OutcomeWord = {
  account: 0,
  keyLow: 1,
  keyHigh: 2,
  contentHash: 3,
  sender: 4,
  frameNumber: 5,
  codeAndIndex: 6,
  kinds: 7,
} as const;

/** Offsets of an outcome's doubles: from 4 on in the hot part, from 8 on in the cold one. */
export const OutcomeDouble = {
  orderId: 4,
  executed: 5,
  notional: 6,
  eventSequence: 7,
  leaves: 8,
  stamp: 9,
  /** Stamp that the horizon counts from. */
  recorded: 10,
} as const;

/** The offsets under names of this module's own: an exported name is looked up at every use. */
const Word = OutcomeWord;
const Double = OutcomeDouble;
const HORIZON = HORIZON_MICROS;

/** Ring of outcomes with an index. Positions grow without end; a slot is the position masked. */
export class OutcomeTable {
  /** The hot parts, as words and as doubles. */
  #words: Int32Array;
  #doubles: Float64Array;
  #cold: Float64Array;
  /** Two words a bucket: slot + 1, and the hash. */
  #buckets: Int32Array;
  #oldest = 0;
  #next = 0;
  #capacity: number;
  /** Hash of the request that {@link find} did not find last, and the bucket that it can take. */
  #missedHash = 0;
  #missedBucket = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    const hot = alignedDoubles(capacity * HOT_DOUBLES);
    this.#words = integersOf(hot);
    this.#doubles = hot;
    this.#cold = new Float64Array(capacity * COLD_DOUBLES);
    this.#buckets = new Int32Array(capacity * 4);
    // Touched once, so that no page is first touched while matching.
    this.#doubles.fill(0);
    this.#cold.fill(0);
    this.#buckets.fill(0);
  }

  /** Outcomes in the table. */
  get count(): number {
    return this.#next - this.#oldest;
  }

  /** Commands that can be recorded without growing. */
  get freeCount(): number {
    return this.#capacity - this.count;
  }

  /** Whether the next command can be recorded without growing. */
  get hasRoom(): boolean {
    return this.count < this.#capacity;
  }

  /** Whether the table may still grow. */
  get canGrow(): boolean {
    return this.#capacity < OUTCOMES_MAX;
  }

  /** Slot of the outcome of a request, or -1. */
  find(account: number, keyLow: number, keyHigh: number): number {
    // Signed, as the words of the table are.
    const low = keyLow | 0;
    const high = keyHigh | 0;
    const hash = hashOf(account, low, high);
    const buckets = this.#buckets;
    const mask = (buckets.length >> 1) - 1;
    const words = this.#words;
    for (let bucket = hash & mask;; bucket = (bucket + 1) & mask) {
      const slot = buckets[bucket << 1] - 1;
      if (slot < 0) {
        this.#missedHash = hash;
        this.#missedBucket = bucket;
        return -1;
      }
      if (buckets[(bucket << 1) | 1] !== hash) continue;
      const at = slot << HOT_WORDS_SHIFT;
      if (
        words[at | Word.keyLow] === low && words[at | Word.keyHigh] === high &&
        words[at] === account
      ) return slot;
    }
  }

  /** Slot of the outcome that `older` others are older than. */
  slotAt(older: number): number {
    return (this.#oldest + older) & (this.#capacity - 1);
  }

  /**
   * Id of the order that a request of an account placed, or took; 0 where there is none. The request
   * of an amend names no order: its order has the name that it was placed with.
   */
  orderIdOf(account: number, keyLow: number, keyHigh: number): number {
    const slot = this.find(account, keyLow, keyHigh);
    if (slot < 0 || (this.word(slot, Word.kinds) & 0xff) === AMEND) return 0;
    return this.number(slot, Double.orderId);
  }

  /** A word of an outcome. */
  word(slot: number, field: number): number {
    return this.#words[(slot << HOT_WORDS_SHIFT) | field] >>> 0;
  }

  /** A 53-bit number of an outcome. */
  number(slot: number, field: number): number {
    return field < HOT_DOUBLES
      ? this.#doubles[(slot << HOT_DOUBLES_SHIFT) | field]
      : this.#cold[slot * COLD_DOUBLES + field - HOT_DOUBLES];
  }

  /**
   * Records the outcome of the command at `at`, the `index`-th of its frame, whose request
   * {@link find} has just not found, with no change to the table in between. The caller has seen
   * {@link hasRoom}.
   *
   * @returns its slot; the rest is filled by {@link complete}
   */
  record(
    frame: WireBuffer,
    at: number,
    frameAt: number,
    index: number,
    owner: number,
    contentHash: number,
  ): number {
    const slot = this.#next++ & (this.#capacity - 1);
    const words = this.#words;
    const to = slot << HOT_WORDS_SHIFT;
    const from = at >>> 2;
    words[to | Word.account] = owner;
    words[to | Word.keyLow] = frame.integers[from + OrderWord.keyLow];
    words[to | Word.keyHigh] = frame.integers[from + OrderWord.keyHigh];
    words[to | Word.contentHash] = contentHash;
    words[to | Word.sender] = frameSender(frame, frameAt);
    words[to | Word.frameNumber] = frameNumberLow(frame, frameAt);
    words[to | Word.codeAndIndex] = index << 16;
    words[to | Word.kinds] = frame.bytes[at];
    this.#buckets[this.#missedBucket << 1] = slot + 1;
    this.#buckets[(this.#missedBucket << 1) | 1] = this.#missedHash;
    return slot;
  }

  /** Puts an outcome at the young end: its words from `word` on, its numbers from `number` on. */
  restore(words: Uint32Array, word: number, numbers: Float64Array, number: number): void {
    const slot = this.#next++ & (this.#capacity - 1);
    for (let field = 0; field <= Word.kinds; field++) {
      this.#words[(slot << HOT_WORDS_SHIFT) | field] = words[word + field];
    }
    for (let field = Double.orderId; field < HOT_DOUBLES; field++) {
      this.#doubles[(slot << HOT_DOUBLES_SHIFT) | field] = numbers[number + field - Double.orderId];
    }
    const cold = number + HOT_DOUBLES - Double.orderId;
    for (let field = 0; field < COLD_DOUBLES; field++) {
      this.#cold[slot * COLD_DOUBLES + field] = numbers[cold + field];
    }
    this.#index(slot);
  }

  /** Fills in what became of the command. */
  complete(
    slot: number,
    code: number,
    status: number,
    orderId: number,
    executed: number,
    leaves: number,
    notional: number,
    eventSequence: number,
    stampMicros: number,
  ): void {
    const at = slot << HOT_WORDS_SHIFT;
    this.#words[at | Word.codeAndIndex] |= code;
    this.#words[at | Word.kinds] |= status << 8;
    const hot = slot << HOT_DOUBLES_SHIFT;
    this.#doubles[hot | Double.orderId] = orderId;
    this.#doubles[hot | Double.executed] = executed;
    this.#doubles[hot | Double.notional] = notional;
    this.#doubles[hot | Double.eventSequence] = eventSequence;
    const cold = slot * COLD_DOUBLES - HOT_DOUBLES;
    this.#cold[cold + Double.leaves] = leaves;
    this.#cold[cold + Double.stamp] = stampMicros;
    this.#cold[cold + Double.recorded] = stampMicros;
  }

  /** Slot of the oldest outcome when it is older than the horizon, or -1. */
  oldestExpired(stampMicros: number): number {
    if (this.#oldest === this.#next) return -1;
    const slot = this.#oldest & (this.#capacity - 1);
    const recorded = this.number(slot, Double.recorded);
    return recorded + HORIZON < stampMicros ? slot : -1;
  }

  /** Drops the oldest outcome, or records it again at the young end when `keep` is set. */
  dropOldest(keep: boolean, stampMicros: number): void {
    const slot = this.#oldest++ & (this.#capacity - 1);
    this.#unindex(slot);
    if (!keep) return;
    const to = this.#next++ & (this.#capacity - 1);
    this.#doubles.copyWithin(to * HOT_DOUBLES, slot * HOT_DOUBLES, (slot + 1) * HOT_DOUBLES);
    this.#cold.copyWithin(to * COLD_DOUBLES, slot * COLD_DOUBLES, (slot + 1) * COLD_DOUBLES);
    this.#cold[to * COLD_DOUBLES + Double.recorded - HOT_DOUBLES] = stampMicros;
    this.#index(to);
  }

  /** Doubles the table: a safe point is needed, for it allocates. */
  grow(): void {
    const larger = new OutcomeTable(this.#capacity * 2);
    for (let position = this.#oldest; position < this.#next; position++) {
      const from = position & (this.#capacity - 1);
      const to = position & (larger.#capacity - 1);
      const hot = this.#doubles.subarray(from * HOT_DOUBLES, (from + 1) * HOT_DOUBLES);
      const cold = this.#cold.subarray(from * COLD_DOUBLES, (from + 1) * COLD_DOUBLES);
      larger.#doubles.set(hot, to * HOT_DOUBLES);
      larger.#cold.set(cold, to * COLD_DOUBLES);
      larger.#index(to);
    }
    this.#words = larger.#words;
    this.#doubles = larger.#doubles;
    this.#cold = larger.#cold;
    this.#buckets = larger.#buckets;
    this.#capacity = larger.#capacity;
  }

  #index(slot: number): void {
    const hash = this.#hashOfSlot(slot);
    const mask = (this.#buckets.length >> 1) - 1;
    let bucket = hash & mask;
    while (this.#buckets[bucket << 1] !== 0) bucket = (bucket + 1) & mask;
    this.#buckets[bucket << 1] = slot + 1;
    this.#buckets[(bucket << 1) | 1] = hash;
  }

  #unindex(slot: number): void {
    const buckets = this.#buckets;
    const mask = (buckets.length >> 1) - 1;
    let hole = this.#hashOfSlot(slot) & mask;
    while (buckets[hole << 1] !== slot + 1) hole = (hole + 1) & mask;
    for (let at = (hole + 1) & mask; buckets[at << 1] !== 0; at = (at + 1) & mask) {
      const home = buckets[(at << 1) | 1] & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      buckets[hole << 1] = buckets[at << 1];
      buckets[(hole << 1) | 1] = buckets[(at << 1) | 1];
      hole = at;
    }
    buckets[hole << 1] = 0;
  }

  #hashOfSlot(slot: number): number {
    const at = slot << HOT_WORDS_SHIFT;
    return hashOf(
      this.#words[at],
      this.#words[at | Word.keyLow],
      this.#words[at | Word.keyHigh],
    );
  }
}

/**
 * Hash of a request. Eight consecutive keys of an account fall into the eight buckets of one cache
 * line, for clients number their orders; the lines themselves are scattered.
 */
function hashOf(account: number, keyLow: number, keyHigh: number): number {
  let hash = Math.imul((keyLow >>> 3) ^ Math.imul(account, 0x85ebca77), 0x9e3779b1);
  hash ^= hash >>> 15;
  hash = Math.imul(hash ^ keyHigh, 0xc2b2ae3d);
  hash ^= hash >>> 13;
  return (hash << 3) | (keyLow & 7);
}
