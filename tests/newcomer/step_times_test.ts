import assert from "node:assert/strict";
import { addUp, tableOf } from "./step_times.ts";

Deno.test("the steps of a newcomer are added up, and the longest wait has its name", () => {
  const steps = [
    { name: "clone", seconds: 0.25 },
    { name: "start", seconds: 12.5 },
    { name: "a trade", seconds: 0.25 },
  ];
  const found = addUp(steps);
  assert.deepEqual([found.totalSeconds, found.longest], [13, steps[1]]);
  assert.equal(
    tableOf(found),
    [
      "clone       0.3 s",
      "start      12.5 s",
      "a trade     0.3 s",
      "total      13.0 s",
      "longest wait: start",
    ].join("\n"),
  );
  assert.throws(() => addUp([]), RangeError);
});
