/**
 * Holds the coverage of `core/` to the thresholds in deno.json.
 *
 * @module
 */

import { runDeno } from "./child_process.ts";
import type { StepResult } from "./step.ts";

const CORE = new URL("../../core/", import.meta.url).href;
/** The table's last row: file, branches, functions, lines. */
const ALL_FILES = /^\|? *All files *\|(.*)$/m;
// deno-lint-ignore no-control-regex -- the escape character begins every terminal colour
const COLOUR = /\u001b\[[0-9;]*m/g;

/** Reports on the profiles that `deno test --coverage` left in a folder; fails below a threshold. */
export async function coreCoverage(profiles: string, millisMax: number): Promise<StepResult> {
  const include = `^${CORE.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}`;
  const { code, output } = await runDeno(["coverage", `--include=${include}`, profiles], {
    millisMax,
  });
  const row = ALL_FILES.exec(output.replaceAll(COLOUR, ""))?.[1];
  const cells = row?.split("|").map((cell) => cell.trim()).filter((cell) => cell !== "") ?? [];
  const lines = cells.at(-1);
  return {
    passed: code === 0,
    output,
    ...(lines === undefined ? {} : { note: `${lines} % of core's lines` }),
  };
}
