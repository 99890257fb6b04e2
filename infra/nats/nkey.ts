/**
 * NATS keys (nkeys): Ed25519 keys as base32 text, made, read and used with WebCrypto alone, so that
 * a signature costs some 0.1 ms and nothing blocks.
 *
 * ```text
 * public key:  prefix (1 byte) | key (32) | CRC-16/XMODEM of both (2, little-endian)
 * seed:        "S" and the kind's prefix in 10 bits, padded to 2 bytes | seed (32) | CRC-16 (2)
 * ```
 *
 * @see https://github.com/nats-io/nkeys
 * @module
 */
import { CredentialsError } from "./errors.ts";

/** Prefix bytes of the kinds of keys in use here; the first letter of the text follows from it. */
export const NkeyKind = { account: 0, operator: 14 << 3, user: 20 << 3 } as const;
/** One of {@link NkeyKind}. */
export type NkeyKind = (typeof NkeyKind)[keyof typeof NkeyKind];

const SEED_PREFIX = 18 << 3;
const SEED_TEXT_LENGTH = 58;
const PUBLIC_TEXT_LENGTH = 56;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/** What stands before the seed in a PKCS#8 document of an Ed25519 key (RFC 8410). */
const PKCS8_HEAD = Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32);

/** A key pair that can sign. `seed` is the secret. */
export interface Nkey {
  readonly publicKey: string;
  readonly seed: string;
  sign(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
}

/** Makes a new key of a kind. */
export async function createNkey(kind: NkeyKind): Promise<Nkey> {
  const raw = crypto.getRandomValues(new Uint8Array(32));
  return await importNkey(encodeSeed(kind, raw));
}

/**
 * Reads a key from the text of its seed.
 *
 * @throws {CredentialsError} when the text is no seed
 */
export async function importNkey(seed: string): Promise<Nkey> {
  const { kind } = decodeSeed(seed);
  const pkcs8 = pkcs8OfSeed(seed);
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", true, ["sign"]);
  const { x } = await crypto.subtle.exportKey("jwk", key);
  const publicRaw = Uint8Array.from(
    atob((x ?? "").replaceAll("-", "+").replaceAll("_", "/")),
    (character) => character.charCodeAt(0),
  );
  return {
    publicKey: encodeBase32(withChecksum(Uint8Array.of(kind, ...publicRaw))),
    seed,
    sign: async (bytes) => new Uint8Array(await crypto.subtle.sign("Ed25519", key, bytes)),
  };
}

/** The PKCS#8 document of a seed, as platform cryptography reads it. Throws as {@link decodeSeed}. */
export function pkcs8OfSeed(seed: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(...PKCS8_HEAD, ...decodeSeed(seed).raw);
}

/** Whether a text is the public key of a kind, checksum included. */
export function isPublicNkey(kind: NkeyKind, text: string): boolean {
  if (text.length !== PUBLIC_TEXT_LENGTH) return false;
  const bytes = decodeBase32(text);
  return bytes !== undefined && bytes[0] === kind && checksumHolds(bytes);
}

/** The 32 secret bytes and the kind of a seed. Throws {@link CredentialsError} for other texts. */
export function decodeSeed(text: string): { kind: NkeyKind; raw: Uint8Array<ArrayBuffer> } {
  const bytes = text.length === SEED_TEXT_LENGTH ? decodeBase32(text) : undefined;
  const kind = bytes === undefined ? undefined : ((bytes[0] & 7) << 5) | (bytes[1] >> 3);
  const known = Object.values(NkeyKind).find((one) => one === kind);
  if (
    bytes === undefined || known === undefined || (bytes[0] & 0xf8) !== SEED_PREFIX ||
    !checksumHolds(bytes) || encodeBase32(bytes) !== text
  ) {
    throw new CredentialsError("seed", "the 58 characters of an nkey seed");
  }
  return { kind: known, raw: bytes.slice(2, 34) };
}

function encodeSeed(kind: NkeyKind, raw: Uint8Array): string {
  return encodeBase32(
    withChecksum(Uint8Array.of(SEED_PREFIX | (kind >> 5), (kind & 31) << 3, ...raw)),
  );
}

/** Base32 of RFC 4648 without padding. */
export function encodeBase32(bytes: Uint8Array): string {
  let text = "";
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? text + ALPHABET[(held << (5 - bits)) & 31] : text;
}

function decodeBase32(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = new Uint8Array((text.length * 5) >> 3);
  let held = 0;
  let bits = 0;
  let at = 0;
  for (const character of text) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) return undefined;
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >> bits) & 0xff;
    }
  }
  return bytes;
}

function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) ? (crc << 1) ^ 0x1021 : crc << 1;
    crc &= 0xffff;
  }
  return crc;
}

function withChecksum(bytes: Uint8Array): Uint8Array {
  const crc = crc16(bytes);
  return Uint8Array.of(...bytes, crc & 0xff, crc >> 8);
}

function checksumHolds(bytes: Uint8Array): boolean {
  const end = bytes.length - 2;
  return crc16(bytes.subarray(0, end)) === (bytes[end] | (bytes[end + 1] << 8));
}
