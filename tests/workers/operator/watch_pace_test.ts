import assert from "node:assert/strict";
import {
  machineClock,
  type PaceClock,
  ReplayPace,
  SPEED_MAX,
} from "../../../workers/operator/watch_pace.ts";

const FIRST_MICROS = 1_700_000_000_000_000;
const live = new AbortController().signal;

/** A clock that moves when it is waited for, and when it is told to. */
class TestClock implements PaceClock {
  millis = 5_000;
  readonly waits: number[] = [];
  now = () => this.millis;
  wait = (millis: number) => {
    this.waits.push(millis);
    this.millis += millis;
    return Promise.resolve();
  };
}

Deno.test("watch pace: at 1 by the stamps, from the first one on", async () => {
  const clock = new TestClock();
  const pace = new ReplayPace(1, clock);
  for (const millis of [0, 20, 20, 50]) await pace.until(FIRST_MICROS + millis * 1_000, live);
  assert.deepEqual(clock.waits, [20, 30]);
});

Deno.test("watch pace: at 10 ten times as fast, and what took time is made up for", async () => {
  const clock = new TestClock();
  const pace = new ReplayPace(10, clock);
  await pace.until(FIRST_MICROS, live);
  await pace.until(FIRST_MICROS + 1_000_000, live);
  assert.deepEqual(clock.waits, [100]);
  // Showing it took 60 ms: the next second is due in 40 and not in 100.
  clock.millis += 60;
  await pace.until(FIRST_MICROS + 2_000_000, live);
  assert.deepEqual(clock.waits, [100, 40]);
  assert.equal(pace.nowMicros, FIRST_MICROS + 2_000_000);
  clock.millis += 7;
  assert.equal(pace.nowMicros, FIRST_MICROS + 2_070_000, "time goes on between messages");
});

Deno.test("watch pace: as fast as possible it never waits, and its time is that of the last stamp", async () => {
  const clock = new TestClock();
  const pace = new ReplayPace(SPEED_MAX, clock);
  assert.equal(pace.nowMicros, 0);
  for (const day of [0, 1, 2]) await pace.until(FIRST_MICROS + day * 86_400e6, live);
  assert.deepEqual(clock.waits, []);
  assert.equal(pace.nowMicros, FIRST_MICROS + 2 * 86_400e6);
});

Deno.test("watch pace: a wait longer than a timer takes is made of several", async () => {
  const clock = new TestClock();
  const pace = new ReplayPace(1, clock);
  await pace.until(FIRST_MICROS, live);
  await pace.until(FIRST_MICROS + 40 * 86_400e6, live);
  assert.ok(Math.max(...clock.waits) < 2 ** 31);
  assert.equal(clock.millis, 5_000 + 40 * 86_400_000);
});

Deno.test("watch pace: a wait ends at once when the signal is given, and leaves no timer", async () => {
  const leaving = new AbortController();
  const pace = new ReplayPace(1, machineClock);
  await pace.until(FIRST_MICROS, leaving.signal);
  const beganAt = performance.now();
  const waiting = pace.until(FIRST_MICROS + 3_600e6, leaving.signal);
  leaving.abort();
  await waiting;
  assert.ok(performance.now() - beganAt < 1_000);
});
