/**
 * Key records at rest: sealed with AES-256-GCM under the master key.
 *
 * ```text
 * offset | bytes | field
 *      0 |     1 | version, 1
 *      1 |    12 | nonce, random for each sealing
 *     13 |     n | the record as JSON, encrypted
 * 13 + n |    16 | authentication tag
 * ```
 *
 * The version and the key's id are additional authenticated data: a sealed record that somebody
 * moves to another id, or whose version somebody changes, does not open.
 *
 * @module
 */
import * as v from "valibot";
import { type KeyRecord, KeyRecordSchema } from "./key_record.ts";

/** Version of the format that {@link sealKey} writes. */
export const SEALED_KEY_VERSION = 1;
/** Longest sealed record that is opened. */
export const SEALED_KEY_BYTES_MAX = 4_096;

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + NONCE_BYTES;
const MASTER_KEY_PATTERN = /^[0-9a-fA-F]{64}$/;

/** The key that seals; it cannot be exported again. */
export type MasterKey = CryptoKey;

/** A sealed record that does not open, or a record that cannot be sealed. Shows no contents. */
export class SealedKeyError extends Error {
  override readonly name = "SealedKeyError";
  constructor(
    readonly keyId: string,
    readonly reason: "length" | "version" | "authentication" | "content",
    detail: string,
  ) {
    super(`sealed key ${keyId}: ${detail}`);
  }
}

/** The configured master key is not 64 hexadecimal digits. Does not show it. */
export class MasterKeyError extends Error {
  override readonly name = "MasterKeyError";
  constructor(length: number) {
    super(`the master key has ${length} characters; it takes 64 hexadecimal digits (32 bytes)`);
  }
}

/**
 * Imports the master key from the configuration's text.
 *
 * @throws {MasterKeyError} when the text is not 64 hexadecimal digits.
 */
export async function importMasterKey(hex: string): Promise<MasterKey> {
  if (!MASTER_KEY_PATTERN.test(hex)) throw new MasterKeyError(hex.length);
  const bytes = new Uint8Array(hex.length / 2);
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16);
  }
  return await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}

/**
 * Seals a record.
 *
 * @throws {SealedKeyError} when the record is not valid: nothing is stored that cannot be read.
 */
export async function sealKey(master: MasterKey, record: KeyRecord): Promise<Uint8Array> {
  const checked = v.safeParse(KeyRecordSchema, record);
  if (!checked.success) throw contentError(record.id, checked.issues);
  const plain = new TextEncoder().encode(JSON.stringify(checked.output));
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const body = await crypto.subtle.encrypt(parametersOf(record.id, nonce), master, plain);
  const sealed = new Uint8Array(HEAD_BYTES + body.byteLength);
  sealed[0] = SEALED_KEY_VERSION;
  sealed.set(nonce, 1);
  sealed.set(new Uint8Array(body), HEAD_BYTES);
  return sealed;
}

/**
 * Opens the sealed record of the key `id`.
 *
 * @throws {SealedKeyError} when it is damaged, of another id, of another master key or version.
 */
export async function openKey(
  master: MasterKey,
  id: string,
  sealed: Uint8Array,
): Promise<KeyRecord> {
  if (sealed.length <= HEAD_BYTES + TAG_BYTES || sealed.length > SEALED_KEY_BYTES_MAX) {
    const detail = `${sealed.length} bytes; it takes ${HEAD_BYTES + TAG_BYTES + 1} to ` +
      `${SEALED_KEY_BYTES_MAX}`;
    throw new SealedKeyError(id, "length", detail);
  }
  if (sealed[0] !== SEALED_KEY_VERSION) {
    const detail = `version ${sealed[0]}; this program knows ${SEALED_KEY_VERSION}`;
    throw new SealedKeyError(id, "version", detail);
  }
  const nonce = sealed.slice(1, HEAD_BYTES);
  const body = sealed.slice(HEAD_BYTES);
  let plain: ArrayBuffer;
  try {
    plain = await crypto.subtle.decrypt(parametersOf(id, nonce), master, body);
  } catch {
    throw new SealedKeyError(id, "authentication", "damaged, or sealed under another master key");
  }
  const checked = v.safeParse(KeyRecordSchema, parsed(id, plain));
  if (!checked.success) throw contentError(id, checked.issues);
  if (checked.output.id !== id) {
    throw new SealedKeyError(id, "content", "the record inside has another id");
  }
  return checked.output;
}

function parametersOf(id: string, nonce: Uint8Array<ArrayBuffer>): AesGcmParams {
  const additionalData = new TextEncoder().encode(`edgebook key v${SEALED_KEY_VERSION} ${id}`);
  return { name: "AES-GCM", iv: nonce, additionalData, tagLength: TAG_BYTES * 8 };
}

function parsed(id: string, plain: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(plain));
  } catch {
    throw new SealedKeyError(id, "content", "the record inside is no JSON");
  }
}

/** Names the fields that are wrong; their values may be secrets. */
function contentError(
  id: string,
  issues: readonly v.BaseIssue<unknown>[],
): SealedKeyError {
  const fields = issues.map((issue) => v.getDotPath(issue) ?? "the record").join(", ");
  return new SealedKeyError(id, "content", `not a valid record: ${fields}`);
}
