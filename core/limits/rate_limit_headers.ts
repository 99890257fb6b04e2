/**
 * The response fields that tell a client its limits.
 *
 * `RateLimit-Policy` lists the policies that applied, `RateLimit` the state of the one that
 * decided; both are structured-field lists of a string with parameters, as in
 * draft-ietf-httpapi-ratelimit-headers (revisions 08 to 11): `q` quota, `w` window in seconds, `r`
 * what is left, `t` the seconds it has to last. `Retry-After` (RFC 9110) goes with a refusal, and
 * `t` then names the same moment.
 *
 * @module
 */
import type { Decision } from "./decision.ts";
import type { BucketPolicy } from "./policy.ts";

/** Names and values of the fields of one decision; `retryAfter` is `null` unless refused. */
export interface RateLimitHeaders {
  readonly rateLimit: string;
  readonly rateLimitPolicy: string;
  readonly retryAfter: string | null;
}

/** Policy lists are few and shared by all decisions, so their text is made once for each. */
const policyTexts = new WeakMap<readonly BucketPolicy[], string>();

/**
 * The fields of a decision.
 *
 * @example
 * ```ts
 * import { LocalAdmission } from "./admission.ts";
 * import { AdmissionKind } from "./admission_code.ts";
 * import { LimitedSubject } from "./limited_subject.ts";
 * import { admissionPolicy } from "./policy.ts";
 * import { rateLimitHeaders } from "./rate_limit_headers.ts";
 *
 * const policy = admissionPolicy(50, 100);
 * const admission = new LocalAdmission(policy, 16);
 * const subject = new LimitedSubject("k1");
 * const request = { subject, policy: policy.key, weight: 1, kind: AdmissionKind.order };
 * const { rateLimit } = rateLimitHeaders(admission.admit(request, 0));
 * console.log(rateLimit); // "key-peak";r=49;t=1
 * ```
 */
export function rateLimitHeaders(decision: Decision): RateLimitHeaders {
  const { policy, remaining, resetSeconds, retryAfterSeconds } = decision;
  return {
    rateLimit: `"${policy}";r=${remaining};t=${resetSeconds}`,
    rateLimitPolicy: policyText(decision.policies),
    retryAfter: retryAfterSeconds === 0 ? null : String(retryAfterSeconds),
  };
}

function policyText(policies: readonly BucketPolicy[]): string {
  const known = policyTexts.get(policies);
  if (known !== undefined) return known;
  const text = policies
    .map(({ name, units, windowSeconds }) => `"${name}";q=${units};w=${windowSeconds}`)
    .join(", ");
  policyTexts.set(policies, text);
  return text;
}
