/**
 * What is known about an API key.
 *
 * @module
 */
import * as v from "valibot";
import { KEY_ID_PATTERN } from "../../core/auth/signed_headers.ts";

/** What a key may be used for. */
export const SCOPES = ["read", "trade", "admin"] as const;
/** One of {@link SCOPES}. */
export type Scope = (typeof SCOPES)[number];

/** Largest account number: the order record has 32 bits for it. */
export const ACCOUNT_MAX = 4_294_967_295;

const micros = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const shared = {
  id: v.pipe(v.string(), v.regex(KEY_ID_PATTERN)),
  /** Account that the key acts for; 0 for a key of the operator. */
  account: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(ACCOUNT_MAX)),
  scopes: v.pipe(
    v.array(v.picklist(SCOPES)),
    v.minLength(1),
    v.check((scopes) => new Set(scopes).size === scopes.length),
  ),
  createdMicros: micros,
  /** First microsecond at which the key is not valid any more; `null` for never. */
  expiresMicros: v.nullable(micros),
  revoked: v.boolean(),
};

/** Contents of a key record. An unknown field is refused: a newer version wrote it. */
export const KeyRecordSchema = v.variant("kind", [
  v.strictObject({
    ...shared,
    kind: v.literal("hmac"),
    /** The shared secret; the bytes of this text are the HMAC key. */
    secret: v.pipe(v.string(), v.regex(/^[\x21-\x7e]{32,128}$/)),
  }),
  v.strictObject({
    ...shared,
    kind: v.literal("ed25519"),
    /** The 32 bytes of the public key in base64. */
    publicKey: v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/)),
  }),
]);
/** A key with what verifies its signatures. A secret where `kind` is `hmac`. */
export type KeyRecord = v.InferOutput<typeof KeyRecordSchema>;
/** How a key signs. */
export type KeyKind = KeyRecord["kind"];

/** What may be shown of a key. */
export type KeySummary = Pick<
  KeyRecord,
  "id" | "account" | "kind" | "scopes" | "createdMicros" | "expiresMicros" | "revoked"
>;

/** The part of a record that may be shown. */
export function summaryOf(record: KeyRecord): KeySummary {
  const { id, account, kind, scopes, createdMicros, expiresMicros, revoked } = record;
  return { id, account, kind, scopes, createdMicros, expiresMicros, revoked };
}
