/**
 * The shared counters of the limits as they ought to be, in memory, by the buckets of core: what
 * infra/upstash/script.ts does in Redis, whose own test holds it to this.
 *
 * @module
 */
import type { LeaseAnswer, LeaseAsk } from "../../../core/limits/lease_table.ts";
import {
  addToLeakyBucket,
  leakyBucketRemaining,
  mirrorLeakyBucket,
  settleLeakyBucket,
} from "../../../core/limits/leaky_bucket.ts";
import type { SubjectPolicy } from "../../../core/limits/policy.ts";
import {
  MILLION,
  mirrorTokenBucket,
  settleTokenBucket,
  takeFromTokenBucket,
  tokenBucketRemaining,
} from "../../../core/limits/token_bucket.ts";

const LEAK = 2;

interface Counter {
  readonly state: Float64Array;
  readonly policy: SubjectPolicy;
  now: number;
}

/** Counters of many subjects, shared by whoever asks. */
export class SharedCounters {
  readonly #counters = new Map<string, Counter>();
  readonly #asked = new Set<unknown>();

  /** Units that came back. */
  returned = 0;

  /** Processes that have asked. */
  get instances(): number {
    return this.#asked.size;
  }

  /** Whole units that a subject has left, as it was asked last. */
  left(subject: string): number {
    const counter = this.#counters.get(subject);
    if (counter === undefined) throw new RangeError(`${subject} was never asked about`);
    return leftIn(counter);
  }

  /** Carries asks out, all at the same time. */
  ask(process: unknown, asks: readonly LeaseAsk[], now: number): LeaseAnswer[] {
    this.#asked.add(process);
    return asks.map((ask) => this.#carryOut(ask, now));
  }

  #carryOut({ subject, policy, need, ahead, owed, returned }: LeaseAsk, now: number): LeaseAnswer {
    const fresh = { state: new Float64Array(4), policy, now };
    const counter = this.#counters.get(subject) ?? fresh;
    this.#counters.set(subject, counter);
    counter.now = now;
    this.returned += returned;
    const { state } = counter;
    const { tokens, leak } = policy;
    settleTokenBucket(state, 0, now, tokens.unitsPerSecond);
    settleLeakyBucket(state, LEAK, now, leak.unitsPerSecond, 2 * leak.units);
    const change = (owed - returned) * MILLION;
    const debtMost = Math.max(state[0], 2 * tokens.units * MILLION);
    mirrorTokenBucket(state, 0, Math.max(0, Math.min(state[0] + change, debtMost)), state[1]);
    const before = insideOf(counter);
    const insideMost = Math.max(before, 2 * leak.units * MILLION);
    const inside = Math.max(0, Math.min(before + change, insideMost));
    mirrorLeakyBucket(state, LEAK, inside, now, leak.unitsPerSecond);
    const left = leftIn(counter);
    const needed = Math.min(need, left);
    const granted = needed + Math.min(ahead, Math.floor((left - needed) / (2 * this.instances)));
    takeFromTokenBucket(state, 0, granted);
    addToLeakyBucket(state, LEAK, leak.unitsPerSecond, granted);
    return { granted, debtParts: state[0], insideParts: insideOf(counter) };
  }
}

function insideOf({ state, policy, now }: Counter): number {
  return (state[LEAK] - now) * policy.leak.unitsPerSecond + state[LEAK + 1];
}

function leftIn({ state, policy: { tokens, leak }, now }: Counter): number {
  const { unitsPerSecond, units } = leak;
  const leakLeft = leakyBucketRemaining(state, LEAK, now, unitsPerSecond, units);
  return Math.max(0, Math.min(tokenBucketRemaining(state, 0, tokens.units), leakLeft));
}
