/**
 * Verification of signed requests.
 *
 * Both kinds verify synchronously, so a request never leaves its turn of the event loop for it, and
 * what can be computed once for a key is: the HMAC state after the key's own block, and the
 * imported public key. Costs some microseconds for HMAC and about a hundred for Ed25519.
 *
 * @module
 */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { hexToBytes } from "@noble/hashes/utils.js";
import { Buffer } from "node:buffer";
import { createPublicKey, timingSafeEqual, verify } from "node:crypto";
import { type KeyRecord, type KeySummary, summaryOf } from "./key_record.ts";

/** A key as gateways hold it: what may be shown, and what verifies. */
export interface VerifyingKey extends KeySummary {
  /** Whether `signature`, as it stood in the header, is the key's signature of `text`. */
  readonly verify: (text: string, signature: string) => boolean;
}

const HMAC_HEX_LENGTH = 64;
const ED25519_BASE64_LENGTH = 88;
const encoder = new TextEncoder();

/** Prepares a record for verification. */
export function verifyingKeyOf(record: KeyRecord): VerifyingKey {
  const verifies = record.kind === "hmac"
    ? hmacVerifier(encoder.encode(record.secret))
    : ed25519Verifier(record.publicKey);
  return { ...summaryOf(record), verify: verifies };
}

/**
 * Verifier of HMAC-SHA256 in lower-case hexadecimal (RFC 2104, FIPS 198-1). The comparison takes
 * the same time wherever the difference is; a signature of another form is simply wrong.
 */
export function hmacVerifier(secret: Uint8Array): VerifyingKey["verify"] {
  const keyed = hmac.create(sha256, secret);
  return (text, signature) => {
    if (signature.length !== HMAC_HEX_LENGTH) return false;
    const given = bytesOfHex(signature);
    return given !== null &&
      timingSafeEqual(keyed.clone().update(encoder.encode(text)).digest(), given);
  };
}

/** Verifier of Ed25519 in base64 (RFC 8032), from the base64 of the 32-byte public key. */
export function ed25519Verifier(publicKey: string): VerifyingKey["verify"] {
  const x = Buffer.from(publicKey, "base64").toString("base64url");
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  return (text, signature) =>
    signature.length === ED25519_BASE64_LENGTH &&
    verify(null, encoder.encode(text), key, Buffer.from(signature, "base64"));
}

function bytesOfHex(hex: string): Uint8Array | null {
  try {
    return hexToBytes(hex);
  } catch {
    return null;
  }
}
