/**
 * Admission: does this request enter?
 *
 * A request of a key passes four buckets: the key's tokens (may a burst enter?), the key's leak
 * (does it go on evenly?), and the same two of its address. All four are looked at before any is
 * charged, so that a refusal costs nothing anywhere. A cancel passes buckets of its own instead.
 *
 * @module
 */
import { AdmissionCode, AdmissionKind, type Decision, decisionBy } from "./decision.ts";
import {
  addToLeakyBucket,
  leakyBucketEmptyMicros,
  leakyBucketRemaining,
  leakyBucketWaitMicros,
  settleLeakyBucket,
} from "./leaky_bucket.ts";
import { type AdmissionPolicy, type BucketPolicy, bucketsOf, costIn } from "./policy.ts";
import { CANCELS, LEAK, SubjectTable, TOKENS } from "./subject_table.ts";
import {
  settleTokenBucket,
  takeFromTokenBucket,
  tokenBucketFullMicros,
  tokenBucketRemaining,
  tokenBucketWaitMicros,
} from "./token_bucket.ts";

/** Rows of {@link LocalAdmission}'s two tables, when nobody says otherwise. */
export const SUBJECTS_DEFAULT = 65_536;

/** What asks to enter. */
export interface AdmissionRequest {
  /** The authenticated key's id; `null` before or without authentication. */
  readonly key: string | null;
  /** The name the address is limited as (address.ts). */
  readonly address: string;
  /** Units that the request costs, a whole number from 1; more than a bucket holds needs it all. */
  readonly weight: number;
  readonly kind: AdmissionKind;
}

/** Whatever decides about requests: in memory, or over shared counters. Never rejects. */
export interface Admission {
  /** Decides about one request and charges it when it is admitted. */
  admit(request: AdmissionRequest): Decision | Promise<Decision>;
}

/**
 * Admission over tables in memory. {@link decide} allocates nothing for a subject that has a row;
 * its figures stand in the fields until the next call. Single writer.
 */
export class LocalAdmission {
  /** The bucket that the figures are of. */
  decidedBy: BucketPolicy;
  /** Microseconds until the request would be admitted; 0 when it was. */
  waitMicros = 0;
  /** Whole units left in {@link decidedBy}. */
  remaining = 0;
  /** Microseconds until {@link decidedBy} is as good as new. */
  fullMicros = 0;
  readonly #keys: SubjectTable;
  readonly #addresses: SubjectTable;

  /** @throws {RangeError} when `subjectsMax` is out of the range of {@link SubjectTable}. */
  constructor(readonly policy: AdmissionPolicy, subjectsMax = SUBJECTS_DEFAULT) {
    this.#keys = new SubjectTable(policy.key, subjectsMax);
    this.#addresses = new SubjectTable(policy.address, subjectsMax);
    this.decidedBy = policy.address.tokens;
  }

  /** Decides about one request and charges it when it is admitted. */
  decide(
    key: string | null,
    address: string,
    weight: number,
    kind: AdmissionKind,
    nowMicros: number,
  ): AdmissionCode {
    const addressRow = this.#addresses.rowOf(address, nowMicros);
    const keyRow = key === null ? -1 : this.#keys.rowOf(key, nowMicros);
    this.waitMicros = 0;
    this.remaining = Infinity;
    if (keyRow >= 0) this.#look(this.#keys, keyRow, weight, kind, nowMicros);
    this.#look(this.#addresses, addressRow, weight, kind, nowMicros);
    if (this.waitMicros > 0) return this.decidedBy.code;
    if (keyRow >= 0) this.#charge(this.#keys, keyRow, weight, kind, nowMicros);
    this.#charge(this.#addresses, addressRow, weight, kind, nowMicros);
    return AdmissionCode.admitted;
  }

  /** {@link decide}, with the figures copied into a decision of its own. */
  admit(request: AdmissionRequest, nowMicros: number, degraded: boolean): Decision {
    const { key, address, weight, kind } = request;
    this.decide(key, address, weight, kind, nowMicros);
    const policies = bucketsOf(this.policy, kind, key !== null);
    return decisionBy(
      this.decidedBy,
      policies,
      this.waitMicros,
      this.remaining,
      this.fullMicros,
      degraded,
    );
  }

  #look(table: SubjectTable, row: number, weight: number, kind: number, now: number): void {
    const { state, policy } = table;
    const cancel = kind === AdmissionKind.cancel;
    const tokens = cancel ? policy.cancels : policy.tokens;
    const tokensAt = row + (cancel ? CANCELS : TOKENS);
    settleTokenBucket(state, tokensAt, now, tokens.unitsPerSecond);
    this.#refuse(
      tokens,
      tokenBucketWaitMicros(
        state,
        tokensAt,
        now,
        tokens.unitsPerSecond,
        tokens.units,
        costIn(tokens, weight),
      ),
      tokenBucketRemaining(state, tokensAt, tokens.units),
      tokenBucketFullMicros(state, tokensAt, now, tokens.unitsPerSecond),
    );
    if (cancel) return;
    const { leak } = policy;
    const { unitsPerSecond, units } = leak;
    settleLeakyBucket(state, row + LEAK, now, unitsPerSecond, units);
    this.#refuse(
      leak,
      leakyBucketWaitMicros(state, row + LEAK, now, unitsPerSecond, units, costIn(leak, weight)),
      leakyBucketRemaining(state, row + LEAK, now, unitsPerSecond, units),
      leakyBucketEmptyMicros(state, row + LEAK, now),
    );
  }

  /** Of several buckets that refuse, the one that refuses longest speaks. */
  #refuse(bucket: BucketPolicy, waitMicros: number, remaining: number, fullMicros: number): void {
    if (waitMicros <= this.waitMicros) return;
    this.decidedBy = bucket;
    this.waitMicros = waitMicros;
    this.remaining = remaining;
    this.fullMicros = fullMicros;
  }

  #charge(table: SubjectTable, row: number, weight: number, kind: number, now: number): void {
    const { state, policy } = table;
    const cancel = kind === AdmissionKind.cancel;
    const tokens = cancel ? policy.cancels : policy.tokens;
    const tokensAt = row + (cancel ? CANCELS : TOKENS);
    takeFromTokenBucket(state, tokensAt, costIn(tokens, weight));
    if (!cancel) {
      const { leak } = policy;
      addToLeakyBucket(state, row + LEAK, leak.unitsPerSecond, costIn(leak, weight));
    }
    const remaining = tokenBucketRemaining(state, tokensAt, tokens.units);
    if (remaining >= this.remaining) return;
    this.decidedBy = tokens;
    this.remaining = remaining;
    this.fullMicros = tokenBucketFullMicros(state, tokensAt, now, tokens.unitsPerSecond);
  }
}
