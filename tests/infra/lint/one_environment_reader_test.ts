import assert from "node:assert/strict";
import { messagesOf } from "./rule_run.ts";

const READS = [
  "Deno.env.get('X');",
  "Deno['env'].get('X');",
  "globalThis.Deno.env.toObject();",
  "const { env } = Deno;",
  "process.env.X;",
  "import { env } from 'node:process';",
];

Deno.test("one-environment-reader: a read is refused everywhere but in the reader", () => {
  for (const path of ["core/a.ts", "infra/a.ts", "infra/nats/config.ts", "routes/main.ts"]) {
    for (const source of READS) {
      assert.equal(messagesOf("one-environment-reader", path, source).length, 1, path + source);
    }
  }
});

Deno.test("one-environment-reader: the reader, tests and benches may read", () => {
  for (const path of ["infra/config.ts", "tests/infra/a_test.ts", "bench/a.ts"]) {
    for (const source of READS) {
      assert.deepEqual(messagesOf("one-environment-reader", path, source), [], path + source);
    }
  }
});

Deno.test("one-environment-reader: giving a child its environment is no read", () => {
  const source = "new Deno.Command('x', { env: { A: 'b' } }); options.env;";
  assert.deepEqual(messagesOf("one-environment-reader", "infra/a.ts", source), []);
});
