/**
 * API keys in the KV bucket KEYS, each record sealed under its id; issuers of tokens and revoked
 * tokens stand there as well.
 *
 * The admin user writes, through key_changes.ts, which puts every change into the journal first;
 * gateways only read. Every request to the broker is bounded in time (BUCKET_ANSWER_MILLIS_MAX of
 * kv.ts), so that a broker that does not answer shows as a failure and not as a silence.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import { KEYS_BUCKET } from "../../core/protocol/subjects.ts";
import { scanBucket } from "../nats/bucket_scan.ts";
import { Bucket, type BucketEntry } from "../nats/kv.ts";
import type { KeyRecord } from "./key_record.ts";
import { importMasterKeys, type MasterKeys } from "./master_key.ts";
import { isSealedAnew, openKey, SealedKeyError, sealKey } from "./sealed_key.ts";

/** Records that {@link KeyStore.list} and {@link KeyStore.countOlder} read. */
export const LISTED_KEYS_MAX = 100_000;

/** The master keys as they are now, or `null` where there is nothing new to be had. Secrets. */
export type RereadMasterKeys = () => Promise<string | null>;

/** A record with what the bucket has of it. A secret. */
export interface StoredKey {
  readonly record: KeyRecord;
  /** As it stands in the bucket. */
  readonly sealed: Uint8Array;
  readonly revision: number;
}

/** What {@link KeyStore.list} found. */
export interface KeyListing {
  /** In the order of their last change. Secrets are in them. */
  readonly records: readonly KeyRecord[];
  /** Ids whose records do not open: damaged, or sealed under a master key that is not given. */
  readonly damaged: readonly string[];
  /** Whether there are more than {@link LISTED_KEYS_MAX}. */
  readonly truncated: boolean;
}

/** The sealed records of one installation. */
export class KeyStore {
  #masters: MasterKeys;
  /** What {@link KeyStore.masters} were made of. A secret. */
  #text: string;
  readonly #reread: RereadMasterKeys | null;
  #renewals: Promise<void> = Promise.resolve();

  private constructor(
    readonly bucket: Bucket,
    masters: MasterKeys,
    text: string,
    reread: RereadMasterKeys | null,
  ) {
    this.#masters = masters;
    this.#text = text;
    this.#reread = reread;
  }

  /** The keys that are in force. */
  get masters(): MasterKeys {
    return this.#masters;
  }

  /**
   * A store over a connection of the admin user or of a gateway. Asks the broker nothing yet.
   *
   * @param masterKeys see {@link importMasterKeys}
   * @param reread asked before a record is sealed, and where one does not open; without it the keys
   * stay what they are
   * @throws {MasterKeyError} when one of them is not 64 hexadecimal digits.
   */
  static async open(
    connection: NatsConnection,
    masterKeys: string,
    reread: RereadMasterKeys | null = null,
  ): Promise<KeyStore> {
    const masters = await importMasterKeys(masterKeys);
    return new KeyStore(new Bucket(connection, KEYS_BUCKET), masters, masterKeys, reread);
  }

  /**
   * Reads one key, `null` when there is none.
   *
   * @throws {SealedKeyError} when its record does not open.
   * @throws {BucketError} or the client's NatsError when the broker does not give an answer.
   */
  async load(id: string): Promise<KeyRecord | null> {
    return (await this.read(id))?.record ?? null;
  }

  /** Reads one key with what the bucket has of it. Throws as {@link KeyStore.load} does. */
  async read(id: string): Promise<StoredKey | null> {
    const entry = await this.bucket.get(id);
    if (entry === undefined) return null;
    const record = await this.opened(entry);
    return { record, sealed: entry.value, revision: entry.revision };
  }

  /** The record of an entry. @throws {SealedKeyError} when it does not open. */
  async opened(entry: BucketEntry): Promise<KeyRecord> {
    const tried = this.#masters;
    try {
      return await openKey(tried, entry.key, entry.value);
    } catch (error) {
      if (!(error instanceof SealedKeyError)) throw error;
      await this.#renew();
      if (this.#masters === tried) throw error;
      return await openKey(this.#masters, entry.key, entry.value);
    }
  }

  /** Seals a record under the newest master key. @throws {SealedKeyError} when it is not valid. */
  async sealed(record: KeyRecord): Promise<Uint8Array> {
    // Under an older key than there is it would be lost when that key goes.
    await this.#renew();
    return await sealKey(this.#masters, record);
  }

  /** Takes the keys that are there now. One reading after the other: each sees what was there before. */
  async #renew(): Promise<void> {
    const reread = this.#reread;
    if (reread === null) return;
    const turn = this.#renewals.then(async () => {
      const text = await reread();
      if (text === null || text === this.#text) return;
      this.#masters = await importMasterKeys(text);
      this.#text = text;
    });
    this.#renewals = turn.catch(() => {});
    await turn;
  }

  /** Stores a key, new or changed, without a word in the journal. */
  async put(record: KeyRecord): Promise<void> {
    await this.bucket.put(record.id, await this.sealed(record));
  }

  /** All records, one request to the broker for each. */
  async list(): Promise<KeyListing> {
    // By id, because a key that is changed meanwhile is met again further on.
    const records = new Map<string, KeyRecord>();
    const damaged = new Set<string>();
    let truncated = false;
    for await (const entry of scanBucket(this.bucket)) {
      if (records.size + damaged.size >= LISTED_KEYS_MAX) {
        truncated = true;
        break;
      }
      records.delete(entry.key);
      damaged.delete(entry.key);
      if (entry.deleted) continue;
      try {
        records.set(entry.key, await this.opened(entry));
      } catch (error) {
        if (!(error instanceof SealedKeyError)) throw error;
        damaged.add(entry.key);
      }
    }
    return { records: [...records.values()], damaged: [...damaged], truncated };
  }

  /**
   * How many records are sealed under an older master key, or in an older form, and how many there
   * are. Opens none of them.
   *
   * @param signal ends the count early: it is of those that were read by then
   */
  async countOlder(signal?: AbortSignal): Promise<{ older: number; all: number; whole: boolean }> {
    let older = 0;
    let all = 0;
    for await (const entry of scanBucket(this.bucket)) {
      if (signal?.aborted || all >= LISTED_KEYS_MAX) return { older, all, whole: false };
      if (entry.deleted) continue;
      all++;
      if (!isSealedAnew(this.masters, entry.value)) older++;
    }
    return { older, all, whole: true };
  }
}
