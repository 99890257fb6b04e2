/**
 * `bench:limits`: decisions a second about a thousand keys of which nobody is refused, out of leases
 * of shared units as a gateway makes them, beside rate-limiter-flexible in memory; decisions by
 * buckets in memory, a refused flood, one key and a hundred thousand; each algorithm alone; and what a limit over many processes costs in round trips and delay, beside
 * `@upstash/ratelimit`, over a real Redis.
 *
 * @module
 */
import type { BenchResult } from "../result.ts";
import { measureAlgorithms } from "./algorithms.ts";
import { type DecisionRate, measureDecisions } from "./local_decisions.ts";
import { measureRoundTrips } from "./upstash_round_trips.ts";

/** Runs the bench. */
export async function limitsBench(say: (line: string) => void): Promise<BenchResult> {
  const rates = await measureDecisions(say);
  const algorithms = measureAlgorithms(say);
  const roundTrips = await measureRoundTrips(say);

  const details: Record<string, number | string> = {};
  const [own, peer, ...others] = rates;
  for (const rate of others) {
    details[caseName(rate)] = millions(rate.perSecond);
  }
  for (const [name, nanos] of algorithms) details[`alone, ns: ${name}`] = Number(nanos.toFixed(1));
  for (const { name, side, tripsPerAdmitted, p50Micros, p99Micros } of roundTrips) {
    details[`${name}: ${side}`] = `${tripsPerAdmitted.toFixed(4)} round trips a request let in, ` +
      `p50 ${Math.round(p50Micros)} µs, p99 ${Math.round(p99Micros)} µs`;
  }
  return {
    name: "limits",
    value: own.perSecond,
    unit: "decisions/s",
    peers: [{ name: peer.side, value: peer.perSecond }],
    ratio: own.perSecond / peer.perSecond,
    details,
  };
}

function caseName({ side, subjects, isSpent, refusedShare }: DecisionRate): string {
  const refused = isSpent ? `, ${(refusedShare * 100).toFixed(1)} % refused` : "";
  const keys = subjects === 1 ? "1 key" : `${subjects.toLocaleString("en-US")} keys`;
  return `${keys}${refused}: ${side}`;
}

function millions(perSecond: number): string {
  return `${(perSecond / 1e6).toFixed(2)} M/s`;
}
