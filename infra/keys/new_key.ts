/**
 * New API keys.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Scope, SigningKeyRecord } from "./key_record.ts";

/** Random bytes of a key's id, and of a shared secret. */
const ID_BYTES = 16;
const SECRET_BYTES = 32;
/** First characters of an id, so that none begins with a dash. */
const ID_PREFIX = "key_";

/** What a new key shall be. */
export interface NewKeyRequest {
  readonly kind: SigningKeyRecord["kind"];
  /** Account that the key acts for; 0 for a key of the operator. */
  readonly account: number;
  readonly scopes: readonly Scope[];
  readonly createdMicros: number;
  readonly expiresMicros: number | null;
  /** Set of limits; the deployment's own when left out. */
  readonly tier?: string | null;
  /** Addresses and ranges it may be used from; anywhere when left out. */
  readonly addresses?: readonly string[];
}

/** A new key: the record to store and the secret to hand out once. */
export interface NewKey {
  readonly record: SigningKeyRecord;
  /** The shared secret (HMAC), or the private key in PEM (Ed25519), which is stored nowhere. */
  readonly secret: string;
}

/** Makes a key. Nothing is stored. */
export async function newKey(request: NewKeyRequest): Promise<NewKey> {
  const { kind, account, scopes, createdMicros, expiresMicros, tier = null, addresses = [] } =
    request;
  const id = `${ID_PREFIX}${randomText(ID_BYTES)}`;
  const shared = {
    id,
    account,
    scopes: [...scopes],
    createdMicros,
    expiresMicros,
    revoked: false,
    tier,
    addresses: [...addresses],
  };
  if (kind === "hmac") {
    const secret = randomText(SECRET_BYTES);
    return { record: { ...shared, kind, secret }, secret };
  }
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  if (!("publicKey" in pair)) throw new TypeError("Ed25519 is expected to make a pair of keys");
  const publicKey = Buffer.from(await crypto.subtle.exportKey("raw", pair.publicKey)).toString(
    "base64",
  );
  const secret = pem(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  return { record: { ...shared, kind, publicKey }, secret };
}

function randomText(bytes: number): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString("base64url");
}

function pem(pkcs8: ArrayBuffer): string {
  const body = Buffer.from(pkcs8).toString("base64");
  return `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`;
}
