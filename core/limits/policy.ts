/**
 * What is allowed: the rates and sizes of the buckets that a request has to pass.
 *
 * Every subject (an API key, an address) has three buckets: tokens and a leak for ordinary
 * requests, and a generous one of its own for cancels. Ordinary pressure can therefore never refuse
 * a cancel, and cancels can never be a flood.
 *
 * @module
 */
import { AdmissionCode, AdmissionKind } from "./decision.ts";
import { BUCKET_UNITS_MAX, UNITS_PER_SECOND_MAX } from "./token_bucket.ts";

/** Seconds of the sustained rate that a full token bucket holds. */
export const BURST_SECONDS = 2;
/** How many times faster than the sustained rate a burst may be spent. */
export const PEAK_FACTOR = 2;
/** How many times more cancels than ordinary requests a subject may send. */
export const CANCEL_FACTOR = 5;
/** Highest sustained rate: the cancels' rate must stay within {@link UNITS_PER_SECOND_MAX}. */
export const RATE_MAX = UNITS_PER_SECOND_MAX / (BURST_SECONDS * CANCEL_FACTOR);

/** One bucket: its published name, its refusal code and its measures. */
export interface BucketPolicy {
  /** Name of the policy in `RateLimit` and `RateLimit-Policy`. */
  readonly name: string;
  /** Code of a refusal by this bucket. */
  readonly code: AdmissionCode;
  readonly algorithm: "token" | "leaky";
  /** Units that come back, or leak out, in a second. */
  readonly unitsPerSecond: number;
  /** Units of a full bucket. */
  readonly units: number;
  /** Whole seconds in which an empty bucket fills, or a full one leaks out; at least 1. */
  readonly windowSeconds: number;
}

/** The buckets of one kind of subject. */
export interface SubjectPolicy {
  readonly tokens: BucketPolicy;
  readonly leak: BucketPolicy;
  readonly cancels: BucketPolicy;
}

/** The buckets of keys and of addresses. */
export interface AdmissionPolicy {
  readonly key: SubjectPolicy;
  readonly address: SubjectPolicy;
  /** The buckets a request passes, by kind and by whether it has a key; shared, never changed. */
  readonly ordinaryWithKey: readonly BucketPolicy[];
  readonly ordinaryByAddress: readonly BucketPolicy[];
  readonly cancelWithKey: readonly BucketPolicy[];
  readonly cancelByAddress: readonly BucketPolicy[];
}

/** A rate that is no whole number from 1 to {@link RATE_MAX}. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
  constructor(readonly field: string, readonly value: number) {
    super(`${field} is ${value}; it takes a whole number from 1 to ${RATE_MAX}`);
  }
}

/**
 * The buckets that follow from the sustained rates: a burst of {@link BURST_SECONDS} seconds' worth,
 * of which one second's worth may come at an instant and the rest {@link PEAK_FACTOR} times as fast
 * as the rate; and {@link CANCEL_FACTOR} times as many cancels.
 *
 * @throws {PolicyError} when a rate is out of range.
 *
 * @example
 * ```ts
 * import { admissionPolicy } from "./policy.ts";
 * const { key } = admissionPolicy(100, 200);
 * console.log(key.tokens.units, key.leak.unitsPerSecond, key.cancels.units); // 200 200 1000
 * ```
 */
export function admissionPolicy(keyRate: number, addressRate: number): AdmissionPolicy {
  return composed(
    subjectPolicy("key", keyRate, {
      tokens: AdmissionCode.keyTokens,
      leak: AdmissionCode.keyLeak,
      cancels: AdmissionCode.keyCancels,
    }),
    subjectPolicy("address", addressRate, {
      tokens: AdmissionCode.addressTokens,
      leak: AdmissionCode.addressLeak,
      cancels: AdmissionCode.addressCancels,
    }),
  );
}

/**
 * The share of a policy that one instance may give out on its own: a `divisor`-th of the ordinary
 * rates, at least 1 a second, and all of the cancels.
 */
export function localShare(policy: AdmissionPolicy, divisor: number): AdmissionPolicy {
  const share = (subject: SubjectPolicy): SubjectPolicy => {
    const rate = Math.max(1, Math.floor(subject.tokens.unitsPerSecond / divisor));
    const { tokens, leak } = subjectPolicy(subject.tokens.name, rate, {
      tokens: subject.tokens.code,
      leak: subject.leak.code,
      cancels: subject.cancels.code,
    });
    return { tokens, leak, cancels: subject.cancels };
  };
  return composed(share(policy.key), share(policy.address));
}

/** The buckets that a request passes, in the order in which they are looked at. */
export function bucketsOf(
  policy: AdmissionPolicy,
  kind: AdmissionKind,
  hasKey: boolean,
): readonly BucketPolicy[] {
  if (kind === AdmissionKind.cancel) return hasKey ? policy.cancelWithKey : policy.cancelByAddress;
  return hasKey ? policy.ordinaryWithKey : policy.ordinaryByAddress;
}

/** What a request of `weight` costs in a bucket: a weight above the bucket needs all of it. */
export function costIn(bucket: BucketPolicy, weight: number): number {
  return weight < bucket.units ? weight : bucket.units;
}

function subjectPolicy(
  name: string,
  rate: number,
  codes: Readonly<Record<keyof SubjectPolicy, AdmissionCode>>,
): SubjectPolicy {
  if (!Number.isInteger(rate) || rate < 1 || rate > RATE_MAX) {
    throw new PolicyError(`${name} rate`, rate);
  }
  const cancelRate = rate * CANCEL_FACTOR;
  return {
    tokens: bucket(name, codes.tokens, "token", rate, rate * BURST_SECONDS),
    leak: bucket(`${name}-peak`, codes.leak, "leaky", rate * PEAK_FACTOR, rate),
    cancels: bucket(
      `${name}-cancel`,
      codes.cancels,
      "token",
      cancelRate,
      cancelRate * BURST_SECONDS,
    ),
  };
}

function bucket(
  name: string,
  code: AdmissionCode,
  algorithm: "token" | "leaky",
  unitsPerSecond: number,
  units: number,
): BucketPolicy {
  if (units > BUCKET_UNITS_MAX) throw new PolicyError(`${name} units`, units);
  const windowSeconds = Math.ceil(units / unitsPerSecond);
  return { name, code, algorithm, unitsPerSecond, units, windowSeconds };
}

function composed(key: SubjectPolicy, address: SubjectPolicy): AdmissionPolicy {
  return {
    key,
    address,
    ordinaryWithKey: [key.tokens, key.leak, address.tokens, address.leak],
    ordinaryByAddress: [address.tokens, address.leak],
    cancelWithKey: [key.cancels, address.cancels],
    cancelByAddress: [address.cancels],
  };
}
