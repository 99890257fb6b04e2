/**
 * `bench:ring`: messages of 64 bytes a second from one Worker to another, through a ring of 4,096,
 * in batches of 32 and one by one; beside ringbuf.js with the same batches and beside postMessage.
 * And how long a hand-over takes, by how the receiver waits.
 *
 * Every byte is written, read and summed on either side. Both Workers spin, so it needs two cores:
 * with less to spare the figures are those of the scheduler.
 *
 * @module
 */
import type { BenchResult } from "../result.ts";
import type { HandoffOutcome } from "./handoff_worker.ts";
import { BATCH_MAX, type Transport } from "./transport.ts";
import { handOver, messagesPerSecond, WorkerPair } from "./workers.ts";

/** Short runs of each side, many and in turn, so that a busy moment of the machine hits all. */
const ROUNDS = 15;
/** Messages of a run, as powers of two so that every batch divides them. */
const ONE_BY_ONE = 2 ** 19;
const IN_BATCHES = 2 ** 22;
const BY_MESSAGE = 2 ** 14;

interface Side {
  readonly transport: Transport;
  readonly batch: number;
  readonly count: number;
  readonly rates: number[];
}

const HANDOVERS = [
  { name: "spinning", spins: Infinity, isAsync: false, roundTrips: 100_000 },
  { name: "Atomics.wait", spins: 0, isAsync: false, roundTrips: 10_000 },
  { name: "spinning, then Atomics.wait", spins: 1_000, isAsync: false, roundTrips: 100_000 },
  { name: "Atomics.waitAsync", spins: 0, isAsync: true, roundTrips: 10_000 },
] as const;
/** Longest run of a hand-over. */
const HANDOVER_MILLIS_MAX = 1_500;

/** Runs the bench. */
export async function ringBench(say: (line: string) => void): Promise<BenchResult> {
  const sides = await throughput(say);
  const rate = (transport: Transport, batch: number): number =>
    median(sides.find((side) => side.transport === transport && side.batch === batch)?.rates ?? []);
  const details: Record<string, number | string> = {};
  for (const batch of [1, 8, BATCH_MAX]) {
    const own = rate("spsc", batch);
    const name = batch === 1 ? "one by one" : `in batches of ${batch}`;
    const ratio = (own / rate("ringbuf.js", batch)).toFixed(2);
    details[`SPSC ${name}`] = `${millions(own)}, ${ratio} times ringbuf.js`;
    details[`ringbuf.js ${name}`] = millions(rate("ringbuf.js", batch));
    details[`MPSC, one producer, ${name}`] = millions(rate("mpsc", batch));
  }
  details["postMessage one by one"] = millions(rate("postMessage", 1));
  for (const [name, outcome] of await handOvers(say)) {
    details[`hand-over, ${name}`] = micros(outcome);
  }

  const value = rate("spsc", BATCH_MAX);
  const peer = rate("ringbuf.js", BATCH_MAX);
  return {
    name: "ring",
    value,
    unit: "messages/s",
    peers: [
      { name: `ringbuf.js in batches of ${BATCH_MAX}`, value: peer },
      { name: `postMessage in batches of ${BATCH_MAX}`, value: rate("postMessage", BATCH_MAX) },
    ],
    ratio: value / peer,
    details,
  };
}

async function throughput(say: (line: string) => void): Promise<readonly Side[]> {
  const sides: Side[] = [];
  for (const batch of [1, 8, BATCH_MAX]) {
    for (const transport of ["spsc", "ringbuf.js", "mpsc"] as const) {
      sides.push({ batch, count: batch === 1 ? ONE_BY_ONE : IN_BATCHES, rates: [], transport });
    }
  }
  for (const batch of [1, BATCH_MAX]) {
    sides.push({
      batch,
      count: BY_MESSAGE * Math.min(batch, 8),
      rates: [],
      transport: "postMessage",
    });
  }
  const pair = new WorkerPair("consumer_worker.ts", "producer_worker.ts");
  try {
    // The round before the first is for the compilers.
    for (let round = 0; round <= ROUNDS; round++) {
      for (const { batch, count, rates, transport } of sides) {
        const measured = await messagesPerSecond(pair, transport, batch, count);
        if (round === 0) continue;
        rates.push(measured);
        say(`round ${round}: ${transport}, batches of ${batch}: ${millions(measured)}`);
      }
    }
  } finally {
    pair.terminate();
  }
  return sides;
}

async function handOvers(
  say: (line: string) => void,
): Promise<readonly [string, HandoffOutcome][]> {
  const outcomes: [string, HandoffOutcome][] = [];
  for (const { name, ...how } of HANDOVERS) {
    const pair = new WorkerPair("handoff_worker.ts", "handoff_worker.ts");
    try {
      const run = { ...how, millisMax: HANDOVER_MILLIS_MAX };
      // The first run is for the compilers.
      await handOver(pair, { ...run, millisMax: HANDOVER_MILLIS_MAX / 5 });
      const outcome = await handOver(pair, run);
      say(`hand-over, ${name}: ${micros(outcome)}`);
      outcomes.push([name, outcome]);
    } finally {
      pair.terminate();
    }
  }
  return outcomes;
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[values.length >> 1];
}

function millions(perSecond: number): string {
  return `${(perSecond / 1e6).toFixed(2)} M/s`;
}

function micros({ p50Micros, p99Micros, roundTrips }: HandoffOutcome): string {
  return `p50 ${p50Micros.toFixed(2)} µs, p99 ${
    p99Micros.toFixed(2)
  } µs (${roundTrips} round trips)`;
}
