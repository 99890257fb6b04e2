/**
 * Which keys an account has: the bucket by account, for it only knows ids. Follows the bucket and
 * opens every record once; what it shows of a key is its summary, without secrets.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import { KEYS_BUCKET } from "../../core/protocol/subjects.ts";
import {
  isSigningKey,
  type KeyRecord,
  type KeySummary,
  summaryOf,
} from "../../infra/keys/key_record.ts";
import { type KeyStore, LISTED_KEYS_MAX } from "../../infra/keys/key_store.ts";
import { Bucket, type BucketEntry } from "../../infra/nats/kv.ts";
import { type BucketFollower, followBucket } from "../../infra/nats/kv_follower.ts";

interface Known {
  readonly summary: KeySummary;
  readonly revision: number;
}

/** Summaries of the signing keys that are known, by account. Owner: the registrar. */
export class AccountKeys {
  readonly #accounts = new Map<number, Map<string, Known>>();
  readonly #unreadable = new Set<string>();
  #count = 0;

  /** Keys that are known. */
  get count(): number {
    return this.#count;
  }

  /** Records that do not open. */
  get unreadableCount(): number {
    return this.#unreadable.size;
  }

  /** Notes whether the record under an id opens, where it is another than before. */
  noteReadable(id: string, isReadable: boolean): void {
    if (isReadable) this.#unreadable.delete(id);
    else if (this.#unreadable.size < LISTED_KEYS_MAX) this.#unreadable.add(id);
  }

  /** Keys of an account, the newest first. */
  of(account: number): KeySummary[] {
    const known = this.#accounts.get(account)?.values() ?? [];
    return Array.from(known, ({ summary }) => summary)
      .sort((one, other) => other.createdMicros - one.createdMicros);
  }

  /**
   * Notes a record that the bucket has. An older revision than what is known is passed over, and
   * beyond `LISTED_KEYS_MAX` a new key is.
   *
   * @param revision Infinity for what was just written: nothing that is read later is older
   */
  note(record: KeyRecord, revision = Infinity): void {
    if (!isSigningKey(record)) return;
    const { account, id } = record;
    let own = this.#accounts.get(account);
    const before = own?.get(id);
    if (before === undefined) {
      if (this.#count >= LISTED_KEYS_MAX) return;
      this.#count++;
    } else if (before.revision > revision && before.revision !== Infinity) return;
    if (own === undefined) this.#accounts.set(account, own = new Map());
    own.set(id, { summary: summaryOf(record), revision });
  }
}

/** Keeps the keys as the bucket has them, until stopped. */
export function followAccountKeys(
  connection: NatsConnection,
  store: KeyStore,
  onError: (error: Error) => void,
): { readonly keys: AccountKeys; readonly follower: BucketFollower } {
  const keys = new AccountKeys();
  const open = async (entry: BucketEntry): Promise<void> => {
    try {
      keys.note(await store.opened(entry), entry.revision);
      keys.noteReadable(entry.key, true);
    } catch (error) {
      keys.noteReadable(entry.key, false);
      // A record that does not open is no key that could be shown, or that anybody could use.
      onError(error instanceof Error ? error : new Error(String(error)));
    }
  };
  const follower = followBucket(new Bucket(connection, KEYS_BUCKET), {
    onEntry: (entry) => {
      if (!entry.deleted) void open(entry);
    },
    onError,
  });
  return { keys, follower };
}
