/**
 * What admission answers: a code (admission_code.ts), and the figures that the HTTP layer prints.
 *
 * @module
 */
import { AdmissionCode } from "./admission_code.ts";
import type { Figures } from "./figures.ts";
import type { BucketPolicy } from "./policy.ts";

/** What one request was told. */
export interface Decision {
  /** {@link AdmissionCode.admitted}, or which bucket refused. */
  readonly code: AdmissionCode;
  /** The bucket that the figures are of: the one that refused, else the one with least left. */
  readonly policy: string;
  /** Units of that bucket when it is full. */
  readonly limit: number;
  /** Whole units that are left in it, this request deducted. */
  readonly remaining: number;
  /** Whole seconds until all are full again; on a refusal the same as {@link retryAfterSeconds}. */
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

/** The decision that follows from the figures of a request. */
export function decisionBy(
  { decidedBy, waitMicros, remaining, fullMicros }: Figures,
  policies: readonly BucketPolicy[],
  degraded: boolean,
): Decision {
  const admitted = waitMicros === 0;
  const retryAfterSeconds = Math.ceil(waitMicros / MICROS_PER_SECOND);
  return {
    code: admitted ? AdmissionCode.admitted : decidedBy.code,
    policy: decidedBy.name,
    limit: decidedBy.units,
    remaining: remaining > 0 ? remaining : 0,
    resetSeconds: admitted ? Math.ceil(fullMicros / MICROS_PER_SECOND) : retryAfterSeconds,
    retryAfterSeconds,
    policies,
    degraded,
  };
}
