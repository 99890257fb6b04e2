/**
 * The load of the batch bench: lanes of one account each, every lane with one request under way. The
 * requests are made and signed before the load begins. Prints what came of it as one line of JSON.
 *
 * `deno run ... load_main.ts KIND URL KEYS_FILE LANES COMMANDS_A_REQUEST REQUESTS_A_LANE SEED PIDS`; KIND is
 * `frames`, `batch`, or `short` for batches with `Prefer: return=minimal`; PIDS are the processes, by
 * name, whose CPU is measured
 *
 * @module
 */
import { createHash, createHmac } from "node:crypto";
import { signingText } from "../../core/auth/signing_text.ts";
import { EventKind } from "../../core/protocol/event_record.ts";
import { RECORD_BYTES } from "../../core/protocol/frame.ts";
import { POSITIONED_BODY_BYTES } from "../../core/protocol/position.ts";
import { cpuOf } from "../fanout/process_cpu.ts";
import { LaneFlow } from "./lane_flow.ts";

/** Longest window that the gateway takes: the requests stay valid through the run. */
const RECV_WINDOW_MILLIS = 60_000;
/** Share of the requests of a lane that is not counted: compilers warm up, the book fills. */
const WARM_UP_SHARE = 0.4;
/** Every so many answers one is looked into. */
const SAMPLED_ANSWERS = 20;

const [kind, url, keysFile, lanesText, commandsText, requestsText, seedText, pidsText] = Deno.args;
const commands = Number(commandsText);
const requests = Number(requestsText);
const keys = JSON.parse(await Deno.readTextFile(keysFile)) as { key: string; secret: string }[];
const pids: Record<string, number> = { ...JSON.parse(pidsText), load: Deno.pid };
const isFrame = kind === "frames";
const path = isFrame ? "/v1/frames" : "/v1/orders/batch";
const type = isFrame ? "application/vnd.edgebook.frame" : "application/json";
const preference: Record<string, string> = kind === "short" ? { "Prefer": "return=minimal" } : {};

interface Prepared {
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly headers: Record<string, string>;
}

function prepare({ key, secret }: (typeof keys)[number], flow: LaneFlow): Prepared {
  const body = isFrame ? flow.frame(commands) : flow.batch(commands);
  const signed = typeof body === "string" ? body : createHash("sha256").update(body).digest("hex");
  const timestamp = Date.now();
  const text = signingText(timestamp, RECV_WINDOW_MILLIS, "POST", path, signed);
  return {
    body,
    headers: {
      ...preference,
      "Content-Type": type,
      "X-Edgebook-Key": key,
      "X-Edgebook-Timestamp": String(timestamp),
      "X-Edgebook-Recv-Window": String(RECV_WINDOW_MILLIS),
      "X-Edgebook-Signature": createHmac("sha256", secret).update(text).digest("hex"),
    },
  };
}

/** More than a run sends for one account. */
const KEYS_PER_RUN = 1_000_000;

const lanes = keys.slice(0, Number(lanesText)).map((key, lane) => {
  const seed = Number(seedText);
  const flow = new LaneFlow(seed + 7_919 * lane, seed * KEYS_PER_RUN);
  return Array.from({ length: requests }, () => prepare(key, flow));
});
const warmUp = Math.floor(requests * WARM_UP_SHARE);
const latencies: number[] = [];
let warm = 0;
let startMillis = 0;
let endMillis = 0;
let counted = 0;
let cpuBefore = cpuOf(pids);
let cpuAfter = cpuBefore;
let answers = 0;
let sampled = 0;
let refused = 0;

async function run(lane: readonly Prepared[]): Promise<void> {
  for (const [index, { body, headers }] of lane.entries()) {
    const sentMillis = performance.now();
    const response = await fetch(url + path, { method: "POST", body, headers });
    const answer = new Uint8Array(await response.arrayBuffer());
    const now = performance.now();
    if (response.status !== 200) {
      console.error(`load: ${response.status} ${new TextDecoder().decode(answer)}`);
      Deno.exit(1);
    }
    if (++answers % SAMPLED_ANSWERS === 0) look(answer);
    if (index === warmUp && ++warm === lanes.length) {
      startMillis = now;
      cpuBefore = cpuOf(pids);
    }
    // Behind the first lane that is done the others are fewer.
    if (startMillis === 0 || endMillis !== 0) continue;
    counted += commands;
    latencies.push(now - sentMillis);
    if (index === lane.length - 1) {
      endMillis = now;
      cpuAfter = cpuOf(pids);
    }
  }
}

/** How many commands were refused, that the bench may not be one of refusals. */
function look(answer: Uint8Array): void {
  sampled += commands;
  if (!isFrame) {
    refused += new TextDecoder().decode(answer).split('"problem"').length - 1;
    return;
  }
  for (let at = 0; at < answer.length;) {
    const view = new DataView(answer.buffer, at);
    const count = view.getUint16(6, true);
    for (let record = 0; record < count; record++) {
      const report = at + POSITIONED_BODY_BYTES + record * RECORD_BYTES;
      if (answer[report] === EventKind.rejected) refused++;
    }
    // Bare Hono answers with zeros.
    at += view.getUint32(28, true) || answer.length;
  }
}

await Promise.all(lanes.map(run));
latencies.sort((one, other) => one - other);
const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? 0;
const [before, after] = [await cpuBefore, await cpuAfter];
const cpuMicros = Object.keys(pids).map((name) =>
  [name, (after[name] - before[name]) / counted * 1e6] as const
);
console.log(JSON.stringify({
  cpuMicrosPerOrder: Object.fromEntries(cpuMicros),
  ordersPerSecond: Math.round(counted / (endMillis - startMillis) * 1_000),
  counted,
  p50Millis: at(0.5),
  p99Millis: at(0.99),
  refusedShare: refused / sampled,
}));
