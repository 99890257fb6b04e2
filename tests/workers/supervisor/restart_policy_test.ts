import assert from "node:assert/strict";
import {
  RESTART_PAUSE_MILLIS_MAX,
  RESTART_WINDOW_MILLIS,
  RestartPolicy,
  RESTARTS_MAX,
} from "../../../workers/supervisor/restart_policy.ts";

Deno.test("restart policy: at once, then with growing pauses up to a bound, then not at all", () => {
  const policy = new RestartPolicy();
  const pauses: (number | null)[] = [];
  for (let death = 0; death < RESTARTS_MAX + 1; death++) pauses.push(policy.died(death));
  assert.deepEqual(pauses.slice(0, 4), [0, 100, 200, 400]);
  assert.equal(pauses[RESTARTS_MAX - 1], RESTART_PAUSE_MILLIS_MAX);
  assert.equal(pauses[RESTARTS_MAX], null);
});

Deno.test("restart policy: deaths that are far apart are each answered at once", () => {
  const policy = new RestartPolicy();
  for (let death = 0; death < 5 * RESTARTS_MAX; death++) {
    assert.equal(policy.died(death * RESTART_WINDOW_MILLIS), 0);
  }
});
