/**
 * `bench:pipeline`: durable orders a second, end to end. Frames of orders through JetStream file
 * storage to the matcher and reports back, beside the same pipeline with an echo in the matcher's
 * place; frames of 64 and 512; and with 20 and 80 ms of round trip between gateway and broker.
 *
 * "Durable" is what JetStream's file storage acknowledges: the page cache, not the platter.
 *
 * @module
 */
import type { BenchResult } from "../result.ts";
import { measure, type Measured, type Scenario } from "./venue.ts";

const SECONDS = 9;
/** Runs of each side, in turn; the median counts. */
const ROUNDS = 3;
const MAIN = { frameRecords: 512, windowRecords: 16_384, roundTripMillis: 0, seconds: SECONDS };
const OTHERS: readonly Omit<Scenario, "role" | "seconds">[] = [
  { frameRecords: 64, windowRecords: 8_192, roundTripMillis: 0 },
  { frameRecords: 512, windowRecords: 16_384, roundTripMillis: 20 },
  { frameRecords: 512, windowRecords: 32_768, roundTripMillis: 80 },
];

/** Runs the bench. */
export async function pipelineBench(say: (line: string) => void): Promise<BenchResult> {
  const matcher: Measured[] = [];
  const echo: Measured[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    for (const role of ["echo", "matcher"] as const) {
      const measured = await measure({ ...MAIN, role });
      say(`round ${round}: ${role} ${line(measured)}`);
      (role === "echo" ? echo : matcher).push(measured);
    }
  }
  const details: Record<string, number | string> = {};
  for (const other of OTHERS) {
    const measured = await measure({ ...other, role: "matcher", seconds: SECONDS });
    const name = `${other.frameRecords} a frame, window ${other.windowRecords}, ` +
      `${other.roundTripMillis} ms round trip`;
    say(`${name}: ${line(measured)}`);
    details[name] = line(measured);
  }
  const best = median(matcher);
  const floor = median(echo);
  const window = `frames of ${MAIN.frameRecords}, window ${MAIN.windowRecords}`;
  return {
    name: "pipeline",
    value: best.ordersPerSecond,
    unit: "durable orders/s",
    peers: [{ name: "echo in the matcher's place", value: floor.ordersPerSecond }],
    ratio: best.ordersPerSecond / floor.ordersPerSecond,
    details: { [window]: line(best), [`echo, ${window}`]: line(floor), ...details },
  };
}

function median(runs: readonly Measured[]): Measured {
  const sorted = [...runs].sort((one, other) => one.ordersPerSecond - other.ordersPerSecond);
  return sorted[sorted.length >> 1];
}

function line({ ordersPerSecond, p50Micros, p99Micros }: Measured): string {
  const millis = (micros: number) => (micros / 1000).toFixed(1);
  return `${ordersPerSecond.toLocaleString("en-US")} orders/s, ` +
    `p50 ${millis(p50Micros)} ms, p99 ${millis(p99Micros)} ms`;
}
