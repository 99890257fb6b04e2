/**
 * Checks the examples in docstrings: all of them are type-checked, those of `core/` are run too.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { runDeno } from "./child_process.ts";
import type { StepResult } from "./step.ts";

const ROOT = new URL("../../", import.meta.url);
/** Folders whose examples need no server, so that they are run. */
const RUN: readonly string[] = ["core"];
/** Folders whose examples are only type-checked. */
const CHECKED: readonly string[] = ["infra", "routes", "workers"];

/**
 * Writes a configuration like the project's without `noUnusedLocals`: Deno imports every export of
 * a module into its examples, used or not.
 */
async function writeExampleConfig(folder: string): Promise<string> {
  const { imports, nodeModulesDir, compilerOptions } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", ROOT)),
  );
  const path = `${folder}/deno.json`;
  const options = { ...compilerOptions, noUnusedLocals: false };
  await Deno.writeTextFile(
    path,
    JSON.stringify({ imports, nodeModulesDir, compilerOptions: options, lock: false }),
  );
  return path;
}

/** The folders of the list that exist. */
function present(folders: readonly string[]): string[] {
  return folders.filter((folder) => {
    try {
      return Deno.statSync(fileURLToPath(new URL(folder, ROOT))).isDirectory;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  });
}

/** Runs the step. The examples of `core` run without any permission, as `core` does. */
export async function checkDocExamples(millisMax: number): Promise<StepResult> {
  const folder = await Deno.makeTempDir({ prefix: "edgebook_docs_" });
  try {
    const config = await writeExampleConfig(folder);
    const run = await runDeno(
      ["test", "--doc", "--no-prompt", "--permit-no-files", "--config", config, ...present(RUN)],
      { millisMax },
    );
    const check = await runDeno(
      ["check", "--doc-only", "--config", config, ...present(CHECKED)],
      { millisMax },
    );
    return {
      passed: run.code === 0 && check.code === 0,
      output: [run, check].filter((one) => one.code !== 0).map((one) => one.output).join("\n"),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
