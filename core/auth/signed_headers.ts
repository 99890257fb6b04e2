/**
 * The headers of a signed request, parsed and bounded.
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

/** Key ids: what fits a KV key, a Redis key and a header alike. */
export const KEY_ID_PATTERN = /^[A-Za-z0-9_-]{8,64}$/;

/** How the signature is written, which follows from the kind of key. */
export type SignatureEncoding = "hex" | "base64";

/** The headers of a request that may be verified. */
export interface SignedHeaders {
  readonly code: typeof AuthCode.ok;
  readonly keyId: string;
  readonly timestampMillis: number;
  readonly recvWindowMillis: number;
  readonly signature: string;
  readonly encoding: SignatureEncoding;
  /** `null` where the request has no `Idempotency-Key`. */
  readonly idempotencyKey: string | null;
}

/** Milliseconds since the epoch without leading zeros, so that the number is the text. */
const TIMESTAMP_PATTERN = /^[1-9]\d{11,13}$/;
/** HMAC-SHA256, lower-case hexadecimal. */
const HEX_SIGNATURE_PATTERN = /^[0-9a-f]{64}$/;
/** Ed25519, 64 bytes in base64; the unused bits are zero, so a signature has only one text. */
const BASE64_SIGNATURE_PATTERN = /^[A-Za-z0-9+/]{85}[AQgw]==$/;
/**
 * Parses the headers of a signed request.
 *
 * @param header gives the value of a header, `null` or `undefined` when it is absent
 * @returns the headers (`code` is {@link AuthCode.ok}) or the first thing that is wrong with them
 *
 * @example
 * ```ts
 * import { parseSignedHeaders } from "./signed_headers.ts";
 * const headers = new Headers({ "X-Edgebook-Key": "demo-key-1" });
 * const parsed = parseSignedHeaders((name) => headers.get(name));
 * console.log(parsed.code); // 800: X-Edgebook-Timestamp is missing
 * ```
 */
export function parseSignedHeaders(header: HeaderReader): SignedHeaders | HeaderProblem {
  const keyId = header(AuthHeader.key) ?? null;
  if (keyId === null) return missing(AuthHeader.key);
  if (!KEY_ID_PATTERN.test(keyId)) {
    return headerProblem(AuthCode.keyMalformed, AuthHeader.key, keyId);
  }
  const timestamp = header(AuthHeader.timestamp) ?? null;
  if (timestamp === null) return missing(AuthHeader.timestamp);
  if (!TIMESTAMP_PATTERN.test(timestamp)) {
    return headerProblem(AuthCode.timestampMalformed, AuthHeader.timestamp, timestamp);
  }
  const windowText = header(AuthHeader.recvWindow) ?? null;
  const recvWindowMillis = readRecvWindow(windowText);
  if (recvWindowMillis === null) {
    return headerProblem(AuthCode.recvWindowMalformed, AuthHeader.recvWindow, windowText);
  }
  const signature = header(AuthHeader.signature) ?? null;
  if (signature === null) return missing(AuthHeader.signature);
  const encoding = signatureEncoding(signature);
  if (encoding === null) {
    return headerProblem(AuthCode.signatureMalformed, AuthHeader.signature, null);
  }
  const idempotencyKey = header(AuthHeader.idempotencyKey) ?? null;
  if (idempotencyKey !== null && !isIdempotencyKey(idempotencyKey)) {
    const { idempotencyKeyMalformed } = AuthCode;
    return headerProblem(idempotencyKeyMalformed, AuthHeader.idempotencyKey, idempotencyKey);
  }
  return {
    code: AuthCode.ok,
    keyId,
    timestampMillis: Number(timestamp),
    recvWindowMillis,
    signature,
    encoding,
    idempotencyKey,
  };
}

/**
 * How a signature is written; `null` where it is none. A signature has one text only, so that the
 * text can name its request.
 */
export function signatureEncoding(signature: string): SignatureEncoding | null {
  if (HEX_SIGNATURE_PATTERN.test(signature)) return "hex";
  return BASE64_SIGNATURE_PATTERN.test(signature) ? "base64" : null;
}

function missing(field: AuthHeader): HeaderProblem {
  return headerProblem(AuthCode.headerMissing, field, null);
}
