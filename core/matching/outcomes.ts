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

/** How long an outcome is kept at least: ten minutes of journal time. */
export const HORIZON_MICROS = 600_000_000;
/** Outcomes that one account may have in the table. */
export const OUTCOMES_PER_ACCOUNT_MAX = 2 ** 20;
/** Outcomes that the table may grow to. */
export const OUTCOMES_MAX = 2 ** 24;
/** Outcomes that one append expires at most. */
export const EXPIRED_PER_APPEND_MAX = 8192;

const OUTCOME_WORDS = 8;
const OUTCOME_DOUBLES = 7;

/** Word offsets of an outcome. */
export const OutcomeWord = {
  account: 0,
  keyLow: 1,
  keyHigh: 2,
  contentHash: 3,
  sender: 4,
  frameNumber: 5,
  /** Result code in the low half, index in the frame in the high half. */
  codeAndIndex: 6,
  /** Command kind, status, side, 0. */
  kinds: 7,
} as const;

/** Offsets of an outcome's 53-bit numbers. */
export const OutcomeDouble = {
  orderId: 0,
  executed: 1,
  leaves: 2,
  notional: 3,
  eventSequence: 4,
  stamp: 5,
  /** Stamp that the horizon counts from. */
  recorded: 6,
} as const;

/** Ring of outcomes with an index. Positions grow without end; a slot is the position masked. */
export class OutcomeTable {
  #words: Uint32Array;
  #doubles: Float64Array;
  /** Two words a bucket: slot + 1, and the hash. */
  #buckets: Int32Array;
  #oldest = 0;
  #next = 0;
  #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#words = new Uint32Array(capacity * OUTCOME_WORDS);
    this.#doubles = new Float64Array(capacity * OUTCOME_DOUBLES);
    this.#buckets = new Int32Array(capacity * 4);
    // Touched once, so that no page is first touched while matching.
    this.#words.fill(0);
    this.#doubles.fill(0);
    this.#buckets.fill(0);
  }

  /** Outcomes in the table. */
  get count(): number {
    return this.#next - this.#oldest;
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
    const hash = hashOf(account, keyLow, keyHigh);
    const buckets = this.#buckets;
    const mask = (buckets.length >> 1) - 1;
    const words = this.#words;
    for (let bucket = hash & mask;; bucket = (bucket + 1) & mask) {
      const slot = buckets[bucket * 2] - 1;
      if (slot < 0) return -1;
      if (buckets[bucket * 2 + 1] !== hash) continue;
      const at = slot * OUTCOME_WORDS;
      if (
        words[at + OutcomeWord.keyLow] === keyLow && words[at + OutcomeWord.keyHigh] === keyHigh &&
        words[at] === account
      ) return slot;
    }
  }

  /** A word of an outcome. */
  word(slot: number, field: number): number {
    return this.#words[slot * OUTCOME_WORDS + field];
  }

  /** A 53-bit number of an outcome. */
  number(slot: number, field: number): number {
    return this.#doubles[slot * OUTCOME_DOUBLES + field];
  }

  /**
   * Records an outcome under a key that has none. The caller has seen {@link hasRoom}.
   *
   * @returns its slot; the rest is filled by {@link complete}
   */
  record(account: number, keyLow: number, keyHigh: number, contentHash: number): number {
    const slot = this.#next++ & (this.#capacity - 1);
    const at = slot * OUTCOME_WORDS;
    this.#words[at + OutcomeWord.account] = account;
    this.#words[at + OutcomeWord.keyLow] = keyLow;
    this.#words[at + OutcomeWord.keyHigh] = keyHigh;
    this.#words[at + OutcomeWord.contentHash] = contentHash;
    this.#index(slot);
    return slot;
  }

  /** Says where the command of an outcome came from. */
  from(slot: number, sender: number, frameNumber: number, index: number, kinds: number): void {
    const at = slot * OUTCOME_WORDS;
    this.#words[at + OutcomeWord.sender] = sender;
    this.#words[at + OutcomeWord.frameNumber] = frameNumber;
    this.#words[at + OutcomeWord.codeAndIndex] = index << 16;
    this.#words[at + OutcomeWord.kinds] = kinds;
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
    const at = slot * OUTCOME_WORDS;
    this.#words[at + OutcomeWord.codeAndIndex] |= code;
    this.#words[at + OutcomeWord.kinds] |= status << 8;
    const numbers = slot * OUTCOME_DOUBLES;
    this.#doubles[numbers + OutcomeDouble.orderId] = orderId;
    this.#doubles[numbers + OutcomeDouble.executed] = executed;
    this.#doubles[numbers + OutcomeDouble.leaves] = leaves;
    this.#doubles[numbers + OutcomeDouble.notional] = notional;
    this.#doubles[numbers + OutcomeDouble.eventSequence] = eventSequence;
    this.#doubles[numbers + OutcomeDouble.stamp] = stampMicros;
    this.#doubles[numbers + OutcomeDouble.recorded] = stampMicros;
  }

  /** Slot of the oldest outcome when it is older than the horizon, or -1. */
  oldestExpired(stampMicros: number): number {
    if (this.#oldest === this.#next) return -1;
    const slot = this.#oldest & (this.#capacity - 1);
    const recorded = this.#doubles[slot * OUTCOME_DOUBLES + OutcomeDouble.recorded];
    return recorded + HORIZON_MICROS < stampMicros ? slot : -1;
  }

  /** Drops the oldest outcome, or records it again at the young end when `keep` is set. */
  dropOldest(keep: boolean, stampMicros: number): void {
    const slot = this.#oldest++ & (this.#capacity - 1);
    this.#unindex(slot);
    if (!keep) return;
    const to = this.#next++ & (this.#capacity - 1);
    const from = slot * OUTCOME_WORDS;
    this.#words.copyWithin(to * OUTCOME_WORDS, from, from + OUTCOME_WORDS);
    const numbers = slot * OUTCOME_DOUBLES;
    this.#doubles.copyWithin(to * OUTCOME_DOUBLES, numbers, numbers + OUTCOME_DOUBLES);
    this.#doubles[to * OUTCOME_DOUBLES + OutcomeDouble.recorded] = stampMicros;
    this.#index(to);
  }

  /** Doubles the table: a safe point is needed, for it allocates. */
  grow(): void {
    const larger = new OutcomeTable(this.#capacity * 2);
    for (let position = this.#oldest; position < this.#next; position++) {
      const from = position & (this.#capacity - 1);
      const to = position & (larger.#capacity - 1);
      const words = this.#words.subarray(from * OUTCOME_WORDS, (from + 1) * OUTCOME_WORDS);
      const doubles = this.#doubles.subarray(from * OUTCOME_DOUBLES, (from + 1) * OUTCOME_DOUBLES);
      larger.#words.set(words, to * OUTCOME_WORDS);
      larger.#doubles.set(doubles, to * OUTCOME_DOUBLES);
      larger.#index(to);
    }
    this.#words = larger.#words;
    this.#doubles = larger.#doubles;
    this.#buckets = larger.#buckets;
    this.#capacity = larger.#capacity;
  }

  #index(slot: number): void {
    const hash = this.#hashOfSlot(slot);
    const mask = (this.#buckets.length >> 1) - 1;
    let bucket = hash & mask;
    while (this.#buckets[bucket * 2] !== 0) bucket = (bucket + 1) & mask;
    this.#buckets[bucket * 2] = slot + 1;
    this.#buckets[bucket * 2 + 1] = hash;
  }

  #unindex(slot: number): void {
    const buckets = this.#buckets;
    const mask = (buckets.length >> 1) - 1;
    let hole = this.#hashOfSlot(slot) & mask;
    while (buckets[hole * 2] !== slot + 1) hole = (hole + 1) & mask;
    for (let at = (hole + 1) & mask; buckets[at * 2] !== 0; at = (at + 1) & mask) {
      const home = buckets[at * 2 + 1] & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      buckets[hole * 2] = buckets[at * 2];
      buckets[hole * 2 + 1] = buckets[at * 2 + 1];
      hole = at;
    }
    buckets[hole * 2] = 0;
  }

  #hashOfSlot(slot: number): number {
    const at = slot * OUTCOME_WORDS;
    return hashOf(
      this.#words[at],
      this.#words[at + OutcomeWord.keyLow],
      this.#words[at + OutcomeWord.keyHigh],
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
