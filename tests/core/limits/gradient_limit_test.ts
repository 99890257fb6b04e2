import assert from "node:assert/strict";
import fc from "fast-check";
import {
  GRADIENT_LIMIT_SLOTS,
  gradientLimit,
  gradientLimitSettled,
  gradientRecoverySamples,
  observeGradientLimit,
  PROBE_AFTER_WINDOWS,
  ROUND_TRIP_MICROS_MAX,
  WINDOW_SAMPLES_LEAST,
} from "../../../core/limits/gradient_limit.ts";
import { GRADIENT_DEFAULTS, type GradientPolicy } from "../../../core/limits/gradient_policy.ts";
import { QueueModel } from "./queue_model.ts";

/** One limit with its measures. */
class Limit {
  readonly state = new Float64Array(GRADIENT_LIMIT_SLOTS);
  constructor(readonly policy: GradientPolicy) {}
  get now(): number {
    return gradientLimit(this.state, 0, this.policy);
  }
  get longMicros(): number {
    return this.state[1];
  }
  observe(roundTripMicros: number, inFlight: number): number {
    return observeGradientLimit(this.state, 0, this.policy, roundTripMicros, inFlight);
  }
  /** `count` samples that use all of the limit. */
  use(count: number, roundTripMicros: number): void {
    for (let sample = 0; sample < count; sample++) this.observe(roundTripMicros, this.now);
  }
}

/** Runs the model under `limit`; the limits that held in the last quarter, and what was served. */
function settle(limit: Limit, model: QueueModel, arrivals: number) {
  const limits: number[] = [];
  let served = 0;
  const roundTrips: number[] = [];
  for (let index = 0; index < arrivals; index++) {
    const isLate = index >= arrivals * 0.75;
    model.nextArrival((roundTripMicros, inFlight) => {
      limit.observe(roundTripMicros, inFlight);
      if (isLate) roundTrips.push(roundTripMicros);
    });
    const now = limit.now;
    if (isLate) limits.push(now);
    if (model.inFlight >= now) continue;
    model.admit();
    if (isLate) served++;
  }
  roundTrips.sort((one, other) => one - other);
  limits.sort((one, other) => one - other);
  return {
    most: limits[limits.length - 1],
    median: limits[limits.length >> 1],
    refusedShare: 1 - served / limits.length,
    medianMicros: roundTrips[roundTrips.length >> 1],
  };
}

Deno.test("under a load that never ends the limit comes down to what the path holds", () => {
  const paths = fc.record({
    seed: fc.integer({ min: 1, max: 1e9 }),
    initial: fc.constantFrom(8, 64, 250),
    serviceMicros: fc.integer({ min: 50, max: 2_000 }),
    /** Distance to the server, in services. */
    distance: fc.integer({ min: 0, max: 60 }),
    load: fc.constantFrom(1.2, 1.5, 3),
  });
  fc.assert(
    fc.property(paths, ({ seed, initial, serviceMicros, distance, load }) => {
      const policy = { ...GRADIENT_DEFAULTS, initial, most: 256 };
      const limit = new Limit(policy);
      const delayMicros = distance * serviceMicros;
      const model = new QueueModel(seed, serviceMicros, delayMicros, load);
      const outcome = settle(limit, model, 150_000 * load);
      const { most, median, refusedShare, medianMicros } = outcome;
      // Where the path is short, what a probe sees is mostly chance.
      const settled = gradientLimitSettled(policy, distance + 1);
      assert.ok(median <= settled * 1.4, `limit ${median}, settled ${settled}`);
      assert.ok(most <= settled * 2.2, `limit up to ${most}, settled ${settled}`);
      assert.ok(medianMicros <= settled * 1.2 * serviceMicros, `round trip ${medianMicros}`);
      // What the server can do is still done.
      const idle = 1 - (1 - refusedShare) * load;
      assert.ok(idle < 0.05, `${idle} of the server idle`);
    }),
    { numRuns: 20 },
  );
});

Deno.test("where latency is flat the limit grows until nothing is refused", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e9 }),
      fc.integer({ min: 10, max: 1_000 }),
      (seed, concurrency) => {
        const limit = new Limit({ ...GRADIENT_DEFAULTS, initial: 8 });
        // No server in the way: a round trip is the distance, however many are under way.
        const model = new QueueModel(seed, 0, concurrency * 100, 1, 100);
        const { refusedShare } = settle(limit, model, 400 * concurrency + 40_000);
        assert.ok(refusedShare < 0.001, `refused ${refusedShare}, limit ${limit.now}`);
        assert.ok(limit.now < 5 * concurrency + 100, `limit ${limit.now}`);
      },
    ),
    { numRuns: 20 },
  );
});

Deno.test("it never leaves its bounds, and its state stays finite, whatever it is told", () => {
  const bounds = fc.record({
    least: fc.integer({ min: 1, max: 50 }),
    width: fc.integer({ min: 0, max: 500 }),
  });
  const odd = fc.constantFrom(0, -1, NaN, Infinity, -Infinity, 1e300, Number.MAX_VALUE);
  const samples = fc.array(
    fc.record({
      roundTripMicros: fc.oneof(fc.integer({ min: 1, max: 1_000_000 }), odd),
      use: fc.double({ min: 0, max: 3, noNaN: true }),
      count: fc.integer({ min: 1, max: 400 }),
    }),
    { minLength: 20, maxLength: 200 },
  );
  fc.assert(fc.property(bounds, samples, ({ least, width }, sequence) => {
    const most = least + width;
    const limit = new Limit({ ...GRADIENT_DEFAULTS, least, most, initial: least, queueLeast: 1 });
    for (const { roundTripMicros, use, count } of sequence) {
      for (let sample = 0; sample < count; sample++) {
        const now = limit.observe(roundTripMicros, Math.floor(use * limit.now));
        assert.equal(now, limit.now);
        assert.ok(Number.isInteger(now) && now >= least && now <= most, `limit ${now}`);
      }
      assert.ok(limit.state.every(Number.isFinite), `${limit.state}`);
      assert.ok(limit.longMicros <= ROUND_TRIP_MICROS_MAX);
    }
  }));
});

