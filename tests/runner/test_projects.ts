/**
 * The configurations that the project's files belong to: its own, and one for the tests that need
 * other people's large packages. `deno task` downloads every package of the configuration it runs
 * from, so these would be downloaded by whoever starts the market.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../", import.meta.url);
/** Where the tests with a configuration of their own are, relative to the project. */
const FOREIGN = "tests/foreign/";

/** Files that share a configuration and a lock file. */
export interface TestProject {
  /** Where its `deno.json` is. */
  readonly folder: string;
  /** Test files, relative to the root of the whole. */
  readonly files: readonly string[];
}

/** The folders with a `deno.json`, for what is checked with each of them. */
export const PROJECT_FOLDERS: readonly string[] = [
  fileURLToPath(ROOT),
  fileURLToPath(new URL(FOREIGN, ROOT)),
];

/** Test files by the configuration that they run with; without those that would have none. */
export function testProjects(files: readonly string[]): TestProject[] {
  const [own, foreign] = PROJECT_FOLDERS;
  return [
    { folder: own, files: files.filter((file) => !file.startsWith(FOREIGN)) },
    { folder: foreign, files: files.filter((file) => file.startsWith(FOREIGN)) },
  ].filter((project) => project.files.length > 0);
}
