/**
 * `deno task snapshot`: takes a snapshot of a shard beside its running market, and removes older
 * ones, but for the last two that are whole.
 *
 * `--json` prints `{"shard","name","journalSequence","commands","orders","stateHash","replayed",
 * "bytes","millis","removed"}`, or `{"shard","name":null}` where there was nothing new. Exit codes:
 * 0 ok, 1 it could not be taken, 2 the command line is not understood.
 *
 * @module
 */
import { resolve } from "node:path";
import { ConfigError } from "../../infra/config.ts";
import { DirectoryMedium, ObjectStoreMedium } from "../../infra/snapshot/snapshot_media.ts";
import { type TakenSnapshot, takeSnapshot } from "../../infra/snapshot/take_snapshot.ts";
import { type Options, readCommandLine, UsageError, wholeNumber } from "./command_line.ts";
import { connectTo } from "./operator_connection.ts";

const PROGRAM = "deno task snapshot";
const HELP = `Takes a snapshot of a shard beside its running market; the leader does not notice.

Usage: ${PROGRAM} [--directory DIR] [--json] [--data DIR] [--shard N] [--help]

  --directory DIR  puts it into this directory as well, beside the broker's object store
  --json           one line of JSON on standard output, progress on standard error
  --data DIR       data directory of the market (default: data in the project's folder)
  --nats-url URL   another broker's WebSocket URL, with --creds
  --creds FILE     credentials there, of user snapshots
  --shard N        shard (default 0)
  --help           print this text

Older snapshots are removed, but never the last two that are whole.`;

const OPTIONS = {
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
  data: { type: "string" },
  directory: { type: "string" },
  "nats-url": { type: "string" },
  creds: { type: "string" },
  shard: { type: "string", default: "0" },
} as const satisfies Options;

const SHARD_MAX = 999;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

async function main(args: string[]): Promise<number> {
  const { values } = readCommandLine(PROGRAM, args, OPTIONS);
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const shard = wholeNumber("--shard", values.shard, 0, SHARD_MAX);
  const { creds, data, directory, "nats-url": natsUrl } = values;
  const connection = await connectTo({
    ...(data === undefined ? {} : { data }),
    ...(natsUrl === undefined ? {} : { natsUrl }),
    ...(creds === undefined ? {} : { creds }),
  }, "snapshots");
  try {
    const media = [
      new ObjectStoreMedium(connection),
      ...(directory === undefined ? [] : [new DirectoryMedium(resolve(directory))]),
    ];
    const say = (line: string) => console.error(line);
    const taken = await takeSnapshot({ connection, shard, media, say });
    if (values.json) console.log(JSON.stringify({ shard, ...(taken ?? { name: null }) }));
    else console.log(report(shard, taken));
    return 0;
  } finally {
    await connection.close();
  }
}

function report(shard: number, taken: TakenSnapshot | null): string {
  if (taken === null) return `shard ${shard}: nothing new since the last snapshot`;
  const { bytes, commands, journalSequence, millis, name, orders, removed, replayed } = taken;
  const size = bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
  return [
    `${name}: ${size} in ${millis} ms`,
    `behind append ${journalSequence}, command ${commands}, with ${orders} open orders`,
    `state hash  ${taken.stateHash}`,
    `replayed    ${replayed} appends`,
    `removed     ${removed.length === 0 ? "none" : removed.join(", ")}`,
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
