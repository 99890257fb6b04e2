/**
 * Keys of the account that asks: list, make, revoke. A key never gets more than the one that asks has:
 * not its scopes, nor its addresses, nor its end, nor its tier.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { AddressRangeError, AddressRanges } from "../../core/auth/address_ranges.ts";
import type { ActAnswer, ActRefusal } from "../../core/protocol/act.ts";
import { AuditAct } from "../../core/protocol/administration.ts";
import { type NewKeyBody, NewKeySchema } from "../../infra/registrar/act_bodies.ts";
import { isSigningKey, type KeyRecord, type KeySummary } from "../../infra/keys/key_record.ts";
import type { LastUse } from "../../infra/keys/last_use.ts";
import { newKey } from "../../infra/keys/new_key.ts";
import { type Act, invalid, type RegistrarParts, type VerifiedRequest } from "./act.ts";
import { readActBody } from "./read_body.ts";

/** Keys of an account that may be valid at once. */
export const LIVE_KEYS_MAX = 50;
/** Keys that an account may ever have made, those that ended included; then the operator makes them. */
export const KEYS_EVER_MAX = 1_000;
/** Keys that are listed, the newest ones. */
export const KEYS_LISTED_MAX = 200;

const KEY_ID_BYTES = 16;

/** The acts. */
export const KEY_ACTS: readonly Act[] = [
  { method: "GET", path: /^\/v1\/keys$/, scope: "keys", run: list },
  { method: "POST", path: /^\/v1\/keys$/, scope: "keys", run: create },
  { method: "DELETE", path: /^\/v1\/keys\/([A-Za-z0-9_-]{8,64})$/, scope: "keys", run: revoke },
];

async function list({ key, parts }: VerifiedRequest): Promise<ActAnswer> {
  const keys = parts.accountKeys.of(key.account);
  const listed = keys.slice(0, KEYS_LISTED_MAX);
  const uses = await lastUses(parts, listed);
  const shown = listed.map((one) => {
    const lastUsedMicros = uses.get(one.id)?.usedMicros ?? null;
    return { ...shownKey(one), lastUsedMicros };
  });
  return { status: 200, body: { keys: shown, isTruncated: keys.length > KEYS_LISTED_MAX } };
}

/** None where the notes cannot be read: a key may be revoked all the same. */
async function lastUses({ lastUses, onError }: RegistrarParts, listed: readonly KeySummary[]) {
  try {
    return await lastUses(listed.map(({ id }) => id));
  } catch (error) {
    onError(error instanceof Error ? error : new Error(String(error)));
    return new Map<string, LastUse>();
  }
}

async function create(verified: VerifiedRequest): Promise<ActAnswer> {
  const { author, key, parts, request } = verified;
  const body = readActBody(request.body, NewKeySchema);
  if ("refused" in body) return body;
  const now = parts.nowMicros();
  const wanted = wantedKey(body.read, key, now, parts.trustsSecrets);
  if ("refused" in wanted) return wanted;
  const id = idOf(verified);
  const there = await parts.load(id);
  if (there !== null) return repeated(there, key.account);
  const own = parts.accountKeys.of(key.account);
  const live = own.filter((one) => isLive(one, now)).length;
  if (live >= LIVE_KEYS_MAX) return full(LIVE_KEYS_MAX, "keys that are valid", live);
  if (own.length >= KEYS_EVER_MAX) return full(KEYS_EVER_MAX, "keys", own.length);
  const { record, secret } = await madeKey(body.read, wanted, id);
  if (!await parts.changes(author).create(record, AuditAct.keyCreate)) {
    return repeated(await parts.load(id), key.account);
  }
  parts.accountKeys.note(record);
  return { status: 201, body: { ...shownKey(record), secret, duplicate: false } };
}

/** What a key made for this request is called: the same request again is the same key. */
function idOf({ once }: VerifiedRequest): string {
  const digest = createHash("sha256").update(`key ${once}`).digest().subarray(0, KEY_ID_BYTES);
  return `key_${digest.toString("base64url")}`;
}

function repeated(record: KeyRecord | null, account: number): ActAnswer {
  if (record === null || record.account !== account) return { refused: "keyNotFound" };
  return { status: 200, body: { ...shownKey(record), secret: null, duplicate: true } };
}

const full = (limit: number, what: string, value: number): ActRefusal => ({
  refused: "keysFull",
  detail: `The account has ${value} ${what}; the most is ${limit}.`,
  limit: String(limit),
  value: String(value),
});

