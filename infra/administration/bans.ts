/**
 * Banned addresses in the REFERENCE bucket, which gateways follow from its beginning.
 *
 * Each ban stands under a key of its own, `ban.` and the base64url of its text, as JSON. It is never
 * deleted, only lifted by a time that is past, so that a gateway hears of it.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { NatsConnection } from "nats.ws";
import * as v from "valibot";
import { AUDIT_DIGEST_BYTES, AuditAct } from "../../core/protocol/administration.ts";
import { REFERENCE_BUCKET } from "../../core/protocol/subjects.ts";
import { RANGE_LENGTH_MAX } from "../../core/auth/address_ranges.ts";
import type { Journal } from "../keys/key_changes.ts";
import { scanBucket } from "../nats/bucket_scan.ts";
import { Bucket, type BucketEntry } from "../nats/kv.ts";

/** First part of the keys of bans; no symbol begins so. */
export const BAN_KEY_PREFIX = "ban.";
/** Longest reason. */
export const BAN_REASON_LENGTH_MAX = 120;

const BanSchema = v.strictObject({
  /** An address, or a range in CIDR notation. */
  range: v.pipe(v.string(), v.maxLength(RANGE_LENGTH_MAX)),
  /** First microsecond at which it is over. */
  untilMicros: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  /** For the operator; clients are not told. */
  reason: v.pipe(v.string(), v.maxLength(BAN_REASON_LENGTH_MAX)),
});
/** One ban. */
export type Ban = v.InferOutput<typeof BanSchema>;

/** An entry of the bucket that is no ban though its key says so. */
export class BanRecordError extends Error {
  override readonly name = "BanRecordError";
  constructor(key: string) {
    super(`${REFERENCE_BUCKET} has no ban under ${JSON.stringify(key)}`);
  }
}

/** Reads an entry whose key begins with {@link BAN_KEY_PREFIX}. @throws {BanRecordError} */
export function readBan({ key, value }: BucketEntry): Ban {
  const text = new TextDecoder().decode(value);
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), BanSchema), text);
  if (!parsed.success) throw new BanRecordError(key);
  return parsed.output;
}

/**
 * Stores a ban, or lifts it by a time that is past, in the journal first.
 *
 * @param connection of the admin user
 */
export async function storeBan(
  connection: NatsConnection,
  journal: Journal,
  ban: Ban,
  act: typeof AuditAct.ban | typeof AuditAct.lift,
): Promise<void> {
  const value = new TextEncoder().encode(JSON.stringify(v.parse(BanSchema, ban)));
  const digest = createHash("sha256").update(value).digest().subarray(0, AUDIT_DIGEST_BYTES);
  await journal({ act, account: 0, subject: ban.range, digest: new Uint8Array(digest) });
  const key = BAN_KEY_PREFIX + Buffer.from(ban.range).toString("base64url");
  await new Bucket(connection, REFERENCE_BUCKET).put(key, value);
}

/** Every ban that is not over. One request to the broker for each entry of the bucket. */
export async function listBans(connection: NatsConnection, nowMicros: number): Promise<Ban[]> {
  const bans = new Map<string, Ban>();
  for await (const entry of scanBucket(new Bucket(connection, REFERENCE_BUCKET))) {
    if (entry.deleted || !entry.key.startsWith(BAN_KEY_PREFIX)) continue;
    const ban = readBan(entry);
    if (ban.untilMicros > nowMicros) bans.set(ban.range, ban);
    else bans.delete(ban.range);
  }
  return [...bans.values()];
}
