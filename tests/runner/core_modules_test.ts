/**
 * Loads all of `core/`, so that the coverage of `core` also counts what no other test loads.
 *
 * @module
 */

import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";

const CORE = new URL("../../core/", import.meta.url);

Deno.test("core: every module loads by itself", async () => {
  const modules = (await readdir(CORE, { recursive: true })).filter((name) => name.endsWith(".ts"));
  assert.ok(modules.length > 0);
  for (const name of modules) await import(new URL(name.replaceAll("\\", "/"), CORE).href);
});
