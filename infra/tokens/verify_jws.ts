/**
 * The signature of a token (JWS, RFC 7515), by `jose` over the platform's WebCrypto, whose
 * comparison of HMACs takes the same time wherever the difference is.
 *
 * @module
 */
import { compactVerify, decodeProtectedHeader, errors } from "jose";

/** Algorithms with a shared secret. */
export const SECRET_ALGORITHMS: readonly string[] = ["HS256"];
/** Algorithms with a public key; `Ed25519` is what RFC 9864 calls `EdDSA` over that curve. */
export const PUBLIC_KEY_ALGORITHMS: readonly string[] = ["ES256", "EdDSA", "Ed25519"];

/** What the header of a token says. */
export interface TokenHeader {
  readonly alg: string;
  /** Id of the key; left out where it names none. */
  readonly kid?: string;
}

/** `jose` reads base64 with white space in it, by which one token would have many texts. */
const COMPACT_PATTERN = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/**
 * Reads the header of a token, unverified; `null` where it is none that could be verified here.
 *
 * A `crit` header is refused whatever it names: no extension is known here (RFC 7515, 4.1.11).
 */
export function readTokenHeader(token: string): TokenHeader | null {
  if (!COMPACT_PATTERN.test(token)) return null;
  try {
    const { alg, kid, crit } = decodeProtectedHeader(token);
    if (typeof alg !== "string" || crit !== undefined) return null;
    if (kid === undefined) return { alg };
    return typeof kid === "string" ? { alg, kid } : null;
  } catch {
    return null;
  }
}

/**
 * Verifies the signature of a token whose header was read.
 *
 * @param algorithms the ones that the key is for: a token must not choose between a secret and a
 *   public key (RFC 8725, section 3.1)
 * @returns the payload, `null` when the signature is wrong or the token none
 */
export async function verifyJws(
  token: string,
  key: CryptoKey,
  algorithms: readonly string[],
): Promise<Uint8Array | null> {
  try {
    const options = { algorithms: [...algorithms] };
    const { payload, protectedHeader } = await compactVerify(token, key, options);
    // The one extension that `jose` knows, RFC 7797, is not for tokens.
    return protectedHeader.crit === undefined ? payload : null;
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}
