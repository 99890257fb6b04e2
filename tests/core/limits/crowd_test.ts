import assert from "node:assert/strict";
import fc from "fast-check";
import { refillPolicy } from "../../../core/limits/adaptive_refill.ts";
import { CROWD_MICROS, CROWD_SLOTS, crowdLimit, noteCrowd } from "../../../core/limits/crowd.ts";
import { AdmissionKind } from "../../../core/limits/admission_code.ts";
import { DualLimiter, TotalCode } from "../../../core/limits/dual_limiter.ts";
import { GRADIENT_DEFAULTS } from "../../../core/limits/gradient_policy.ts";

const { amend, cancel, order: newOrder, read } = AdmissionKind;
const LIMIT = 100;
const START_MICROS = 1_000_000_000;

/** A limiter with room for 90 orders (of 100), of which a crowd leaves 36 (of 40). */
function crowdedLimiter(): DualLimiter {
  const concurrency = { ...GRADIENT_DEFAULTS, initial: LIMIT, least: LIMIT, most: LIMIT };
  const refill = refillPolicy(100_000, 1, 200_000);
  return new DualLimiter({ refill, concurrency, crowdShare: 0.4, jitter: 0 });
}

/** Lets requests of a kind in at a moment until one is refused; how many are under way then. */
function fill(limiter: DualLimiter, kind: AdmissionKind, nowMicros: number): number {
  while (limiter.decide(kind, 1, nowMicros) === TotalCode.admitted) limiter.begin();
  return limiter.inFlight;
}

/** Ends requests until so many are under way. */
function drainTo(limiter: DualLimiter, inFlight: number): void {
  while (limiter.inFlight > inFlight) limiter.end();
}

Deno.test("from a refusal on there is room for a share, until none was for a second", () => {
  const limiter = crowdedLimiter();
  assert.equal(fill(limiter, newOrder, START_MICROS), 90);
  assert.equal(limiter.concurrencyLimit, 40);
  drainTo(limiter, 36);
  assert.equal(limiter.decide(newOrder, 1, START_MICROS + 1), TotalCode.concurrency);
  assert.equal(limiter.decide(cancel, 1, START_MICROS + 1), TotalCode.admitted);
  drainTo(limiter, 35);
  assert.equal(limiter.decide(newOrder, 1, START_MICROS + 2), TotalCode.admitted);
  // The last refusal was at the first microsecond.
  const over = START_MICROS + 1 + CROWD_MICROS;
  assert.equal(limiter.decide(newOrder, 1, over - 1), TotalCode.admitted);
  assert.equal(limiter.concurrencyLimit, 40);
  assert.equal(fill(limiter, newOrder, over), 90);
});

Deno.test("as long as orders are refused there is a crowd, by the early look as well", () => {
  const limiter = crowdedLimiter();
  fill(limiter, newOrder, START_MICROS);
  for (let second = 1; second < 10; second++) {
    const now = START_MICROS + second * (CROWD_MICROS - 1);
    assert.equal(limiter.peek(newOrder, now), TotalCode.concurrency);
    assert.equal(limiter.concurrencyLimit, 40);
  }
});

Deno.test("a read that is refused takes no room from orders", () => {
  const limiter = crowdedLimiter();
  assert.equal(fill(limiter, read, START_MICROS), 80);
  assert.equal(limiter.concurrencyLimit, LIMIT);
  assert.equal(fill(limiter, newOrder, START_MICROS), 90);
});

Deno.test("an amend finds the room that a crowd of orders does not", () => {
  const limiter = crowdedLimiter();
  assert.equal(fill(limiter, newOrder, START_MICROS), 90);
  assert.equal(limiter.decide(newOrder, 1, START_MICROS + 1), TotalCode.concurrency);
  assert.equal(fill(limiter, amend, START_MICROS + 1), 95);
});

Deno.test("a share is above 0 and at most 1", () => {
  const refill = refillPolicy(100, 1);
  for (const crowdShare of [0, -1, 1.01, NaN]) {
    assert.throws(() => new DualLimiter({ refill, crowdShare, jitter: 0 }), RangeError);
  }
});

Deno.test("the limit is the whole or the share, never less than 1, and whole again in a second", () => {
  const steps = fc.array(fc.record({ micros: fc.nat(2 * CROWD_MICROS), isRefused: fc.boolean() }));
  const share = fc.double({ min: 0.01, max: 1, noNaN: true });
  fc.assert(fc.property(steps, fc.integer({ min: 1, max: 1_000 }), share, (all, limit, left) => {
    const state = new Float64Array(CROWD_SLOTS);
    let time = START_MICROS;
    let refused = -Infinity;
    for (const { micros, isRefused } of all) {
      time += micros;
      const isCrowd = time - refused < CROWD_MICROS;
      const expected = isCrowd ? Math.max(1, Math.floor(limit * left)) : limit;
      assert.equal(crowdLimit(state, 0, time, limit, left), expected);
      if (!isRefused) continue;
      noteCrowd(state, 0, time);
      refused = time;
    }
  }));
});
