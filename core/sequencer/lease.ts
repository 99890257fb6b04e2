/**
 * The lease of a shard: which of its processes may claim the lead, and whether the leader may still
 * answer from its state. Pure state machines over what the broker's bucket says.
 *
 * The journal itself is what fences a leader off (see sequencer.ts); the lease decides who tries.
 * It is one key, changed by compare-and-set on its revision alone. The holder renews it; whoever
 * wants it waits until it was not renewed for {@link LEASE_MILLIS} and takes it over from the revision
 * that it saw, so that of many one succeeds, and the old holder's next renewal fails.
 *
 * A holder counts from when it sent a renewal, all others from when they saw it, which is later. So
 * the holder stops answering before anybody else can begin, even when it was stopped in between.
 * Every time is of a clock that only goes forward, each process's own.
 *
 * @module
 */

/** How long a renewal is good for. */
export const LEASE_MILLIS = 800;
/** Time between two renewals. */
export const RENEW_MILLIS = 200;
/** How much longer the others wait: clocks may go at rates that differ by some hundredths. */
const MARGIN_MILLIS = 50;
/** For how long nobody must listen in a leader's place to be sure that it is gone. */
export const NO_RESPONDERS_MILLIS = 40;

/** What the key says. */
export interface LeaseRecord {
  /** Names the process that holds it. */
  readonly holder: string;
  /** Held, before its claim was applied; leading; or given up for the next one. */
  readonly phase: "taken" | "leading" | "released";
}

/** The lease as its holder sees it. */
export class HeldLease {
  #revision: number;
  #sentMillis: number;
  #validUntilMillis: number;
  /** When the connection broke last. */
  #doubtMillis = -Infinity;
  #isAsking = false;
  #isLost = false;

  /** @param sentMillis when the taking was sent that was stored with this revision */
  constructor(revision: number, sentMillis: number) {
    this.#revision = revision;
    this.#sentMillis = sentMillis;
    this.#validUntilMillis = sentMillis + LEASE_MILLIS;
  }

  /** Whether somebody else has it, for good. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Revision that the key should have. */
  get revision(): number {
    return this.#revision;
  }

  /** Whether nobody else can have it yet. */
  holds(nowMillis: number): boolean {
    return !this.#isLost && nowMillis < this.#validUntilMillis;
  }

  /** The revision to renew from, when it is time and no answer is awaited; else `null`. */
  renewal(nowMillis: number): number | null {
    if (this.#isLost || this.#isAsking || nowMillis - this.#sentMillis < RENEW_MILLIS) return null;
    this.#isAsking = true;
    this.#sentMillis = nowMillis;
    return this.#revision;
  }

  /**
   * The renewal that was sent at `sentMillis` was stored. It counts from then, whatever was sent
   * since, and not at all where the connection broke since.
   */
  stored(revision: number, sentMillis: number): void {
    this.#isAsking = false;
    this.#revision = Math.max(this.#revision, revision);
    if (sentMillis < this.#doubtMillis) return;
    this.#validUntilMillis = Math.max(this.#validUntilMillis, sentMillis + LEASE_MILLIS);
  }

  /** No answer came: it may have been stored or not. The next one may be sent at once. */
  unanswered(): void {
    this.#isAsking = false;
    this.#sentMillis = -Infinity;
  }

  /**
   * The renewal was refused, and this is what the key says. It may be this holder's own, from a
   * renewal whose answer did not come: then the next one begins from there.
   */
  refused(isOwn: boolean, revision: number): void {
    this.#isAsking = false;
    if (isOwn) this.#revision = revision;
    else this.#isLost = true;
  }

  /** The connection broke: until the next renewal nobody can be sure. */
  doubt(nowMillis: number): void {
    this.#doubtMillis = nowMillis;
    this.#validUntilMillis = -Infinity;
  }
}

/** The lease as everybody else sees it. */
export class WatchedLease {
  #record: LeaseRecord | null = null;
  #revision = -1;
  #seenMillis = -Infinity;
  /** When nobody listened in the leader's place, the first time in a row and the last. */
  #goneSinceMillis = Infinity;
  #goneMillis = -Infinity;

  /** What the key says now; `null`: it was never written. */
  seen(record: LeaseRecord | null, revision: number, nowMillis: number): void {
    if (revision === this.#revision) return;
    this.#record = record;
    this.#revision = revision;
    this.#seenMillis = nowMillis;
    this.#goneSinceMillis = Infinity;
  }

  /**
   * The key could not be written: a bucket without a leader takes nothing, so that its holder could
   * not renew the lease either. It gets the time for it once more, and no standby gains anything by
   * being first when the bucket is back.
   */
  unwritable(nowMillis: number): void {
    this.#seenMillis = nowMillis;
  }

  /** The leader was called: its connection is there, or it is gone. */
  called(isThere: boolean, nowMillis: number): void {
    if (isThere) this.#goneSinceMillis = Infinity;
    else {
      this.#goneSinceMillis = Math.min(this.#goneSinceMillis, nowMillis);
      this.#goneMillis = nowMillis;
    }
  }

  /**
   * The revision to take the lease from, when it may be taken; else `null`. At once where it was
   * given up or never held, or where a leader's connection is gone, with which it can answer nobody;
   * else when it has expired.
   */
  candidate(nowMillis: number): number | null {
    if (this.#revision < 0) return null;
    const { phase } = this.#record ?? { phase: "released" };
    const isGone = phase === "leading" &&
      this.#goneMillis - this.#goneSinceMillis >= NO_RESPONDERS_MILLIS;
    const hasExpired = nowMillis - this.#seenMillis > LEASE_MILLIS + MARGIN_MILLIS;
    return phase === "released" || isGone || hasExpired ? this.#revision : null;
  }
}
