/**
 * Lets a request in, or tells it when to come again.
 *
 * Whoever has shown a key or a token is limited by that, wherever the request comes from; whoever has
 * not, by the address.
 *
 * @module
 */
import type { AdmissionRequest } from "../../core/limits/admission.ts";
import { AdmissionCode, AdmissionKind } from "../../core/limits/admission_code.ts";
import type { Decision } from "../../core/limits/decision.ts";
import { LimitedSubject } from "../../core/limits/limited_subject.ts";
import { keyPolicyOf } from "../../core/limits/policy.ts";
import { rateLimitHeaders } from "../../core/limits/rate_limit_headers.ts";
import type { Exchange } from "../exchange.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";

/**
 * Decides about a request whose key or token is verified, and keeps the decision with it.
 *
 * @returns the refusal, or `null` when it may go on
 */
export function admitKey(
  exchange: Exchange,
  weight: number,
  kind: AdmissionKind,
): Problem | null | Promise<Problem | null> {
  const { subject, tier } = exchange.identity;
  const policy = keyPolicyOf(exchange.deps.admission.policy, tier);
  return admit(exchange, { subject, policy, weight, kind });
}

/** What a part of a request is to admission. */
export type Charge = Pick<AdmissionRequest, "weight" | "kind">;

/**
 * {@link admitKey} for a request of several parts: all of them are let in, or none. More than a bucket
 * holds is refused for good, for it would come cheaper than its parts by themselves.
 */
export async function admitCharges(
  exchange: Exchange,
  charges: readonly Charge[],
): Promise<Problem | null> {
  const { deps, identity } = exchange;
  const { costMax } = keyPolicyOf(deps.admission.policy, identity.tier);
  let first: AdmissionRequest | null = null;
  for (const { weight, kind } of charges) {
    if (weight > costMax && deps.settings.enforcesLimits) {
      return new Problem(EdgeCode.tooManyCommands, {
        field: "units",
        limit: String(costMax),
        value: String(weight),
      });
    }
    const decided = admitKey(exchange, weight, kind);
    const refusal = decided instanceof Promise ? await decided : decided;
    if (refusal !== null) {
      if (first !== null) deps.admission.giveBack(first);
      return refusal;
    }
    first ??= exchange.charged;
  }
  exchange.charged = first;
  return null;
}

/** {@link admitKey} for whoever has shown no key, or none that is any good. */
export function admitAddress(
  exchange: Exchange,
  weight: number,
  kind: AdmissionKind = AdmissionKind.read,
): Problem | null | Promise<Problem | null> {
  const { address, deps } = exchange;
  const policy = deps.admission.policy.address;
  return admit(exchange, { subject: new LimitedSubject(address), policy, weight, kind });
}

function admit(
  exchange: Exchange,
  request: AdmissionRequest,
): Problem | null | Promise<Problem | null> {
  const decision = exchange.deps.admission.admit(request);
  return decision instanceof Promise
    ? decision.then((decided) => keep(exchange, request, decided))
    : keep(exchange, request, decision);
}

/** Adds the fields that tell a client its limits. */
export function addRateLimits(headers: Headers, decision: Decision): void {
  const { rateLimit, rateLimitPolicy } = rateLimitHeaders(decision);
  headers.append("ratelimit", rateLimit);
  headers.append("ratelimit-policy", rateLimitPolicy);
}

function keep(
  exchange: Exchange,
  request: AdmissionRequest,
  decision: Decision,
): Problem | null {
  exchange.decision = decision;
  const isAdmitted = decision.code === AdmissionCode.admitted;
  if (isAdmitted) exchange.charged = request;
  if (isAdmitted || !exchange.deps.settings.enforcesLimits) return null;
  const { code, policy, limit, remaining, retryAfterSeconds } = decision;
  return new Problem(code, {
    detail: `The limit ${policy} is used up; come again in ${retryAfterSeconds} s.`,
    field: policy,
    limit: String(limit),
    value: String(remaining),
    retryAfterSeconds,
  });
}
