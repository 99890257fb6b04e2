/**
 * A request that bears a token (RFC 6750): is it one, and whose?
 *
 * A token that was verified before is known by its text and costs next to nothing. One that nobody
 * has seen costs up to a millisecond, so its address pays a unit before it is looked at: whoever
 * invents tokens uses up his own limit. What is wrong with a token is not said, but for one that was
 * good and has expired.
 *
 * @module
 */
import { AuthCode } from "../../core/auth/auth_code.ts";
import type { BearerHeaders } from "../../core/auth/bearer_headers.ts";
import type { TokenRefusal } from "../../core/auth/token_claims.ts";
import type { AdmissionKind } from "../../core/limits/admission_code.ts";
import type { Scope } from "../../infra/keys/key_record.ts";
import type { TokenVerdict } from "../../infra/tokens/token_verifier.ts";
import type { Exchange } from "../exchange.ts";
import { Problem } from "../problems/problem.ts";
import { admitAddress } from "./admit.ts";
import { checkPermission } from "./permission.ts";

/** Units that the address pays for a token that nobody has seen. */
const UNKNOWN_TOKEN_UNITS = 1;
const MICROS_PER_MILLI = 1_000;

/**
 * Verifies the token of the request, and that it may be used for this, from here.
 *
 * @param kind of the request: a cancel must not wait for what orders have used up, so it pays for a
 *   token that nobody has seen out of the limits of cancels
 */
export function verifyBearer(
  exchange: Exchange,
  bearer: BearerHeaders,
  scope: Scope,
  kind: AdmissionKind,
): Problem | null | Promise<Problem | null> {
  const recalled = exchange.backend.tokens.recall(bearer.token, exchange.nowMicros);
  if (recalled instanceof Promise) {
    return recalled.then((verdict) =>
      verdict === null
        ? verifyUnknown(exchange, bearer, scope, kind)
        : decide(exchange, bearer, verdict, scope)
    );
  }
  return recalled === null
    ? verifyUnknown(exchange, bearer, scope, kind)
    : decide(exchange, bearer, recalled, scope);
}

/** The refusal of a token, with the challenge that RFC 6750 wants. */
export function tokenRefused(code: TokenRefusal): Problem {
  const isExpired = code === AuthCode.tokenExpired;
  const description = isExpired ? ', error_description="expired"' : "";
  const challenge = `Bearer realm="edgebook", error="invalid_token"${description}`;
  return new Problem(code, { headers: [["www-authenticate", challenge]] });
}

async function verifyUnknown(
  exchange: Exchange,
  bearer: BearerHeaders,
  scope: Scope,
  kind: AdmissionKind,
): Promise<Problem | null> {
  const refusal = await admitAddress(exchange, UNKNOWN_TOKEN_UNITS, kind);
  if (refusal !== null) return refusal;
  const { tokens } = exchange.backend;
  return decide(exchange, bearer, await tokens.verify(bearer.token, exchange.nowMicros), scope);
}

function decide(
  exchange: Exchange,
  { recvWindowMillis, idempotencyKey }: BearerHeaders,
  verdict: TokenVerdict,
  scope: Scope,
): Problem | null {
  if (typeof verdict === "number") return tokenRefused(verdict);
  const { account, issuerId: keyId, subject, scopes, tier, ranges } = verdict;
  const forbidden = checkPermission(exchange, ranges, scopes, scope, [
    ["www-authenticate", `Bearer realm="edgebook", error="insufficient_scope", scope="${scope}"`],
  ]);
  if (forbidden !== null) return forbidden;
  exchange.authenticate({
    account,
    keyId,
    subject,
    scopes,
    tier,
    // Nobody has said when the request was made: its time runs from when it came.
    deadlineMicros: exchange.nowMicros + recvWindowMillis * MICROS_PER_MILLI,
    signature: null,
    idempotencyKey,
    isNameVouchedFor: true,
  });
  return null;
}
