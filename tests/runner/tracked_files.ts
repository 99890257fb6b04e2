/**
 * The files of the project, as git sees them: tracked, or new and not ignored.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

/** A file of the project. */
export interface TrackedFile {
  /** Relative to the project. */
  readonly path: string;
  /** Its text; `undefined` for a file that is not text. */
  readonly text: string | undefined;
  /** Whether its owner may execute it. */
  readonly executable: boolean;
}

const ROOT = new URL("../../", import.meta.url);
const EXECUTABLE_BIT = 0o100;

/** The text of some bytes; `undefined` when they are not text. */
function asText(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Reads every file. Fails where there is no git, or the project is no checkout. */
export async function readTrackedFiles(): Promise<TrackedFile[]> {
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    cwd: fileURLToPath(ROOT),
  }).output();
  if (!success) throw new Error(`git ls-files: ${new TextDecoder().decode(stderr)}`);

  const paths = new Set(new TextDecoder().decode(stdout).split("\0").filter((path) => path !== ""));
  const files: TrackedFile[] = [];
  for (const path of [...paths].sort()) {
    const url = new URL(path, ROOT);
    try {
      const { mode } = await Deno.stat(url);
      const executable = ((mode ?? 0) & EXECUTABLE_BIT) !== 0;
      files.push({ path, executable, text: asText(await Deno.readFile(url)) });
    } catch (error) {
      // Removed since it was last committed.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return files;
}
