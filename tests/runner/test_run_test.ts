import assert from "node:assert/strict";
import { runTests } from "./test_run.ts";

const MILLIS_MAX = 120_000;
/** A file of each configuration; the second needs a package that only its own knows. */
const [OWN, FOREIGN] = ["tests/runner/step_test.ts", "tests/foreign/asyncapi_document_test.ts"];

Deno.test("test run: files of both configurations are run, and their tests are added up", async () => {
  const flags = ["--no-check"];
  const alone = await runTests({ files: [OWN], flags, millisMax: MILLIS_MAX });
  const both = await runTests({ files: [FOREIGN, OWN], flags, millisMax: MILLIS_MAX });
  assert.deepEqual([alone.code, both.code], [0, 0], both.output);
  assert.ok(both.counts.passed > alone.counts.passed);
  for (const file of [OWN, FOREIGN]) assert.match(both.output, new RegExp(file));
});

Deno.test("test run: a failure in either configuration is one of the run", async () => {
  for (const files of [["tests/absent_test.ts", FOREIGN], [OWN, "tests/foreign/absent_test.ts"]]) {
    const { code, counts } = await runTests({
      files,
      flags: ["--no-check"],
      millisMax: MILLIS_MAX,
    });
    assert.notEqual(code, 0);
    assert.ok(counts.passed > 0 && counts.failed > 0, JSON.stringify(counts));
  }
});
