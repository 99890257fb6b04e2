/**
 * Where a linted file lies in the project: every rule of the plugin asks here first.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url)).replaceAll("\\", "/");

/**
 * The path of a file relative to the project, with forward slashes, or `undefined` for a file
 * outside of it. The linter gives absolute paths; the unit tests of the rules give relative ones.
 */
export function sourcePath(filename: string): string | undefined {
  const path = filename.replaceAll("\\", "/");
  if (path.startsWith(ROOT)) return path.slice(ROOT.length);
  return path.startsWith("/") || /^[A-Za-z]:/.test(path) ? undefined : path.replace(/^\.\//, "");
}

/** The top-level folder of a path that {@link sourcePath} returned; `""` for a file at the root. */
export function topFolder(path: string): string {
  const slash = path.indexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}
