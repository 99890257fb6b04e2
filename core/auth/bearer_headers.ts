/**
 * The headers of a request that bears a token (RFC 6750, section 2.1), parsed and bounded.
 *
 * Whether the token is one is not looked at here: a token that was verified before is known by its
 * text.
 *
 * @module
 */
import { AuthCode } from "./auth_code.ts";
import {
  AuthHeader,
  type HeaderProblem,
  headerProblem,
  type HeaderReader,
} from "./header_problem.ts";
import { isIdempotencyKey } from "./idempotency_key.ts";
import { readRecvWindow } from "./recv_window.ts";

/** Longest token, in characters. */
export const TOKEN_LENGTH_MAX = 4_096;

/** The headers of a request whose token may be verified. */
export interface BearerHeaders {
  readonly code: typeof AuthCode.ok;
  /** A secret. */
  readonly token: string;
  readonly recvWindowMillis: number;
  /** `null` where the request has no `Idempotency-Key`. */
  readonly idempotencyKey: string | null;
}

/** The scheme, in any case (RFC 9110, section 11.1). */
const SCHEME_PATTERN = /^bearer(?: +|$)/i;
/** Headers that only a signed request has. */
const SIGNED_ONLY = [AuthHeader.key, AuthHeader.timestamp, AuthHeader.signature] as const;

/**
 * Parses the headers of a request with a bearer token.
 *
 * @returns the headers (`code` is {@link AuthCode.ok}), the first thing that is wrong with them, or
 *   `null` when the request bears no token
 *
 * @example
 * ```ts
 * import { parseBearerHeaders } from "./bearer_headers.ts";
 * const headers = new Headers({ "Authorization": "Bearer a.b.c" });
 * console.log(parseBearerHeaders((name) => headers.get(name))?.code); // 0
 * ```
 */
export function parseBearerHeaders(header: HeaderReader): BearerHeaders | HeaderProblem | null {
  const authorization = header(AuthHeader.authorization) ?? null;
  const scheme = authorization === null ? null : SCHEME_PATTERN.exec(authorization);
  if (authorization === null || scheme === null) return null;
  const signed = SIGNED_ONLY.filter((name) => (header(name) ?? null) !== null);
  if (signed.length > 0) {
    const both = headerProblem(AuthCode.twoCredentials, AuthHeader.authorization, null);
    return {
      ...both,
      field: [AuthHeader.authorization, ...signed].join(", "),
      limit: "a bearer token or a signature",
    };
  }
  const token = authorization.slice(scheme[0].length);
  if (token === "" || token.length > TOKEN_LENGTH_MAX) {
    return headerProblem(AuthCode.tokenInvalid, AuthHeader.authorization, null);
  }
  const windowText = header(AuthHeader.recvWindow) ?? null;
  const recvWindowMillis = readRecvWindow(windowText);
  if (recvWindowMillis === null) {
    return headerProblem(AuthCode.recvWindowMalformed, AuthHeader.recvWindow, windowText);
  }
  const idempotencyKey = header(AuthHeader.idempotencyKey) ?? null;
  if (idempotencyKey !== null && !isIdempotencyKey(idempotencyKey)) {
    const { idempotencyKeyMalformed } = AuthCode;
    return headerProblem(idempotencyKeyMalformed, AuthHeader.idempotencyKey, idempotencyKey);
  }
  return { code: AuthCode.ok, token, recvWindowMillis, idempotencyKey };
}
