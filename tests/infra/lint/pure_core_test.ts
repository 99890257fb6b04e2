import assert from "node:assert/strict";
import { BIGINT_FILE } from "../../../infra/lint/pure_core.ts";
import { messagesOf } from "./rule_run.ts";

const pure = (source: string, path = "core/a.ts") => messagesOf("pure-core", path, source);

Deno.test("pure-core: what reads or touches the world is refused", () => {
  const refused = [
    "Deno.readTextFileSync('x');",
    "Date.now();",
    "new Date();",
    "new Date(0);",
    "const clock = Date;",
    "Temporal.Now.instant();",
    "Math.random();",
    "Math['random']();",
    "const { random } = Math;",
    "performance.now();",
    "setTimeout(() => {}, 1);",
    "setInterval(() => {}, 1);",
    "queueMicrotask(() => {});",
    "await fetch('x');",
    "crypto.getRandomValues(bytes);",
    "globalThis['fetch']('x');",
    "new Worker('x');",
    "process.exit();",
    "function tick(performance: number) {}",
    "const { now = Date.now } = options;",
    "({ fetch });",
    "({ [fetch]: 1 });",
    "type Clock = typeof performance;",
  ];
  for (const source of refused) assert.ok(pure(source).length >= 1, source);
});

Deno.test("pure-core: BigInt is refused in every form, save in the one file for quotients", () => {
  for (const source of ["1n;", "BigInt(1);", "let x: bigint;"]) {
    assert.equal(pure(source).length, 1, source);
    assert.equal(pure(source, BIGINT_FILE).length, 0, source);
  }
  assert.equal(pure("Date.now();", BIGINT_FILE).length, 1);
});

Deno.test("pure-core: what only looks like it passes", () => {
  const allowed = [
    "record.performance = 1;",
    "({ Date: 1, fetch: 2 });",
    "interface X { performance: number; fetch(): void }",
    "class X { process = 1; fetch() {} }",
    "Math.imul(1, 2);",
    "Date.UTC(2024, 0, 1);",
    "const bigint = 1; 9007199254740991;",
    "import { fetch as take } from './take.ts';",
    "Atomics.load(words, 0);",
    "// Date.now()\nconst text = 'Date.now()';",
  ];
  for (const source of allowed) assert.deepEqual(pure(source), [], source);
});

Deno.test("pure-core: other layers may touch the world", () => {
  for (const path of ["infra/a.ts", "routes/a.ts", "workers/a.ts", "tests/core/a_test.ts"]) {
    assert.deepEqual(pure("Date.now(); Math.random(); 1n;", path), [], path);
  }
});
