import assert from "node:assert/strict";
import fc from "fast-check";
import {
  BUCKET_UNITS_MAX,
  CLOCK_STEP_BACK_MICROS_MAX,
  MILLION,
  settleTokenBucket,
  takeFromTokenBucket,
  TOKEN_BUCKET_SLOTS,
  tokenBucketFullMicros,
  tokenBucketRemaining,
  tokenBucketWaitMicros,
  UNITS_PER_SECOND_MAX,
} from "../../../core/limits/token_bucket.ts";

const START_MICROS = 1_700_000_000_000_000;

/** One bucket with its measures, driven the way admission drives it. */
class Bucket {
  readonly state = new Float64Array(TOKEN_BUCKET_SLOTS);
  constructor(readonly rate: number, readonly units: number) {}
  wait(now: number, cost: number): number {
    settleTokenBucket(this.state, 0, now, this.rate);
    return tokenBucketWaitMicros(this.state, 0, now, this.rate, this.units, cost);
  }
  admit(now: number, cost: number): boolean {
    if (this.wait(now, cost) > 0) return false;
    takeFromTokenBucket(this.state, 0, cost);
    return true;
  }
}

Deno.test("a fresh bucket admits exactly its units at one instant", () => {
  const bucket = new Bucket(10, 25);
  let admitted = 0;
  while (bucket.admit(START_MICROS, 1)) admitted++;
  assert.equal(admitted, 25);
  assert.equal(tokenBucketRemaining(bucket.state, 0, 25), 0);
  assert.equal(bucket.wait(START_MICROS, 1), 100_000);
  assert.equal(tokenBucketFullMicros(bucket.state, 0, START_MICROS, 10), 2_500_000);
});

Deno.test("a unit comes back to the microsecond, not before", () => {
  const bucket = new Bucket(3, 1);
  assert.ok(bucket.admit(START_MICROS, 1));
  assert.equal(bucket.wait(START_MICROS, 1), 333_334);
  assert.ok(!bucket.admit(START_MICROS + 333_333, 1));
  assert.ok(bucket.admit(START_MICROS + 333_334, 1));
});

const measures = fc.record({
  rate: fc.integer({ min: 1, max: 5_000 }),
  units: fc.integer({ min: 1, max: 5_000 }),
});
const steps = (leastMicros: number) =>
  fc.array(
    fc.record({
      stepMicros: fc.integer({ min: leastMicros, max: 3_000_000 }),
      cost: fc.integer({ min: 1, max: 50 }),
    }),
    { minLength: 1, maxLength: 200 },
  );

Deno.test("over no window are more units admitted than rate x time + burst", () => {
  fc.assert(fc.property(measures, steps(0), ({ rate, units }, sequence) => {
    const bucket = new Bucket(rate, units);
    const admitted: { now: number; cost: number }[] = [];
    let now = START_MICROS;
    for (const { stepMicros, cost: wanted } of sequence) {
      now += stepMicros;
      const cost = Math.min(wanted, units);
      while (admitted.length < 2_000 && bucket.admit(now, cost)) admitted.push({ now, cost });
    }
    for (let first = 0; first < admitted.length; first += 7) {
      let parts = 0;
      for (let last = first; last < admitted.length; last++) {
        parts += admitted[last].cost * MILLION;
        const elapsed = admitted[last].now - admitted[first].now;
        assert.ok(parts <= elapsed * rate + units * MILLION, `${parts} parts in ${elapsed} us`);
      }
    }
  }));
});

Deno.test("a client that keeps to the rate is never refused", () => {
  fc.assert(fc.property(
    measures,
    fc.integer({ min: 1, max: 50 }),
    fc.array(fc.integer({ min: 0, max: 100_000 }), { maxLength: 100 }),
    ({ rate, units }, wanted, idle) => {
      const bucket = new Bucket(rate, units);
      const cost = Math.min(wanted, units);
      let now = START_MICROS;
      for (const extraMicros of idle) {
        assert.ok(bucket.admit(now, cost));
        now += Math.ceil((cost * MILLION) / rate) + extraMicros;
      }
    },
  ));
});

Deno.test("the wait is exact: refused one microsecond earlier, admitted at it", () => {
  fc.assert(fc.property(measures, steps(0), ({ rate, units }, sequence) => {
    const bucket = new Bucket(rate, units);
    let now = START_MICROS;
    for (const { stepMicros, cost: wanted } of sequence) {
      now += stepMicros;
      const cost = Math.min(wanted, units);
      const wait = bucket.wait(now, cost);
      if (wait > 0) {
        assert.ok(bucket.wait(now + wait - 1, cost) > 0);
        now += wait;
      }
      assert.ok(bucket.admit(now, cost));
    }
  }));
});

Deno.test("a clock that steps back within the bound gives nobody anything", () => {
  fc.assert(fc.property(
    measures,
    steps(-CLOCK_STEP_BACK_MICROS_MAX),
    ({ rate, units }, sequence) => {
      const bucket = new Bucket(rate, units);
      bucket.wait(START_MICROS, 1);
      let now = START_MICROS;
      let latest = now;
      let parts = 0;
      for (const { stepMicros, cost: wanted } of sequence) {
        now = Math.max(now + stepMicros, latest - CLOCK_STEP_BACK_MICROS_MAX);
        latest = Math.max(latest, now);
        const cost = Math.min(wanted, units);
        if (bucket.admit(now, cost)) parts += cost * MILLION;
        assert.ok(parts <= (latest - START_MICROS) * rate + units * MILLION);
      }
    },
  ));
});

Deno.test("a clock that steps back by an hour costs at most the bound", () => {
  const bucket = new Bucket(10, 1);
  assert.ok(bucket.admit(START_MICROS, 1));
  const now = START_MICROS - 3_600_000_000;
  const wait = bucket.wait(now, 1);
  assert.equal(wait, 100_000 + CLOCK_STEP_BACK_MICROS_MAX);
  assert.ok(bucket.admit(now + wait, 1));
});

Deno.test("arithmetic stays exact at the largest measures", () => {
  const bucket = new Bucket(UNITS_PER_SECOND_MAX, BUCKET_UNITS_MAX);
  assert.ok(bucket.admit(START_MICROS, BUCKET_UNITS_MAX));
  assert.ok(!bucket.admit(START_MICROS, 1));
  assert.equal(bucket.wait(START_MICROS + 1, 101), 1);
  assert.ok(bucket.admit(START_MICROS + 1, 100));
  assert.ok(
    Number.isSafeInteger(bucket.state[0]) && bucket.state[0] === BUCKET_UNITS_MAX * MILLION,
  );
});
