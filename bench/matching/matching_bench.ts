/**
 * `bench:matching`: commands a second of the whole engine on one thread, beside the order books on
 * npm and beside the book alone, on one and the same flow.
 *
 * @module
 */
import type { BenchResult } from "../result.ts";
import { bookAlone } from "./book_alone.ts";
import { compare, type Entry, millions, type Timing } from "./compare.ts";
import { engine, expiringEngine } from "./engine_contender.ts";
import { FLOWS, type FlowShape, totalsAfter } from "./flow.ts";
import { makeFlow } from "./flow_maker.ts";
import { LARGE, largeShardDetails } from "./large_shard.ts";
import { latencyDetails } from "./latency.ts";
import { allPeers, firstPeer } from "./peers.ts";
import { totalsText } from "./trade_sum.ts";

/** Runs of the engine and the book alone that count: on the mixed flow, on the others. */
const ROUNDS_MIXED = 5;
const ROUNDS_OTHERS = 3;
/** How long commands are offered at a fixed rate. */
const LATENCY_SECONDS = 4;

/** How the figures come about. */
const HOW =
  "a side's first run has its trades checked, and four more warm it up; then medians of " +
  `${ROUNDS_MIXED} runs (peers and other flows ${ROUNDS_OTHERS}), sides in turn, fresh books`;

/** What the project aims for. */
const TARGETS = {
  commandsPerSecond: 12e6,
  timesFirstPeer: 60,
  alonePerSecond: 25e6,
  ofAlone: 0.45,
} as const;

/** Runs the bench; `latencySeconds` is how long its part at a fixed rate takes. */
export async function matchingBench(
  say: (line: string) => void,
  latencySeconds: number = LATENCY_SECONDS,
): Promise<BenchResult> {
  const [mixed, ...others] = FLOWS;
  const latency = await latencyDetails(mixed, latencySeconds, say);
  const expiring = {
    contender: expiringEngine,
    operations: mixed.operations,
    rounds: ROUNDS_OTHERS,
  };
  const timings = measure(mixed, [expiring, ...allPeers(mixed)], ROUNDS_MIXED, say);
  const [whole, alone, slowJournal, ...peers] = timings;
  const details: Record<string, number | string> = {};
  details["targets"] = targetsText(whole, alone, peers[0]);
  details["how"] = HOW;
  details["mixed, each command makes an outcome expire, M/s"] = millions(slowJournal.median);
  for (const peer of peers) {
    details[`${peer.name} was given`] = `${peer.operations / mixed.operations * 100} % of the flow`;
  }
  for (const shape of others) {
    const timings = measure(shape, firstPeer(shape), ROUNDS_OTHERS, say);
    details[`${shape.name}, M/s`] = lineOf(timings);
  }
  return {
    name: "matching",
    value: Math.round(whole.median),
    unit: "commands/s",
    peers: [...peers, alone].map(({ name, median }) => ({ name, value: Math.round(median) })),
    ratio: whole.median / peers[0].median,
    details: { ...details, ...largeShardDetails(LARGE, say), ...latency },
  };
}

/** The engine, the book alone, then the others. */
function measure(
  shape: FlowShape,
  others: readonly Entry[],
  rounds: number,
  say: (line: string) => void,
): [Timing, Timing, ...Timing[]] {
  const flow = makeFlow(shape);
  const { operations } = shape;
  say(`${shape.name}: the flow's own book: ${totalsText(totalsAfter(flow, operations))}`);
  const own = [engine, bookAlone].map((contender) => ({ contender, operations, rounds }));
  const [whole, alone, ...theirs] = compare(flow, [...own, ...others], say);
  return [whole, alone, ...theirs];
}

function lineOf([whole, alone, peer]: readonly [Timing, Timing, ...Timing[]]): string {
  const ofAlone = `${millions(whole.median)}; ${ratio(whole, alone)} of the book alone`;
  return peer === undefined
    ? `${ofAlone}; npm's books lose priority on amends`
    : `${ofAlone}; ${ratio(whole, peer)} times nodejs-order-book`;
}

function targetsText(whole: Timing, alone: Timing, peer: Timing): string {
  const { alonePerSecond, commandsPerSecond, ofAlone, timesFirstPeer } = TARGETS;
  return [
    `${millions(whole.median)} of ${millions(commandsPerSecond)} M commands/s`,
    `${ratio(whole, peer)} of ${timesFirstPeer} times ${peer.name}`,
    `book alone ${millions(alone.median)} of ${millions(alonePerSecond)} M/s`,
    `${ratio(whole, alone)} of ${ofAlone} of the book alone`,
  ].join("; ");
}

function ratio(one: Timing, other: Timing): string {
  return (one.median / other.median).toPrecision(3);
}
