/**
 * What is allowed: the rates and sizes of the buckets that a request has to pass.
 *
 * Every subject (an API key, or the address of whoever shows none) has three buckets: tokens and a
 * leak for ordinary requests, and a generous one of its own for cancels. Ordinary pressure can
 * therefore never refuse a cancel, and cancels can never be a flood.
 *
 * @module
 */
import { AdmissionCode, AdmissionKind } from "./admission_code.ts";
import { BUCKET_UNITS_MAX, MILLION, UNITS_PER_SECOND_MAX } from "./token_bucket.ts";

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
  /** Units that come back, or leak out, in a second. */
  readonly unitsPerSecond: number;
  /** Units of a full bucket. */
  readonly units: number;
  /** Whole seconds in which an empty bucket fills, or a full one leaks out; at least 1. */
  readonly windowSeconds: number;
}

/** Who is limited: whoever has shown a key, or an address that has shown none. */
export type SubjectKind = "key" | "address";

/** The buckets of one subject. */
export interface SubjectPolicy {
  readonly kind: SubjectKind;
  readonly tokens: BucketPolicy;
  readonly leak: BucketPolicy;
  readonly cancels: BucketPolicy;
  /** Tokens and leak: what ordinary requests pass. Shared, never changed. */
  readonly ordinary: readonly BucketPolicy[];
  /** What cancels pass. */
  readonly onlyCancels: readonly BucketPolicy[];
  /** Most units that a request can cost: what weighs more needs all of a bucket. */
  readonly costMax: number;
  /** Measures of tokens and leak as dual_bucket.ts reads them: parts are millionths of a unit. */
  readonly tokensPerSecond: number;
  readonly tokenParts: number;
  readonly leakPerSecond: number;
  readonly leakParts: number;
  readonly leakFullMicros: number;
}

/** The limits of a deployment. */
export interface AdmissionPolicy {
  /** Of keys without a tier, and of those whose tier has no limits of its own. */
  readonly key: SubjectPolicy;
  readonly address: SubjectPolicy;
  /** Of keys by their tier. */
  readonly tiers: ReadonlyMap<string, SubjectPolicy>;
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
 * @param tierRates sustained rates of keys by their tier
 * @throws {PolicyError} when a rate is out of range.
 *
 * @example
 * ```ts
 * import { admissionPolicy } from "./policy.ts";
 * const { key } = admissionPolicy(100, 200);
 * console.log(key.tokens.units, key.leak.unitsPerSecond, key.cancels.units); // 200 200 1000
 * ```
 */
export function admissionPolicy(
  keyRate: number,
  addressRate: number,
  tierRates: ReadonlyMap<string, number> = new Map(),
): AdmissionPolicy {
  return {
    key: subjectPolicy("key", keyRate),
    address: subjectPolicy("address", addressRate),
    tiers: new Map([...tierRates].map(([tier, rate]) => [tier, subjectPolicy("key", rate)])),
  };
}

/**
 * What one of `instances` gives out by itself: an equal share of the ordinary rates, at least 1 a
 * second, and all of the cancels.
 */
export function shareOf(policy: SubjectPolicy, instances: number): SubjectPolicy {
  const rate = Math.max(1, Math.floor(policy.tokens.unitsPerSecond / instances));
  const { cancels, onlyCancels } = policy;
  return { ...subjectPolicy(policy.kind, rate), cancels, onlyCancels };
}

/** The limits of a key of the tier; `null`: it has none. */
export function keyPolicyOf(policy: AdmissionPolicy, tier: string | null): SubjectPolicy {
  return tier === null ? policy.key : policy.tiers.get(tier) ?? policy.key;
}

/** The buckets that a request passes, in the order in which they are looked at. */
export function bucketsOf(policy: SubjectPolicy, kind: AdmissionKind): readonly BucketPolicy[] {
  return kind === AdmissionKind.cancel ? policy.onlyCancels : policy.ordinary;
}

/** Units that a request of `weight` costs: a weight above the smallest bucket needs all of it. */
export function costOf(policy: SubjectPolicy, weight: number): number {
  return weight < policy.costMax ? weight : policy.costMax;
}

const CODES = {
  key: [AdmissionCode.keyTokens, AdmissionCode.keyLeak, AdmissionCode.keyCancels],
  address: [
    AdmissionCode.addressTokens,
    AdmissionCode.addressLeak,
    AdmissionCode.addressCancels,
  ],
} as const;

function subjectPolicy(kind: SubjectKind, rate: number): SubjectPolicy {
  if (!Number.isInteger(rate) || rate < 1 || rate > RATE_MAX) {
    throw new PolicyError(`${kind} rate`, rate);
  }
  const [tokensCode, leakCode, cancelsCode] = CODES[kind];
  const cancelRate = rate * CANCEL_FACTOR;
  const tokens = bucket(kind, tokensCode, rate, rate * BURST_SECONDS);
  const leak = bucket(`${kind}-peak`, leakCode, rate * PEAK_FACTOR, rate);
  const cancels = bucket(`${kind}-cancel`, cancelsCode, cancelRate, cancelRate * BURST_SECONDS);
  return {
    kind,
    tokens,
    leak,
    cancels,
    ordinary: [tokens, leak],
    onlyCancels: [cancels],
    costMax: Math.min(tokens.units, leak.units),
    tokensPerSecond: tokens.unitsPerSecond,
    tokenParts: tokens.units * MILLION,
    leakPerSecond: leak.unitsPerSecond,
    leakParts: leak.units * MILLION,
    leakFullMicros: Math.ceil((leak.units * MILLION) / leak.unitsPerSecond),
  };
}

function bucket(
  name: string,
  code: AdmissionCode,
  unitsPerSecond: number,
  units: number,
): BucketPolicy {
  if (units > BUCKET_UNITS_MAX) throw new PolicyError(`${name} units`, units);
  const windowSeconds = Math.ceil(units / unitsPerSecond);
  return { name, code, unitsPerSecond, units, windowSeconds };
}
