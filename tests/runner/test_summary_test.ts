import assert from "node:assert/strict";
import { addCounts, judgeRun, lastLine, readSummary } from "./test_summary.ts";

Deno.test("test summary: every form that deno test prints is read", () => {
  const forms: [text: string, passed: number, failed: number][] = [
    ["ok | 3 passed | 0 failed (12ms)", 3, 0],
    ["ok | 1 passed (2 steps) | 0 failed (1m2s)", 1, 0],
    ["FAILED | 1 passed (2 steps) | 5 failed (1 step) | 1 ignored (27ms)", 1, 5],
    ["\n\u001b[0m\u001b[32mok\u001b[0m | 4 passed | 0 failed \u001b[0m(27ms)\u001b[0m\n\n", 4, 0],
  ];
  for (const [text, passed, failed] of forms) {
    assert.deepEqual(readSummary(text), { passed, failed }, text);
  }
});

Deno.test("test summary: a summary that a test printed does not count, the run's own does", () => {
  const output =
    "ok | 9 passed | 0 failed (1ms)\nnested ... ok\n\nok | 1 passed | 0 failed (2ms)\n";
  assert.deepEqual(readSummary(output), { passed: 1, failed: 0 });
});

Deno.test("test summary: a run that ends badly has a failure, with or without a summary", () => {
  assert.deepEqual(judgeRun("error: Type checking failed.", 1), { passed: 0, failed: 1 });
  assert.deepEqual(judgeRun("ok | 3 passed | 0 failed (1ms)", 137), { passed: 3, failed: 1 });
  assert.deepEqual(judgeRun("FAILED | 3 passed | 2 failed (1ms)", 1), { passed: 3, failed: 2 });
  assert.deepEqual(judgeRun("ok | 3 passed | 0 failed (1ms)", 0), { passed: 3, failed: 0 });
});

Deno.test("test summary: the last line is the sum in plain words", () => {
  const sum = addCounts([{ passed: 1, failed: 2 }, { passed: 10, failed: 0 }]);
  assert.equal(lastLine(sum), "11 passed, 2 failed");
});
