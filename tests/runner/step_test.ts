import assert from "node:assert/strict";
import { runSteps, type Step } from "./step.ts";

const step = (name: string, run: Step["run"]): Step => ({ name, run });

Deno.test("steps: all run to the end, each on its line, and failures show their output", async () => {
  let text = "";
  const counts = await runSteps([
    step("format", () => Promise.resolve({ passed: true, output: "hidden" })),
    step("lint", () => Promise.resolve({ passed: false, output: "shown" })),
    step("types", () => Promise.reject(new Error("broken"))),
    step("tests", () =>
      Promise.resolve({
        passed: false,
        output: "why",
        note: "3 passed, 2 failed",
        counts: { passed: 3, failed: 2 },
      })),
  ], (part) => text += part);

  assert.deepEqual(counts, { passed: 3, failed: 4 });
  assert.match(text, /^format +ok +0\.0 s\nlint +FAILED +0\.0 s\nshown\n/);
  assert.match(text, /\ntypes +FAILED +0\.0 s\nError: broken\n/);
  assert.match(text, /\ntests +FAILED +0\.0 s +3 passed, 2 failed\nwhy\n/);
  assert.doesNotMatch(text, /hidden/);
});
