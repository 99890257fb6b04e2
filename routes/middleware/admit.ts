/**
 * Lets a request in, or tells it when to come again.
 *
 * @module
 */
import { AdmissionCode, AdmissionKind, type Decision } from "../../core/limits/decision.ts";
import { rateLimitHeaders } from "../../core/limits/rate_limit_headers.ts";
import type { Exchange } from "../exchange.ts";
import { Problem } from "../problem.ts";

/**
 * Decides about the request and keeps the decision with it.
 *
 * @param key id of the key that signed; `null` for whoever has not shown one
 * @returns the refusal, or `null` when it may go on
 */
export function admit(
  exchange: Exchange,
  key: string | null,
  weight: number,
  kind: AdmissionKind,
): Problem | null | Promise<Problem | null> {
  const { address, deps } = exchange;
  const decision = deps.admission.admit({ key, address, weight, kind });
  return decision instanceof Promise
    ? decision.then((decided) => keep(exchange, decided))
    : keep(exchange, decision);
}

/** Adds the fields that tell a client its limits. */
export function addRateLimits(headers: Headers, decision: Decision): void {
  const { rateLimit, rateLimitPolicy } = rateLimitHeaders(decision);
  headers.append("ratelimit", rateLimit);
  headers.append("ratelimit-policy", rateLimitPolicy);
}

function keep(exchange: Exchange, decision: Decision): Problem | null {
  exchange.decision = decision;
  if (decision.code === AdmissionCode.admitted) return null;
  const { code, policy, limit, remaining, retryAfterSeconds } = decision;
  return new Problem(code, {
    detail: `The limit ${policy} is used up; come again in ${retryAfterSeconds} s.`,
    field: policy,
    limit: String(limit),
    value: String(remaining),
    retryAfterSeconds,
  });
}

/** Kind of an ordinary request. */
export const ORDINARY: AdmissionKind = AdmissionKind.ordinary;
/** Kind of a request that takes orders off the book. */
export const CANCEL: AdmissionKind = AdmissionKind.cancel;
