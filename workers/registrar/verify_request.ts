/**
 * Whether a request is what its key has signed, now, and may be used for what it asks.
 *
 * The key is read from the bucket for each request, so nothing that was revoked is believed, and the
 * time is this machine's, not a gateway's.
 *
 * @module
 */
import { AuthCode } from "../../core/auth/auth_code.ts";
import { recvWindowCode } from "../../core/auth/recv_window.ts";
import { signingText } from "../../core/auth/signing_text.ts";
import type { ActRefusal, ActRequest } from "../../core/protocol/act.ts";
import { isSigningKey, type KeyRecord, type Scope } from "../../infra/keys/key_record.ts";
import { verifyingKeyOf } from "../../infra/keys/verify_signature.ts";

/** The record of the key that has signed the request, or why it is refused. */
export function verifyRequest(
  request: ActRequest,
  record: KeyRecord | null,
  scope: Scope,
  nowMicros: number,
): KeyRecord | ActRefusal {
  const { body, idempotencyKey, method, pathWithQuery, recvWindowMillis, timestampMillis } =
    request;
  if (record === null || !isSigningKey(record)) return { refused: AuthCode.keyUnknown };
  const text = signingText(
    timestampMillis,
    recvWindowMillis,
    method,
    pathWithQuery,
    body,
    idempotencyKey,
  );
  if (!verifyingKeyOf(record).verify(text, request.signature)) {
    return { refused: AuthCode.signatureWrong };
  }
  if (record.revoked) return { refused: AuthCode.keyRevoked };
  if (record.expiresMicros !== null && nowMicros >= record.expiresMicros) {
    return { refused: AuthCode.keyExpired };
  }
  const code = recvWindowCode(timestampMillis, recvWindowMillis, nowMicros);
  if (code !== AuthCode.ok) return { refused: code, field: "X-Edgebook-Timestamp" };
  return record.scopes.includes(scope)
    ? record
    : { refused: AuthCode.scopeMissing, limit: scope, value: record.scopes.join(" ") };
}
