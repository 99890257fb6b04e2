/**
 * Fetches the packages of every process before the first one starts: the processes themselves run
 * from the cache alone.
 *
 * @module
 */
import { PROJECT_ROOT } from "../../infra/administration/local_installation.ts";
import { withProgress } from "../../infra/provision/progress.ts";
import type { Say } from "./log_lines.ts";

/** Longest fetch. */
const FETCH_MILLIS_MAX = 10 * 60_000;
/** What of the output is shown when it fails. */
const OUTPUT_LENGTH_MAX = 2_000;

/** A package, or a module of the project, is not to be had. */
export class PackagesError extends Error {
  override readonly name = "PackagesError";
}

/**
 * Sees that the modules and all that they import are in the cache; says so where it takes time.
 *
 * @param entries modules, from the project's root
 * @throws {PackagesError}
 */
export async function cachePackages(entries: readonly string[], say: Say): Promise<void> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", ...entries],
    cwd: PROJECT_ROOT,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    signal: AbortSignal.timeout(FETCH_MILLIS_MAX),
  });
  const { success, stderr } = await withProgress(
    say,
    "fetching npm packages",
    () => command.output(),
  );
  if (success) return;
  const output = new TextDecoder().decode(stderr).trim().slice(-OUTPUT_LENGTH_MAX);
  throw new PackagesError(`the packages of the project are not complete:\n${output}`);
}
