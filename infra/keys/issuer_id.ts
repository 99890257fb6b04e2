/**
 * The id under which an issuer of bearer tokens stands in the bucket of keys.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** Characters of the hash in an id: 132 bits. */
const HASH_LENGTH = 22;

/**
 * Id of the record of the issuer `iss`: `iss_` and the first 22 characters of the base64url of its
 * SHA-256. So the record is found from nothing but a token's claim.
 *
 * @example
 * ```ts
 * import { issuerKeyId } from "./issuer_id.ts";
 * console.log(issuerKeyId("https://id.example")); // iss_…, 26 characters
 * ```
 */
export function issuerKeyId(iss: string): string {
  return `iss_${shortHash(iss)}`;
}

/** The hash that ids are made of. */
export function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, HASH_LENGTH);
}
