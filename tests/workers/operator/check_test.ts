import assert from "node:assert/strict";
import { NotLookedAtError, runChecks } from "../../../workers/operator/check.ts";

Deno.test("checks: all at once, each within its time, and what went wrong is said", async () => {
  const never = new Promise<never>(() => {});
  const began = performance.now();
  const results = await runChecks([
    {
      name: "well",
      advice: "none",
      look: () => Promise.resolve({ status: "ok", detail: "fine" }),
    },
    { name: "silent", advice: "wake it", look: () => never },
    { name: "silent too", advice: "wake it", look: () => never },
    { name: "broken", advice: "mend it", look: () => Promise.reject(new Error("torn\nin two")) },
    {
      name: "hidden",
      advice: "mend it",
      look: () => Promise.reject(new NotLookedAtError("see broken")),
    },
  ], 100);
  assert.ok(performance.now() - began < 1_000, "one after the other");
  assert.deepEqual(results, [
    { name: "well", status: "ok", detail: "fine" },
    { name: "silent", status: "fail", detail: "no answer in 100 ms", advice: "wake it" },
    { name: "silent too", status: "fail", detail: "no answer in 100 ms", advice: "wake it" },
    { name: "broken", status: "fail", detail: "torn", advice: "mend it" },
    { name: "hidden", status: "fail", detail: "not looked at: see broken" },
  ]);
});
