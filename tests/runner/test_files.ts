/**
 * Which test files there are, and which real servers they need.
 *
 * @module
 */

import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

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

/** The files whose path contains one of the filters; all of them when there is no filter. */
export function selectTestFiles(files: readonly string[], filters: readonly string[]): string[] {
  if (filters.length === 0) return [...files];
  return files.filter((file) => filters.some((filter) => file.includes(filter)));
}

/** The programs that these test files run. */
export function toolsFor(files: readonly string[]): TestTool[] {
  const tools: TestTool[] = [];
  if (files.some((file) => !SERVERLESS.test(file))) tools.push("nats-server", "redis-server");
  if (files.some((file) => BROWSER.test(file))) tools.push("chromium");
  return tools;
}
