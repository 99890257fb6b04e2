/**
 * `deno task replay`: rebuilds the state of a shard from its journal, and compares it.
 *
 * With `--verify` the leader is asked first for its state and the journal sequence that it reflects;
 * the replay goes exactly that far. The two are states at one and the same sequence, whatever
 * orders come in meanwhile. With `--from` it begins with a snapshot, and what is behind it counts.
 *
 * `--json` prints `{"shard","frames","commands","sequence","stateHash","commandsPerSecond","ok"}`:
 * frames as gateways and the operator sent them, the sequence of the last event, the state hash as
 * in `GET /v1/admin/state`. Exit codes: 0 ok, 1 the journal is damaged or another state comes out
 * of it than the leader has, 2 the command line is not understood.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import type { StateAnswer } from "../../core/protocol/queries.ts";
import { Replica } from "../../core/sequencer/replica.ts";
import { queryLeader } from "../../infra/administration/leader_query.ts";
import { ConfigError } from "../../infra/config.ts";
import { JournalStream } from "../../infra/journal/journal_stream.ts";
import { replayJournal } from "../../infra/journal/replay.ts";
import { openReplica } from "../../infra/snapshot/open_replica.ts";
import { ObjectStoreMedium } from "../../infra/snapshot/snapshot_media.ts";
import { listSnapshots, readSnapshot } from "../../infra/snapshot/snapshots.ts";
import { type Options, readCommandLine, UsageError, wholeNumber } from "./command_line.ts";
import { connectTo, type InstallationChoice } from "./operator_connection.ts";

const PROGRAM = "deno task replay";
const HELP = `Rebuilds the state of a shard from its journal; changes nothing.

Usage: ${PROGRAM} [--verify] [--from SNAPSHOT] [--json] [--data DIR] [--shard N] [--help]

  --verify        compares with the live state of the leader, at one and the same sequence
  --from SNAPSHOT begins with a snapshot: newest, or the name of one (default: nothing)
  --json          one line of JSON on standard output, progress on standard error
  --data DIR      data directory of the market (default: data in the project's folder)
  --nats-url URL  another broker's WebSocket URL, with --creds
  --creds FILE    credentials there: of user replay, or with --verify of user admin
  --shard N       shard (default 0)
  --help          print this text`;

const FROM_NOTHING = "nothing";
const FROM_NEWEST = "newest";

const OPTIONS = {
  verify: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
  data: { type: "string" },
  from: { type: "string", default: FROM_NOTHING },
  "nats-url": { type: "string" },
  creds: { type: "string" },
  shard: { type: "string", default: "0" },
} as const satisfies Options;

const SHARD_MAX = 999;
/** Time between two lines of progress. */
const PROGRESS_MILLIS = 1_000;
/** How long the leader may take to say its state. */
const LEADER_MILLIS_MAX = 10_000;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** What a replay found. */
interface Replayed {
  readonly shard: number;
  readonly frames: number;
  readonly commands: number;
  readonly sequence: string;
  readonly stateHash: string;
  readonly commandsPerSecond: number;
  readonly ok: boolean;
}

async function main(args: string[]): Promise<number> {
  const { values } = readCommandLine(PROGRAM, args, OPTIONS);
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const shard = wholeNumber("--shard", values.shard, 0, SHARD_MAX);
  const choice: InstallationChoice = {
    ...(values.data === undefined ? {} : { data: values.data }),
    ...(values["nats-url"] === undefined ? {} : { natsUrl: values["nats-url"] }),
    ...(values.creds === undefined ? {} : { creds: values.creds }),
  };
  const live = values.verify ? await liveState(choice, shard) : null;
  const connection = await connectTo(choice, isOwnUserNeeded(choice) ? "admin" : "replay");
  try {
    const found = await replay(connection, shard, live, values.from);
    console.log(values.json ? JSON.stringify(found) : report(found, live));
    return found.ok ? 0 : EXIT_FAILED;
  } finally {
    await connection.close();
  }
}

