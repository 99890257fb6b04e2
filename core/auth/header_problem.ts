/**
 * What is wrong with the headers that say who sends a request.
 *
 * @module
 */
import type { AuthCode } from "./auth_code.ts";
import { IDEMPOTENCY_KEY_LENGTH_MAX } from "./idempotency_key.ts";
import { RECV_WINDOW_MILLIS_MAX } from "./recv_window.ts";

/** Names of the headers. */
export const AuthHeader = {
  key: "X-Edgebook-Key",
  timestamp: "X-Edgebook-Timestamp",
  recvWindow: "X-Edgebook-Recv-Window",
  signature: "X-Edgebook-Signature",
  authorization: "Authorization",
  idempotencyKey: "Idempotency-Key",
} as const;
/** Any of the names. */
export type AuthHeader = (typeof AuthHeader)[keyof typeof AuthHeader];

/** Gives the value of a header; `null` or `undefined` where it is absent. */
export type HeaderReader = (name: AuthHeader) => string | null | undefined;

/** What is wrong. `value` is never a signature or a token. */
export interface HeaderProblem {
  readonly code: Exclude<AuthCode, typeof AuthCode.ok>;
  /** The header, or several with commas between them. */
  readonly field: string;
  readonly limit: string;
  readonly value: string | null;
}

/** Characters of a refused value that an error repeats. */
const SHOWN_LENGTH_MAX = 64;

const LIMITS: Readonly<Record<AuthHeader, string>> = {
  [AuthHeader.key]: "8 to 64 letters, digits, - and _",
  [AuthHeader.timestamp]: "milliseconds since the epoch, 12 to 14 digits",
  [AuthHeader.recvWindow]: `1 to ${RECV_WINDOW_MILLIS_MAX} milliseconds`,
  [AuthHeader.signature]: "64 lower-case hexadecimal digits or 88 characters of base64",
  [AuthHeader.authorization]: "Bearer and a JSON Web Token",
  [AuthHeader.idempotencyKey]: `1 to ${IDEMPOTENCY_KEY_LENGTH_MAX} visible ASCII characters`,
};

/** The problem that `field` is, with what it takes and, unless it is a secret, what it had. */
export function headerProblem(
  code: HeaderProblem["code"],
  field: AuthHeader,
  value: string | null,
): HeaderProblem {
  const shown = value !== null && value.length > SHOWN_LENGTH_MAX
    ? `${value.slice(0, SHOWN_LENGTH_MAX)}…`
    : value;
  return { code, field, limit: LIMITS[field], value: shown };
}
