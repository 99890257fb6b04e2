/**
 * `deno task test`: the tests, against real servers, with what they need installed first.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { healTable } from "./runner/heal_table.ts";
import { listTestFiles, selectTestFiles } from "./runner/test_files.ts";
import { provideTools, runTests } from "./runner/test_run.ts";
import { lastLine } from "./runner/test_summary.ts";

const HELP = `Runs the tests, against real servers, and installs what they need.

Usage: deno task test [FILTER...] [--name TEXT] [--parallel] [--help]

  FILTER        part of a test file's path, such as core/book; all files when there is none, but
                those of react_native, which download 330 MB
  --name TEXT   only tests with this text, or this /regular expression/, in their name
  --parallel    run test files side by side
  --help        print this text

The last line is "N passed, N failed"; the exit code is 0 when nothing failed.`;

/** A run that takes longer has hung. */
const RUN_MILLIS_MAX = 20 * 60_000;
/** The exit code for a command line that is not understood. */
const USAGE_CODE = 2;

/** A command line that is not understood. */
class UsageError extends Error {
  override readonly name = "UsageError";
}

function readArguments(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h", default: false },
        name: { type: "string" },
        parallel: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(". ")[0] : String(error);
    throw new UsageError(`${reason}; deno task test --help lists what there is`);
  }
}

async function main(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(args);
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const all = await listTestFiles();
  const files = selectTestFiles(all, positionals);
  if (files.length === 0) {
    throw new UsageError(
      `no test file's path contains ${positionals.join(" or ")}; there are ${all.length} files`,
    );
  }

  await provideTools(files, (line) => console.error(line));
  const flags = [
    ...(values.name === undefined ? [] : [`--filter=${values.name}`]),
    ...(values.parallel ? ["--parallel"] : []),
  ];
  const show = (bytes: Uint8Array<ArrayBuffer>): void => void Deno.stdout.writeSync(bytes);
  const run = { files, flags, millisMax: RUN_MILLIS_MAX, show };
  const { code, counts, output } = await runTests(run);
  for (const line of healTable(output)) console.log(line);
  console.log(lastLine(counts));
  return code;
}

try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof UsageError) Deno.exit(USAGE_CODE);
  console.log(lastLine({ passed: 0, failed: 1 }));
  Deno.exit(1);
}
