import assert from "node:assert/strict";
import {
  ATTEMPTS_MAX,
  isOfTheCommand,
  mayBeDone,
  mayComeAgain,
  PAUSE_MILLIS_LEAST,
  PAUSE_MILLIS_MAX,
  pauseMillis,
} from "../../../routes/client/retry_schedule.ts";
import { PROBLEMS } from "../../../routes/problems/problems.ts";

Deno.test("retry schedule: pauses double, and never fall below what the server asked for", () => {
  const longest = Array.from({ length: ATTEMPTS_MAX }, (_, at) => pauseMillis(at + 1, 0, 1));
  assert.deepEqual(longest, [100, 200, 400, 800, 1_600, PAUSE_MILLIS_MAX]);
  assert.equal(pauseMillis(3, 0, 0), 0);
  assert.equal(pauseMillis(1, 7, 0), 7_000);
  assert.equal(pauseMillis(1, 7, 0.5), 7_000 + PAUSE_MILLIS_LEAST / 2);
});

Deno.test("retry schedule: whatever the exchange says Retry-After with comes again", () => {
  for (const { code, retryAfterSeconds, status } of Object.values(PROBLEMS)) {
    if (retryAfterSeconds > 0) assert.ok(mayComeAgain(status), code);
    if (mayComeAgain(status)) assert.ok(!isOfTheCommand(status), code);
  }
  assert.deepEqual([400, 401, 403, 404, 409, 422, 501].filter(mayComeAgain), []);
});

Deno.test("retry schedule: only what broke on the way leaves open whether it was done", () => {
  assert.deepEqual([400, 429, 500, 502, 503, 504].filter(mayBeDone), [500, 502, 504]);
});
