/**
 * What stands for a body of bytes where its text would be signed.
 *
 * @module
 */
import { createHash } from "node:crypto";

/**
 * SHA-256 of a body in lower-case hexadecimal (FIPS 180-4): the last part of the signed text
 * (`core/auth/signing_text.ts`) where the body is bytes. O(length).
 */
export function bodyDigest(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("hex");
}
