/**
 * `bench:pool`: nanoseconds to take a slot of an owned pool, write a number and give the oldest slot
 * back, beside a new plain object of one number in its place, with its garbage collection; the same
 * with eight fields; and the shared pool, alone and with two Workers that do nothing else. Less is
 * better, the ratio too.
 *
 * @module
 */
import { makeSharedSlotPool } from "../../core/memory/shared_slot_pool.ts";
import type { BenchResult } from "../result.ts";
import type { PoolKind, PoolOutcome, PoolRun } from "./pool_worker.ts";

/** Runs of each side, in turn; the median counts. */
const ROUNDS = 7;
/** Turns of a run, a multiple of the Worker's block. */
const TURNS = 2 ** 23;
const SHARED_TURNS = 2 ** 20;
/** Slots of the shared pool. */
const SHARED_SLOTS = 255;

/** Slots beside objects: of one number, and of eight. */
const PAIRS: readonly (readonly PoolKind[])[] = [
  ["numbers in slots", "numbers as objects"],
  ["records in slots", "records as objects"],
];

/** Runs the bench. */
export async function poolBench(say: (line: string) => void): Promise<BenchResult> {
  const workers = [0, 1].map(() =>
    new Worker(new URL("pool_worker.ts", import.meta.url), { type: "module" })
  );
  const outcomes = new Map<string, PoolOutcome[]>();
  const note = (round: number, name: string, outcome: PoolOutcome): void => {
    // The round before the first is for the compilers.
    if (round === 0) return;
    outcomes.set(name, [...(outcomes.get(name) ?? []), outcome]);
    say(`round ${round}: ${name}: ${outcome.nanos.toFixed(1)} ns`);
  };
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      for (const kinds of PAIRS) {
        const checksums: number[] = [];
        for (const kind of kinds) {
          const outcome = await ask(workers[0], { kind, turns: TURNS });
          checksums.push(outcome.checksum);
          note(round, kind, outcome);
        }
        if (checksums[0] !== checksums[1]) throw new Error(`${kinds}: checksums ${checksums}`);
      }
      note(round, "shared, alone", (await contend(workers.slice(0, 1)))[0]);
      note(round, "shared, two Workers", slower(await contend(workers)));
    }
  } finally {
    for (const worker of workers) worker.terminate();
  }
  return summary(outcomes);
}

function summary(outcomes: ReadonlyMap<string, readonly PoolOutcome[]>): BenchResult {
  const nanos = (name: string): number =>
    median((outcomes.get(name) ?? []).map((one) => one.nanos));
  const slowest = (name: string): number =>
    median((outcomes.get(name) ?? []).map((one) => one.slowestNanos));
  const value = nanos("numbers in slots");
  const objects = nanos("numbers as objects");
  return {
    name: "pool",
    value,
    unit: "ns to take, write and release",
    peers: [{ name: "a new object of one number, collected", value: objects }],
    ratio: value / objects,
    details: {
      "slot, eight fields written, ns": nanos("records in slots"),
      "a new object of eight fields, collected, ns": nanos("records as objects"),
      "slowest 1,024 turns: slots of eight fields, ns a turn": slowest("records in slots"),
      "slowest 1,024 turns: objects of eight fields, ns a turn": slowest("records as objects"),
      "shared, take and release, alone, ns": nanos("shared, alone"),
      "shared, take and release, each of two Workers, ns": nanos("shared, two Workers"),
    },
  };
}

/** Runs the shared pool on each of the Workers at once. */
function contend(workers: readonly Worker[]): Promise<PoolOutcome[]> {
  const run: PoolRun = {
    kind: "shared",
    turns: SHARED_TURNS,
    memory: makeSharedSlotPool(SHARED_SLOTS, 64),
    gate: new SharedArrayBuffer(8),
    users: workers.length,
  };
  return Promise.all(workers.map((worker) => ask(worker, run)));
}

function ask(worker: Worker, run: PoolRun): Promise<PoolOutcome> {
  const { promise, reject, resolve } = Promise.withResolvers<PoolOutcome>();
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(`the Worker of the bench died: ${event.message}`));
  };
  worker.onmessage = (event: MessageEvent<PoolOutcome>) => resolve(event.data);
  worker.postMessage(run);
  return promise;
}

function slower(outcomes: readonly PoolOutcome[]): PoolOutcome {
  return outcomes.reduce((one, other) => one.nanos > other.nanos ? one : other);
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[values.length >> 1];
}
