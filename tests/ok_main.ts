/**
 * `deno task ok`: everything a change must pass. CI runs the same.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { runDeno } from "./runner/child_process.ts";
import { coreCoverage } from "./runner/coverage.ts";
import { checkDocExamples } from "./runner/doc_examples.ts";
import { healTable } from "./runner/heal_table.ts";
import { runSteps, type Step, type StepResult } from "./runner/step.ts";
import { listTestFiles, selectTestFiles } from "./runner/test_files.ts";
import { ALL_PROJECT_FOLDERS, PROJECT_FOLDERS } from "./runner/test_projects.ts";
import { provideTools, runTests } from "./runner/test_run.ts";
import { lastLine } from "./runner/test_summary.ts";

const HELP = `Runs everything a change must pass, to the end, and shows what failed.

Usage: deno task ok [--help]

  format     deno fmt --check
  lint       deno lint, with the project's rules (infra/lint)
  types      deno check, against the lock files
  docs       examples in docstrings: type-checked, those of core run
  tidy       what a linter cannot see: links, layout, tasks, paths
  core       the tests of core, files side by side
  tests      every test but those here, against real servers, files side by side
  chaos      everything killed, stopped, cut off and starved in turn, one file after the other
  cluster    the same of three brokers, who mostly wait for their elections, files side by side
  coverage   lines of core that its tests reach (deno.json, coverage.thresholds)
  deploy     the gateway as Deno Deploy would run it, also on the oldest runtime

The last line is "N passed, N failed": tests, and one failure for each other step that fails.
The exit code is 0 when nothing failed.`;

/** A step that takes longer has hung; the longest takes half of it. */
const STEP_MILLIS_MAX = 15 * 60_000;
/** The exit code for a command line that is not understood. */
const USAGE_CODE = 2;

const TIDY = "tests/tidy_test.ts";
const DEPLOY = "tests/deploy/";
/** These alone are counted by coverage, which makes every test half as fast. */
const CORE = "tests/core/";
/** These say how long things take to heal, and want the machine for themselves. */
const CHAOS = "tests/chaos/";
/** These too; but it is the timers of elections that they measure, not the machine. */
const CLUSTER = "tests/chaos/cluster_";
/** Files side by side, more than a small machine has cores: half of the time a test waits. */
const WAITING_JOBS = 3;

/**
 * A step that is one command of Deno, by each configuration for the files that belong to it.
 *
 * @param folders those whose packages are there, where the command needs packages
 */
function command(
  name: string,
  args: readonly string[],
  folders: readonly string[] = ALL_PROJECT_FOLDERS,
): Step {
  return {
    name,
    run: async () => {
      const results = await Promise.all(
        folders.map((cwd) => runDeno(args, { cwd, millisMax: STEP_MILLIS_MAX })),
      );
      const failed = results.filter(({ code }) => code !== 0);
      return {
        passed: failed.length === 0,
        output: failed.map(({ output }) => output).join("\n"),
      };
    },
  };
}

/** What is particular about a step of tests. */
interface TestStepOptions {
  /** Files side by side; as many as the machine has cores when left out. */
  readonly jobs?: number;
  /** Receives what the tests printed. */
  readonly read?: (output: string) => void;
}

/** A step that runs the test files that `select` takes. Types were checked by an earlier step. */
function tests(
  name: string,
  select: (file: string) => boolean,
  flags: readonly string[],
  { jobs, read = () => {} }: TestStepOptions = {},
): Step {
  return {
    name,
    run: async (): Promise<StepResult> => {
      const files = selectTestFiles(await listTestFiles(), []).filter(select);
      const said: string[] = [];
      try {
        await provideTools(files, (line) => said.push(line));
      } catch (error) {
        throw new Error(`${said.join("\n")}\n${error}`);
      }
      const { code, counts, output } = await runTests({
        files,
        flags: ["--no-check", ...flags],
        env: jobs === undefined ? {} : { DENO_JOBS: String(jobs) },
        millisMax: STEP_MILLIS_MAX,
      });
      read(output);
      return { passed: code === 0, output, counts, note: lastLine(counts) };
    },
  };
}

async function main(): Promise<number> {
  const profiles = await Deno.makeTempDir({ prefix: "edgebook_coverage_" });
  const collect = [`--coverage=${profiles}`, "--coverage-raw-data-only"];
  let healed = "";
  const read = (output: string) => void (healed += output);
  const isOther = (file: string): boolean =>
    file !== TIDY && ![CORE, DEPLOY, CHAOS].some((folder) => file.startsWith(folder));
  try {
    const counts = await runSteps([
      command("format", ["fmt", "--check"]),
      command("lint", ["lint"]),
      command("types", ["check", "--frozen"], PROJECT_FOLDERS),
      { name: "docs", run: () => checkDocExamples(STEP_MILLIS_MAX) },
      tests("tidy", (file) => file === TIDY, []),
      tests("core", (file) => file.startsWith(CORE), ["--parallel", ...collect]),
      tests("tests", isOther, ["--parallel"], { jobs: WAITING_JOBS }),
      tests("chaos", (file) => file.startsWith(CHAOS) && !file.startsWith(CLUSTER), [], { read }),
      tests("cluster", (file) => file.startsWith(CLUSTER), ["--parallel"], {
        jobs: WAITING_JOBS,
        read,
      }),
      { name: "coverage", run: () => coreCoverage(profiles, STEP_MILLIS_MAX) },
      tests("deploy", (file) => file.startsWith(DEPLOY), []),
    ], (text) => Deno.stdout.writeSync(new TextEncoder().encode(text)));
    for (const line of healTable(healed)) console.log(line);
    console.log(lastLine(counts));
    return counts.failed === 0 ? 0 : 1;
  } finally {
    await Deno.remove(profiles, { recursive: true });
  }
}

/** The options, or `undefined` with the reason printed. */
function readArguments(args: string[]): { help: boolean } | undefined {
  try {
    return parseArgs({ args, options: { help: { type: "boolean", short: "h", default: false } } })
      .values;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(". ")[0] : String(error);
    console.error(`error: ${reason}; deno task ok --help lists what there is`);
    return undefined;
  }
}

const options = readArguments(Deno.args);
if (options === undefined) Deno.exit(USAGE_CODE);
if (options.help) {
  console.log(HELP);
  Deno.exit(0);
}
Deno.exit(await main());
