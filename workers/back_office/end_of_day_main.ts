/**
 * `deno task end-of-day`: a day's trades, statistics and balances as files, made from the journal and
 * compared with the drop copy.
 *
 * `--json` prints `{"shard","from","to","trades","movements","differences","files":[{"path","what"}],
 * "ok"}`. Exit codes: 0 the two agree, 1 they do not or it could not be done, 2 the command line is
 * not understood.
 *
 * @module
 */
import { resolve } from "node:path";
import type { NatsConnection } from "nats.ws";
import { ConfigError } from "../../infra/config.ts";
import {
  type Options,
  readCommandLine,
  UsageError,
  wholeNumber,
} from "../operator/command_line.ts";
import { connectTo, pathsOf } from "../operator/operator_connection.ts";
import { DayFiles } from "./day_files.ts";
import { differenceLine } from "./differences.ts";
import { type DayResult, runEndOfDay } from "./end_of_day.ts";
import { TABLE_FORMATS, type TableFormat } from "./table.ts";
import { formatInstant, readWindow, type TradingWindow } from "./trading_window.ts";
import type { WrittenFile } from "./whole_files.ts";

const PROGRAM = "deno task end-of-day";
const HELP =
  `Writes a day's trades, statistics and balances, made from the journal, and compares them
with the drop copy. Changes nothing in the market.

Usage: ${PROGRAM} [--date DATE | --from INSTANT --to INSTANT] [--out DIR] [--format LIST]
       [--replace] [--json] [--data DIR] [--shard N] [--help]

  --date DATE     UTC day as 2026-01-31 (default: the day before today)
  --from INSTANT  first instant, as 2026-01-31T12:00:00Z, with --to
  --to INSTANT    first instant that is not in it any more
  --out DIR       folder of the files (default: end-of-day in the data directory)
  --format LIST   parquet, csv or parquet,csv (default: both)
  --replace       writes over files that say something else
  --json          one line of JSON on standard output, progress on standard error
  --data DIR      data directory of the market (default: data in the project's folder)
  --nats-url URL  another broker's WebSocket URL, with the next two
  --creds FILE    credentials there, of user replay
  --office-creds FILE  credentials there, of user backOffice
  --shard N       shard (default 0)
  --help          print this text

Exit code 1 says that the journal and the drop copy do not agree; reconciliation.DATE.json
names what does not.`;

const OPTIONS = {
  date: { type: "string" },
  from: { type: "string" },
  to: { type: "string" },
  out: { type: "string" },
  format: { type: "string", default: TABLE_FORMATS.join(",") },
  replace: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
  data: { type: "string" },
  "nats-url": { type: "string" },
  creds: { type: "string" },
  "office-creds": { type: "string" },
  shard: { type: "string", default: "0" },
} as const satisfies Options;

const SHARD_MAX = 999;
/** Differences that are printed; the file names more. */
const PRINTED_MAX = 20;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

async function main(args: string[]): Promise<number> {
  const { values } = readCommandLine(PROGRAM, args, OPTIONS);
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const shard = wholeNumber("--shard", values.shard, 0, SHARD_MAX);
  const window = readWindow(values, Date.now() * 1_000);
  const formats = readFormats(values.format);
  const { creds, data, "nats-url": natsUrl, "office-creds": officeCreds, out } = values;
  const place = {
    ...(data === undefined ? {} : { data }),
    ...(natsUrl === undefined ? {} : { natsUrl }),
  };
  const of = (file: string | undefined) => file === undefined ? place : { ...place, creds: file };
  const directory = out === undefined ? `${pathsOf(place).data}/end-of-day` : resolve(out);
  const journalConnection = await connectTo(of(creds), "replay");
  let copyConnection: NatsConnection | null = null;
  const files = new DayFiles(directory, formats, window);
  try {
    copyConnection = await connectTo(of(officeCreds), "backOffice");
    const say = (line: string) => console.error(line);
    const onTrade = files.trade.bind(files);
    const request = { journalConnection, copyConnection, shard, window, onTrade, say };
    const result = await runEndOfDay(request);
    const written = files.write(shard, result, values.replace);
    console.log((values.json ? jsonReport : report)(shard, window, result, written));
    return result.books.differences.count === 0 ? 0 : EXIT_FAILED;
  } finally {
    files.abandon();
    await copyConnection?.close();
    await journalConnection.close();
  }
}

function readFormats(text: string): TableFormat[] {
  const names = text.split(",");
  const formats = TABLE_FORMATS.filter((format) => names.includes(format));
  const isKnown = names.every((name) => TABLE_FORMATS.some((format) => format === name));
  if (isKnown && formats.length === names.length) return formats;
  throw new UsageError(
    `--format ${JSON.stringify(text)} is not allowed; it takes ${TABLE_FORMATS.join(", ")} ` +
      "or both with a comma, each once",
  );
}

function jsonReport(
  shard: number,
  { fromMicros, toMicros }: TradingWindow,
  { books: { differences: { count: differences }, movements, trades } }: DayResult,
  files: readonly WrittenFile[],
): string {
  const [from, to] = [formatInstant(fromMicros), formatInstant(toMicros)];
  const ok = differences === 0;
  return JSON.stringify({ shard, from, to, trades, movements, differences, files, ok });
}

function report(
  shard: number,
  { label }: TradingWindow,
  { books: { copySums, differences, movements, trades } }: DayResult,
  files: readonly WrittenFile[],
): string {
  const lines = [
    `shard ${shard}, ${label}: ${trades} trades, ${movements} movements of money`,
    ...files.map(({ path, what }) => `${what.padEnd(9)} ${path}`),
  ];
  if (differences.count === 0) {
    return [...lines, "the journal and the drop copy agree"].join("\n");
  }
  const printed = differences.named.slice(0, PRINTED_MAX).map(differenceLine);
  const { executions, movements: copied } = copySums;
  return [
    ...lines,
    `${differences.count} DIFFERENCES; the drop copy has ${executions} executions, ` +
    `${copied} movements:`,
    ...printed.map((line) => `  ${line}`),
    ...(differences.count > printed.length ? ["  ... more in the reconciliation file"] : []),
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