/** Another broker's one credentials file serves both for asking and for reading. */
const isOwnUserNeeded = (choice: InstallationChoice): boolean => choice.natsUrl !== undefined;

async function liveState(choice: InstallationChoice, shard: number): Promise<StateAnswer> {
  const connection = await connectTo(choice, "admin");
  try {
    return await queryLeader(connection, shard, { kind: "state" }, LEADER_MILLIS_MAX);
  } finally {
    await connection.close();
  }
}

/** Replays up to the state that the leader said, or to the journal's end. */
async function replay(
  connection: NatsConnection,
  shard: number,
  live: StateAnswer | null,
  from: string,
): Promise<Replayed> {
  const journal = new JournalStream(connection, shard);
  const { sequence: lastSequence } = await journal.last();
  const last = live?.journalSequence ?? lastSequence;
  const replica = await beginning(journal, lastSequence, last, shard, from, connection);
  const { state } = replica;
  const firstCommand = state.commandCount;
  const began = performance.now();
  let saidAt = began;
  let frames = 0;
  await replayJournal(journal, last, replica, {
    applied: (sequence, framesOfAppend) => {
      frames += framesOfAppend;
      const now = performance.now();
      if (now - saidAt < PROGRESS_MILLIS) return;
      saidAt = now;
      console.error(`replayed ${sequence} of ${last} appends, ${state.commandCount} commands`);
    },
  });
  const seconds = Math.max(performance.now() - began, 1) / 1_000;
  const { sequence, stateHash } = state.events;
  return {
    shard,
    frames,
    commands: state.commandCount,
    sequence: String(sequence),
    stateHash,
    commandsPerSecond: Math.round((state.commandCount - firstCommand) / seconds),
    ok: live === null || (live.sequence === sequence && live.stateHash === stateHash),
  };
}

/** The replica that the replay begins with. */
async function beginning(
  journal: JournalStream,
  lastSequence: number,
  latest: number,
  shard: number,
  from: string,
  connection: NatsConnection,
): Promise<Replica> {
  if (from === FROM_NOTHING) return new Replica();
  const media = [new ObjectStoreMedium(connection)];
  const say = (line: string) => console.error(line);
  if (from === FROM_NEWEST) {
    return await openReplica({ shard, journal, media, lastSequence, latest, say });
  }
  const all = await listSnapshots(media, shard);
  const stored = all.find(({ name }) => name === from);
  if (stored === undefined) {
    const names = all.map(({ name }) => name);
    throw new UsageError(
      `--from ${from}: there is no such snapshot; there are ${names.join(", ") || "none"}`,
    );
  }
  if (stored.journalSequence <= latest) return await readSnapshot(stored, shard);
  throw new UsageError(`--from ${from}: the leader's state was asked for before that snapshot`);
}

function report(found: Replayed, live: StateAnswer | null): string {
  const rate = `${found.commandsPerSecond.toLocaleString("en-US")} commands/s`;
  const lines = [
    `shard ${found.shard}: ${found.frames} frames, ${found.commands} commands (${rate})`,
    `sequence    ${found.sequence}`,
    `state hash  ${found.stateHash}`,
  ];
  if (live === null) return lines.join("\n");
  if (found.ok) return [...lines, `the leader, ${live.leader}, has the same state`].join("\n");
  return [
    ...lines,
    `MISMATCH: the leader, ${live.leader}, has sequence ${live.sequence}, state hash ` +
    `${live.stateHash} at journal sequence ${live.journalSequence}`,
    'Stop trading and keep the data directory; see "When the log is damaged" in ARCHITECTURE.md.',
  ].join("\n");
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
    const isUsage = error instanceof UsageError || error instanceof ConfigError;
    Deno.exit(isUsage ? EXIT_USAGE : EXIT_FAILED);
  }
}