Deno.test("after a burst of slow samples fast ones bring it back in the samples stated", () => {
  const bursts = fc.record({
    initial: fc.integer({ min: 8, max: 300 }),
    fastMicros: fc.integer({ min: 100, max: 100_000 }),
    factor: fc.integer({ min: 2, max: 100 }),
    slow: fc.integer({ min: 1, max: 20_000 }),
    isUsed: fc.boolean(),
  });
  fc.assert(fc.property(bursts, ({ initial, fastMicros, factor, slow, isUsed }) => {
    const limit = new Limit({ ...GRADIENT_DEFAULTS, initial });
    limit.use(2 * Math.max(initial, WINDOW_SAMPLES_LEAST), fastMicros);
    const before = limit.now;
    for (let sample = 0; sample < slow; sample++) {
      limit.observe(fastMicros * factor, isUsed ? limit.now : 0);
    }
    const lowest = limit.now;
    // What the slow samples left of their own window is not the fast ones' doing.
    limit.use(Math.max(WINDOW_SAMPLES_LEAST, before), fastMicros);
    const samples = gradientRecoverySamples(limit.policy, Math.min(lowest, limit.now), before);
    let needed = 0;
    while (limit.now < before && needed <= samples) {
      limit.use(1, fastMicros);
      needed++;
    }
    assert.ok(needed <= samples, `at ${limit.now} after ${needed} samples, was ${before}`);
  }));
});

Deno.test("a slow burst in use shrinks the limit, by at most a tenth a window", () => {
  const limit = new Limit({ ...GRADIENT_DEFAULTS, initial: 100 });
  limit.use(200, 1_000);
  const before = limit.now;
  limit.use(before, 50_000);
  assert.ok(limit.now < before && limit.now >= Math.floor(before * 0.9), `${limit.now}`);
  let lowest = before;
  for (let sample = 0; sample < 3_000; sample++) {
    limit.use(1, 50_000);
    lowest = Math.min(lowest, limit.now);
  }
  // Where half of the limit is what may queue.
  assert.ok(lowest <= 2 * GRADIENT_DEFAULTS.queueLeast + 1, `${lowest}`);
});

Deno.test("a limit that is not used does not move", () => {
  const limit = new Limit({ ...GRADIENT_DEFAULTS, initial: 100 });
  for (let sample = 0; sample < 5_000; sample++) limit.observe(1_000, 49);
  assert.equal(limit.now, 100);
  for (let sample = 0; sample < 5_000; sample++) limit.observe(90_000, 49);
  assert.equal(limit.now, 100);
});

Deno.test("a long average far above the samples comes down by a tenth a window", () => {
  const limit = new Limit({ ...GRADIENT_DEFAULTS, initial: 100 });
  for (let sample = 0; sample < 20_000; sample++) limit.observe(80_000, 1);
  assert.ok(Math.abs(limit.longMicros - 80_000) < 1);
  // Twenty windows of ten samples, of which the moving average alone would make less than a half.
  for (let sample = 0; sample < 200; sample++) limit.observe(1_000, 1);
  assert.ok(limit.longMicros < 10_000, `${limit.longMicros}`);
});

Deno.test("the long average follows samples that do not use the limit, and none that do", () => {
  const limit = new Limit({ ...GRADIENT_DEFAULTS, initial: 100 });
  for (let sample = 0; sample < 600; sample++) limit.observe(1_000, 1);
  limit.use(600, 2_000);
  assert.equal(limit.longMicros, 1_000);
  for (let sample = 0; sample < 600; sample++) limit.observe(2_000, 1);
  assert.ok(limit.longMicros > 1_800 && limit.longMicros < 1_950, `${limit.longMicros}`);
});

Deno.test("a probe does not go below the least", () => {
  const limit = new Limit({ ...GRADIENT_DEFAULTS, initial: 20, least: 20, most: 20 });
  limit.use(PROBE_AFTER_WINDOWS * 20, 1_000);
  assert.equal(limit.state[2], -2);
  assert.equal(limit.now, 20);
});

Deno.test("a probe halves the limit for a moment and learns a path that has become longer", () => {
  const limit = new Limit({ ...GRADIENT_DEFAULTS, initial: 40, most: 40 });
  const windows = (count: number, micros: number) => limit.use(count * 40, micros);
  windows(PROBE_AFTER_WINDOWS - 1, 1_000);
  assert.equal(limit.now, 40);
  windows(1, 1_000);
  assert.equal(limit.now, 20);
  limit.use(39, 1_000);
  assert.equal(limit.now, 20);
  limit.use(20, 1_000);
  assert.equal(limit.now, 40);
  // A longer path looks like a queue until a probe finds it as long at half of the limit.
  limit.use(20_000, 10_000);
  assert.equal(limit.longMicros, 10_000);
  assert.equal(limit.now, 40);
});
