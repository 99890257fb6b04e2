/**
 * The broker of the simulation: one server with two streams, a key and an object store, whose writes
 * take their time to get to the disk.
 *
 * A write is acknowledged once it is on the disk. One that has not come so far when the server dies
 * is there or not, and the last of them may be cut short; the server sees that by its checksum when
 * it starts again, and drops it. What was acknowledged stays, unless broker_losses.ts takes it away.
 *
 * @module
 */
import type { LeaseRecord } from "../../core/sequencer/lease.ts";
import type { Connection } from "./connection.ts";
import type { SimulatedWorld } from "./simulated_world.ts";

/** What the broker says of an append. */
export type AppendAnswer =
  | { readonly kind: "stored"; readonly sequence: number }
  | { readonly kind: "refused" };

/** One message of the journal, by whom it was written, and when it was on the disk. */
export interface StoredAppend {
  readonly message: Uint8Array;
  readonly writer: string;
  readonly storedMicros: number;
}

/** What the key of the lease says; revision 0: it was never written. */
export interface LeaseEntry {
  readonly record: LeaseRecord | null;
  readonly revision: number;
}

interface PendingWrite {
  readonly carryOut: () => void;
  readonly dueMicros: number;
}

/** The one server. */
export class SimulatedBroker {
  readonly connections = new Set<Connection>();
  /** Message `n` has the sequence `n + 1`; `null` where it is lost. */
  readonly journal: (StoredAppend | null)[] = [];
  readonly events: Uint8Array[] = [];
  readonly objects = new Map<string, Uint8Array>();
  lease: LeaseEntry = { record: null, revision: 0 };
  isDown = false;
  /** Longest time that a write takes to get to the disk. */
  diskMicrosMost = 1_000;
  /** Called with each message of the journal that was stored. */
  stored: (sequence: number) => void = () => {};
  readonly #world: SimulatedWorld;
  #writes: PendingWrite[] = [];
  #lastDueMicros = 0;
  #crashes = 0;

  constructor(world: SimulatedWorld) {
    this.#world = world;
  }

  /** Whether a write is on its way to the disk. */
  get isWriting(): boolean {
    return this.#writes.length > 0;
  }

  /** Carries a publication to whoever listens; says `null` where nobody does. */
  publish(
    from: Connection,
    subject: string,
    payload: unknown,
    answered?: (answer: unknown) => void,
  ): void {
    let isHeard = false;
    for (const connection of this.connections) {
      const handler = connection.subscriptions.get(subject);
      if (handler === undefined) continue;
      isHeard = true;
      const respond = (answer: unknown) => {
        if (answered === undefined) return;
        connection.toBroker(() => from.toProcess(() => answered(answer)));
      };
      connection.toProcess(() => handler(payload, respond));
    }
    if (!isHeard && answered !== undefined) from.toProcess(() => answered(null));
  }

  /** Carries a write out once it is on the disk, in the order in which they came, and says so. */
  write<T>(carryOut: () => T, answer: (result: T) => void): void {
    const world = this.#world;
    const dueMicros = Math.max(
      this.#lastDueMicros,
      world.nowMicros + 20 + world.random() * this.diskMicrosMost,
    );
    this.#lastDueMicros = dueMicros;
    const crashes = this.#crashes;
    const write: PendingWrite = { carryOut, dueMicros };
    this.#writes.push(write);
    world.after(dueMicros - world.nowMicros, () => {
      if (crashes !== this.#crashes) return;
      this.#writes.shift();
      answer(carryOut());
    });
  }

  /** Appends to the journal behind `expected`; `null`: wherever it ends. */
  append(message: Uint8Array, expected: number | null, writer: string): AppendAnswer {
    if (expected !== null && expected !== this.journal.length) return { kind: "refused" };
    const storedMicros = this.#world.nowMicros;
    const sequence = this.journal.push({ message, writer, storedMicros });
    this.stored(sequence);
    return { kind: "stored", sequence };
  }

  /** Appends to the events stream at its place. */
  appendEvents(message: Uint8Array, expected: number): AppendAnswer {
    if (expected !== this.events.length) return { kind: "refused" };
    return { kind: "stored", sequence: this.events.push(message) };
  }

  /** Changes the key of the lease from a revision; `null`: somebody else has changed it. */
  putLease(record: LeaseRecord, fromRevision: number): number | null {
    if (fromRevision !== this.lease.revision) return null;
    this.lease = { record, revision: fromRevision + 1 };
    return this.lease.revision;
  }

  /** Forgets every write that is not on the disk yet. */
  drop(): void {
    this.#writes = [];
    this.#crashes++;
  }

  /** Kills the server and starts it again after a while. */
  restart(downMicros: number): void {
    if (this.isDown) return;
    const world = this.#world;
    world.count("broker killed");
    this.isDown = true;
    this.#crashes++;
    const writes = this.#writes;
    this.#writes = [];
    this.#lastDueMicros = 0;
    const kept = writes.length === 0 ? 0 : world.below(writes.length + 1);
    for (const { carryOut } of writes.slice(0, kept)) carryOut();
    if (kept > 0) world.count("write stored, never acknowledged", kept);
    const isTorn = kept < writes.length && world.random() < 0.5;
    if (isTorn) world.count("write cut short");
    const lost = writes.length - kept - (isTorn ? 1 : 0);
    if (lost > 0) world.count("write lost", lost);
    for (const connection of [...this.connections]) connection.break();
    world.after(downMicros, () => this.isDown = false);
  }
}
