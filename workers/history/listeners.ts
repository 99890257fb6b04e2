/**
 * The accounts that somebody listens to: those with unexpired credentials for their private feeds,
 * as the gateways write them to the LISTENERS bucket when they mint credentials.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import * as v from "valibot";
import { LISTENERS_BUCKET, TICKET_PREFIX } from "../../core/protocol/subjects.ts";
import { Bucket, type BucketEntry } from "../../infra/nats/kv.ts";
import { type BucketFollower, followBucket } from "../../infra/nats/kv_follower.ts";

/** Accounts that may be listened to at once. */
export const LISTENERS_MAX = 100_000;

const LISTENER = v.object({ expiresMicros: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) });
const ACCOUNT_PATTERN = /^[1-9]\d{0,9}$/;

/** Listened-to accounts with their expiry. Reads the clock where it is given the time. */
export class Listeners {
  readonly #expiries = new Map<number, number>();
  readonly #say: (line: string) => void;
  #follower: BucketFollower | null = null;
  #isFullSaid = false;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  /** Follows the bucket from the first call on; settles when everything in it was read. */
  async follow(connection: NatsConnection): Promise<void> {
    this.#follower ??= followBucket(new Bucket(connection, LISTENERS_BUCKET), {
      onEntry: (entry) => this.take(entry, Date.now() * 1000),
    });
    await this.#follower.caughtUp;
  }

  /** Stops following. */
  async stop(): Promise<void> {
    await this.#follower?.stop();
  }

  /** Takes an entry of the bucket. One that is no listener is said and left out. */
  take(entry: BucketEntry, nowMicros: number): void {
    if (entry.key.startsWith(TICKET_PREFIX)) return;
    const account = ACCOUNT_PATTERN.test(entry.key) ? Number(entry.key) : 0;
    if (account === 0) {
      return this.#say(`${LISTENERS_BUCKET} has no account under ${JSON.stringify(entry.key)}`);
    }
    this.#expiries.delete(account);
    if (entry.deleted) return;
    const expiresMicros = parseExpiry(entry.value);
    if (expiresMicros === null) {
      return this.#say(`${LISTENERS_BUCKET} has no expiry under ${entry.key}`);
    }
    if (expiresMicros <= nowMicros || !this.#hasRoom(nowMicros)) return;
    this.#expiries.set(account, expiresMicros);
  }

  /** Whether somebody may listen to the account. */
  has(account: number, nowMicros: number): boolean {
    return (this.#expiries.get(account) ?? 0) > nowMicros;
  }

  /** Whether somebody may listen to any account. Forgets those that it finds expired. O(1) amortized. */
  hasAny(nowMicros: number): boolean {
    for (const [account, expiry] of this.#expiries) {
      if (expiry > nowMicros) return true;
      this.#expiries.delete(account);
    }
    return false;
  }

  /** The accounts that somebody may listen to. */
  accounts(nowMicros: number): number[] {
    return [...this.#expiries].filter(([, expiry]) => expiry > nowMicros).map(([one]) => one);
  }

  #hasRoom(nowMicros: number): boolean {
    if (this.#expiries.size < LISTENERS_MAX) return true;
    for (const [account, expiry] of this.#expiries) {
      if (expiry <= nowMicros) this.#expiries.delete(account);
    }
    if (this.#expiries.size < LISTENERS_MAX) return true;
    if (!this.#isFullSaid) {
      this.#isFullSaid = true;
      this.#say(`${LISTENERS_MAX} accounts are listened to; further ones must ask for reports`);
    }
    return false;
  }
}

function parseExpiry(value: Uint8Array): number | null {
  try {
    const result = v.safeParse(LISTENER, JSON.parse(new TextDecoder().decode(value)));
    return result.success ? result.output.expiresMicros : null;
  } catch {
    return null;
  }
}
