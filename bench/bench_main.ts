/**
 * `deno task bench [NAME...] [--json] [--latency] [--help]`: runs all benches or the named ones. Each prints a
 * table; with `--json` the last line is one JSON object a bench.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { authBench } from "./auth/auth_bench.ts";
import { batchBench } from "./batch/batch_bench.ts";
import { failoverBench } from "./failover/failover_bench.ts";
import { fanoutBench } from "./fanout/fanout_bench.ts";
import { limitsBench } from "./limits/limits_bench.ts";
import { marketDataBench } from "./market_data/market_data_bench.ts";
import { matchingBench } from "./matching/matching_bench.ts";
import { pipelineBench } from "./pipeline/pipeline_bench.ts";
import { poolBench } from "./pool/pool_bench.ts";
import { priceIndexBench } from "./price_index/price_index_bench.ts";
import { recoveryBench } from "./recovery/recovery_bench.ts";
import { replicaBench } from "./replica/replica_bench.ts";
import { restBench } from "./rest/rest_bench.ts";
import { type BenchResult, describe, stamp } from "./result.ts";
import { ringBench } from "./ring/ring_bench.ts";
import { streamsBench } from "./streams/streams_bench.ts";

interface Bench {
  readonly about: string;
  readonly run: (say: (line: string) => void, latencySeconds?: number) => Promise<BenchResult>;
}

/** Seconds at a fixed rate that `--latency` asks for. */
const LATENCY_SECONDS = 60;

const BENCHES: Readonly<Record<string, Bench>> = {
  rest: { about: "signed orders over REST, beside plain forwarding and bare Hono", run: restBench },
  batch: {
    about:
      "orders by binary frames and by batches over HTTP, beside frames over NATS and bare Hono",
    run: batchBench,
  },
  pipeline: { about: "durable orders end to end, beside an echo", run: pipelineBench },
  matching: {
    about: "the whole engine on one thread, beside npm's order books and the book alone",
    run: matchingBench,
  },
  "market-data": {
    about:
      "messages of the public feeds written in binary, beside JSON; their latency and their cost",
    run: marketDataBench,
  },
  fanout: {
    about: "market data delivered to 5,000 subscriptions, beside a bare publisher of the bytes",
    run: fanoutBench,
  },
  streams: {
    about:
      "market data to 2,000 phones on one gateway, beside bare Hono that writes the same bytes",
    run: streamsBench,
  },
  "price-index": {
    about: "the price index of the book, beside what could take its place",
    run: priceIndexBench,
  },
  replica: {
    about: "levels that a subscriber's copy of a book takes, beside JSON and a Map a side",
    run: replicaBench,
  },
  recovery: {
    about: "a shard of ten million commands replayed and started again, beside reading its journal",
    run: recoveryBench,
  },
  failover: {
    about: "a leader that dies with a standby beside it, beside one that is started again",
    run: failoverBench,
  },
  ring: {
    about: "64-byte messages between two Workers, beside ringbuf.js and postMessage",
    run: ringBench,
  },
  limits: {
    about: "decisions of the limits, beside rate-limiter-flexible and @upstash/ratelimit",
    run: limitsBench,
  },
  pool: {
    about: "slots taken and given back, beside plain objects and their collection",
    run: poolBench,
  },
  auth: {
    about: "who sent a request: signatures and bearer tokens, beside hono/jwt and jose",
    run: authBench,
  },
};

const HELP = `deno task bench [NAME...] [--json] [--latency]

Benches:
${Object.entries(BENCHES).map(([name, { about }]) => `  ${name.padEnd(12)} ${about}`).join("\n")}

  --json      print one JSON object a bench on standard output, last
  --latency   matching: ${LATENCY_SECONDS} s at a fixed rate instead of 4
  --help      this text`;

async function main(): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({
      args: Deno.args,
      allowPositionals: true,
      options: {
        json: { type: "boolean" },
        latency: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
    return 2;
  }
  if (parsed.values.help) {
    console.log(HELP);
    return 0;
  }
  const names = parsed.positionals.length > 0 ? parsed.positionals : Object.keys(BENCHES);
  const unknown = names.find((name) => !(name in BENCHES));
  if (unknown !== undefined) {
    console.error(`there is no bench "${unknown}"\n\n${HELP}`);
    return 2;
  }
  for (const name of names) {
    console.error(`bench ${name}: ${BENCHES[name].about}`);
    const latencySeconds = parsed.values.latency ? LATENCY_SECONDS : undefined;
    const result = await BENCHES[name].run((line) => console.error(`  ${line}`), latencySeconds);
    console.error(`\n${describe(result)}\n`);
    if (parsed.values.json) console.log(JSON.stringify(await stamp(result)));
  }
  return 0;
}

Deno.exit(await main());
