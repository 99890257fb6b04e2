import assert from "node:assert/strict";
import fc from "fast-check";
import {
  addToLeakyBucket,
  changeLeakRate,
  LEAKY_BUCKET_SLOTS,
  leakyBucketEmptyMicros,
  leakyBucketRemaining,
  leakyBucketWaitMicros,
  settleLeakyBucket,
} from "../../../core/limits/leaky_bucket.ts";
import {
  BUCKET_UNITS_MAX,
  CLOCK_STEP_BACK_MICROS_MAX,
  MILLION,
  UNITS_PER_SECOND_MAX,
} from "../../../core/limits/token_bucket.ts";

const START_MICROS = 1_700_000_000_000_000;

/** One bucket with its measures, driven the way admission drives it. */
class Bucket {
  readonly state = new Float64Array(LEAKY_BUCKET_SLOTS);
  constructor(readonly rate: number, readonly units: number) {}
  wait(now: number, cost: number): number {
    settleLeakyBucket(this.state, 0, now, this.rate, this.units);
    return leakyBucketWaitMicros(this.state, 0, now, this.rate, this.units, cost);
  }
  admit(now: number, cost: number): boolean {
    if (this.wait(now, cost) > 0) return false;
    addToLeakyBucket(this.state, 0, this.rate, cost);
    return true;
  }
}

Deno.test("with a depth of one unit, requests go on at even distances", () => {
  const bucket = new Bucket(4, 1);
  const admittedAt: number[] = [];
  for (let micros = 0; micros < MILLION; micros += 10_000) {
    if (bucket.admit(START_MICROS + micros, 1)) admittedAt.push(micros);
  }
  assert.deepEqual(admittedAt, [0, 250_000, 500_000, 750_000]);
});

Deno.test("a rate that does not divide a million is kept exactly over a long run", () => {
  const bucket = new Bucket(7, 8);
  assert.ok(bucket.admit(START_MICROS, 8));
  for (let unit = 1; unit <= 7_000; unit++) {
    const now = START_MICROS + Math.ceil((unit * MILLION) / 7);
    assert.ok(bucket.wait(now - 1, 1) > 0, `unit ${unit} early`);
    assert.ok(bucket.admit(now, 1), `unit ${unit}`);
    assert.ok(!bucket.admit(now, 1), `unit ${unit} twice`);
  }
});

Deno.test("the figures say what is left and when it is empty", () => {
  const bucket = new Bucket(3, 10);
  assert.ok(bucket.admit(START_MICROS, 4));
  assert.equal(leakyBucketRemaining(bucket.state, 0, START_MICROS, 3, 10), 6);
  assert.equal(leakyBucketEmptyMicros(bucket.state, 0, START_MICROS), 1_333_334);
  settleLeakyBucket(bucket.state, 0, START_MICROS + 1_333_334, 3, 10);
  assert.equal(leakyBucketEmptyMicros(bucket.state, 0, START_MICROS + 1_333_334), 0);
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

Deno.test("over no window are more units let through than rate x time + depth", () => {
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

Deno.test("the wait is exact: refused one microsecond earlier, admitted at it", () => {
  fc.assert(fc.property(measures, steps(0), ({ rate, units }, sequence) => {
    const bucket = new Bucket(rate, units);
    let now = START_MICROS;
    for (const { stepMicros, cost: wanted } of sequence) {
      now += stepMicros;
      const cost = Math.min(wanted, units);
      const wait = bucket.wait(now, cost);
      if (wait > 0) {
        const copy = new Bucket(rate, units);
        copy.state.set(bucket.state);
        assert.ok(copy.wait(now + wait - 1, cost) > 0);
        now += wait;
      }
      assert.ok(bucket.admit(now, cost));
    }
  }));
});

Deno.test("a clock that steps back within the bound lets nothing more through", () => {
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

Deno.test("a clock that steps back by an hour costs at most a full bucket and the bound", () => {
  const bucket = new Bucket(10, 1);
  assert.ok(bucket.admit(START_MICROS, 1));
  const now = START_MICROS - 3_600_000_000;
  const wait = bucket.wait(now, 1);
  assert.equal(wait, 100_000 + CLOCK_STEP_BACK_MICROS_MAX);
  assert.ok(bucket.admit(now + wait, 1));
});

Deno.test("a change of the rate keeps what is inside, to the last part", () => {
  const rates = fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 2, maxLength: 20 });
  const costs = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 20 });
  fc.assert(fc.property(rates, costs, ([first, ...others], sequence) => {
    const units = 1_000;
    const bucket = new Bucket(first, units);
    let inside = 0;
    for (const cost of sequence) {
      assert.ok(bucket.admit(START_MICROS, cost));
      inside += cost;
    }
    let rate = first;
    for (const next of others) {
      settleLeakyBucket(bucket.state, 0, START_MICROS, rate, units);
      changeLeakRate(bucket.state, 0, START_MICROS, rate, next);
      rate = next;
      assert.ok(bucket.state[1] >= 0 && bucket.state[1] < rate);
      assert.equal(
        leakyBucketRemaining(bucket.state, 0, START_MICROS, rate, units),
        units - inside,
      );
      assert.equal(
        leakyBucketEmptyMicros(bucket.state, 0, START_MICROS),
        Math.ceil((inside * MILLION) / rate),
      );
    }
  }));
});

Deno.test("what is added is exact up to the largest rate and cost", () => {
  const rates = fc.oneof(
    fc.integer({ min: 1, max: UNITS_PER_SECOND_MAX }),
    fc.integer({ min: 1, max: 1_000 }),
  );
  const costs = fc.array(fc.integer({ min: 1, max: BUCKET_UNITS_MAX }), { maxLength: 5 });
  fc.assert(
    fc.property(rates, costs, (rate, sequence) => {
      const state = new Float64Array(LEAKY_BUCKET_SLOTS);
      let parts = 0n;
      for (const cost of sequence) {
        addToLeakyBucket(state, 0, rate, cost);
        parts += BigInt(cost) * BigInt(MILLION);
        assert.ok(state[1] >= 0 && state[1] < rate);
        assert.equal(BigInt(state[0]) * BigInt(rate) + BigInt(state[1]), parts);
      }
    }),
    { numRuns: 1_000 },
  );
});
