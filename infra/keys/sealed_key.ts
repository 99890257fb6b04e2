/**
 * Key records at rest: sealed with AES-256-GCM under a master key.
 *
 * ```text
 * version 2
 * offset | bytes | field
 *      0 |     1 | version, 2
 *      1 |     4 | fingerprint of the master key, see master_key.ts
 *      5 |    12 | nonce, random for each sealing
 *     17 |     n | the record as JSON, encrypted
 * 17 + n |    16 | authentication tag
 *
 * version 1, which is read for ever and not written any more
 *      0 |     1 | version, 1
 *      1 |    12 | nonce
 *     13 |     n | the record as JSON, encrypted
 * 13 + n |    16 | authentication tag
 * ```
 *
 * Version, fingerprint and the key's id are additional authenticated data, as the text
 * `edgebook key v2 FINGERPRINT ID` with the fingerprint in hexadecimal, or `edgebook key v1 ID`: a
 * sealed record that somebody moves to another id, or whose head somebody changes, does not open.
 *
 * @module
 */
import * as v from "valibot";
import { type KeyRecord, KeyRecordSchema } from "./key_record.ts";
import {
  FINGERPRINT_BYTES,
  isSameFingerprint,
  type MasterKey,
  type MasterKeys,
  shownFingerprint,
} from "./master_key.ts";

/** Version of the format that {@link sealKey} writes. */
export const SEALED_KEY_VERSION = 2;
/** Longest sealed record that is made or opened. */
export const SEALED_KEY_BYTES_MAX = 4_096;

const OLD_VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + FINGERPRINT_BYTES + NONCE_BYTES;
const OLD_HEAD_BYTES = 1 + NONCE_BYTES;

/** A sealed record that does not open, or a record that cannot be sealed. Shows no contents. */
export class SealedKeyError extends Error {
  override readonly name = "SealedKeyError";
  constructor(
    readonly keyId: string,
    readonly reason: "length" | "version" | "masterKey" | "authentication" | "content",
    detail: string,
  ) {
    super(`sealed key ${keyId}: ${detail}`);
  }
}

/**
 * Seals a record under the newest master key.
 *
 * @throws {SealedKeyError} when the record is not valid, or too long: nothing is stored that cannot
 *   be read.
 */
export async function sealKey(masters: MasterKeys, record: KeyRecord): Promise<Uint8Array> {
  const checked = v.safeParse(KeyRecordSchema, record);
  if (!checked.success) throw contentError(record.id, checked.issues);
  const { fingerprint, key } = masters.newest;
  const plain = new TextEncoder().encode(JSON.stringify(checked.output));
  const length = HEAD_BYTES + plain.length + TAG_BYTES;
  if (length > SEALED_KEY_BYTES_MAX) {
    const detail = `${length} bytes; it takes at most ${SEALED_KEY_BYTES_MAX}`;
    throw new SealedKeyError(record.id, "length", detail);
  }
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const parameters = parametersOf(labelOf(fingerprint, record.id), nonce);
  const body = await crypto.subtle.encrypt(parameters, key, plain);
  const sealed = new Uint8Array(length);
  sealed[0] = SEALED_KEY_VERSION;
  sealed.set(fingerprint, 1);
  sealed.set(nonce, 1 + FINGERPRINT_BYTES);
  sealed.set(new Uint8Array(body), HEAD_BYTES);
  return sealed;
}

/**
 * Opens the sealed record of the key `id` with whichever of the master keys it takes.
 *
 * @throws {SealedKeyError} when it is damaged, of another id, of another master key or version.
 */
export async function openKey(
  masters: MasterKeys,
  id: string,
  sealed: Uint8Array,
): Promise<KeyRecord> {
  const isOld = sealed[0] === OLD_VERSION;
  const headBytes = isOld ? OLD_HEAD_BYTES : HEAD_BYTES;
  if (sealed.length <= headBytes + TAG_BYTES || sealed.length > SEALED_KEY_BYTES_MAX) {
    const detail = `${sealed.length} bytes; it takes ${headBytes + TAG_BYTES + 1} to ` +
      `${SEALED_KEY_BYTES_MAX}`;
    throw new SealedKeyError(id, "length", detail);
  }
  if (!isOld && sealed[0] !== SEALED_KEY_VERSION) {
    const detail = `version ${sealed[0]}; this program knows ${OLD_VERSION} and ` +
      `${SEALED_KEY_VERSION}`;
    throw new SealedKeyError(id, "version", detail);
  }
  const nonce = sealed.slice(headBytes - NONCE_BYTES, headBytes);
  const label = isOld ? `edgebook key v1 ${id}` : labelOf(fingerprintOf(sealed), id);
  const plain = await decrypted(
    isOld ? masters.all : mastersOf(masters, id, sealed),
    parametersOf(label, nonce),
    sealed.slice(headBytes),
  );
  if (plain === null) {
    throw new SealedKeyError(id, "authentication", "damaged, or sealed under another master key");
  }
  const checked = v.safeParse(KeyRecordSchema, parsed(id, plain));
  if (!checked.success) throw contentError(id, checked.issues);
  if (checked.output.id !== id) {
    throw new SealedKeyError(id, "content", "the record inside has another id");
  }
  return checked.output;
}

/** Whether a sealed record is of the present version and under the newest master key. */
export function isSealedAnew(masters: MasterKeys, sealed: Uint8Array): boolean {
  return sealed[0] === SEALED_KEY_VERSION &&
    isSameFingerprint(fingerprintOf(sealed), masters.newest.fingerprint);
}

const fingerprintOf = (sealed: Uint8Array): Uint8Array => sealed.subarray(1, 1 + FINGERPRINT_BYTES);

/** The master keys that a record of version 2 names: one, but for a chance of one in 2^32. */
function mastersOf(masters: MasterKeys, id: string, sealed: Uint8Array): readonly MasterKey[] {
  const named = fingerprintOf(sealed);
  const found = masters.all.filter(({ fingerprint }) => isSameFingerprint(fingerprint, named));
  if (found.length > 0) return found;
  const detail = `sealed under master key ${shownFingerprint(named)}, which is not given`;
  throw new SealedKeyError(id, "masterKey", detail);
}

/** What the first master key that fits makes of a body; `null` when none does. */
async function decrypted(
  masters: readonly MasterKey[],
  parameters: AesGcmParams,
  body: Uint8Array<ArrayBuffer>,
): Promise<ArrayBuffer | null> {
  for (const { key } of masters) {
    try {
      return await crypto.subtle.decrypt(parameters, key, body);
    } catch {
      // Of version 1 nothing says under which of them it is.
    }
  }
  return null;
}

const labelOf = (fingerprint: Uint8Array, id: string): string =>
  `edgebook key v${SEALED_KEY_VERSION} ${shownFingerprint(fingerprint)} ${id}`;

function parametersOf(label: string, nonce: Uint8Array<ArrayBuffer>): AesGcmParams {
  const additionalData = new TextEncoder().encode(label);
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
