/**
 * When a key was last used, as it stands in the bucket KEY_USES under the key's id: JSON, not sealed,
 * exact to {@link USE_RESOLUTION_MICROS}. Gateways write it (key_uses.ts), the
 * operator and the registrar read it.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import * as v from "valibot";
import { KEY_USES_BUCKET } from "../../core/protocol/subjects.ts";
import { scanBucket } from "../nats/bucket_scan.ts";
import { Bucket, type BucketEntry } from "../nats/kv.ts";
import { LISTED_KEYS_MAX } from "./key_store.ts";

/** Least time between two notes of the same key: a note may be older than the use by so much. */
export const USE_RESOLUTION_MICROS = 60_000_000;

const LastUseSchema = v.object({
  /** Microseconds since the epoch, by the exchange's clock. */
  usedMicros: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  /** Address of the client, as the gateway saw it. */
  address: v.pipe(v.string(), v.maxLength(64)),
});
/** A use of a key. */
export type LastUse = v.InferOutput<typeof LastUseSchema>;

/** The last use of a key; `null` when none was noted. */
export async function readLastUse(connection: NatsConnection, id: string): Promise<LastUse | null> {
  const entry = await new Bucket(connection, KEY_USES_BUCKET).get(id);
  return entry === undefined ? null : parsed(entry);
}

/** The last uses of these keys by id, as many requests to the broker, all at once. */
export async function readLastUsesOf(
  connection: NatsConnection,
  ids: readonly string[],
): Promise<Map<string, LastUse>> {
  const uses = new Map<string, LastUse>();
  await Promise.all(ids.map(async (id) => {
    const use = await readLastUse(connection, id);
    if (use !== null) uses.set(id, use);
  }));
  return uses;
}

/** The last uses of all keys by id, one request to the broker for each. */
export async function readLastUses(connection: NatsConnection): Promise<Map<string, LastUse>> {
  const uses = new Map<string, LastUse>();
  for await (const entry of scanBucket(new Bucket(connection, KEY_USES_BUCKET))) {
    const use = entry.deleted ? null : parsed(entry);
    if (use !== null) uses.set(entry.key, use);
    if (uses.size >= LISTED_KEYS_MAX) break;
  }
  return uses;
}

function parsed({ value }: BucketEntry): LastUse | null {
  try {
    const result = v.safeParse(LastUseSchema, JSON.parse(new TextDecoder().decode(value)));
    return result.success ? result.output : null;
  } catch {
    return null;
  }
}