/** A key as it shall be, without what verifies it. */
type WantedKey = Pick<
  KeyRecord,
  "account" | "scopes" | "createdMicros" | "expiresMicros" | "tier" | "addresses"
>;

function wantedKey(
  body: NewKeyBody,
  own: KeyRecord,
  now: number,
  trustsSecrets: boolean,
): WantedKey | ActRefusal {
  const missing = body.scopes.filter((scope) => !own.scopes.includes(scope));
  if (missing.length > 0) return beyond("scopes", own.scopes.join(" "), body.scopes.join(" "));
  // Whoever has learnt a secret must not make himself the one key that is trusted with more.
  const isRaised = body.kind === "ed25519" && body.scopes.includes("admin");
  if (isRaised && own.kind !== "ed25519" && !trustsSecrets) {
    return beyond("kind", own.kind, body.kind);
  }
  const { addresses = own.addresses, expiresMicros = null, kind, publicKey } = body;
  if ((kind === "ed25519") !== (publicKey !== undefined)) {
    const takes = "the public key of an ed25519 key, and of no other";
    return invalid("invalidField", "publicKey", takes, publicKey ?? "nothing");
  }
  const range = addresses.find((one) => !isRange(one));
  if (range !== undefined) {
    return invalid("invalidField", "addresses", "addresses and ranges in CIDR notation", range);
  }
  const isConfined = own.addresses.length > 0;
  const outside = addresses.find((one) => isConfined && !isWithin(one, own.addresses));
  if (outside !== undefined || (isConfined && addresses.length === 0)) {
    return beyond("addresses", own.addresses.join(" "), outside ?? "anywhere");
  }
  if (expiresMicros !== null && expiresMicros <= now) {
    return invalid("invalidField", "expiresMicros", `above ${now}`, String(expiresMicros));
  }
  const end = own.expiresMicros;
  if (end !== null && expiresMicros !== null && expiresMicros > end) {
    return beyond("expiresMicros", String(end), String(expiresMicros));
  }
  return {
    account: own.account,
    scopes: body.scopes,
    createdMicros: now,
    expiresMicros: expiresMicros ?? end,
    tier: own.tier,
    addresses: [...addresses],
  };
}

const beyond = (field: string, limit: string, value: string): ActRefusal => ({
  refused: "keyBeyondOwn",
  field,
  limit,
  value,
});

function isRange(text: string): boolean {
  try {
    AddressRanges.parse([text]);
    return true;
  } catch (error) {
    if (error instanceof AddressRangeError) return false;
    throw error;
  }
}

/** One of the ranges as it stands there, or a single address in one of them; a part of one is none. */
function isWithin(text: string, ranges: readonly string[]): boolean {
  return ranges.includes(text) || AddressRanges.parse(ranges).has(text);
}

async function madeKey(body: NewKeyBody, wanted: WantedKey, id: string) {
  const { publicKey } = body;
  if (publicKey !== undefined) {
    const record: KeyRecord = { ...wanted, id, revoked: false, kind: "ed25519", publicKey };
    return { record, secret: null };
  }
  const { record, secret } = await newKey({ ...wanted, kind: "hmac" });
  return { record: { ...record, id }, secret };
}

async function revoke({ author, key, named, parts }: VerifiedRequest): Promise<ActAnswer> {
  const [id] = named;
  // Looked at again where it is changed: here it only must not be somebody else's.
  const isOwn = (record: KeyRecord) => isSigningKey(record) && record.account === key.account;
  const found = await parts.load(id);
  if (found === null || !isOwn(found)) return { refused: "keyNotFound", value: id };
  const record = await parts.changes(author).change(
    id,
    AuditAct.keyRevoke,
    (before) => before.revoked || !isOwn(before) ? null : { ...before, revoked: true },
  );
  if (record === null || !isOwn(record)) return { refused: "keyNotFound", value: id };
  parts.accountKeys.note(record);
  return { status: 200, body: { ...shownKey(record), duplicate: found.revoked } };
}

const isLive = ({ expiresMicros, revoked }: KeySummary, now: number): boolean =>
  !revoked && (expiresMicros === null || now < expiresMicros);

/** A key as its account sees it: nothing in it is a secret. */
function shownKey(key: KeySummary) {
  return {
    key: key.id,
    kind: key.kind,
    scopes: key.scopes,
    addresses: key.addresses,
    tier: key.tier,
    createdMicros: key.createdMicros,
    expiresMicros: key.expiresMicros,
    revoked: key.revoked,
  };
}
