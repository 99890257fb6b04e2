/**
 * `deno task doctor`: what is wrong with an installation, and what to do about it.
 *
 * `--json` prints `{"ok", "checks": [{"name", "status", "detail", "advice"?}]}`. Exit codes: 0 nothing
 * failed, 1 something did, 2 the command line is not understood.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import { readMarketFile } from "../../infra/administration/local_installation.ts";
import { ConfigError } from "../../infra/config.ts";
import { serverList } from "../../infra/nats/connect.ts";
import { table } from "./admin_command.ts";
import { brokerChecks } from "./broker_checks.ts";
import { type CheckResult, NotLookedAtError, runChecks } from "./check.ts";
import { type Options, readCommandLine, UsageError } from "./command_line.ts";
import { keysCheck } from "./keys_check.ts";
import { machineChecks } from "./machine_checks.ts";
import { marketChecks, once } from "./market_checks.ts";
import { connectTo, masterKeyOf, pathsOf } from "./operator_connection.ts";
import { storageCheck } from "./storage_check.ts";

const PROGRAM = "deno task doctor";
const HELP = `Says what is wrong with a market on this machine, and what to do about it.

Usage: ${PROGRAM} [--json] [--data DIR] [--help]

  --json      one line of JSON on standard output
  --data DIR  data directory of the market (default: data in the project's folder)
  --help      print this text

All checks run at once, each at most two seconds. The exit code is 1 when one failed.`;

const OPTIONS = {
  json: { type: "boolean", default: false },
  data: { type: "string" },
  help: { type: "boolean", short: "h", default: false },
} as const satisfies Options;

const SHARD = 0;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

async function main(args: string[]): Promise<number> {
  const { values } = readCommandLine(PROGRAM, args, OPTIONS);
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const results = await examine(values.data);
  const ok = results.every(({ status }) => status !== "fail");
  console.log(values.json ? JSON.stringify({ ok, checks: results }) : tableOf(results));
  return ok ? 0 : EXIT_FAILED;
}

async function examine(data: string | undefined): Promise<CheckResult[]> {
  const choice = data === undefined ? {} : { data };
  const paths = pathsOf(choice);
  const market = once(() => readMarketFile(paths));
  let open: NatsConnection | undefined;
  const connect = once(async () => open = await connectTo(choice, "admin"));
  const connection = () =>
    connect().catch(() => {
      throw new NotLookedAtError("there is no connection to the broker, see websocket");
    });
  const target = {
    paths,
    shard: SHARD,
    connect,
    connection,
    natsUrl: async () => (await market()).nats,
    gateway: async () => (await market()).gateway,
    masterKeys: () => masterKeyOf(choice),
  };
  const urls = async () => {
    const { gateway, nats, natsWebSocket } = await market();
    return [gateway, ...serverList(nats), ...serverList(natsWebSocket)];
  };
  const results = await runChecks([
    ...machineChecks(paths, urls),
    ...brokerChecks(target),
    storageCheck(target),
    keysCheck(target),
    ...marketChecks(target),
  ]);
  await open?.close();
  return results;
}

function tableOf(results: readonly CheckResult[]): string {
  const rows = results.map(({ name, status, detail }) => [status, name, detail]);
  const advised = new Map<string, string[]>();
  for (const { name, status, advice } of results) {
    if (status === "ok" || advice === undefined) continue;
    advised.set(advice, [...advised.get(advice) ?? [], name]);
  }
  const advice = [...advised].map(([text, names]) => `${names.join(", ")}: ${text}`);
  const count = (wanted: string) => results.filter(({ status }) => status === wanted).length;
  const summary = `${count("ok")} ok, ${count("warn")} warnings, ${count("fail")} failed`;
  return [table(rows), ...(advice.length > 0 ? ["", "what to do", ...advice] : []), "", summary]
    .join("\n");
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
