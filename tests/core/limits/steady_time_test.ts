import assert from "node:assert/strict";
import fc from "fast-check";
import { STEADY_TIME_SLOTS, steadyTime } from "../../../core/limits/steady_time.ts";
import { CLOCK_STEP_BACK_MICROS_MAX } from "../../../core/limits/token_bucket.ts";

const START_MICROS = 1_700_000_000_000_000;

Deno.test("it is the clock's own where that goes forward", () => {
  const state = new Float64Array(STEADY_TIME_SLOTS);
  for (const micros of [0, 1, 1_000_000, 10_000_000_000]) {
    assert.equal(steadyTime(state, 0, START_MICROS + micros), START_MICROS + micros);
  }
});

Deno.test("a small step back stands still until the clock has caught up", () => {
  const state = new Float64Array(STEADY_TIME_SLOTS);
  steadyTime(state, 0, START_MICROS);
  for (const back of [CLOCK_STEP_BACK_MICROS_MAX, 10, 500_000, 0]) {
    assert.equal(steadyTime(state, 0, START_MICROS - back), START_MICROS);
  }
  assert.equal(steadyTime(state, 0, START_MICROS + 1), START_MICROS + 1);
});

Deno.test("a large step back goes on at once", () => {
  const state = new Float64Array(STEADY_TIME_SLOTS);
  steadyTime(state, 0, START_MICROS);
  const corrected = START_MICROS - CLOCK_STEP_BACK_MICROS_MAX - 1;
  assert.equal(steadyTime(state, 0, corrected), START_MICROS);
  assert.equal(steadyTime(state, 0, corrected + 7), START_MICROS + 7);
});

Deno.test("it never goes back, nor further forward than the clock did", () => {
  const steps = fc.array(
    fc.oneof(
      fc.integer({ min: -2_000_000, max: 2_000_000 }),
      fc.integer({ min: -3_600_000_000, max: 3_600_000_000 }),
    ),
    { minLength: 10, maxLength: 200 },
  );
  fc.assert(fc.property(steps, (sequence) => {
    const state = new Float64Array(STEADY_TIME_SLOTS);
    let now = START_MICROS;
    let last = steadyTime(state, 0, now);
    let forward = 0;
    for (const step of sequence) {
      now += step;
      forward += Math.max(0, step);
      const time = steadyTime(state, 0, now);
      assert.ok(time >= last, `back by ${last - time}`);
      assert.ok(time - last <= Math.max(0, step), `${time - last} in a step of ${step}`);
      assert.ok(time <= START_MICROS + forward);
      // Whatever came before: the clock has to go on by no more than the bound for time to go on.
      const copy = state.slice();
      assert.ok(steadyTime(copy, 0, now + CLOCK_STEP_BACK_MICROS_MAX + 1) > time);
      last = time;
    }
  }));
});
