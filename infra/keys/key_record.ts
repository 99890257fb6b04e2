/**
 * What is known about an API key.
 *
 * @module
 */
import * as v from "valibot";
import { KEY_ID_PATTERN } from "../../core/auth/signed_headers.ts";

/** What a key may be used for; `keys`: to list, make and revoke keys of its own account. */
export const SCOPES = ["read", "trade", "keys", "admin"] as const;
/** One of {@link SCOPES}. */
export type Scope = (typeof SCOPES)[number];

/** Largest account number: the order record has 32 bits for it. */
export const ACCOUNT_MAX = 4_294_967_295;
/** Most address ranges that a key may be confined to. */
export const KEY_ADDRESSES_MAX = 16;
/** Most public keys that an issuer may bring along. */
export const ISSUER_KEYS_MAX = 8;
/** Names of tiers: what a deployment calls its sets of limits. */
export const TIER_PATTERN = /^[a-z][a-z0-9-]{0,31}$/;

const micros = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const accountNumber = v.pipe(
  v.number(),
  v.safeInteger(),
  v.minValue(0),
  v.maxValue(ACCOUNT_MAX),
);
const secret = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{32,128}$/));
const shortText = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,256}$/));
const shared = {
  id: v.pipe(v.string(), v.regex(KEY_ID_PATTERN)),
  /** Account that the key acts for; 0 for a key of the operator and for an issuer. */
  account: accountNumber,
  scopes: v.pipe(
    v.array(v.picklist(SCOPES)),
    v.minLength(1),
    v.check((scopes) => new Set(scopes).size === scopes.length),
  ),
  createdMicros: micros,
  /** First microsecond at which the key is not valid any more; `null` for never. */
  expiresMicros: v.nullable(micros),
  revoked: v.boolean(),
  /** Set of limits that applies; `null`: the deployment's own. */
  tier: v.optional(v.nullable(v.pipe(v.string(), v.regex(TIER_PATTERN))), null),
  /** Addresses and ranges in CIDR notation that it may be used from; none: from anywhere. */
  addresses: v.optional(
    v.pipe(v.array(v.pipe(v.string(), v.maxLength(64))), v.maxLength(KEY_ADDRESSES_MAX)),
    () => [],
  ),
};

/** What verifies the tokens of an issuer. */
const TokenVerification = v.variant("by", [
  /** Public keys that its server publishes, as a JSON Web Key Set. */
  v.strictObject({ by: v.literal("url"), url: v.pipe(v.string(), v.url(), v.maxLength(512)) }),
  /** Public keys that are known: JSON Web Keys. */
  v.strictObject({
    by: v.literal("keys"),
    keys: v.pipe(
      v.array(v.record(v.string(), v.string())),
      v.minLength(1),
      v.maxLength(ISSUER_KEYS_MAX),
    ),
  }),
  /** A shared secret (HS256). */
  v.strictObject({ by: v.literal("secret"), secret }),
]);

/** Contents of a key record. An unknown field is refused: a newer version wrote it. */
export const KeyRecordSchema = v.variant("kind", [
  v.strictObject({
    ...shared,
    kind: v.literal("hmac"),
    /** The shared secret; the bytes of this text are the HMAC key. */
    secret,
  }),
  v.strictObject({
    ...shared,
    kind: v.literal("ed25519"),
    /** The 32 bytes of the public key in base64. */
    publicKey: v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/)),
  }),
  v.strictObject({
    ...shared,
    /** Whose JSON Web Tokens are taken, for which accounts, with `scopes` as the most they get. */
    kind: v.literal("issuer"),
    /** The `iss` claim of its tokens. */
    issuer: shortText,
    /** What the `aud` claim of its tokens has to name. */
    audience: shortText,
    /** Range of accounts that its tokens may act for. */
    accountLeast: v.pipe(accountNumber, v.minValue(1)),
    accountMost: accountNumber,
    verification: TokenVerification,
  }),
  /** A token that ends before its time. Stands under revokedTokenId, as long as the token would. */
  v.strictObject({ ...shared, kind: v.literal("revokedToken") }),
]);
/** A key with what verifies its signatures. A secret where `kind` is `hmac` or has a shared one. */
export type KeyRecord = v.InferOutput<typeof KeyRecordSchema>;
/** A key that signs requests. */
export type SigningKeyRecord = Extract<KeyRecord, { readonly kind: "hmac" | "ed25519" }>;
/** An issuer of bearer tokens. */
export type IssuerRecord = Extract<KeyRecord, { readonly kind: "issuer" }>;
/** Whether a record is of a key that signs requests. */
export const isSigningKey = (record: KeyRecord): record is SigningKeyRecord =>
  record.kind === "hmac" || record.kind === "ed25519";
/** How a request is vouched for. */
export type KeyKind = KeyRecord["kind"];

/** What may be shown of a key. */
export type KeySummary = Pick<
  KeyRecord,
  | "id"
  | "account"
  | "kind"
  | "scopes"
  | "createdMicros"
  | "expiresMicros"
  | "revoked"
  | "tier"
  | "addresses"
>;

/** The part of a record that may be shown. */
export function summaryOf(record: KeyRecord): KeySummary {
  const { id, account, kind, scopes, createdMicros, expiresMicros, revoked, tier, addresses } =
    record;
  return { id, account, kind, scopes, createdMicros, expiresMicros, revoked, tier, addresses };
}
