import assert from "node:assert/strict";
import { refillPolicy } from "../../../core/limits/adaptive_refill.ts";
import {
  BreakerPhase,
  DEPLETED_MICROS,
  PROBE_SUCCESSES,
  PROBES_MAX,
} from "../../../core/limits/breaker.ts";
import {
  CONCURRENCY_WAIT_LEAST_MICROS,
  DualLimiter,
  TotalCode,
} from "../../../core/limits/dual_limiter.ts";
import { GRADIENT_DEFAULTS, GradientPolicyError } from "../../../core/limits/gradient_policy.ts";
import { MILLION } from "../../../core/limits/token_bucket.ts";
import { AdmissionKind } from "../../../core/limits/admission_code.ts";
import { QueueModel } from "./queue_model.ts";
import { START_MICROS, TotalRun } from "./total_run.ts";

const { cancel, amend, order: newOrder, read } = AdmissionKind;

/** How many requests in a row are let in at one instant; they end at once. */
function burstOf(run: TotalRun, kind: AdmissionKind, cost = 1): number {
  for (let count = 0; count < 100_000; count++) {
    if (run.ask(kind, cost) !== TotalCode.admitted) return count;
    run.limiter.end();
  }
  throw new Error("never refused");
}

Deno.test("a burst enters by the leak's depth and goes on until the tokens are spent", () => {
  const run = new TotalRun(100);
  assert.equal(burstOf(run, newOrder), 90);
  assert.equal(run.ask(newOrder), TotalCode.leak);
  assert.equal(burstOf(run, amend), 5);
  // Each half a second the leak is empty again, and fifty tokens have come back.
  for (const entered of [95, 95, 55]) {
    run.pass(MILLION / 2);
    assert.equal(burstOf(run, amend), entered);
  }
  assert.equal(run.ask(amend), TotalCode.tokens);
  assert.equal(run.ask(newOrder), TotalCode.tokens);
  assert.equal(run.limiter.waitMicros, 110_000);
});

Deno.test("a request that costs more than a bucket needs all of it and is charged in full", () => {
  const run = new TotalRun(100);
  assert.equal(run.ask(newOrder, 1_000), TotalCode.admitted);
  assert.equal(run.ask(newOrder, 1), TotalCode.tokens);
  assert.equal(run.limiter.waitMicros, (1_000 - 180 + 1) * 10_000);
  assert.equal(run.limiter.remaining, 0);
});

Deno.test("burst and leak follow the round trip", () => {
  const run = new TotalRun(100);
  for (let trip = 0; trip < 60; trip++) run.over(100_000);
  assert.deepEqual(
    [
      run.limiter.buckets.units,
      run.limiter.buckets.leakUnits,
      run.limiter.buckets.leakUnitsPerSecond,
    ],
    [100, 50, 100],
  );
  assert.equal(burstOf(run, newOrder), 45);
});

Deno.test("three round trips above 200 ms in a row: one by one at the rate, until two fast ones", () => {
  const run = new TotalRun(100);
  assert.equal(burstOf(run, read), 80);
  for (let trip = 0; trip < 3; trip++) run.over(200_001);
  assert.equal(run.limiter.buckets.leakUnits, 0);
  run.pass(10 * MILLION);
  const admittedMillis: number[] = [];
  for (let millis = 0; millis < 100; millis++) {
    while (run.ask(read) === TotalCode.admitted) admittedMillis.push(millis);
    run.pass(1_000);
  }
  // Three slow ones in a window were trouble enough to take a step off the rate.
  const gapMillis = Math.ceil(1_000 / run.limiter.buckets.unitsPerSecond);
  assert.deepEqual(admittedMillis, admittedMillis.map((_, index) => index * gapMillis));
  run.over(160_000);
  assert.equal(run.limiter.buckets.leakUnits, 0);
  run.over(160_000);
  assert.ok(run.limiter.buckets.leakUnits > 0);
});

Deno.test("the concurrency refuses lower kinds earlier, and cancels never", () => {
  const run = new TotalRun(1_000);
  const { limiter } = run;
  const limit = GRADIENT_DEFAULTS.initial;
  const shares: [AdmissionKind, number][] = [[read, 0.8], [newOrder, 0.9], [amend, 0.95]];
  for (const [kind, share] of shares) {
    while (limiter.inFlight < Math.floor(limit * share)) {
      assert.equal(run.ask(kind), TotalCode.admitted);
    }
    assert.equal(run.ask(kind), TotalCode.concurrency);
    assert.equal(limiter.waitMicros, CONCURRENCY_WAIT_LEAST_MICROS);
  }
  for (let count = 0; count < 100; count++) assert.equal(run.ask(cancel), TotalCode.admitted);
  assert.equal(limiter.inFlight, Math.floor(limit * 0.95) + 100);
  while (limiter.inFlight > 0) limiter.end();
  limiter.end();
  assert.equal(limiter.inFlight, 0);
  assert.equal(run.ask(read), TotalCode.admitted);
});

