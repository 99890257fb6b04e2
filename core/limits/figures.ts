/**
 * What the buckets of a row say about one request.
 *
 * Both buckets are looked at before either is charged, so that a refusal costs nothing. Of two that
 * refuse, the one that refuses longer speaks; of two that admit, the one with less left. How long
 * until all is as good as new is always that of the slower one: whoever spends no more than what is
 * left until then is not refused.
 *
 * @module
 */
import {
  addToLeakyBucket,
  leakyBucketEmptyMicros,
  leakyBucketRemaining,
  leakyBucketWaitMicros,
  settleLeakyBucket,
} from "./leaky_bucket.ts";
import type { BucketPolicy, SubjectPolicy } from "./policy.ts";
import { CANCELS } from "./subject_row.ts";
import {
  settleTokenBucket,
  takeFromTokenBucket,
  tokenBucketFullMicros,
  tokenBucketRemaining,
  tokenBucketWaitMicros,
} from "./token_bucket.ts";

/** The figures of one request; they stand until the next one is looked at. O(1), no allocation. */
export class Figures {
  /** The bucket that the figures are of. */
  decidedBy: BucketPolicy;
  /** Microseconds until the request would be admitted; 0 when it may be now. */
  waitMicros = 0;
  /** Whole units left. */
  remaining = 0;
  /** Microseconds until all buckets are as good as new. */
  fullMicros = 0;

  constructor(policy: SubjectPolicy) {
    this.decidedBy = policy.tokens;
  }

  /**
   * Looks at a pair of tokens and leak, whose slots begin at `tokensAt` and `leakAt`.
   *
   * @returns microseconds until both have room for `cost` units; 0 when they do
   */
  lookOrdinary(
    state: Float64Array,
    tokensAt: number,
    leakAt: number,
    policy: SubjectPolicy,
    cost: number,
    nowMicros: number,
  ): number {
    const { tokens, leak } = policy;
    settleTokenBucket(state, tokensAt, nowMicros, tokens.unitsPerSecond);
    settleLeakyBucket(state, leakAt, nowMicros, leak.unitsPerSecond, leak.units);
    const tokensWait = tokenBucketWaitMicros(
      state,
      tokensAt,
      nowMicros,
      tokens.unitsPerSecond,
      tokens.units,
      cost,
    );
    const leakWait = leakyBucketWaitMicros(
      state,
      leakAt,
      nowMicros,
      leak.unitsPerSecond,
      leak.units,
      cost,
    );
    this.readOrdinary(state, tokensAt, leakAt, policy, nowMicros);
    if (tokensWait === 0 && leakWait === 0) return 0;
    this.decidedBy = leakWait > tokensWait ? leak : tokens;
    this.waitMicros = leakWait > tokensWait ? leakWait : tokensWait;
    return this.waitMicros;
  }

  /** {@link lookOrdinary}, and charges both when both have room. @returns whether they had */
  takeOrdinary(
    state: Float64Array,
    tokensAt: number,
    leakAt: number,
    policy: SubjectPolicy,
    cost: number,
    nowMicros: number,
  ): boolean {
    if (this.lookOrdinary(state, tokensAt, leakAt, policy, cost, nowMicros) > 0) return false;
    takeFromTokenBucket(state, tokensAt, cost);
    addToLeakyBucket(state, leakAt, policy.leak.unitsPerSecond, cost);
    this.readOrdinary(state, tokensAt, leakAt, policy, nowMicros);
    return true;
  }

  /** Reads what is left in a pair of tokens and leak that is settled. */
  readOrdinary(
    state: Float64Array,
    tokensAt: number,
    leakAt: number,
    { tokens, leak }: SubjectPolicy,
    nowMicros: number,
  ): void {
    const tokensLeft = tokenBucketRemaining(state, tokensAt, tokens.units);
    const leakLeft = leakyBucketRemaining(
      state,
      leakAt,
      nowMicros,
      leak.unitsPerSecond,
      leak.units,
    );
    const tokensFull = tokenBucketFullMicros(state, tokensAt, nowMicros, tokens.unitsPerSecond);
    const leakFull = leakyBucketEmptyMicros(state, leakAt, nowMicros);
    this.waitMicros = 0;
    this.decidedBy = leakLeft < tokensLeft ? leak : tokens;
    this.remaining = leakLeft < tokensLeft ? leakLeft : tokensLeft;
    this.fullMicros = leakFull > tokensFull ? leakFull : tokensFull;
  }

  /** Looks at the bucket of cancels and charges it when it has room. @returns whether it had */
  takeCancel(
    state: Float64Array,
    at: number,
    { cancels }: SubjectPolicy,
    cost: number,
    nowMicros: number,
  ): boolean {
    const { unitsPerSecond, units } = cancels;
    const bucket = at + CANCELS;
    settleTokenBucket(state, bucket, nowMicros, unitsPerSecond);
    const wait = tokenBucketWaitMicros(state, bucket, nowMicros, unitsPerSecond, units, cost);
    if (wait === 0) takeFromTokenBucket(state, bucket, cost);
    this.decidedBy = cancels;
    this.waitMicros = wait;
    this.remaining = tokenBucketRemaining(state, bucket, units);
    this.fullMicros = tokenBucketFullMicros(state, bucket, nowMicros, unitsPerSecond);
    return wait === 0;
  }
}
