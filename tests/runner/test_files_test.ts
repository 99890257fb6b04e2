import assert from "node:assert/strict";
import { listTestFiles, selectTestFiles, toolsFor } from "./test_files.ts";

Deno.test("test files: this file is among them, and only tests are", async () => {
  const files = await listTestFiles();
  assert.ok(files.includes("tests/runner/test_files_test.ts"));
  assert.ok(files.every((file) => /^tests\/.*_test\.ts$/.test(file)));
});

Deno.test("test files: a filter is a part of the path, several are alternatives", () => {
  const files = ["tests/core/a_test.ts", "tests/core/b_test.ts", "tests/infra/a_test.ts"];
  assert.deepEqual(selectTestFiles(files, []), files);
  assert.deepEqual(selectTestFiles(files, ["core/b", "infra"]), files.slice(1));
  assert.deepEqual(selectTestFiles(files, ["nothing"]), []);
});

Deno.test("test files: what downloads much is run by whoever names it, and by nobody else", async () => {
  const files = ["tests/core/a_test.ts", "tests/react_native/a_test.ts"];
  for (const filters of [[], ["tests/"], ["a_test"]]) {
    assert.deepEqual(selectTestFiles(files, filters), files.slice(0, 1), filters[0]);
  }
  assert.deepEqual(selectTestFiles(files, ["react_native"]), files.slice(1));
  assert.deepEqual(selectTestFiles(files, ["core", "tests/react_native/a"]), files);
  assert.ok(selectTestFiles(await listTestFiles(), ["react_native"]).length > 0);
});

Deno.test("test files: servers are provided only to tests that may need them", () => {
  assert.deepEqual(toolsFor(["tests/core/a_test.ts", "tests/infra/lint/a_test.ts"]), []);
  assert.deepEqual(toolsFor(["tests/core/a_test.ts", "tests/infra/nats/a_test.ts"]), [
    "nats-server",
    "redis-server",
  ]);
  assert.ok(toolsFor(["tests/foreign/browser/a_test.ts"]).includes("chromium"));
});
