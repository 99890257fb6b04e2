/**
 * A venue for the pipeline bench: nats-server with file storage, a leader (the matching process, or
 * the echo) and one load process; each a process of its own.
 *
 * @module
 */
import { launchNats, type RunningNats } from "../../infra/nats/launch.ts";
import { connectNats } from "../../infra/nats/connect.ts";
import { ensureStreams } from "../../infra/nats/streams.ts";
import { MATCHING_V8_FLAGS } from "../../workers/supervisor/process_specs.ts";
import { prepareMarket } from "./prepare_market.ts";

/** Who stands in the matcher's place. */
export type Role = "matcher" | "echo";

/** One measurement. */
export interface Scenario {
  readonly role: Role;
  /** What runs beside the matcher; nothing where it is left out. */
  readonly projections?: "market-data" | "off";
  readonly frameRecords: number;
  readonly windowRecords: number;
  readonly seconds: number;
  /** Round trip put between gateway and broker. */
  readonly roundTripMillis: number;
}

/** What the load process prints. */
export interface Measured {
  readonly ordersPerSecond: number;
  readonly sent: number;
  readonly answered: number;
  readonly reportBytesPerOrder: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
}

const ENTRY: Readonly<Record<Role, string>> = {
  matcher: new URL("../../workers/matching/matching_main.ts", import.meta.url).pathname,
  echo: new URL("./echo_main.ts", import.meta.url).pathname,
};
const LOAD = new URL("./load_main.ts", import.meta.url).pathname;
const PROXY = new URL("../delay_proxy.ts", import.meta.url).pathname;
/** Outcomes that the matcher makes room for before the run, as a venue would that expects them. */
const OUTCOMES = 2 ** 24;

/** Runs one scenario on a fresh data directory. */
export async function measure(scenario: Scenario): Promise<Measured> {
  const directory = await Deno.makeTempDir({ prefix: "edgebook-bench-" });
  const nats = await launchNats({ dataDirectory: directory, say: () => {} });
  const children: Deno.ChildProcess[] = [];
  try {
    await makeStreams(nats);
    const leader = await startLeader(scenario, nats);
    children.push(leader);
    if (scenario.role === "matcher") await prepareMarket(nats);
    let { webSocketUrl } = nats;
    if (scenario.roundTripMillis > 0) {
      const proxy = run([PROXY, new URL(webSocketUrl).port, `${scenario.roundTripMillis / 2}`], {});
      children.push(proxy);
      const { port } = await firstLine(proxy) as { port: number };
      webSocketUrl = `ws://127.0.0.1:${port}`;
    }
    const { frameRecords, windowRecords, seconds } = scenario;
    const load = run([LOAD, `${frameRecords}`, `${windowRecords}`, `${seconds}`], {
      EDGEBOOK_NATS_URL: webSocketUrl,
      EDGEBOOK_NATS_CREDENTIALS: nats.credentials.gateway,
    });
    children.push(load);
    return await firstLine(load) as Measured;
  } finally {
    for (const child of children.reverse()) await end(child);
    await nats.stop();
    await Deno.remove(directory, { recursive: true });
  }
}

async function makeStreams(nats: RunningNats): Promise<void> {
  const admin = await connectNats({
    servers: nats.webSocketUrl,
    credentials: nats.credentials.admin,
    name: "bench",
  });
  await ensureStreams(admin, { shards: [0], replicas: 1 });
  await admin.close();
}

async function startLeader(
  { projections = "off", role }: Scenario,
  nats: RunningNats,
): Promise<Deno.ChildProcess> {
  const child = run([ENTRY[role]], {
    EDGEBOOK_NATS_URL: nats.webSocketUrl,
    EDGEBOOK_NATS_CREDENTIALS: nats.credentials.matcher,
    EDGEBOOK_PROJECTIONS: projections,
    EDGEBOOK_MARKET_DATA_CREDENTIALS: nats.credentials.marketData,
    EDGEBOOK_OUTCOMES: `${OUTCOMES}`,
  });
  await firstLine(child);
  return child;
}

function run(args: string[], env: Record<string, string>): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", `--v8-flags=${MATCHING_V8_FLAGS.join(",")}`, ...args],
    env,
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

/** The first line that a process prints, as JSON. */
async function firstLine(child: Deno.ChildProcess): Promise<unknown> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout.values({ preventCancel: true })) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes("\n")) return JSON.parse(text.slice(0, text.indexOf("\n")));
  }
  throw new Error(`a process of the bench ended with code ${(await child.status).code}`);
}

async function end(child: Deno.ChildProcess): Promise<void> {
  try {
    child.kill("SIGTERM");
  } catch {
    // It has ended by itself.
  }
  const timer = setTimeout(() => child.kill("SIGKILL"), 3_000);
  await child.status;
  clearTimeout(timer);
  await child.stdout.cancel().catch(() => {});
}
