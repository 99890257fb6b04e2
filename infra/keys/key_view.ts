/**
 * The keys of an installation as a gateway sees them: a cache that hears of every change at once.
 *
 * The KEYS bucket is followed from its present revision on, not from its beginning: what a gateway
 * never asks for it never reads. A change is announced and seen some milliseconds later; where the
 * announcement is lost, at the next look (FOLLOW_MILLIS of kv_follower.ts). While the bucket does not
 * answer, keys are used for two seconds more, and refused then.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { NatsConnection } from "nats.ws";
import { KEYS_BUCKET } from "../../core/protocol/subjects.ts";
import { followBucket } from "../nats/kv_follower.ts";
import { Bucket, type BucketEntry } from "../nats/kv.ts";
import { KeyCache, type KeyCacheOptions, type KeyCacheStatus } from "./key_cache.ts";
import type { KeyRecord } from "./key_record.ts";
import type { KeyStore } from "./key_store.ts";

/**
 * Longest wait for an answer while following. With the pause between two looks it is so short that
 * one answer that is lost does not make the view too old.
 */
export const FOLLOW_ANSWER_MILLIS = 700;

const MICROS_PER_MILLI = 1_000;

/** What a view is made of. */
export interface KeyViewOptions<T> extends
  Pick<
    KeyCacheOptions<T>,
    "nowMicros" | "keysMax" | "unknownIdsMax" | "firstReadingsMax" | "repeatReadingsMax"
  > {
  readonly store: KeyStore;
  /** Makes what is held out of a record; `null` for one that is not to be found here. */
  readonly hold: (record: KeyRecord) => T | null;
  /** Told of what the follower could not read; it goes on. */
  readonly onError?: (error: Error) => void;
  /** Time between two looks at the bucket when no change is announced. */
  readonly everyMillis?: number;
  /** The bucket as it is followed: one with other waits, or one that hears nothing. */
  readonly followed?: Bucket;
}

/** A view that is kept up to date. */
export interface KeyView<T> {
  /** See {@link KeyCache.get}. */
  get(id: string): T | null | Promise<T | null>;
  status(): KeyCacheStatus;
  /** Age of what is known of changes, in milliseconds; Infinity while nothing is. */
  ageMillis(): number;
  stop(): Promise<void>;
}

/**
 * Begins to follow the keys; settles when the view is complete, or the connection is closed. Nothing
 * may be asked of it before: what was read before the following began could have changed since.
 */
export async function followKeys<T extends object>(
  connection: NatsConnection,
  options: KeyViewOptions<T>,
): Promise<KeyView<T>> {
  const { store, hold, onError, everyMillis, followed, ...bounds } = options;
  const digests = new WeakMap<T, string>();
  const open = async (entry: BucketEntry, before: T | null): Promise<T | null> => {
    const record = await store.opened(entry);
    const digest = digestOf(record);
    if (before !== null && digests.get(before) === digest) return before;
    const held = hold(record);
    if (held !== null) digests.set(held, digest);
    return held;
  };
  const cache = new KeyCache<T>({
    ...bounds,
    load: (id) => store.bucket.last(id),
    open,
    viewAgeMicros: () => follower.ageMillis() * MICROS_PER_MILLI,
  });
  const bucket = followed ?? new Bucket(connection, KEYS_BUCKET, FOLLOW_ANSWER_MILLIS);
  const follower = followBucket(bucket, {
    onEntry: (entry) => cache.changed(entry),
    onRenewed: () => cache.clear(),
    fromRevision: "present",
    ...(onError === undefined ? {} : { onError }),
    ...(everyMillis === undefined ? {} : { everyMillis }),
  });
  await Promise.race([follower.caughtUp, connection.closed()]);
  return {
    get: (id) => cache.get(id),
    status: () => cache.status(),
    ageMillis: () => follower.ageMillis(),
    stop: () => follower.stop(),
  };
}

/** Tells records apart without keeping their secrets. */
const digestOf = (record: KeyRecord): string =>
  createHash("sha256").update(JSON.stringify(record)).digest("base64");
