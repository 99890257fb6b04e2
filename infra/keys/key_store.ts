/**
 * API keys in the KV bucket KEYS, each record sealed under its id.
 *
 * The admin user writes, gateways only read. Every request to the broker is bounded in time
 * (BUCKET_ANSWER_MILLIS_MAX of kv.ts), so that a broker that does not answer shows as a failure and
 * not as a silence.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import { KEYS_BUCKET } from "../../core/protocol/subjects.ts";
import { BucketError } from "../nats/errors.ts";
import { Bucket, type BucketEntry, WRONG_LAST_SEQUENCE } from "../nats/kv.ts";
import { type KeyRecord, type KeySummary, summaryOf } from "./key_record.ts";
import { importMasterKey, type MasterKey, openKey, SealedKeyError, sealKey } from "./sealed_key.ts";

/** Attempts to change a record that somebody else changes at the same time. */
export const REVOKE_ATTEMPTS_MAX = 5;
/** Keys that {@link KeyStore.list} reads. */
export const LISTED_KEYS_MAX = 100_000;

/** A revocation met somebody else's change of the same key every time. */
export class KeyConflictError extends Error {
  override readonly name = "KeyConflictError";
  constructor(readonly keyId: string) {
    super(`key ${keyId} was changed by somebody else in each of ${REVOKE_ATTEMPTS_MAX} attempts`);
  }
}

/** What {@link KeyStore.list} found. */
export interface KeyListing {
  readonly keys: readonly KeySummary[];
  /** Ids whose records do not open: damaged, or sealed under another master key. */
  readonly damaged: readonly string[];
  /** Whether there are more than {@link LISTED_KEYS_MAX}. */
  readonly truncated: boolean;
}

/** The sealed records of one installation. */
export class KeyStore {
  private constructor(readonly bucket: Bucket, readonly master: MasterKey) {}

  /**
   * A store over a connection of the admin user or of a gateway. Asks the broker nothing yet.
   *
   * @throws {MasterKeyError} when the master key is not 64 hexadecimal digits.
   */
  static async open(connection: NatsConnection, masterKeyHex: string): Promise<KeyStore> {
    return new KeyStore(new Bucket(connection, KEYS_BUCKET), await importMasterKey(masterKeyHex));
  }

  /**
   * Reads one key, `null` when there is none.
   *
   * @throws {SealedKeyError} when its record does not open.
   * @throws {BucketError} or the client's NatsError when the broker does not give an answer.
   */
  async load(id: string): Promise<KeyRecord | null> {
    const entry = await this.bucket.get(id);
    return entry === undefined ? null : await this.#opened(entry);
  }

  /** Stores a key, new or changed. */
  async put(record: KeyRecord): Promise<void> {
    await this.bucket.put(record.id, await sealKey(this.master, record));
  }

  /**
   * Marks a key as revoked; gateways see it within two seconds.
   *
   * @returns false when there is no such key.
   * @throws {KeyConflictError} when others change the same record again and again.
   */
  async revoke(id: string): Promise<boolean> {
    for (let attempt = 0; attempt < REVOKE_ATTEMPTS_MAX; attempt++) {
      const entry = await this.bucket.get(id);
      if (entry === undefined) return false;
      const record = await this.#opened(entry);
      if (record.revoked) return true;
      const sealed = await sealKey(this.master, { ...record, revoked: true });
      try {
        await this.bucket.put(id, sealed, entry.revision);
        return true;
      } catch (error) {
        if (!(error instanceof BucketError) || error.code !== WRONG_LAST_SEQUENCE) throw error;
      }
    }
    throw new KeyConflictError(id);
  }

  /** What may be shown of all keys, one request to the broker for each. */
  async list(): Promise<KeyListing> {
    // By id, because a key that is changed meanwhile is met again further on.
    const keys = new Map<string, KeySummary>();
    const damaged = new Set<string>();
    let entry = await this.bucket.next(1);
    while (entry !== undefined && keys.size + damaged.size < LISTED_KEYS_MAX) {
      try {
        if (!entry.deleted) keys.set(entry.key, summaryOf(await this.#opened(entry)));
      } catch (error) {
        if (!(error instanceof SealedKeyError)) throw error;
        damaged.add(entry.key);
        keys.delete(entry.key);
      }
      entry = await this.bucket.next(entry.revision + 1);
    }
    return { keys: [...keys.values()], damaged: [...damaged], truncated: entry !== undefined };
  }

  async #opened(entry: BucketEntry): Promise<KeyRecord> {
    return await openKey(this.master, entry.key, entry.value);
  }
}
