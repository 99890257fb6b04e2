/**
 * `bench:fanout`: one broker, 5,000 subscriptions on 100 connections, and a market published so that
 * 200,000 messages a second are delivered, by the project's publisher beside a bare client that
 * publishes the finished bytes; where that is too much for the machine, the largest rate that is not.
 *
 * @module
 */
import { launchNats } from "../../infra/nats/launch.ts";
import type { BenchResult } from "../result.ts";
import { SUBJECTS_PER_CONNECTION } from "./fanout_market.ts";
import { FanoutRun, PART_NAMES, type Round, WAYS } from "./fanout_run.ts";

const CONNECTIONS = 100;
const SUBSCRIPTIONS = CONNECTIONS * SUBJECTS_PER_CONNECTION;
/** Deliveries a second that are tried, the first that is reached counts. */
const RATES = [200_000, 150_000, 100_000, 50_000, 25_000];
/** Share of a rate that must have been delivered in its time. */
const REACHED = 0.98;
/** Rounds of each way, in turns. */
const ROUNDS = 3;
const ROUND_MILLIS = 4_000;
const WARM_UP_MILLIS = 1_000;

type Way = (typeof WAYS)[number];
type Rounds = Readonly<Record<Way, Round[]>>;

/** Runs the bench. */
export async function fanoutBench(say: (line: string) => void): Promise<BenchResult> {
  const directory = await Deno.makeTempDir({ prefix: "edgebook-bench-" });
  const nats = await launchNats({ dataDirectory: directory, say: () => {} });
  const run = new FanoutRun(nats, CONNECTIONS);
  try {
    await run.round("edgebook", await run.prepare(RATES[0], WARM_UP_MILLIS), WARM_UP_MILLIS);
    const missed: string[] = [];
    for (const rate of RATES) {
      const rounds = await measure(run, rate, say);
      const reached = median(rounds.edgebook, (round) => round.perSecond);
      if (reached >= rate * REACHED || rate === RATES.at(-1)) return result(rounds, missed);
      missed.push(`${text(rate)}: ${text(reached)}, ${coresOf(rounds.edgebook)}`);
      say(`${text(rate)} a second are too many here`);
    }
    throw new Error("there is no rate to try");
  } finally {
    await run.end();
    await nats.stop();
    await Deno.remove(directory, { recursive: true });
  }
}

async function measure(run: FanoutRun, rate: number, say: (line: string) => void): Promise<Rounds> {
  const rounds: Rounds = { edgebook: [], bare: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const prepared = await run.prepare(rate, ROUND_MILLIS);
    for (const way of round % 2 === 0 ? WAYS : WAYS.toReversed()) {
      const measured = await run.round(way, prepared, ROUND_MILLIS);
      rounds[way].push(measured);
      const { p50Micros, p99Micros, perSecond } = measured;
      say(
        `${way}: ${text(perSecond)} of ${text(rate)} a second, p50 ${millis(p50Micros)}, p99 ` +
          `${millis(p99Micros)} ms; cores: ${coresOf([measured])}`,
      );
    }
  }
  return rounds;
}

function result({ bare, edgebook }: Rounds, missed: readonly string[]): BenchResult {
  const value = Math.round(median(edgebook, (round) => round.perSecond));
  const bareValue = Math.round(median(bare, (round) => round.perSecond));
  const ages = (rounds: readonly Round[]) =>
    `${millis(median(rounds, (round) => round.p50Micros))} / ` +
    `${millis(median(rounds, (round) => round.p99Micros))}`;
  return {
    name: "fanout",
    value,
    unit: `deliveries/s of binary market data to ${SUBSCRIPTIONS} subscriptions on ` +
      `${CONNECTIONS} connections, median of ${ROUNDS}`,
    peers: [{ name: "bare NATS publisher of the same bytes", value: bareValue }],
    ratio: value / bareValue,
    details: {
      "ms from the stamp to the subscriber, p50 / p99": ages(edgebook),
      "ms, bare publisher": ages(bare),
      "cores used": coresOf(edgebook),
      "cores, bare publisher": coresOf(bare),
      "rates that were too much, what was reached, cores": missed.join("; ") || "none",
      "lost": edgebook.concat(bare).reduce((sum, round) => sum + round.missing, 0),
      "bytes a delivery": Number(edgebook[0].bytesPerDelivery.toFixed(1)),
      "messages published a second, both formats": Math.round(edgebook[0].messagesPerSecond),
    },
  };
}

function median(rounds: readonly Round[], figure: (round: Round) => number): number {
  const sorted = rounds.map(figure).sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)];
}

const coresOf = (rounds: readonly Round[]): string =>
  PART_NAMES.map((name) => `${name} ${median(rounds, ({ cores }) => cores[name]).toFixed(2)}`)
    .join(", ");

const text = (figure: number): string => Math.round(figure).toLocaleString("en-US");
const millis = (micros: number): string => (micros / 1_000).toFixed(2);
