/**
 * What admission answers: a code, and the figures that the HTTP layer prints.
 *
 * @module
 */
import type { BucketPolicy } from "./policy.ts";

/** Result of an admission; the band of 900 is the refusals by a limit. */
export const AdmissionCode = {
  admitted: 0,
  keyTokens: 900,
  keyLeak: 901,
  keyCancels: 902,
  addressTokens: 903,
  addressLeak: 904,
  addressCancels: 905,
} as const;
/** Any of the codes. */
export type AdmissionCode = (typeof AdmissionCode)[keyof typeof AdmissionCode];

/** What a request is to admission: a cancel, or anything else. */
export const AdmissionKind = { ordinary: 0, cancel: 1 } as const;
/** Any of the kinds. */
export type AdmissionKind = (typeof AdmissionKind)[keyof typeof AdmissionKind];

/** What one request was told. */
export interface Decision {
  /** {@link AdmissionCode.admitted}, or which bucket refused. */
  readonly code: AdmissionCode;
  /** The bucket that the figures are of: the one that refused, else the emptiest token bucket. */
  readonly policy: string;
  /** Units of that bucket when it is full. */
  readonly limit: number;
  /** Whole units that are left in it, this request deducted. */
  readonly remaining: number;
  /** Whole seconds until it is full again; on a refusal the same as {@link retryAfterSeconds}. */
  readonly resetSeconds: number;
  /** Whole seconds after which the request would be admitted, at least 1; 0 when it was. */
  readonly retryAfterSeconds: number;
  /** The bucket list that applied, for `RateLimit-Policy`. */
  readonly policies: readonly BucketPolicy[];
  /** Whether the shared counters could not be asked and this instance's own share decided. */
  readonly degraded: boolean;
}

/** Microseconds of a second. */
const MICROS_PER_SECOND = 1_000_000;

/**
 * The decision by `bucket`. `waitMicros` is 0 for a request that was admitted, `fullMicros` the time
 * until the bucket is as good as new.
 */
export function decisionBy(
  bucket: BucketPolicy,
  policies: readonly BucketPolicy[],
  waitMicros: number,
  remaining: number,
  fullMicros: number,
  degraded: boolean,
): Decision {
  const admitted = waitMicros === 0;
  const retryAfterSeconds = Math.ceil(waitMicros / MICROS_PER_SECOND);
  return {
    code: admitted ? AdmissionCode.admitted : bucket.code,
    policy: bucket.name,
    limit: bucket.units,
    remaining,
    resetSeconds: admitted ? Math.ceil(fullMicros / MICROS_PER_SECOND) : retryAfterSeconds,
    retryAfterSeconds,
    policies,
    degraded,
  };
}
