/**
 * `bench:streams`: 2,000 phones on one gateway that each read ten books a second, beside bare Hono
 * that writes the same bytes to as many; as server-sent events and over WebSockets.
 *
 * @module
 */
import { launchNats, type RunningNats } from "../../infra/nats/launch.ts";
import { connectNats } from "../../infra/nats/connect.ts";
import { PartProcess } from "../fanout/part_process.ts";
import { cpuSeconds } from "../fanout/process_cpu.ts";
import type { BenchResult } from "../result.ts";
import { bookMessage, SUBJECT } from "./stream_load.ts";

const PHONES = 2_000;
const LOAD_PROCESSES = 2;
const PUBLISH_MILLIS = 100;
const WARM_UP_MILLIS = 2_000;
const ROUND_MILLIS = 6_000;
/** Time for what is still on its way. */
const SETTLE_MILLIS = 3_000;
const ROUNDS = 3;
const WAYS = ["edgebook", "bare"] as const;
const TRANSPORTS = ["sse", "ws"] as const;

type Way = (typeof WAYS)[number];
type Transport = (typeof TRANSPORTS)[number];

/** What one round came to. */
interface Round {
  readonly p50Millis: number;
  readonly p99Millis: number;
  /** Share of the messages that came. */
  readonly delivered: number;
  readonly kibPerPhone: number;
  readonly cores: number;
}

const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));

/** Runs the bench. */
export async function streamsBench(say: (line: string) => void): Promise<BenchResult> {
  const directory = await Deno.makeTempDir({ prefix: "edgebook-bench-" });
  const nats = await launchNats({ dataDirectory: directory, say: () => {} });
  const rounds = new Map<string, Round[]>();
  try {
    for (let number = 0; number < ROUNDS; number++) {
      for (const transport of TRANSPORTS) {
        for (const way of number % 2 === 0 ? WAYS : WAYS.toReversed()) {
          const round = await measure(nats, way, transport);
          const name = `${way} ${transport}`;
          rounds.set(name, [...rounds.get(name) ?? [], round]);
          say(`${name}: ${describe(round)}`);
        }
      }
    }
  } finally {
    await nats.stop();
    await Deno.remove(directory, { recursive: true });
  }
  return result(rounds);
}

async function measure(nats: RunningNats, way: Way, transport: Transport): Promise<Round> {
  const environment = {
    BENCH_NATS: nats.webSocketUrl,
    BENCH_CREDENTIALS: nats.credentials.gateway,
    BENCH_WAY: way,
  };
  const gateway = PartProcess.start("../streams/gateway_main.ts", environment);
  const phones = Array.from(
    { length: LOAD_PROCESSES },
    () => PartProcess.start("../streams/phones_main.ts", {}),
  );
  const publisher = await connectNats({
    servers: nats.webSocketUrl,
    credentials: nats.credentials.marketData,
    name: "bench-publisher",
  });
  try {
    const before = await gateway.ask<{ port: number; rssBytes: number }>({});
    const each = PHONES / LOAD_PROCESSES;
    await Promise.all(
      phones.map((one, index) =>
        one.ask({ open: each, port: before.port, transport, first: index * each })
      ),
    );
    let sequence = 0;
    const publish = async (millis: number): Promise<number> => {
      const began = performance.now();
      let count = 0;
      while (performance.now() - began < millis) {
        publisher.publish(SUBJECT, bookMessage(++sequence));
        count++;
        await pause(Math.max(0, began + count * PUBLISH_MILLIS - performance.now()));
      }
      return count;
    };
    await publish(WARM_UP_MILLIS);
    await Promise.all(phones.map((one) => one.ask({ reset: true })));
    const [cpu, began] = [await cpuSeconds(gateway.pid), performance.now()];
    const published = await publish(ROUND_MILLIS);
    await pause(SETTLE_MILLIS);
    const used = await cpuSeconds(gateway.pid) - cpu;
    const cores = used / ((performance.now() - began - SETTLE_MILLIS) / 1_000);
    const { rssBytes } = await gateway.ask<{ rssBytes: number }>({});
    const reports = await Promise.all(
      phones.map((one) => one.ask<{ ages: number[]; ended: number }>({ report: true })),
    );
    const ages = Float64Array.from(reports.flatMap((one) => one.ages)).sort();
    const at = (share: number) => ages[Math.floor(ages.length * share)] / 1_000;
    return {
      p50Millis: at(0.5),
      p99Millis: at(0.99),
      delivered: ages.length / (published * PHONES),
      kibPerPhone: (rssBytes - before.rssBytes) / PHONES / 1_024,
      cores,
    };
  } finally {
    await publisher.close();
    await Promise.all([...phones, gateway].map((one) => one.end()));
  }
}

const describe = ({ p50Millis, p99Millis, delivered, kibPerPhone, cores }: Round): string =>
  `p50 ${p50Millis.toFixed(1)}, p99 ${p99Millis.toFixed(1)} ms, ${
    (delivered * 100).toFixed(1)
  } % ` +
  `came, ${kibPerPhone.toFixed(1)} KiB a phone, ${cores.toFixed(2)} cores`;

function result(rounds: ReadonlyMap<string, readonly Round[]>): BenchResult {
  const median = (name: string, pick: (round: Round) => number): number => {
    const sorted = (rounds.get(name) ?? []).map(pick).sort((one, other) => one - other);
    return sorted[sorted.length >> 1];
  };
  const p99 = (name: string) => Number(median(name, (one) => one.p99Millis).toFixed(2));
  const details: Record<string, number | string> = {};
  for (const name of rounds.keys()) {
    const each = (pick: (round: Round) => number, digits: number) =>
      median(name, pick).toFixed(digits);
    details[name] = `p50 ${each((one) => one.p50Millis, 1)}, p99 ` +
      `${each((one) => one.p99Millis, 1)} ms; ${each((one) => one.kibPerPhone, 1)} KiB a phone; ` +
      `${each((one) => one.cores, 2)} cores; ${each((one) => one.delivered * 100, 1)} % came`;
  }
  const [value, peer] = [p99("edgebook sse"), p99("bare sse")];
  return {
    name: "streams",
    value,
    unit: "ms from publishing to 2,000 phones, p99: less is better, of the ratio too",
    peers: [{ name: "bare Hono, the same bytes", value: peer }],
    ratio: value / peer,
    details: {
      ...details,
      "WebSocket p99, over bare": (p99("edgebook ws") / p99("bare ws")).toFixed(2),
    },
  };
}
