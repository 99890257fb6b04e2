/**
 * Who sent this request, and may they?
 *
 * A request is signed, or it bears a token; what has both is refused. First what costs nothing: the
 * headers and the clock. Then, when the body is there, the key and the signature, or the token.
 * What is wrong with a signature is not said: an unknown key, a revoked one and a wrong signature
 * look the same.
 *
 * @module
 */
import { AuthCode } from "../../core/auth/auth_code.ts";
import { parseBearerHeaders } from "../../core/auth/bearer_headers.ts";
import type { HeaderProblem, HeaderReader } from "../../core/auth/header_problem.ts";
import {
  CLOCK_AHEAD_MILLIS_MAX,
  deadlineMicros,
  recvWindowCode,
} from "../../core/auth/recv_window.ts";
import { parseSignedHeaders, type SignedHeaders } from "../../core/auth/signed_headers.ts";
import { signingText } from "../../core/auth/signing_text.ts";
import type { AdmissionKind } from "../../core/limits/admission_code.ts";
import type { Scope } from "../../infra/keys/key_record.ts";
import type { VerifyingKey } from "../../infra/keys/verify_signature.ts";
import type { Exchange } from "../exchange.ts";
import { Problem } from "../problems/problem.ts";
import type { HeaderFields } from "../reply.ts";
import { tokenRefused, verifyBearer } from "./bearer_token.ts";
import { checkPermission } from "./permission.ts";

/** RFC 9110 wants the scheme named in every 401. */
const CHALLENGE: HeaderFields = [["www-authenticate", 'Edgebook realm="edgebook"']];
/** To whoever has shown nothing at all, both ways are named. */
const CHALLENGES: HeaderFields = [
  ["www-authenticate", 'Edgebook realm="edgebook", Bearer realm="edgebook"'],
];

/** Reads the headers that say who sends the request, and looks at the clock. */
export function checkCredentials(exchange: Exchange): Problem | null {
  const { headers } = exchange.context.req.raw;
  const header: HeaderReader = (name) => headers.get(name);
  const bearer = parseBearerHeaders(header);
  if (bearer === null) return checkSigned(exchange, parseSignedHeaders(header));
  if (bearer.code !== AuthCode.ok) return headerRefused(bearer);
  exchange.credentials = bearer;
  return null;
}

/**
 * Verifies the signature or the token, and that it may be used for this, from here.
 *
 * @param kind of the request, by whose limits the address pays for a token that nobody has seen
 */
export function authenticate(
  exchange: Exchange,
  scope: Scope,
  kind: AdmissionKind,
): Problem | null | Promise<Problem | null> {
  const { credentials } = exchange;
  if (credentials === null) throw new TypeError("the headers were not read");
  if ("token" in credentials) return verifyBearer(exchange, credentials, scope, kind);
  const key = exchange.backend.keys.get(credentials.keyId);
  return key instanceof Promise
    ? key.then((found) => verifySigned(exchange, credentials, found, scope))
    : verifySigned(exchange, credentials, key, scope);
}

function checkSigned(exchange: Exchange, signed: SignedHeaders | HeaderProblem): Problem | null {
  if (signed.code !== AuthCode.ok) return headerRefused(signed);
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
  exchange.credentials = signed;
  return null;
}

function verifySigned(
  exchange: Exchange,
  signed: SignedHeaders,
  key: VerifyingKey | null,
  scope: Scope,
): Problem | null {
  if (key === null) return refused(AuthCode.keyUnknown);
  const { keyId, timestampMillis, recvWindowMillis, signature, idempotencyKey } = signed;
  const { pathWithQuery, body } = exchange;
  const { method } = exchange.context.req;
  const isSignatureOfTextWith = (name: string | null): boolean =>
    key.verify(
      signingText(timestampMillis, recvWindowMillis, method, pathWithQuery, body, name),
      signature,
    );
  const isNameVouchedFor = isSignatureOfTextWith(idempotencyKey);
  if (!isNameVouchedFor && (idempotencyKey === null || !isSignatureOfTextWith(null))) {
    return refused(AuthCode.signatureWrong);
  }
  if (key.revoked) return refused(AuthCode.keyRevoked);
  if (key.expiresMicros !== null && exchange.nowMicros >= key.expiresMicros) {
    return refused(AuthCode.keyExpired);
  }
  const { account, scopes, tier } = key;
  const forbidden = checkPermission(exchange, key.ranges ?? null, scopes, scope);
  if (forbidden !== null) return forbidden;
  exchange.authenticate({
    account,
    keyId,
    subject: key.subject,
    scopes,
    tier,
    deadlineMicros: deadlineMicros(timestampMillis, recvWindowMillis),
    signature,
    idempotencyKey,
    isNameVouchedFor,
  });
  return null;
}

function refused(code: Exclude<AuthCode, typeof AuthCode.ok>): Problem {
  return new Problem(code, { headers: CHALLENGE });
}

function headerRefused({ code, field, limit, value }: HeaderProblem): Problem {
  // Key and signature are one secret to whoever guesses: nothing is said about their form.
  if (code === AuthCode.keyMalformed || code === AuthCode.signatureMalformed) return refused(code);
  if (code === AuthCode.tokenInvalid) return tokenRefused(code);
  const details = { field, limit, ...(value === null ? {} : { value }) };
  const isMissing = code === AuthCode.headerMissing;
  return new Problem(code, isMissing ? { ...details, headers: CHALLENGES } : details);
}
