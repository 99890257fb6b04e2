/**
 * The keys that seal API keys at rest: the newest, which seals, and older ones, which still open.
 *
 * A key is told by its fingerprint: the first four bytes of the SHA-256 digest of the ASCII text
 * `edgebook master key ` and the key's 32 bytes. Of a random key it tells nothing.
 *
 * @module
 */

/** Master keys that may be given at once. */
export const MASTER_KEYS_MAX = 8;
/** Length of a fingerprint. */
export const FINGERPRINT_BYTES = 4;

const MASTER_KEY_PATTERN = /^[0-9a-fA-F]{64}$/;
const FINGERPRINT_PREFIX = new TextEncoder().encode("edgebook master key ");

/** One key. It cannot be exported again. */
export interface MasterKey {
  readonly fingerprint: Uint8Array;
  readonly key: CryptoKey;
}

/** The keys of an installation, the newest first; there is one at least. */
export interface MasterKeys {
  readonly newest: MasterKey;
  readonly all: readonly MasterKey[];
}

/** A configured master key is not 64 hexadecimal digits, or there are too many. Does not show it. */
export class MasterKeyError extends Error {
  override readonly name = "MasterKeyError";
}

/**
 * Imports the keys from the configuration's text: one, or several with commas or line ends between
 * them, the newest first.
 *
 * @throws {MasterKeyError} when one is not 64 hexadecimal digits, or there are too many
 */
export async function importMasterKeys(text: string): Promise<MasterKeys> {
  const parts = partsOf(text);
  if (parts.length > MASTER_KEYS_MAX) {
    throw new MasterKeyError(`${parts.length} master keys; at most ${MASTER_KEYS_MAX}`);
  }
  const wrong = parts.findIndex((part) => !MASTER_KEY_PATTERN.test(part));
  if (wrong >= 0) {
    const which = parts.length === 1 ? "the master key" : `master key ${wrong + 1}`;
    throw new MasterKeyError(
      `${which} has ${parts[wrong].length} characters; it takes 64 hexadecimal digits (32 bytes)`,
    );
  }
  const all = await Promise.all(parts.map(importOne));
  return { newest: all[0], all };
}

/** Whether {@link importMasterKeys} would take the text. */
export function isMasterKeys(text: string): boolean {
  const parts = partsOf(text);
  return parts.length <= MASTER_KEYS_MAX && parts.every((part) => MASTER_KEY_PATTERN.test(part));
}

const partsOf = (text: string): string[] => text.trim().split(/\s*[,\s]\s*/);

/** A fingerprint as people compare it: eight hexadecimal digits. */
export const shownFingerprint = (fingerprint: Uint8Array): string =>
  Array.from(fingerprint, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Whether two fingerprints are the same. */
export const isSameFingerprint = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, index) => byte === other[index]);

async function importOne(hex: string): Promise<MasterKey> {
  const named = new Uint8Array(FINGERPRINT_PREFIX.length + hex.length / 2);
  named.set(FINGERPRINT_PREFIX);
  const bytes = named.subarray(FINGERPRINT_PREFIX.length);
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16);
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", named));
  const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  return { fingerprint: digest.slice(0, FINGERPRINT_BYTES), key };
}
