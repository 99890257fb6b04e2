/**
 * Which test files there are, and which real servers they need.
 *
 * @module
 */

import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { nameToRunBy } from "./test_projects.ts";

/** A program that some tests run; `infra/provision` finds or installs it. */
export type TestTool = "nats-server" | "redis-server" | "chromium";

const TESTS = fileURLToPath(new URL("../", import.meta.url));

/** The tests of pure code and of the house rules, which need no server. */
const SERVERLESS =
  /^tests\/(bench|core|model|runner|simulation|stress|infra\/lint|deploy|tidy_test\.ts)/;
/** The tests that drive a browser. */
const BROWSER = /^tests\/foreign\/browser\//;

/** Every `*_test.ts` below `tests/`, relative to the project, in order. */
export async function listTestFiles(): Promise<string[]> {
  const names = await readdir(TESTS, { recursive: true });
  return names
    .map((name) => `tests/${name.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith("_test.ts"))
    .sort();
}

/**
 * The files whose path contains one of the filters; all of them when there is no filter. Those that
 * are run by name (test_projects.ts) are left out unless a filter has that name.
 */
export function selectTestFiles(files: readonly string[], filters: readonly string[]): string[] {
  const asked = filters.length === 0 ? [""] : filters;
  return files.filter((file) => {
    const name = nameToRunBy(file) ?? "";
    return asked.some((filter) => file.includes(filter) && filter.includes(name));
  });
}

/** The programs that these test files run. */
export function toolsFor(files: readonly string[]): TestTool[] {
  const tools: TestTool[] = [];
  if (files.some((file) => !SERVERLESS.test(file))) tools.push("nats-server", "redis-server");
  if (files.some((file) => BROWSER.test(file))) tools.push("chromium");
  return tools;
}
