/**
 * The buckets of many subjects of one kind (keys, or addresses) in one fixed block of memory.
 *
 * A subject has one row of six slots: tokens at 0, leak at 2, cancels at 4 (see token_bucket.ts and
 * leaky_bucket.ts). When every row is taken, a newcomer gets the row of somebody whose buckets are
 * as good as new, found by a clock hand that looks at no more than {@link EVICTION_SCAN_MAX} rows;
 * when all of those owe something, it gets the row that owes least, **with what is owed on it**. So
 * nobody gains by being forgotten: however many names an attacker invents, what a table admits
 * stays below its rows times what one row admits.
 *
 * @module
 */
import { leakyBucketEmptyMicros, settleLeakyBucket } from "./leaky_bucket.ts";
import type { SubjectPolicy } from "./policy.ts";
import { settleTokenBucket, tokenBucketFullMicros } from "./token_bucket.ts";

/** Rows that a newcomer looks at for one to take over. */
export const EVICTION_SCAN_MAX = 8;
/** Longest name of a subject. All longer ones share one row, so that names are bounded as well. */
export const SUBJECT_NAME_LENGTH_MAX = 64;
/** Most rows of a table. */
export const SUBJECTS_MAX = 1_048_576;

/** Offset of the token bucket in a row. */
export const TOKENS = 0;
/** Offset of the leaky bucket in a row. */
export const LEAK = 2;
/** Offset of the cancels' token bucket in a row. */
export const CANCELS = 4;
const ROW_SLOTS = 6;
const OVERLONG_NAME = "(overlong)";

/** Rows of buckets by subject. Single writer; O(1) for a known name, O(scan) for a new one. */
export class SubjectTable {
  /** The buckets; a row begins where {@link rowOf} says. */
  readonly state: Float64Array;
  readonly #names: (string | undefined)[];
  readonly #rows = new Map<string, number>();
  #used = 0;
  #hand = 0;

  /** @throws {RangeError} when `capacity` is no whole number from 1 to {@link SUBJECTS_MAX}. */
  constructor(readonly policy: SubjectPolicy, readonly capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > SUBJECTS_MAX) {
      throw new RangeError(`capacity is ${capacity}; it takes 1 to ${SUBJECTS_MAX} subjects`);
    }
    this.state = new Float64Array(capacity * ROW_SLOTS);
    this.#names = new Array(capacity).fill(undefined);
  }

  /** Subjects that have a row. */
  get size(): number {
    return this.#used;
  }

  /** Index in {@link state} of the row of `name`, which gets one when it has none. */
  rowOf(name: string, nowMicros: number): number {
    const key = name.length > SUBJECT_NAME_LENGTH_MAX ? OVERLONG_NAME : name;
    const known = this.#rows.get(key);
    if (known !== undefined) return known * ROW_SLOTS;
    const row = this.#used < this.capacity ? this.#used++ : this.#vacate(nowMicros);
    this.#names[row] = key;
    this.#rows.set(key, row);
    return row * ROW_SLOTS;
  }

  #vacate(nowMicros: number): number {
    let victim = this.#hand;
    let leastMicros = Infinity;
    const scans = Math.min(EVICTION_SCAN_MAX, this.capacity);
    for (let scan = 0; scan < scans && leastMicros > 0; scan++) {
      const owedMicros = this.#owedMicros(this.#hand * ROW_SLOTS, nowMicros);
      if (owedMicros < leastMicros) {
        leastMicros = owedMicros;
        victim = this.#hand;
      }
      this.#hand = this.#hand + 1 === this.capacity ? 0 : this.#hand + 1;
    }
    const name = this.#names[victim];
    if (name !== undefined) this.#rows.delete(name);
    return victim;
  }

  /** Microseconds until the row's buckets are as good as new; 0 when they are. */
  #owedMicros(at: number, nowMicros: number): number {
    const { state, policy } = this;
    settleTokenBucket(state, at + TOKENS, nowMicros, policy.tokens.unitsPerSecond);
    settleLeakyBucket(
      state,
      at + LEAK,
      nowMicros,
      policy.leak.unitsPerSecond,
      policy.leak.units,
    );
    settleTokenBucket(state, at + CANCELS, nowMicros, policy.cancels.unitsPerSecond);
    return Math.max(
      tokenBucketFullMicros(state, at + TOKENS, nowMicros, policy.tokens.unitsPerSecond),
      leakyBucketEmptyMicros(state, at + LEAK, nowMicros),
      tokenBucketFullMicros(state, at + CANCELS, nowMicros, policy.cancels.unitsPerSecond),
    );
  }
}
