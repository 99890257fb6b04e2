/**
 * Who signed this request, and may they?
 *
 * First what costs nothing: the headers and the clock. Then, when the body is there, the key and
 * the signature. What is wrong with a signature is not said: an unknown key, a revoked one and a
 * wrong signature look the same.
 *
 * @module
 */
import { AuthCode } from "../../core/auth/auth_code.ts";
import { CLOCK_AHEAD_MILLIS_MAX, recvWindowCode } from "../../core/auth/recv_window.ts";
import { type HeaderProblem, parseSignedHeaders } from "../../core/auth/signed_headers.ts";
import { signingText } from "../../core/auth/signing_text.ts";
import type { Scope } from "../../infra/keys/key_record.ts";
import type { VerifyingKey } from "../../infra/keys/verify_signature.ts";
import type { Exchange } from "../exchange.ts";
import { Problem } from "../problem.ts";

/** RFC 9110 wants the scheme named in every 401. */
const CHALLENGE = [["www-authenticate", 'Edgebook realm="edgebook"']] as const;

/** Reads the signed headers and looks at the clock. */
export function checkSignedHeaders(exchange: Exchange): Problem | null {
  const { headers } = exchange.context.req.raw;
  const signed = parseSignedHeaders((name) => headers.get(name));
  if (signed.code !== AuthCode.ok) return headerProblem(signed);
  const { timestampMillis, recvWindowMillis } = signed;
  const code = recvWindowCode(timestampMillis, recvWindowMillis, exchange.nowMicros);
  if (code !== AuthCode.ok) {
    // Nobody is refused by a clock that was never compared with the leader's.
    void exchange.backend;
    const nowMillis = Math.floor(exchange.nowMicros / 1_000);
    const offMillis = timestampMillis - nowMillis;
    const off = `${Math.abs(offMillis)} ms ${offMillis < 0 ? "behind" : "ahead of"} it`;
    const window =
      `${recvWindowMillis} ms before to ${CLOCK_AHEAD_MILLIS_MAX} ms after ${nowMillis}`;
    return new Problem(code, {
      detail: `The server's time is ${nowMillis}; the timestamp is ${off}. GET /v1/time tells it.`,
      field: "X-Edgebook-Timestamp",
      limit: window,
      value: String(timestampMillis),
      headers: CHALLENGE,
    });
  }
  exchange.sign(signed);
  return null;
}

/** Verifies the signature over the body that was read, and that the key has the scope. */
export function verifySigned(
  exchange: Exchange,
  scope: Scope,
): Problem | null | Promise<Problem | null> {
  const key = exchange.backend.keys.get(exchange.signed.keyId);
  return key instanceof Promise
    ? key.then((found) => verifyBy(exchange, found, scope))
    : verifyBy(exchange, key, scope);
}

function verifyBy(exchange: Exchange, key: VerifyingKey | null, scope: Scope): Problem | null {
  if (key === null) return refused(AuthCode.keyUnknown);
  const { timestampMillis, recvWindowMillis, signature } = exchange.signed;
  const { method } = exchange.context.req;
  const { pathWithQuery, body } = exchange;
  const text = signingText(timestampMillis, recvWindowMillis, method, pathWithQuery, body);
  if (!key.verify(text, signature)) return refused(AuthCode.signatureWrong);
  if (key.revoked) return refused(AuthCode.keyRevoked);
  if (key.expiresMicros !== null && exchange.nowMicros >= key.expiresMicros) {
    return refused(AuthCode.keyExpired);
  }
  if (!key.scopes.includes(scope)) {
    return new Problem(AuthCode.scopeMissing, { limit: scope, value: key.scopes.join(" ") });
  }
  exchange.authenticate(key);
  return null;
}

function refused(code: Exclude<AuthCode, typeof AuthCode.ok>): Problem {
  return new Problem(code, { headers: CHALLENGE });
}

function headerProblem({ code, field, limit, value }: HeaderProblem): Problem {
  // Key and signature are one secret to whoever guesses: nothing is said about their form.
  if (code === AuthCode.keyMalformed || code === AuthCode.signatureMalformed) return refused(code);
  const details = { field, limit, ...(value === null ? {} : { value }) };
  const isMissing = code === AuthCode.headerMissing;
  return new Problem(code, isMissing ? { ...details, headers: CHALLENGE } : details);
}
