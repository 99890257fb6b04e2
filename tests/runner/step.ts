/**
 * The frame of `deno task ok`: steps that run one after another to the end, each with its line.
 *
 * @module
 */

import type { TestCounts } from "./test_summary.ts";

/** What came of a step. */
export interface StepResult {
  /** Whether a change with this result may go in. */
  readonly passed: boolean;
  /** What to read when it did not. */
  readonly output: string;
  /** A few words for the step's line, such as a count. */
  readonly note?: string;
  /** For a step that runs tests. */
  readonly counts?: TestCounts;
}

/** One thing that a change must pass. */
export interface Step {
  /** One word. */
  readonly name: string;
  /** Never rejects for a failed check; a rejection counts as a failure of the step. */
  readonly run: () => Promise<StepResult>;
}

const NAME_COLUMNS = 10;
const SECONDS_COLUMNS = 7;

/** Runs a step; an exception is a failed step, so that those after it still run. */
async function runStep(step: Step): Promise<StepResult> {
  try {
    return await step.run();
  } catch (error) {
    return { passed: false, output: error instanceof Error ? `${error.stack}` : String(error) };
  }
}

/**
 * Runs all steps in order, whatever becomes of each, and writes one line a step and the output of
 * those that failed.
 *
 * @returns the counts of all tests; a failed step that runs no tests counts as one failure.
 */
export async function runSteps(
  steps: readonly Step[],
  write: (text: string) => void,
): Promise<TestCounts> {
  let passed = 0;
  let failed = 0;
  for (const step of steps) {
    write(`${step.name.padEnd(NAME_COLUMNS)} `);
    const startedMillis = performance.now();
    const result = await runStep(step);
    const seconds = ((performance.now() - startedMillis) / 1_000).toFixed(1);
    const verdict = result.passed ? "ok    " : "FAILED";
    const note = result.note === undefined ? "" : `  ${result.note}`;
    write(`${verdict} ${`${seconds} s`.padStart(SECONDS_COLUMNS)}${note}\n`);
    if (!result.passed) write(`${result.output.trimEnd()}\n\n`);
    passed += result.counts?.passed ?? 0;
    failed += result.passed ? 0 : Math.max(result.counts?.failed ?? 1, 1);
  }
  return { passed, failed };
}
