/**
 * `deno task start`: the whole market on this machine, started, watched and stopped in order.
 *
 * Exit codes: 0 stopped by a signal, 1 the market cannot be started or kept running, 2 the command
 * line or a variable is not understood.
 *
 * @module
 */
import { ConfigError, inheritedEnvironment } from "../../infra/config.ts";
import { ProvisionError } from "../../infra/provision/errors.ts";
import { readyJson, readyText } from "./announcement.ts";
import { DataDirectoryError, openDataDirectory } from "./data_directory.ts";
import { Market, MarketError } from "./market.ts";
import { watchTaskRunner } from "./parent_process.ts";
import {
  readStartArguments,
  START_HELP,
  type StartArguments,
  UsageError,
} from "./start_arguments.ts";

/** After this everything is killed: the whole of a stop takes less than five seconds. */
const STOP_MILLIS_MAX = 4_700;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

async function main(args: string[]): Promise<number> {
  const asked = readStartArguments(args);
  if (asked.help) {
    console.log(START_HELP);
    return 0;
  }
  // A variable that a process would refuse is refused now, and not by its death.
  inheritedEnvironment();
  return await run(asked);
}

/** Runs the market until a signal comes or it fails; returns the exit code. */
async function run(asked: StartArguments): Promise<number> {
  const log = (line: string) => console.error(line);
  const say = asked.json ? log : (line: string) => console.log(line);
  const told = Promise.withResolvers<string>();
  for (const signal of SIGNALS) Deno.addSignalListener(signal, () => told.resolve(signal));
  const endWatch = await watchTaskRunner(() => told.resolve("the end of deno task"));
  const directory = await openDataDirectory(asked.dataDirectory, asked.fresh, say);
  const { port, demo: withDemo, servers } = asked;
  const market = new Market({ directory, port, withDemo, servers, say, log });
  let code = 0;
  try {
    const started = market.start().then((ready) => {
      if (asked.json) console.log(readyJson(ready));
      else console.log(readyText(ready, directory.paths.data, asked.demo));
      return market.failed;
    });
    const why = await Promise.race([started, told.promise]);
    say(`stopping after ${why}`);
  } catch (error) {
    log(`error: ${explain(error)}`);
    code = EXIT_FAILED;
  }
  endWatch();
  await inTime(market.stop());
  await directory.release();
  if (code === 0) say("stopped");
  return code;
}

/** Settles with the promise, or when a stop has taken too long. */
async function inTime(stopping: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, STOP_MILLIS_MAX);
  });
  await Promise.race([stopping, late]);
  clearTimeout(timer);
}

/** An error that was foreseen in its own words; any other with where it came from. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isForeseen = error instanceof MarketError || error instanceof DataDirectoryError ||
    error instanceof ProvisionError || error instanceof ConfigError;
  return isForeseen ? error.message : error.stack ?? error.message;
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    console.error(`error: ${explain(error instanceof UsageError ? error.message : error)}`);
    const isUsage = error instanceof UsageError || error instanceof ConfigError;
    Deno.exit(isUsage ? EXIT_USAGE : EXIT_FAILED);
  }
}
