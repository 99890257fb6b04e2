/**
 * `bench:recovery`: how fast a shard comes back. A journal of ten million commands, a million orders of
 * them live, on a real broker: replayed from nothing, and started from a snapshot. Beside it, in
 * the same run, the journal read and not applied.
 *
 * @module
 */
import { Replica } from "../../core/sequencer/replica.ts";
import { JournalStream } from "../../infra/journal/journal_stream.ts";
import { replayJournal } from "../../infra/journal/replay.ts";
import { connectNats } from "../../infra/nats/connect.ts";
import { launchNats, type RunningNats } from "../../infra/nats/launch.ts";
import { ensureStreams } from "../../infra/nats/streams.ts";
import type { UserName } from "../../infra/nats/users.ts";
import { ObjectStoreMedium } from "../../infra/snapshot/snapshot_media.ts";
import { takeSnapshot } from "../../infra/snapshot/take_snapshot.ts";
import { MATCHING_V8_FLAGS } from "../../workers/supervisor/process_specs.ts";
import { FLOWS, type FlowShape } from "../matching/flow.ts";
import { makeFlow } from "../matching/flow_maker.ts";
import type { BenchResult } from "../result.ts";
import { JournalWriter } from "./journal_writer.ts";

const SHARD = 0;
/** Live orders that the flow begins with; it comes to a million at its end. */
const FIRST_ORDERS = 750_000;
const HISTORY = 10_000_000;
/** Journal time of the whole: the outcomes of the last ten minutes of it are live as well. */
const SPAN_MILLIS = 2 * 60 * 60 * 1_000;
/** What the project aims for. */
const TARGETS = { commandsPerSecond: 3e6, startMillis: 5_000 } as const;

const SHAPE: FlowShape = {
  ...FLOWS[0],
  name: "recovery",
  accounts: 512,
  instruments: 16,
  liveOrders: FIRST_ORDERS,
  operations: HISTORY - FIRST_ORDERS,
  bandTicks: 2_000,
};

const MATCHING = new URL("../../workers/matching/matching_main.ts", import.meta.url).pathname;

/** Runs the bench. */
export async function recoveryBench(say: (line: string) => void): Promise<BenchResult> {
  const directory = await Deno.makeTempDir({ prefix: "edgebook-bench-" });
  const nats = await launchNats({ dataDirectory: directory, say: () => {} });
  try {
    return await measure(nats, say);
  } finally {
    await nats.stop();
    await Deno.remove(directory, { recursive: true });
  }
}

async function measure(nats: RunningNats, say: (line: string) => void): Promise<BenchResult> {
  const connect = (user: UserName) =>
    connectNats({
      servers: nats.webSocketUrl,
      credentials: nats.credentials[user],
      name: `bench-${user}`,
    });
  const admin = await connect("admin");
  await ensureStreams(admin, { shards: [SHARD], replicas: 1 });
  await admin.close();
  const matcher = await connect("matcher");
  say(`writing a journal of ${HISTORY.toLocaleString("en-US")} commands (takes a minute)`);
  const writer = new JournalWriter(matcher, SHARD, makeFlow(SHAPE), SPAN_MILLIS);
  await writer.open();
  await writer.write(HISTORY);
  const snapshots = await connect("snapshots");
  const journal = new JournalStream(snapshots, SHARD);
  const readPerSecond = await timeRead(journal, writer.commands);
  say(`read, not applied: ${Math.round(readPerSecond).toLocaleString("en-US")} commands/s`);
  const { perSecond, stateHash } = await timeReplay(journal, writer.commands);
  say(`replayed: ${Math.round(perSecond).toLocaleString("en-US")} commands/s`);
  const fromNothing = await timeStart(nats);
  say(`started from nothing, events published: ${fromNothing} ms`);
  const media = [new ObjectStoreMedium(snapshots)];
  const taken = await takeSnapshot({ connection: snapshots, shard: SHARD, media, say });
  if (taken === null) throw new Error("there is no snapshot to take");
  const fromSnapshot = await timeStart(nats);
  await Promise.all([matcher.close(), snapshots.close()]);
  const value = Math.round(perSecond);
  return {
    name: "recovery",
    value,
    unit: "commands/s replayed from the broker with full matching",
    peers: [{ name: "the journal read and not applied", value: Math.round(readPerSecond) }],
    ratio: value / readPerSecond,
    details: {
      targets: `${(value / 1e6).toPrecision(3)} of ${TARGETS.commandsPerSecond / 1e6} M ` +
        `commands/s; start from a snapshot ${fromSnapshot} of ${TARGETS.startMillis} ms`,
      "start of the matching process from nothing, events published": `${fromNothing} ms`,
      "start of the matching process from the snapshot": `${fromSnapshot} ms`,
      "snapshot": `${(taken.bytes / 1e6).toFixed(1)} MB, ${taken.orders} open orders, taken in ` +
        `${taken.millis} ms with the replay of ${taken.replayed} appends and reading it back`,
      "state hash": stateHash,
    },
  };
}

async function timeRead(journal: JournalStream, commands: number): Promise<number> {
  const { sequence } = await journal.last();
  const began = performance.now();
  for await (const _ of journal.read(1, sequence));
  return commands / (performance.now() - began) * 1_000;
}

async function timeReplay(
  journal: JournalStream,
  commands: number,
): Promise<{ perSecond: number; stateHash: string }> {
  const { sequence } = await journal.last();
  const replica = new Replica();
  const began = performance.now();
  await replayJournal(journal, sequence, replica);
  const perSecond = commands / (performance.now() - began) * 1_000;
  return { perSecond, stateHash: replica.state.events.stateHash };
}

/** From the start of the process until it leads, in milliseconds. */
async function timeStart(nats: RunningNats): Promise<number> {
  const began = performance.now();
  await using child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--allow-all",
      `--v8-flags=${MATCHING_V8_FLAGS.join(",")}`,
      MATCHING,
    ],
    env: {
      EDGEBOOK_NATS_URL: nats.webSocketUrl,
      EDGEBOOK_NATS_CREDENTIALS: nats.credentials.matcher,
      EDGEBOOK_PROJECTIONS: "off",
    },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  const { done } = await reader.read();
  const millis = Math.round(performance.now() - began);
  if (done) throw new Error("the matching process ended before it led");
  child.kill("SIGTERM");
  await reader.cancel();
  await child.status;
  return millis;
}
