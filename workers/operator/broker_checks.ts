/**
 * Checks of `deno task doctor` on the broker: reachable, durable, complete, in time.
 *
 * @module
 */
import type { NatsConnection, StreamConfig } from "nats.ws";
import { InstallationPaths } from "../../infra/administration/local_installation.ts";
import { memberName } from "../../infra/nats/cluster_config.ts";
import { serverList } from "../../infra/nats/connect.ts";
import { parsePorts } from "../../infra/nats/ports.ts";
import { memberDirectory } from "../../infra/nats/server_config.ts";
import { storedServers } from "../../infra/nats/stored_servers.ts";
import { streamConfigs } from "../../infra/nats/streams.ts";
import { natsFeatures } from "../../infra/provision/features.ts";
import { formatVersion, parseVersion } from "../../infra/provision/server_version.ts";
import { byteCount } from "./byte_count.ts";
import type { Check, Finding } from "./check.ts";

/** Difference of two clocks from which on it is said, and from which on the matcher will not lead. */
const CLOCK_WARN_MILLIS = 250;
/** As CLOCK_OFFSET_MILLIS_MAX of the matching process. */
const CLOCK_FAIL_MILLIS = 2_000;
const START_ADVICE = "start the market: deno task start";
/** Longest greeting of a server that is read. */
const GREETING_BYTES_MAX = 16_384;

/** What the checks look at. The promises are shared: one connection serves all. */
export interface BrokerTarget {
  readonly paths: InstallationPaths;
  /** `nats://host:port`; of a cluster several, with commas between them. */
  readonly natsUrl: () => Promise<string>;
  /** Connection of the admin user over WebSocket; rejects with why there is none. */
  readonly connect: () => Promise<NatsConnection>;
  /** The same for whoever only needs it: rejects with {@link NotLookedAtError}. */
  readonly connection: () => Promise<NatsConnection>;
  readonly shard: number;
}

/** The checks. */
export function brokerChecks(target: BrokerTarget): Check[] {
  return [
    { name: "nats", advice: START_ADVICE, look: () => lookAtNats(target) },
    { name: "websocket", advice: START_ADVICE, look: () => lookAtWebSocket(target) },
    { name: "jetstream", advice: START_ADVICE, look: () => lookAtJetStream(target) },
    {
      name: "streams",
      advice: "deno task start makes the streams that are missing",
      look: () => lookAtStreams(target),
    },
    {
      name: "clock",
      advice: "set the clock by a time server (chrony, systemd-timesyncd)",
      look: () => lookAtClock(target),
    },
  ];
}

/** The greeting that a server sends first: `INFO {...}`. */
async function readGreeting(url: string): Promise<Record<string, unknown>> {
  const { hostname, port } = new URL(url);
  using socket = await Deno.connect({ hostname, port: Number(port) });
  const bytes = new Uint8Array(GREETING_BYTES_MAX);
  let length = 0;
  while (length < bytes.length) {
    const read = await socket.read(bytes.subarray(length));
    if (read === null) break;
    length += read;
    const text = new TextDecoder().decode(bytes.subarray(0, length));
    const end = text.indexOf("\r\n");
    if (end >= 0 && text.startsWith("INFO ")) return JSON.parse(text.slice(5, end));
  }
  throw new Error(`${url} does not greet like a NATS server`);
}

async function lookAtNats({ natsUrl }: BrokerTarget): Promise<Finding> {
  const urls = serverList(await natsUrl());
  const greetings = await Promise.allSettled(urls.map(readGreeting));
  const there = greetings.flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
  if (there.length === 0) throw (greetings[0] as PromiseRejectedResult).reason;
  const detail = `nats-server ${there[0].version} at ${urls.join(", ")}`;
  if (there.length === urls.length) return { status: "ok", detail };
  const gone = urls.filter((_, at) => greetings[at].status === "rejected");
  return {
    status: "warn",
    detail: `${detail}; nobody answers at ${gone.join(", ")}`,
    advice: "start the server again: without most of them nothing is acknowledged",
  };
}

async function lookAtWebSocket({ connect }: BrokerTarget): Promise<Finding> {
  const open = await connect();
  const millis = await open.rtt();
  return { status: "ok", detail: `${open.getServer()}, round trip ${millis} ms` };
}

