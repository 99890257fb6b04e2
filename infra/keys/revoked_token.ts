/**
 * Bearer tokens that are revoked one by one, before they expire by themselves.
 *
 * The entry's mere existence in the bucket of keys ends the token, whatever is written in it; it may
 * be removed once the token has expired.
 *
 * @module
 */
import { shortHash } from "./issuer_id.ts";
import type { KeyRecord } from "./key_record.ts";

/**
 * Id of the entry that ends the token with the `jti` claim `tokenId` of the issuer `iss`: `jti_` and
 * the first 22 characters of the base64url of the SHA-256 of both with a line feed between them.
 */
export function revokedTokenId(iss: string, tokenId: string): string {
  return `jti_${shortHash(`${iss}\n${tokenId}`)}`;
}

/** The entry to store. `expiresMicros`: when the token ends by itself; `null`: nobody knows. */
export function revokedToken(
  iss: string,
  tokenId: string,
  createdMicros: number,
  expiresMicros: number | null,
): Extract<KeyRecord, { readonly kind: "revokedToken" }> {
  return {
    id: revokedTokenId(iss, tokenId),
    kind: "revokedToken",
    account: 0,
    scopes: ["read"],
    createdMicros,
    expiresMicros,
    revoked: true,
    tier: null,
    addresses: [],
  };
}
