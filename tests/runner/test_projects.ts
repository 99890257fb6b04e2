/**
 * The configurations that the project's files belong to: its own, and those for tests that need other
 * people's large packages. `deno task` downloads every package of the configuration it runs from, so
 * these would be downloaded by whoever starts the market.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../", import.meta.url);
/** Clients that others wrote: 110 MB. */
const FOREIGN = "tests/foreign/";
/** What React Native is made of: 330 MB, which nobody downloads who has not asked for it by name. */
const REACT_NATIVE = "tests/react_native/";

const folderOf = (path: string): string => fileURLToPath(new URL(path, ROOT));

/** Files that share a configuration and a lock file. */
export interface TestProject {
  /** Where its `deno.json` is. */
  readonly folder: string;
  /** Test files, relative to the root of the whole. */
  readonly files: readonly string[];
}

/** The folders with a `deno.json` whose packages every run of all tests downloads. */
export const PROJECT_FOLDERS: readonly string[] = ["", FOREIGN].map(folderOf);
/** All folders with a `deno.json`. */
export const ALL_PROJECT_FOLDERS: readonly string[] = [...PROJECT_FOLDERS, folderOf(REACT_NATIVE)];

/** What a filter has in it that asks for the test file; `null`: all of them do. */
export function nameToRunBy(file: string): string | null {
  return file.startsWith(REACT_NATIVE) ? "react_native" : null;
}

/** Test files by the configuration that they run with; without those that would have none. */
export function testProjects(files: readonly string[]): TestProject[] {
  const projectOf = (file: string): string =>
    [FOREIGN, REACT_NATIVE].find((path) => file.startsWith(path)) ?? "";
  return ["", FOREIGN, REACT_NATIVE]
    .map((path) => ({
      folder: folderOf(path),
      files: files.filter((file) => projectOf(file) === path),
    }))
    .filter((project) => project.files.length > 0);
}
