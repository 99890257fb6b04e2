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
import { Buffer } from "node:buffer";
import { createHmac, createPublicKey, timingSafeEqual, verify } from "node:crypto";
import { AddressRangeError, AddressRanges } from "../../core/auth/address_ranges.ts";
import { LimitedSubject } from "../../core/limits/limited_subject.ts";
import { type IssuerRecord, type KeyRecord, type KeySummary, summaryOf } from "./key_record.ts";

/** What there is to know of an issuer of bearer tokens beside its key's summary. */
export interface TokenIssuer {
  /** The `iss` claim of its tokens. */
  readonly issuer: string;
  /** What their `aud` claim has to name. */
  readonly audience: string;
  readonly accountLeast: number;
  readonly accountMost: number;
  /** What verifies them; a function, so that whoever prints the issuer prints no secret. */
  readonly verification: () => IssuerRecord["verification"];
}

/** A record as gateways hold it: what may be shown, and what verifies. Says the same for ever. */
export interface VerifyingKey extends KeySummary {
  /**
   * Whether `signature`, as it stood in the header, is the key's signature of `text`. An issuer of
   * tokens and a revoked token sign nothing.
   */
  readonly verify: (text: string, signature: string) => boolean;
  /** Whom its limits are counted of. */
  readonly subject: LimitedSubject;
  /** Where it may be used from; absent or `null`: from anywhere. */
  readonly ranges?: AddressRanges | null;
  /** What an issuer of tokens has beside; absent or `null` for all others. */
  readonly issuer?: TokenIssuer | null;
}

const HMAC_HEX_LENGTH = 64;
const ED25519_BASE64_LENGTH = 88;
/**
 * Longest text that is hashed here, out of a buffer that stays: an ordinary order has a third of it.
 * The platform's HMAC costs more to begin with, and a fifth for each byte.
 */
const TEXT_LENGTH_MAX = 1_024;
/** Bytes of UTF-8 that one UTF-16 unit takes at most. */
const UTF8_BYTES_MAX = 3;
const encoder = new TextEncoder();
const DIGIT_ZERO = "0".charCodeAt(0);
const LETTER_A = "a".charCodeAt(0);
const textBytes = new Uint8Array(TEXT_LENGTH_MAX * UTF8_BYTES_MAX);
const digest = new Uint8Array(HMAC_HEX_LENGTH / 2);
const given = new Uint8Array(HMAC_HEX_LENGTH / 2);

/** Prepares a record for verification. Never throws: what is not right in it verifies nothing. */
export function verifyingKeyOf(record: KeyRecord): VerifyingKey {
  return {
    ...summaryOf(record),
    subject: new LimitedSubject(record.id),
    verify: verifierOf(record),
    ranges: record.addresses.length === 0 ? null : rangesOf(record.addresses),
    issuer: record.kind === "issuer" ? issuerOf(record) : null,
  };
}

function verifierOf(record: KeyRecord): VerifyingKey["verify"] {
  if (record.kind === "hmac") return hmacVerifier(encoder.encode(record.secret));
  return record.kind === "ed25519" ? ed25519Verifier(record.publicKey) : () => false;
}

function issuerOf(record: IssuerRecord): TokenIssuer {
  const { issuer, audience, accountLeast, accountMost, verification } = record;
  return { issuer, audience, accountLeast, accountMost, verification: () => verification };
}

/** A list that cannot be read lets nobody in: a key must not be wider than it was meant to be. */
function rangesOf(addresses: readonly string[]): AddressRanges {
  try {
    return AddressRanges.parse(addresses);
  } catch (error) {
    if (error instanceof AddressRangeError) return AddressRanges.NONE;
    throw error;
  }
}

/**
 * Verifier of HMAC-SHA256 in lower-case hexadecimal (RFC 2104, FIPS 198-1). The comparison takes
 * the same time wherever the difference is; a signature of another form is simply wrong.
 *
 * The key's state is copied over one working state, and text and digest are written into buffers
 * that stay, for a request should leave nothing behind for the collector. Nothing is awaited between.
 */
export function hmacVerifier(secret: Uint8Array): VerifyingKey["verify"] {
  const keyed = hmac.create(sha256, secret);
  const working = keyed.clone();
  return (text, signature) => {
    if (signature.length !== HMAC_HEX_LENGTH) return false;
    if (text.length > TEXT_LENGTH_MAX) {
      const long = createHmac("sha256", secret).update(text).digest();
      return readHex(signature, given) && timingSafeEqual(long, given);
    }
    keyed._cloneInto(working);
    working.update(bytesOf(text)).digestInto(digest);
    return readHex(signature, given) && timingSafeEqual(digest, given);
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

/** UTF-8 of a text that is not too long, valid until the next call. */
function bytesOf(text: string): Uint8Array {
  return textBytes.subarray(0, encoder.encodeInto(text, textBytes).written);
}

/** Reads lower-case hexadecimal digits, two a byte; false where there is something else. */
function readHex(digits: string, bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) {
    const high = hexDigit(digits.charCodeAt(2 * at));
    const low = hexDigit(digits.charCodeAt(2 * at + 1));
    if ((high | low) < 0) return false;
    bytes[at] = (high << 4) | low;
  }
  return true;
}

/** Value of a hexadecimal digit, or -1. */
function hexDigit(code: number): number {
  if (code >= DIGIT_ZERO && code <= DIGIT_ZERO + 9) return code - DIGIT_ZERO;
  return code >= LETTER_A && code <= LETTER_A + 5 ? code - LETTER_A + 10 : -1;
}
