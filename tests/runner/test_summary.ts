/**
 * Reads the line with which `deno test` ends: `ok | 3 passed (2 steps) | 0 failed (12ms)`.
 *
 * A JUnit report would be easier to read, but it leaves out files that fail before their first
 * test, and so disagrees with what was printed.
 *
 * @module
 */

/** How many tests passed and failed; steps within a test and ignored tests are not counted. */
export interface TestCounts {
  /** Tests that passed. */
  readonly passed: number;
  /** Tests that failed, and files that failed to load. */
  readonly failed: number;
}

// deno-lint-ignore no-control-regex -- the escape character begins every terminal colour
const COLOUR = /\u001b\[[0-9;]*m/g;
const SUMMARY = /^(?:ok|FAILED) \| (\d+) passed(?: \([^)]*\))? \| (\d+) failed/gm;

/**
 * The counts of the last summary in `output` (a test may print a summary of its own, the run's
 * comes last), or `undefined` when there is none, as after a type error or a kill.
 */
export function readSummary(output: string): TestCounts | undefined {
  const last = [...output.replaceAll(COLOUR, "").matchAll(SUMMARY)].at(-1);
  return last === undefined ? undefined : { passed: Number(last[1]), failed: Number(last[2]) };
}

/** What the run counts as: one that ends badly has at least one failure, whatever it printed. */
export function judgeRun(output: string, exitCode: number): TestCounts {
  const counts = readSummary(output) ?? { passed: 0, failed: exitCode === 0 ? 0 : 1 };
  return exitCode === 0 ? counts : { ...counts, failed: Math.max(counts.failed, 1) };
}

/** The sum of several runs. */
export function addCounts(all: readonly TestCounts[]): TestCounts {
  return all.reduce((sum, one) => ({
    passed: sum.passed + one.passed,
    failed: sum.failed + one.failed,
  }), { passed: 0, failed: 0 });
}

/** The last line of `deno task test`, `deno task ok` and `.ci/run`; scripts read it. */
export function lastLine(counts: TestCounts): string {
  return `${counts.passed} passed, ${counts.failed} failed`;
}
