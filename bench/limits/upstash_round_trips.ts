/**
 * What a limit over many processes costs: HTTP requests to the counters for each request that is let
 * in, and how long one waits for its decision. A real Redis stands behind the Upstash protocol on
 * this machine, so the delay is that of no distance at all: each round trip saved is one of a
 * network's on top.
 *
 * @module
 */
import { RedisServer } from "../../tests/support/redis_server.ts";
import { startUpstashShim, type UpstashShim } from "../../tests/support/upstash_shim.ts";
import {
  createLeasedSide,
  createPeerSide,
  type SharedCounters,
  type SharedSide,
} from "./shared_sides.ts";

/** Requests a second that are offered in every case, whatever comes back. */
const OFFERED_PER_SECOND = 1_000;
const SECONDS = 6;

/** Who asks. */
interface RoundTripCase {
  readonly name: string;
  /** Those who ask, one after the other. */
  readonly subjects: number;
  /** What each may do a second: more than it asks for, so that all are let in. */
  readonly limit: number;
}

const CASES: readonly RoundTripCase[] = [
  { name: "one key of 1,000 requests a second", subjects: 1, limit: 1_200 },
  { name: "10,000 phones of one request in ten seconds", subjects: 10_000, limit: 10 },
];
/** Requests before the measured ones, for connections, scripts and compilers. */
const WARM_UP_SECONDS = 1;
/**
 * How often requests that are due are sent: more often than they come, for the peer's client puts
 * those of one turn of the event loop into one HTTP request, and clients do not come in step.
 */
const STEP_MILLIS = 1;

/** What one side cost. */
export interface RoundTripOutcome {
  readonly name: string;
  readonly side: string;
  readonly requests: number;
  readonly admitted: number;
  /** HTTP requests to the counters for each request that was let in. */
  readonly tripsPerAdmitted: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
}

/** Runs all sides in all cases, one after the other, against one Redis. */
export async function measureRoundTrips(say: (line: string) => void): Promise<RoundTripOutcome[]> {
  await using server = await RedisServer.start();
  const outcomes: RoundTripOutcome[] = [];
  for (const one of CASES) {
    const makers: ((counters: SharedCounters) => SharedSide)[] = [
      (counters) => createLeasedSide(counters, one.limit),
      (counters) => createPeerSide(counters, one.limit, "tokenBucket"),
      (counters) => createPeerSide(counters, one.limit, "slidingWindow"),
    ];
    for (const make of makers) {
      await using shim = await startUpstashShim(server.port);
      await using side = make(shim);
      await offer(one, side, shim, WARM_UP_SECONDS);
      const outcome = await offer(one, side, shim, SECONDS);
      const { admitted, requests, tripsPerAdmitted, p50Micros, p99Micros } = outcome;
      say(
        `${one.name}: ${side.name}: ${admitted} of ${requests} let in, ` +
          `${tripsPerAdmitted.toFixed(4)} trips each, p50 ${Math.round(p50Micros)} µs, ` +
          `p99 ${Math.round(p99Micros)} µs`,
      );
      outcomes.push(outcome);
    }
  }
  return outcomes;
}

/** Offers {@link OFFERED_PER_SECOND} requests a second for so many seconds, and waits for all. */
async function offer(
  { name, subjects }: RoundTripCase,
  side: SharedSide,
  shim: UpstashShim,
  seconds: number,
): Promise<RoundTripOutcome> {
  const total = OFFERED_PER_SECOND * seconds;
  const delays = new Float64Array(total);
  const tripsBefore = shim.requests;
  let admitted = 0;
  const ask = async (index: number): Promise<void> => {
    const began = performance.now();
    if (await side.admit(`subject-${index % subjects}`)) admitted++;
    delays[index] = (performance.now() - began) * 1_000;
  };
  const asked: Promise<void>[] = [];
  const began = performance.now();
  while (asked.length < total) {
    const due = Math.min(total, (performance.now() - began) * OFFERED_PER_SECOND / 1_000);
    while (asked.length < due) asked.push(ask(asked.length));
    await new Promise((resolve) => setTimeout(resolve, STEP_MILLIS));
  }
  await Promise.all(asked);
  delays.sort();
  return {
    name,
    side: side.name,
    requests: total,
    admitted,
    tripsPerAdmitted: (shim.requests - tripsBefore) / admitted,
    p50Micros: delays[total >> 1],
    p99Micros: delays[Math.floor(total * 0.99)],
  };
}
