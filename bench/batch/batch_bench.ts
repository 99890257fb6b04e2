/**
 * `bench:batch`: orders a second through one gateway by binary frames and by batches in JSON: signed,
 * limited, checked, durable, matched and answered. Beside the frames that a gateway sends, straight
 * over NATS to the same matcher, and beside bare Hono that reads and answers as many bytes.
 *
 * @module
 */
import { measure } from "../pipeline/venue.ts";
import type { BenchResult } from "../result.ts";
import { ACCOUNTS, type BatchLoad, type BatchMeasured, startBatchVenue } from "./batch_venue.ts";

/** Runs of each side, in turn; the medians count. */
const ROUNDS = 3;
/** So many accounts send, as a rule; batches in JSON from twice as many keep the gateway busy. */
const LANES = 16;
const FRAME_RECORDS = 2_048;
const BATCH_ITEMS = 100;
const FRAMES_PER_LANE = 100;
/** So many that compilers are done with most of the run. */
const BATCHES_PER_LANE = 500;
const DIRECT = {
  frameRecords: FRAME_RECORDS,
  windowRecords: 16_384,
  roundTripMillis: 0,
  seconds: 6,
} as const;

type Side =
  | "frames"
  | "batches"
  | "batches, all accounts"
  | "short answers"
  | "bare, frames"
  | "bare, batches";

/** Runs the bench. */
export async function batchBench(say: (line: string) => void): Promise<BenchResult> {
  const sides = new Map<Side, BatchMeasured[]>();
  const direct: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const directory = await Deno.makeTempDir({ prefix: "edgebook-bench-" });
    const venue = await startBatchVenue(directory);
    const { gatewayUrl, bareUrl } = venue;
    const frames = { lanes: LANES, commands: FRAME_RECORDS, requestsPerLane: FRAMES_PER_LANE };
    const batches = { lanes: LANES, commands: BATCH_ITEMS, requestsPerLane: BATCHES_PER_LANE };
    const loads: readonly (readonly [Side, Omit<BatchLoad, "seed">])[] = [
      ["batches", { kind: "batch", url: gatewayUrl, ...batches }],
      ["batches, all accounts", { kind: "batch", url: gatewayUrl, ...batches, lanes: ACCOUNTS }],
      ["short answers", { kind: "short", url: gatewayUrl, ...batches, lanes: ACCOUNTS }],
      ["bare, batches", { kind: "batch", url: bareUrl, ...batches }],
      ["frames", { kind: "frames", url: gatewayUrl, ...frames }],
      ["bare, frames", { kind: "frames", url: bareUrl, ...frames }],
    ];
    try {
      for (const [side, load] of loads) {
        const measured = await venue.load({
          ...load,
          seed: 10 * round + loads.findIndex(([one]) => one === side),
        });
        sides.set(side, [...sides.get(side) ?? [], measured]);
        say(`round ${round}: ${side} ${line(measured)}`);
      }
    } finally {
      await venue.stop();
      await Deno.remove(directory, { recursive: true });
    }
    const { ordersPerSecond } = await measure({ ...DIRECT, role: "matcher" });
    direct.push(ordersPerSecond);
    say(`round ${round}: direct ${ordersPerSecond.toLocaleString("en-US")} orders/s`);
  }
  return resultOf(sides, direct);
}

function resultOf(
  sides: ReadonlyMap<Side, readonly BatchMeasured[]>,
  direct: readonly number[],
): BenchResult {
  const of = (side: Side) => sides.get(side) ?? [];
  const rate = (side: Side) => middle(of(side).map(({ ordersPerSecond }) => ordersPerSecond));
  const ratio = (one: Side, other: Side) =>
    middle(of(one).map((run, at) => run.ordersPerSecond / of(other)[at].ordersPerSecond));
  return {
    name: "batch",
    value: rate("frames"),
    unit: "durable orders/s",
    peers: [
      { name: "the gateway's frames straight over NATS", value: middle(direct) },
      { name: "bare Hono, the bytes of the frames", value: rate("bare, frames") },
    ],
    ratio: middle(of("frames").map(({ ordersPerSecond }, at) => ordersPerSecond / direct[at])),
    details: {
      [`${LANES} lanes, frames of ${FRAME_RECORDS}`]: line(middleRun(of("frames"))),
      [`${LANES} lanes, batches of ${BATCH_ITEMS} in JSON`]: line(middleRun(of("batches"))),
      [`${ACCOUNTS} lanes, batches of ${BATCH_ITEMS} in JSON`]: line(
        middleRun(of("batches, all accounts")),
      ),
      [`${ACCOUNTS} lanes, the same with short answers`]: line(middleRun(of("short answers"))),
      "bare Hono, the bytes of the batches": rate("bare, batches"),
      "frames over bare Hono": ratio("frames", "bare, frames"),
      "batches over bare Hono": ratio("batches", "bare, batches"),
      "short answers over whole ones": ratio("short answers", "batches, all accounts"),
      "batches over frames": ratio("batches", "frames"),
      ...cpuDetails("frames", of("frames")),
      ...cpuDetails("batches", of("batches")),
      ...cpuDetails("short answers", of("short answers")),
      "share of commands refused, frames": middleRun(of("frames")).refusedShare,
      "share of commands refused, batches": middleRun(of("batches")).refusedShare,
    },
  };
}

/** CPU that does not depend on who else uses the machine as rates do. */
function cpuDetails(name: string, runs: readonly BatchMeasured[]): Record<string, number> {
  const { cpuMicrosPerOrder } = middleRun(runs);
  const { bare: _, ...processes } = cpuMicrosPerOrder;
  return Object.fromEntries(
    Object.entries(processes).map(([process, micros]) =>
      [`${name}: CPU of ${process}, us an order`, micros] as const
    ),
  );
}

const middle = (figures: readonly number[]): number =>
  figures.toSorted((one, other) => one - other)[figures.length >> 1];

const middleRun = (runs: readonly BatchMeasured[]): BatchMeasured =>
  runs.toSorted((one, other) => one.ordersPerSecond - other.ordersPerSecond)[runs.length >> 1];

function line({ ordersPerSecond, p50Millis, p99Millis }: BatchMeasured): string {
  return `${ordersPerSecond.toLocaleString("en-US")} orders/s, ` +
    `p50 ${p50Millis.toFixed(1)} ms, p99 ${p99Millis.toFixed(1)} ms`;
}
