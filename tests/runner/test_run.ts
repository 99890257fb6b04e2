/**
 * Provides what tests need and runs them.
 *
 * @module
 */

import { provision } from "../../infra/provision/provision.ts";
import { runDeno } from "./child_process.ts";
import { toolsFor } from "./test_files.ts";
import { testProjects } from "./test_projects.ts";
import { addCounts, judgeRun, type TestCounts } from "./test_summary.ts";

/** A run of tests. */
export interface TestRun {
  /** Test files, relative to the project. */
  readonly files: readonly string[];
  /** Further flags of `deno test`. */
  readonly flags?: readonly string[];
  /** Variables to set beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** After so many milliseconds the run is killed and has failed. */
  readonly millisMax: number;
  /** Receives the output as it comes. */
  readonly show?: (bytes: Uint8Array<ArrayBuffer>) => void;
}

/** What came of a run. */
export interface TestRunResult {
  readonly code: number;
  readonly counts: TestCounts;
  readonly output: string;
}

/** Finds or installs the programs that the test files need. Says what it does by `say`. */
export async function provideTools(
  files: readonly string[],
  say: (line: string) => void,
): Promise<void> {
  for (const tool of toolsFor(files)) await provision(tool, { say });
}

/**
 * Runs test files in one `deno test` for each configuration. The programs they need must be there
 * already. The exit code is the first that is not 0.
 */
export async function runTests(run: TestRun): Promise<TestRunResult> {
  const results: TestRunResult[] = [];
  for (const { folder, files } of testProjects(run.files)) {
    const flags = ["--allow-all", "--frozen", `--config=${folder}deno.json`, ...(run.flags ?? [])];
    const { code, output } = await runDeno(["test", ...flags, ...files], run);
    results.push({ code, counts: judgeRun(output, code), output });
  }
  return {
    code: results.find(({ code }) => code !== 0)?.code ?? 0,
    counts: addCounts(results.map(({ counts }) => counts)),
    output: results.map(({ output }) => output).join("\n"),
  };
}