/**
 * Asks for `kind` every five milliseconds until the breaker opens, for `micros` at most, and says how
 * long that took; round trips are good and short.
 */
function flood(run: TotalRun, kind: AdmissionKind, micros: number): number {
  for (let passed = 0; passed < micros; passed += 5_000) {
    while (run.ask(kind) === TotalCode.admitted) run.over(2_000);
    if (run.limiter.phase === BreakerPhase.open) return passed;
    run.pass(5_000);
  }
  return micros;
}

Deno.test("a total that orders deplete for five seconds opens the breaker; reads never do", () => {
  for (const base of [10, 100, 1_000]) {
    const readers = new TotalRun(base);
    flood(readers, read, 20 * MILLION);
    assert.equal(readers.limiter.phase, BreakerPhase.closed, `base ${base}`);

    const run = new TotalRun(base);
    const micros = flood(run, newOrder, 20 * MILLION);
    assert.ok(micros >= DEPLETED_MICROS && micros < DEPLETED_MICROS + 3 * MILLION, `${micros}`);
    for (const kind of [amend, newOrder, read]) assert.equal(run.ask(kind), TotalCode.breaker);
    assert.equal(run.ask(cancel), TotalCode.admitted);
    run.ask(newOrder);
    run.pass(run.limiter.waitMicros);
    let probes = 0;
    while (run.ask(newOrder) === TotalCode.admitted) probes++;
    assert.ok(probes >= PROBE_SUCCESSES && probes <= PROBES_MAX, `${probes} probes`);
    for (let probe = 0; probe < PROBE_SUCCESSES; probe++) {
      run.pass(1_000);
      run.over(1_000);
    }
    assert.equal(run.limiter.phase, BreakerPhase.closed);
  }
});

Deno.test("a failed probe keeps it open for longer", () => {
  const run = new TotalRun(100);
  flood(run, newOrder, 20 * MILLION);
  assert.equal(run.ask(newOrder), TotalCode.breaker);
  run.pass(run.limiter.waitMicros);
  assert.equal(run.ask(newOrder), TotalCode.admitted);
  run.pass(1_000);
  run.over(1_000, false);
  assert.equal(run.ask(newOrder), TotalCode.breaker);
  assert.ok(run.limiter.waitMicros >= 2 * MILLION && run.limiter.waitMicros <= 4 * MILLION);
});

Deno.test("a rate that is refused on a healthy path rises, on a failing one it falls", () => {
  const healthy = new TotalRun(100);
  flood(healthy, read, 15 * MILLION);
  assert.equal(healthy.limiter.buckets.unitsPerSecond, 120);
  const failing = new TotalRun(100);
  for (let second = 0; second < 6; second++) {
    for (let trip = 0; trip < 3; trip++) failing.over(1_000, false);
    failing.pass(MILLION);
  }
  failing.ask(read);
  assert.equal(failing.limiter.buckets.unitsPerSecond, 80);
});

Deno.test("a failure that came back quickly is no sample of a fast path", () => {
  const run = new TotalRun(100);
  for (let trip = 0; trip < 60; trip++) run.over(100_000);
  for (let trip = 0; trip < 60; trip++) run.over(10, false);
  assert.equal(run.limiter.roundTripMicros, 100_000);
  run.over(200_000, false);
  assert.ok(run.limiter.roundTripMicros > 100_000);
});

Deno.test("behind a slow server it keeps the queue short and the server busy", () => {
  // 500 a second can be served, 900 are asked for and the rate would allow 1,000.
  const limiter = new DualLimiter({ refill: refillPolicy(1_000), jitter: 0 });
  const model = new QueueModel(7, 2_000, 10_000, 1.8);
  const roundTrips: number[] = [];
  const arrivals = 60_000;
  let served = 0;
  for (let index = 0; index < arrivals; index++) {
    model.nextArrival((roundTripMicros) => {
      limiter.observeRoundTrip(roundTripMicros, true, START_MICROS + Math.floor(model.nowMicros));
      limiter.end();
      if (index > arrivals / 2) roundTrips.push(roundTripMicros);
    });
    const now = START_MICROS + Math.floor(model.nowMicros);
    if (limiter.decide(newOrder, 1, now) !== TotalCode.admitted) continue;
    limiter.begin();
    model.admit();
    served++;
  }
  roundTrips.sort((one, other) => one - other);
  const median = roundTrips[roundTrips.length >> 1];
  assert.ok(median < 3 * 12_000, `median ${median}`);
  assert.ok(served * 2_000 > 0.9 * model.nowMicros, `${served} served`);
});

Deno.test("measures out of range are refused by name and value", () => {
  const refill = refillPolicy(100);
  for (const jitter of [-0.1, 1, NaN]) {
    assert.throws(() => new DualLimiter({ refill, jitter }), RangeError);
  }
  const concurrency = { ...GRADIENT_DEFAULTS, least: 0 };
  assert.throws(() => new DualLimiter({ refill, jitter: 0, concurrency }), GradientPolicyError);
});
