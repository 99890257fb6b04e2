/**
 * The four headers of a signed request, parsed and bounded.
 *
 * @module
 */
import { AuthCode } from "./auth_code.ts";
import { RECV_WINDOW_MILLIS_DEFAULT, RECV_WINDOW_MILLIS_MAX } from "./recv_window.ts";

/** Names of the headers. */
export const SignedHeader = {
  key: "X-Edgebook-Key",
  timestamp: "X-Edgebook-Timestamp",
  recvWindow: "X-Edgebook-Recv-Window",
  signature: "X-Edgebook-Signature",
} as const;
/** Any of the names. */
export type SignedHeader = (typeof SignedHeader)[keyof typeof SignedHeader];

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
}

/** What is wrong with the headers. `value` is never a signature. */
export interface HeaderProblem {
  readonly code: Exclude<AuthCode, typeof AuthCode.ok>;
  readonly field: SignedHeader;
  readonly limit: string;
  readonly value: string | null;
}

/** Milliseconds since the epoch without leading zeros, so that the number is the text. */
const TIMESTAMP_PATTERN = /^[1-9]\d{11,13}$/;
const RECV_WINDOW_PATTERN = /^[1-9]\d{0,4}$/;
/** HMAC-SHA256, lower-case hexadecimal. */
const HEX_SIGNATURE_PATTERN = /^[0-9a-f]{64}$/;
/** Ed25519, 64 bytes in base64; the unused bits are zero, so a signature has only one text. */
const BASE64_SIGNATURE_PATTERN = /^[A-Za-z0-9+/]{85}[AQgw]==$/;
/** Characters of a refused value that an error repeats. */
const SHOWN_LENGTH_MAX = 64;

const LIMITS: Readonly<Record<SignedHeader, string>> = {
  [SignedHeader.key]: "8 to 64 letters, digits, - and _",
  [SignedHeader.timestamp]: "milliseconds since the epoch, 12 to 14 digits",
  [SignedHeader.recvWindow]: `1 to ${RECV_WINDOW_MILLIS_MAX} milliseconds`,
  [SignedHeader.signature]: "64 lower-case hexadecimal digits or 88 characters of base64",
};

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
export function parseSignedHeaders(
  header: (name: SignedHeader) => string | null | undefined,
): SignedHeaders | HeaderProblem {
  const keyId = header(SignedHeader.key) ?? null;
  if (keyId === null) return missing(SignedHeader.key);
  if (!KEY_ID_PATTERN.test(keyId)) {
    return problem(AuthCode.keyMalformed, SignedHeader.key, keyId);
  }
  const timestamp = header(SignedHeader.timestamp) ?? null;
  if (timestamp === null) return missing(SignedHeader.timestamp);
  if (!TIMESTAMP_PATTERN.test(timestamp)) {
    return problem(AuthCode.timestampMalformed, SignedHeader.timestamp, timestamp);
  }
  const windowText = header(SignedHeader.recvWindow) ?? null;
  const recvWindowMillis = windowText === null ? RECV_WINDOW_MILLIS_DEFAULT : Number(windowText);
  if (
    windowText !== null &&
    (!RECV_WINDOW_PATTERN.test(windowText) || recvWindowMillis > RECV_WINDOW_MILLIS_MAX)
  ) {
    return problem(AuthCode.recvWindowMalformed, SignedHeader.recvWindow, windowText);
  }
  const signature = header(SignedHeader.signature) ?? null;
  if (signature === null) return missing(SignedHeader.signature);
  const encoding = encodingOf(signature);
  if (encoding === null) {
    return problem(AuthCode.signatureMalformed, SignedHeader.signature, null);
  }
  return {
    code: AuthCode.ok,
    keyId,
    timestampMillis: Number(timestamp),
    recvWindowMillis,
    signature,
    encoding,
  };
}

function encodingOf(signature: string): SignatureEncoding | null {
  if (HEX_SIGNATURE_PATTERN.test(signature)) return "hex";
  return BASE64_SIGNATURE_PATTERN.test(signature) ? "base64" : null;
}

function missing(field: SignedHeader): HeaderProblem {
  return problem(AuthCode.headerMissing, field, null);
}

function problem(
  code: HeaderProblem["code"],
  field: SignedHeader,
  value: string | null,
): HeaderProblem {
  const shown = value !== null && value.length > SHOWN_LENGTH_MAX
    ? `${value.slice(0, SHOWN_LENGTH_MAX)}…`
    : value;
  return { code, field, limit: LIMITS[field], value: shown };
}
