/**
 * `deno task newcomer`: from a clone to the first trade, stream and client as the pages say, with empty
 * caches, and how long each step took. Not among the tests: it downloads what a newcomer downloads.
 *
 * Exit codes: 0 everything went as the pages say and in ten minutes, 1 it did not, 2 the command line
 * is not understood.
 *
 * @module
 */
import { readCommandLine, UsageError } from "../../workers/operator/command_line.ts";
import { FIRST_HOUR_MILLIS_MAX, Newcomer } from "./first_hour.ts";
import { addUp, tableOf } from "./step_times.ts";

const PROGRAM = "deno task newcomer";
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

const HELP =
  `Clones the repository into an empty directory, starts the market with the README's command,
and copies the blocks of its reference: order, amend, cancel, stream, trade, Python, client.
Caches of Deno and npm are empty, so it downloads what a newcomer downloads. What is installed
already, such as nats-server, is not installed again. Changes that are not committed are not seen.

Usage: ${PROGRAM} [--json] [--help]

  --json  print one line of JSON at the end
  --help  print this text`;

async function main(args: string[]): Promise<number> {
  const { values } = readCommandLine(PROGRAM, args, {
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const directory = await Deno.makeTempDir({ prefix: "edgebook-newcomer-" });
  try {
    const found = await measure(directory);
    console.log(values.json ? JSON.stringify(found) : `\n${tableOf(found)}`);
    return found.totalSeconds * 1_000 < FIRST_HOUR_MILLIS_MAX ? 0 : EXIT_FAILED;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function measure(directory: string) {
  await using newcomer = new Newcomer(
    directory,
    ({ name, seconds }) => console.error(`${seconds.toFixed(1).padStart(6)} s  ${name}`),
  );
  await newcomer.begin();
  return addUp(newcomer.steps);
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    const isUsage = error instanceof UsageError;
    console.error(isUsage ? `error: ${error.message}` : error);
    Deno.exit(isUsage ? EXIT_USAGE : EXIT_FAILED);
  }
}
