/**
 * What the batch bench loads: nats-server with file storage, a matching process without projections,
 * and a gateway as it is deployed; and bare Hono. Each a process of its own.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { newKey } from "../../infra/keys/new_key.ts";
import { KeyStore } from "../../infra/keys/key_store.ts";
import { relayBuckets } from "../../infra/nats/bucket_relay.ts";
import { connectNats } from "../../infra/nats/connect.ts";
import { launchNats, type RunningNats } from "../../infra/nats/launch.ts";
import { ensureStreams } from "../../infra/nats/streams.ts";
import { MATCHING_V8_FLAGS } from "../../workers/supervisor/process_specs.ts";
import { prepareMarket } from "../pipeline/prepare_market.ts";

/** Accounts that there are. */
export const ACCOUNTS = 32;

/** One load. */
export interface BatchLoad {
  readonly kind: "frames" | "batch" | "short";
  readonly url: string;
  /** Accounts that send, each with one request under way. */
  readonly lanes: number;
  readonly commands: number;
  readonly requestsPerLane: number;
  readonly seed: number;
}

/** What a load process prints. */
export interface BatchMeasured {
  /** CPU that an order cost, in microseconds, by process. */
  readonly cpuMicrosPerOrder: Readonly<Record<string, number>>;
  readonly ordersPerSecond: number;
  readonly counted: number;
  readonly p50Millis: number;
  readonly p99Millis: number;
  readonly refusedShare: number;
}

/** The running processes. */
export interface BatchVenue {
  readonly gatewayUrl: string;
  readonly bareUrl: string;
  /** Ids of the processes, by name. */
  readonly pids: Readonly<Record<string, number>>;
  load(load: BatchLoad): Promise<BatchMeasured>;
  stop(): Promise<void>;
}

const READY_MILLIS_MAX = 20_000;
const MASTER_KEY_BYTES = 32;
const GATEWAY_V8_FLAGS = ["--no-flush-bytecode"];
/** Outcomes that the matcher makes room for before the run, as a venue would that expects them. */
const OUTCOMES = 2 ** 24;
/** Limits that the load does not reach: the decision is made for every request all the same. */
const LIMITS = {
  EDGEBOOK_LIMIT_TOTAL_RATE: "500000",
  EDGEBOOK_LIMIT_KEY_RATE: "10000000",
  EDGEBOOK_LIMIT_ADDRESS_RATE: "10000000",
};
const pathOf = (module: string) => new URL(module, import.meta.url).pathname;

/** Starts everything on a fresh data directory, with funded accounts and a key for each lane. */
export async function startBatchVenue(
  directory: string,
  gatewayFlags: readonly string[] = GATEWAY_V8_FLAGS,
): Promise<BatchVenue> {
  const nats = await launchNats({ dataDirectory: directory, say: () => {} });
  const children: Deno.ChildProcess[] = [];
  const start = (module: string, flags: readonly string[], env: Record<string, string>) => {
    const child = run([pathOf(module)], flags, env);
    children.push(child);
    return child;
  };
  const masterKey = randomBytes(MASTER_KEY_BYTES).toString("hex");
  await makeBuckets(nats);
  const matching = start("../../workers/matching/matching_main.ts", MATCHING_V8_FLAGS, {
    EDGEBOOK_NATS_URL: nats.webSocketUrl,
    EDGEBOOK_NATS_CREDENTIALS: nats.credentials.matcher,
    EDGEBOOK_PROJECTIONS: "off",
    EDGEBOOK_MARKET_DATA_CREDENTIALS: nats.credentials.marketData,
    EDGEBOOK_OUTCOMES: `${OUTCOMES}`,
  });
  await outputMatching(matching.stdout, /\n/);
  await prepareMarket(nats);
  const keysFile = `${directory}/keys.json`;
  await makeKeys(nats, masterKey, keysFile);
  // Without projections nobody else answers the gateway's requests to buckets.
  const connection = await connectNats({
    servers: nats.webSocketUrl,
    credentials: nats.credentials.history,
    name: "bench-relay",
  });
  const relay = relayBuckets(connection);
  const gateway = start("../../routes/main.ts", gatewayFlags, {
    ...LIMITS,
    EDGEBOOK_HOST: "127.0.0.1",
    EDGEBOOK_PORT: "0",
    EDGEBOOK_NATS_URL: nats.webSocketUrl,
    EDGEBOOK_NATS_CREDENTIALS: nats.credentials.gateway,
    EDGEBOOK_MASTER_KEY: masterKey,
  });
  const [, gatewayUrl] = await outputMatching(gateway.stderr, /listening (http:\S+)\n/);
  const bare = start("./bare_main.ts", [], {});
  const [, port] = await outputMatching(bare.stdout, /"port":(\d+)/);
  await untilReady(gatewayUrl);
  const pids = {
    matching: matching.pid,
    gateway: gateway.pid,
    broker: nats.pid,
    bare: bare.pid,
  };
  return {
    gatewayUrl,
    bareUrl: `http://127.0.0.1:${port}`,
    pids,
    load: async ({ kind, url, lanes, commands, requestsPerLane, seed }) => {
      const figures = [lanes, commands, requestsPerLane, seed].map(String);
      const args = [kind, url, keysFile, ...figures, JSON.stringify(pids)];
      const load = run([pathOf("./load_main.ts"), ...args], [], {}, "inherit");
      children.push(load);
      const [text] = await outputMatching(load.stdout, /\{.*\}\n/);
      await end(load);
      return JSON.parse(text);
    },
    stop: async () => {
      for (const child of children.reverse()) await end(child);
      await relay.stop();
      await connection.close();
      await nats.stop();
    },
  };
}

