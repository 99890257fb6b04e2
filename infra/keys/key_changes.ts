/**
 * Changes of API keys, each of which stands in the journal before it is in the bucket.
 *
 * The journal's entry names the key, the act and the digest of the very bytes that are written then.
 * Where a process ends between the two, the journal has an entry whose digest was never written, and
 * the same command again does what it was to do: nothing hangs on the first attempt.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { AUDIT_DIGEST_BYTES, AuditAct } from "../../core/protocol/administration.ts";
import type { AdminClient } from "../administration/admin_client.ts";
import { scanBucket } from "../nats/bucket_scan.ts";
import { BucketError } from "../nats/errors.ts";
import { type BucketEntry, WRONG_LAST_SEQUENCE } from "../nats/kv.ts";
import type { KeyRecord } from "./key_record.ts";
import { type KeyStore, LISTED_KEYS_MAX } from "./key_store.ts";
import { shownFingerprint } from "./master_key.ts";
import { isSealedAnew, SealedKeyError } from "./sealed_key.ts";

/** Attempts to change a record that somebody else changes at the same time. */
export const CHANGE_ATTEMPTS_MAX = 5;
/** Records that are sealed again at once. */
const RESEALED_AT_ONCE = 16;

/** A change met somebody else's change of the same key every time. */
export class KeyConflictError extends Error {
  override readonly name = "KeyConflictError";
  constructor(readonly keyId: string) {
    super(`key ${keyId} was changed by somebody else in each of ${CHANGE_ATTEMPTS_MAX} attempts`);
  }
}

/** What the journal is told of a change. */
export interface AuditEntry {
  readonly act: AuditAct;
  /** Account of the key; 0: none. */
  readonly account: number;
  readonly subject: string;
  /** See {@link sealedDigest}; empty: none. */
  readonly digest: Uint8Array;
}

/** Puts an entry into the journal; settles when it is there. */
export type Journal = (entry: AuditEntry) => Promise<void>;

/** What {@link KeyChanges.reseal} did. */
export interface Resealed {
  readonly resealed: number;
  /** Records that were under the newest master key already. */
  readonly current: number;
  /** Ids whose records do not open with any master key that is given. */
  readonly damaged: readonly string[];
}

/** The journal of a shard, over a client of the admin user. */
export const journalOver = (client: AdminClient): Journal => async (entry) => {
  await client.send({ kind: "audit", ...entry }, `audit ${crypto.randomUUID()}`);
};

/** First bytes of the SHA-256 digest of a sealed record. */
export const sealedDigest = (sealed: Uint8Array): Uint8Array =>
  new Uint8Array(createHash("sha256").update(sealed).digest().subarray(0, AUDIT_DIGEST_BYTES));

/** Changes the records of a store. Owner: one program of the operator, or the supervisor. */
export class KeyChanges {
  readonly #store: KeyStore;
  readonly #journal: Journal;

  constructor(store: KeyStore, journal: Journal) {
    this.#store = store;
    this.#journal = journal;
  }

  /** Stores a record, whatever there is under its id. */
  async put(record: KeyRecord, act: AuditAct): Promise<void> {
    await this.#write(record, act);
  }

  /** Stores a record under an id that nothing was stored under; false where something was. */
  async create(record: KeyRecord, act: AuditAct): Promise<boolean> {
    return await this.#write(record, act, 0);
  }

  /**
   * Changes a record by compare-and-set.
   *
   * @param change gives the changed record, or `null` where it is as it should be already
   * @returns the record as it is then, and `null` when there is no such key
   * @throws {KeyConflictError} when others change the same record again and again.
   */
  async change(
    id: string,
    act: AuditAct,
    change: (record: KeyRecord) => KeyRecord | null,
  ): Promise<KeyRecord | null> {
    for (let attempt = 0; attempt < CHANGE_ATTEMPTS_MAX; attempt++) {
      const stored = await this.#store.read(id);
      if (stored === null) return null;
      const changed = change(stored.record);
      if (changed === null) return stored.record;
      if (await this.#write(changed, act, stored.revision)) return changed;
    }
    throw new KeyConflictError(id);
  }

  /**
   * Marks a record as revoked, for ever; gateways see it within two seconds.
   *
   * @returns false when there is no such key
   * @throws {KeyConflictError} as {@link KeyChanges.change} does
   */
  async revoke(id: string, act: AuditAct = AuditAct.keyRevoke): Promise<boolean> {
    const revoked = await this.change(
      id,
      act,
      (record) => record.revoked ? null : { ...record, revoked: true },
    );
    return revoked !== null;
  }

  /**
   * Seals every record again that is not under the newest master key, by compare-and-set: what
   * somebody changes meanwhile is met again, and sealed then where it has to be. One entry in the
   * journal for all of them, with the new key's fingerprint: no record says anything else than before.
   */
  async reseal(): Promise<Resealed> {
    const { bucket, masters } = this.#store;
    const end = await bucket.lastRevision();
    const damaged = new Set<string>();
    let current = 0;
    let resealed = 0;
    let isJournaled = false;
    let waiting: BucketEntry[] = [];
    const carryOut = async (): Promise<void> => {
      if (waiting.length > 0 && !isJournaled) await this.#journalReseal();
      isJournaled ||= waiting.length > 0;
      const done = await Promise.all(waiting.map((entry) => this.#resealOne(entry, damaged)));
      resealed += done.filter(Boolean).length;
      waiting = [];
    };
    for await (const entry of scanBucket(bucket)) {
      if (resealed >= LISTED_KEYS_MAX) break;
      const isCurrent = !entry.deleted && isSealedAnew(masters, entry.value);
      // Behind the end stand those that were sealed here.
      if (isCurrent && entry.revision <= end) current++;
      if (isCurrent || entry.deleted) continue;
      waiting.push(entry);
      if (waiting.length === RESEALED_AT_ONCE) await carryOut();
    }
    await carryOut();
    return { resealed, current, damaged: [...damaged] };
  }

  async #journalReseal(): Promise<void> {
    const subject = `master-${shownFingerprint(this.#store.masters.newest.fingerprint)}`;
    await this.#journal({ act: AuditAct.reseal, account: 0, subject, digest: new Uint8Array() });
  }

  /** Whether it is sealed again; not where it does not open, or somebody else changed it. */
  async #resealOne(entry: BucketEntry, damaged: Set<string>): Promise<boolean> {
    let record: KeyRecord;
    try {
      record = await this.#store.opened(entry);
    } catch (error) {
      if (!(error instanceof SealedKeyError)) throw error;
      damaged.add(entry.key);
      return false;
    }
    return await this.#putAt(entry.key, await this.#store.sealed(record), entry.revision);
  }

  /** The journal, then the bucket; false when the key is not at the revision any more. */
  async #write(record: KeyRecord, act: AuditAct, revision?: number): Promise<boolean> {
    const sealed = await this.#store.sealed(record);
    const { account, id } = record;
    await this.#journal({ act, account, subject: id, digest: sealedDigest(sealed) });
    return await this.#putAt(id, sealed, revision);
  }

  async #putAt(id: string, sealed: Uint8Array, revision?: number): Promise<boolean> {
    try {
      await this.#store.bucket.put(id, sealed, revision);
      return true;
    } catch (error) {
      if (error instanceof BucketError && error.code === WRONG_LAST_SEQUENCE) return false;
      throw error;
    }
  }
}
