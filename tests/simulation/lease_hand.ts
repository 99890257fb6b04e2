/**
 * A process's hand on the lease: does with the state machine of core/sequencer/lease.ts what
 * workers/matching/lease_keeper.ts does with it.
 *
 * @module
 */
import { HeldLease, LEASE_MILLIS, type LeaseRecord } from "../../core/sequencer/lease.ts";
import type { LeaseEntry, SimulatedBroker } from "./simulated_broker.ts";
import type { SimulatedProcess } from "./simulated_process.ts";

const TICK_MICROS = 50_000;
const ANSWER_MICROS_MAX = LEASE_MILLIS * 1000;

/** Looks at the lease, takes it, renews it. */
export class LeaseHand {
  readonly #process: SimulatedProcess;
  readonly #broker: SimulatedBroker;
  #phase: LeaseRecord["phase"] = "taken";
  #held: HeldLease | null = null;
  #isReleased = false;

  constructor(process: SimulatedProcess, broker: SimulatedBroker) {
    this.#process = process;
    this.#broker = broker;
  }

  /** Whether nobody else can lead now. */
  get holds(): boolean {
    return this.#held?.holds(this.#process.clock.millis) ?? false;
  }

  /** What the key says; `null` where the broker does not say. */
  look(seen: (entry: LeaseEntry | null) => void): void {
    this.#process.connection.askOnce(() => this.#broker.lease, false, ANSWER_MICROS_MAX, seen);
  }

  /** Takes the lease from a revision, and says whether this process has it now. */
  take(fromRevision: number, taken: (isTaken: boolean) => void): void {
    const sentMillis = this.#process.clock.millis;
    this.#put("taken", fromRevision, (answer) => {
      const revision = answer?.revision ?? null;
      if (revision !== null) this.#held = new HeldLease(revision, sentMillis);
      taken(revision !== null);
    });
  }

  /** Renews the lease until it is lost or given up. */
  keep(lost: () => void): void {
    const { connection } = this.#process;
    connection.disconnected.push(() => this.#held?.doubt(this.#process.clock.millis));
    connection.reconnected.push(() => {
      this.#held?.unanswered();
      this.#renew(lost);
    });
    const isOver = () => this.#isReleased || this.#held?.isLost === true;
    this.#process.every(TICK_MICROS, isOver, () => this.#renew(lost));
  }

  /** The claim was applied: from now on renewals say that this process leads. */
  lead(): void {
    this.#phase = "leading";
    const held = this.#held;
    if (held === null) return;
    const sentMillis = this.#process.clock.millis;
    this.#put("leading", held.revision, (answer) => {
      const revision = answer?.revision ?? null;
      if (revision !== null) held.stored(revision, sentMillis);
    });
  }

  /** Gives the lease up, for whoever is first. */
  release(done: () => void): void {
    this.#isReleased = true;
    const held = this.#held;
    if (held === null || held.isLost) return done();
    held.doubt(this.#process.clock.millis);
    this.#put("released", held.revision, done);
  }

  #renew(lost: () => void): void {
    const held = this.#held;
    const sentMillis = this.#process.clock.millis;
    const from = held?.renewal(sentMillis) ?? null;
    if (held === null || from === null) return;
    this.#put(this.#phase, from, (answer) => {
      if (answer === null) held.unanswered();
      else if (answer.revision !== null) held.stored(answer.revision, sentMillis);
      else this.#refused(held, lost);
    });
  }

  #refused(held: HeldLease, lost: () => void): void {
    this.look((entry) => {
      if (entry === null) held.unanswered();
      else held.refused(entry.record?.holder === this.#process.name, entry.revision);
      if (held.isLost) lost();
    });
  }

  /** `null`: no answer; revision `null`: refused. */
  #put(
    phase: LeaseRecord["phase"],
    fromRevision: number,
    answered: (answer: { readonly revision: number | null } | null) => void,
  ): void {
    const record: LeaseRecord = { holder: this.#process.name, phase };
    const put = () => ({ revision: this.#broker.putLease(record, fromRevision) });
    this.#process.connection.askOnce(put, true, ANSWER_MICROS_MAX, answered);
  }
}