async function makeBuckets(nats: RunningNats): Promise<void> {
  const admin = await connectNats({
    servers: nats.webSocketUrl,
    credentials: nats.credentials.admin,
    name: "bench",
  });
  await ensureStreams(admin, { shards: [0], replicas: 1 });
  await admin.close();
}

async function makeKeys(nats: RunningNats, masterKey: string, file: string): Promise<void> {
  const admin = await connectNats({
    servers: nats.webSocketUrl,
    credentials: nats.credentials.admin,
    name: "bench",
  });
  const store = await KeyStore.open(admin, masterKey);
  const keys = [];
  for (let account = 1; account <= ACCOUNTS; account++) {
    const { record, secret } = await newKey({
      kind: "hmac",
      account,
      scopes: ["read", "trade"],
      createdMicros: Date.now() * 1_000,
      expiresMicros: null,
    });
    await store.bucket.put(record.id, Buffer.from(await store.sealed(record)));
    keys.push({ key: record.id, secret });
  }
  await Deno.writeTextFile(file, JSON.stringify(keys));
  await admin.close();
}

async function untilReady(url: string): Promise<void> {
  const untilMillis = performance.now() + READY_MILLIS_MAX;
  while (performance.now() < untilMillis) {
    const response = await fetch(`${url}/v1/instruments?symbol=BTC-USD`);
    const text = await response.text();
    if (response.ok && text.includes("BTC-USD")) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the gateway is not ready in ${READY_MILLIS_MAX} ms`);
}

function run(
  args: readonly string[],
  flags: readonly string[],
  env: Record<string, string>,
  stderr: "piped" | "inherit" = "piped",
): Deno.ChildProcess {
  const v8Flags = flags.length === 0 ? [] : [`--v8-flags=${flags.join(",")}`];
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", ...v8Flags, ...args],
    env,
    stdout: "piped",
    stderr,
  }).spawn();
}

/** Reads until the output matches. */
async function outputMatching(
  stream: ReadableStream<Uint8Array>,
  pattern: RegExp,
): Promise<RegExpExecArray> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream.values({ preventCancel: true })) {
    text += decoder.decode(chunk, { stream: true });
    const found = pattern.exec(text);
    if (found !== null) return found;
  }
  throw new Error(`a process of the bench ended, and said: ${text}`);
}

async function end(child: Deno.ChildProcess): Promise<void> {
  try {
    child.kill("SIGTERM");
  } catch {
    // It has ended by itself.
  }
  const timer = setTimeout(() => child.kill("SIGKILL"), 6_000);
  await child.status;
  clearTimeout(timer);
}
