/**
 * The lease of a shard in the broker's bucket: looked at, taken, renewed, given up. Carries out what
 * the state machines of core/sequencer/lease.ts say.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import * as v from "valibot";
import { leaseKey, LEASES_BUCKET } from "../../core/protocol/subjects.ts";
import { HeldLease, LEASE_MILLIS, type LeaseRecord } from "../../core/sequencer/lease.ts";
import { BucketError } from "../../infra/nats/errors.ts";
import { Bucket, WRONG_LAST_SEQUENCE } from "../../infra/nats/kv.ts";

/** How often it is looked whether a renewal is due. */
const TICK_MILLIS = 50;

const Lease = v.object({
  holder: v.string(),
  phase: v.picklist(["taken", "leading", "released"]),
});

/** What the key says, and its revision; 0 where it was never written. */
export interface LeaseEntry {
  readonly record: LeaseRecord | null;
  readonly revision: number;
}

/** One process's hand on the lease of a shard. */
export class LeaseKeeper {
  readonly #bucket: Bucket;
  readonly #key: string;
  readonly #holder: string;
  #phase: LeaseRecord["phase"] = "taken";
  #held: HeldLease | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param holder names this process, and no other that ever was */
  constructor(readonly connection: NatsConnection, shard: number, holder: string) {
    this.#bucket = new Bucket(connection, LEASES_BUCKET, LEASE_MILLIS);
    this.#key = leaseKey(shard);
    this.#holder = holder;
  }

  /** Whether nobody else can lead now, so that an answer from this process's state is true. */
  get holds(): boolean {
    return this.#held?.holds(performance.now()) ?? false;
  }

  /** What the key says. */
  async look(): Promise<LeaseEntry> {
    const entry = await this.#bucket.get(this.#key);
    if (entry === undefined) return { record: null, revision: 0 };
    const record = v.parse(Lease, JSON.parse(new TextDecoder().decode(entry.value)));
    return { record, revision: entry.revision };
  }

  /** Takes the lease from a revision. Returns whether this process has it now. */
  async take(fromRevision: number): Promise<boolean> {
    const sentMillis = performance.now();
    try {
      const revision = await this.#put("taken", fromRevision);
      this.#held = new HeldLease(revision, sentMillis);
      return true;
    } catch (error) {
      if (!isTaken(error)) throw error;
      return false;
    }
  }

  /** Renews the lease until it is lost, or {@link release}d. */
  keep(lost: () => void): void {
    void this.#followConnection(lost);
    this.#timer = setInterval(() => void this.#renew(lost), TICK_MILLIS);
  }

  /** The claim was applied: from now on the renewals say that this process leads. */
  async lead(): Promise<void> {
    this.#phase = "leading";
    const held = this.#held;
    if (held === null) return;
    const sentMillis = performance.now();
    try {
      held.stored(await this.#put("leading", held.revision), sentMillis);
    } catch {
      // The next renewal says it.
    }
  }

  /** Gives the lease up, for whoever is first. */
  async release(): Promise<void> {
    clearInterval(this.#timer);
    const held = this.#held;
    if (held === null || held.isLost) return;
    held.doubt(performance.now());
    await this.#put("released", held.revision);
  }

  async #renew(lost: () => void): Promise<void> {
    const held = this.#held;
    const sentMillis = performance.now();
    const from = held?.renewal(sentMillis) ?? null;
    if (held === null || from === null) return;
    try {
      held.stored(await this.#put(this.#phase, from), sentMillis);
    } catch (error) {
      if (isTaken(error)) await this.#refused(held);
      else held.unanswered();
    }
    if (!held.isLost) return;
    clearInterval(this.#timer);
    lost();
  }

  async #refused(held: HeldLease): Promise<void> {
    try {
      const { record, revision } = await this.look();
      held.refused(record?.holder === this.#holder, revision);
    } catch {
      held.unanswered();
    }
  }

  async #put(phase: LeaseRecord["phase"], fromRevision: number): Promise<number> {
    const record: LeaseRecord = { holder: this.#holder, phase };
    return await this.#bucket.put(this.#key, JSON.stringify(record), fromRevision);
  }

  /**
   * While the connection is broken, others see no leader and need not wait. The answer to a renewal
   * that was on its way is lost.
   */
  async #followConnection(lost: () => void): Promise<void> {
    for await (const { type } of this.connection.status()) {
      if (type === "disconnect") this.#held?.doubt(performance.now());
      if (type !== "reconnect") continue;
      this.#held?.unanswered();
      await this.#renew(lost);
    }
  }
}

const isTaken = (error: unknown): boolean =>
  error instanceof BucketError && error.code === WRONG_LAST_SEQUENCE;