async function lookAtJetStream(target: BrokerTarget): Promise<Finding> {
  const connection = await target.connection();
  const { storage, streams } = await (await connection.jetstreamManager()).getAccountInfo();
  const used = `${streams} streams, ${byteCount(storage)} on disk`;
  const version = parseVersion(connection.info?.version ?? "");
  if (version === undefined || !natsFeatures(version).syncInterval) {
    const name = version === undefined ? "this server" : `nats-server ${formatVersion(version)}`;
    return {
      status: "warn",
      detail: `${used}; ${name} has no sync setting: what it acknowledges survives kill -9, ` +
        "but the last of it not a loss of power",
      advice: "for production: nats-server 2.10 or later, sync_interval always, three replicas",
    };
  }
  const always = await syncsAlways(target.paths);
  if (always === true) return { status: "ok", detail: `${used}; every write reaches the disk` };
  return {
    status: "warn",
    detail:
      `${used}; sync_interval is ${always === null ? "not known" : "not always"}: a loss of ` +
      "power may lose what was acknowledged last",
    advice: "for production: sync_interval always, three replicas in separate zones",
  };
}

/** Whether a local server was told to write through; `null` where that cannot be seen. */
async function syncsAlways(paths: InstallationPaths): Promise<boolean | null> {
  const answer = await askMonitor(paths, "varz");
  const config = (answer?.jetstream as { config?: { sync_always?: boolean } } | undefined)?.config;
  return config === undefined ? null : config.sync_always === true;
}

/** Asks the monitoring port of a local server; `null` where there is none. */
async function askMonitor(
  paths: InstallationPaths,
  page: string,
): Promise<Record<string, unknown> | null> {
  // Of a cluster the first server.
  const member = memberDirectory(paths.nats(), memberName(0));
  const directory = await storedServers(paths.nats()) === 1 ? paths.nats() : member;
  for await (const { name } of Deno.readDir(directory)) {
    if (!name.endsWith(".ports")) continue;
    const ports = parsePorts(await Deno.readTextFile(`${directory}/${name}`));
    if (ports === undefined) return null;
    return await (await fetch(`http://127.0.0.1:${ports.monitor}/${page}`)).json();
  }
  return null;
}

async function lookAtStreams({ connection, shard }: BrokerTarget): Promise<Finding> {
  const manager = await (await connection()).jetstreamManager();
  const expected = streamConfigs({ shards: [shard], replicas: 1 });
  const found = await Promise.all(expected.map(async (config) => {
    try {
      return { config, info: await manager.streams.info(config.name as string) };
    } catch {
      return { config, info: null };
    }
  }));
  const missing = found.filter(({ info }) => info === null).map(({ config }) => config.name);
  if (missing.length > 0) {
    throw new Error(`missing: ${missing.join(", ")}`);
  }
  const behind = found.filter(({ info }) =>
    (info?.cluster?.replicas ?? []).some(({ current, offline }) => !current || offline)
  );
  if (behind.length > 0) {
    return {
      status: "warn",
      detail: `${behind.map(({ config }) => config.name).join(", ")}: a copy is behind its leader`,
      advice: "wait, and look again; deno task admin servers names the server",
    };
  }
  const weaker = found.filter(({ config, info }) => !isKept(config, info?.config));
  if (weaker.length > 0) {
    return {
      status: "fail",
      detail: `${weaker.map(({ config }) => config.name).join(", ")} may lose messages`,
      advice: "the stream must keep everything on file storage and refuse when full; compare it " +
        "with infra/nats/streams.ts",
    };
  }
  const messages = found.map(({ config, info }) => `${config.name} ${info?.state.messages}`);
  return { status: "ok", detail: messages.join(", ") };
}

/** The settings without which a log is none. */
function isKept(expected: Partial<StreamConfig>, found: Partial<StreamConfig> | undefined) {
  const fields = ["storage", "retention", "discard", "max_msgs_per_subject"] as const;
  return fields.every((field) => found?.[field] === expected[field]) &&
    (found?.max_age ?? 0) === 0 && (found?.max_bytes ?? -1) === -1 &&
    (found?.max_msgs ?? -1) === -1;
}

async function lookAtClock({ connection, paths }: BrokerTarget): Promise<Finding> {
  await connection();
  const asked = Date.now();
  const answer = await askMonitor(paths, "varz");
  const answered = Date.now();
  if (typeof answer?.now !== "string") throw new Error("the broker does not tell its time");
  const offset = Math.round(Date.parse(answer.now) - (asked + answered) / 2);
  const detail = `this clock and the broker's differ by ${Math.abs(offset)} ms`;
  if (Math.abs(offset) < CLOCK_WARN_MILLIS) return { status: "ok", detail };
  const advice = "set both clocks by a time server; the matcher leads with at most " +
    `${CLOCK_FAIL_MILLIS} ms between them`;
  return { status: Math.abs(offset) < CLOCK_FAIL_MILLIS ? "warn" : "fail", detail, advice };
}
