/**
 * Signs requests with the secret of an API key (HMAC-SHA256), without anything of a platform, not even
 * `crypto.subtle` and `TextEncoder`: browsers, React Native, Node and Deno alike.
 *
 * @module
 */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { AuthHeader } from "../../core/auth/header_problem.ts";
import { signingText } from "../../core/auth/signing_text.ts";
import { utf8Bytes } from "./utf8.ts";

/** A key as `POST /v1/keys` or the operator has given it. `secret` is one. */
export interface ApiKey {
  readonly id: string;
  readonly secret: string;
}

/** What is signed of a request. */
export interface SignedParts {
  readonly method: string;
  /** As on the request line. */
  readonly pathWithQuery: string;
  /** Empty where there is none. */
  readonly body: string;
  /** `null` where it has none. */
  readonly idempotencyKey: string | null;
}

/** The header fields that sign a request at a moment, for so many milliseconds. O(length). */
export function signedHeaders(
  { id, secret }: ApiKey,
  { body, idempotencyKey, method, pathWithQuery }: SignedParts,
  timestampMillis: number,
  recvWindowMillis: number,
): Record<string, string> {
  const text = signingText(
    timestampMillis,
    recvWindowMillis,
    method,
    pathWithQuery,
    body,
    idempotencyKey,
  );
  return {
    [AuthHeader.key]: id,
    [AuthHeader.timestamp]: String(timestampMillis),
    [AuthHeader.recvWindow]: String(recvWindowMillis),
    [AuthHeader.signature]: bytesToHex(hmac(sha256, utf8Bytes(secret), utf8Bytes(text))),
  };
}
