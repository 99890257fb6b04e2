import assert from "node:assert/strict";
import {
  CLOCK_ROUND_TRIP_MICROS_MAX,
  CLOCK_TOLERANCE_MICROS,
  LeaderClock,
} from "../../../core/auth/leader_clock.ts";

const NOW = 1_700_000_000_000_000;
const MINUTES_5 = 300_000_000;

Deno.test("a clock that agrees, or was never compared, is used as it is", () => {
  const clock = new LeaderClock();
  assert.equal(clock.at(NOW), NOW);
  assert.equal(clock.observe(NOW, NOW + 2_000, NOW + 1_000), false);
  assert.equal(clock.observe(NOW, NOW + 2_000, NOW + CLOCK_TOLERANCE_MICROS), false);
  assert.equal(clock.at(NOW), NOW);
});

Deno.test("one that is minutes off, either way, follows the leader to half a round trip", () => {
  for (const offset of [MINUTES_5, -MINUTES_5]) {
    const clock = new LeaderClock();
    assert.equal(clock.observe(NOW, NOW + 2_000, NOW + 900 + offset), true);
    assert.ok(Math.abs(clock.at(NOW) - (NOW + offset)) <= 1_000);
    assert.equal(clock.observe(NOW, NOW + 90_000, NOW + 70_000 + offset), false, "still true");
  }
});

Deno.test("a clock that was put right is used as it is again", () => {
  const clock = new LeaderClock();
  clock.observe(NOW, NOW + 2_000, NOW + MINUTES_5);
  assert.equal(clock.observe(NOW + MINUTES_5, NOW + MINUTES_5 + 2_000, NOW + MINUTES_5), true);
  assert.equal(clock.correctionMicros, 0);
});

Deno.test("an answer that took too long, or a clock that was set back meanwhile, says nothing", () => {
  const clock = new LeaderClock();
  const late = NOW + CLOCK_ROUND_TRIP_MICROS_MAX + 1;
  assert.equal(clock.observe(NOW, late, NOW + MINUTES_5), false);
  assert.equal(clock.observe(NOW, NOW - 1, NOW + MINUTES_5), false);
  assert.equal(clock.at(NOW), NOW);
});
