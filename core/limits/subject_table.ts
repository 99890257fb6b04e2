/**
 * The rows of many subjects of one kind (keys, or addresses) in one fixed block of memory.
 *
 * A subject has one row, whose slots subject_row.ts names. When every row is taken, a newcomer gets
 * the row of somebody whose buckets are as good as new, found by a clock hand that looks at no more
 * than {@link EVICTION_SCAN_MAX} rows; when all of those owe something, it gets the row that owes
 * least, **with what is owed on it**. So nobody gains by being forgotten: however many names an
 * attacker invents, what a table admits stays below its rows times what one row admits.
 *
 * @module
 */
import { leakyBucketEmptyMicros, settleLeakyBucket } from "./leaky_bucket.ts";
import type { LimitedSubject } from "./limited_subject.ts";
import type { SubjectPolicy } from "./policy.ts";
import { CANCELS, LEAK, ROW_SLOTS, rowIsBusy, TOKENS } from "./subject_row.ts";
import { settleTokenBucket, tokenBucketFullMicros } from "./token_bucket.ts";

/** Rows that a newcomer looks at for one to take over. */
export const EVICTION_SCAN_MAX = 8;
/** Longest name of a subject. All longer ones share one row, so that names are bounded as well. */
export const SUBJECT_NAME_LENGTH_MAX = 96;
/** Most rows of a table. */
export const SUBJECTS_MAX = 1_048_576;

/** A name of this module's own: an imported one is looked up at every use. */
const SLOTS = ROW_SLOTS;
const OVERLONG_NAME = "(overlong)";

/** Rows by subject. Single writer; O(1) for a known name, O(scan) for a new one. */
export class SubjectTable {
  /** The slots; a row begins where {@link rowOf} says. */
  readonly state: Float64Array;
  readonly #names: string[];
  readonly #policies: SubjectPolicy[];
  /** Whoever found the row last, for those who come with the same object again. */
  readonly #owners: (LimitedSubject | null)[];
  readonly #rows = new Map<string, number>();
  #used = 0;
  #hand = 0;

  /** @throws {RangeError} when `capacity` is no whole number from 1 to {@link SUBJECTS_MAX}. */
  constructor(policy: SubjectPolicy, readonly capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > SUBJECTS_MAX) {
      throw new RangeError(`capacity is ${capacity}; it takes 1 to ${SUBJECTS_MAX} subjects`);
    }
    this.state = new Float64Array(capacity * ROW_SLOTS);
    this.#names = new Array(capacity).fill("");
    this.#policies = new Array(capacity).fill(policy);
    this.#owners = new Array(capacity).fill(null);
  }

  /** Subjects that have a row. */
  get size(): number {
    return this.#used;
  }

  /** Index in {@link state} of the row of a subject, which gets one when it has none. */
  rowOf(subject: LimitedSubject, policy: SubjectPolicy, nowMicros: number): number {
    const { row } = subject;
    if (row >= 0 && this.#owners[row] === subject && subject.policy === policy) {
      return row * SLOTS;
    }
    const at = this.#rowOfName(subject.name, policy, nowMicros);
    subject.row = at / SLOTS;
    subject.policy = policy;
    this.#owners[subject.row] = subject;
    return at;
  }

  #rowOfName(name: string, policy: SubjectPolicy, nowMicros: number): number {
    const known = this.#rows.get(name);
    if (known === undefined) return this.#newRow(name, policy, nowMicros);
    if (this.#policies[known] !== policy) this.#policies[known] = policy;
    return known * ROW_SLOTS;
  }

  /** Index of the row of `name`, or -1. */
  find(name: string): number {
    const known = this.#rows.get(name);
    return known === undefined ? -1 : known * ROW_SLOTS;
  }

  /** Name of the subject whose row begins at `at`. */
  nameOf(at: number): string {
    return this.#names[at / ROW_SLOTS];
  }

  /** The limits of the subject whose row begins at `at`. */
  policyOf(at: number): SubjectPolicy {
    return this.#policies[at / ROW_SLOTS];
  }

  #newRow(name: string, policy: SubjectPolicy, nowMicros: number): number {
    if (name.length > SUBJECT_NAME_LENGTH_MAX) {
      return this.#rowOfName(OVERLONG_NAME, policy, nowMicros);
    }
    const row = this.#used < this.capacity ? this.#used++ : this.#vacate(nowMicros);
    this.#names[row] = name;
    this.#policies[row] = policy;
    this.#rows.set(name, row);
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
    this.#rows.delete(this.#names[victim]);
    this.#owners[victim] = null;
    return victim;
  }

  /** Microseconds until the row's buckets are as good as new; 0 when they are. */
  #owedMicros(at: number, nowMicros: number): number {
    const { state } = this;
    // Whoever waits for an answer is the last one to be forgotten.
    if (rowIsBusy(state, at)) return Number.MAX_SAFE_INTEGER;
    const { tokens, leak, cancels } = this.policyOf(at);
    settleTokenBucket(state, at + TOKENS, nowMicros, tokens.unitsPerSecond);
    settleLeakyBucket(state, at + LEAK, nowMicros, leak.unitsPerSecond, leak.units);
    settleTokenBucket(state, at + CANCELS, nowMicros, cancels.unitsPerSecond);
    return Math.max(
      tokenBucketFullMicros(state, at + TOKENS, nowMicros, tokens.unitsPerSecond),
      leakyBucketEmptyMicros(state, at + LEAK, nowMicros),
      tokenBucketFullMicros(state, at + CANCELS, nowMicros, cancels.unitsPerSecond),
    );
  }
}
