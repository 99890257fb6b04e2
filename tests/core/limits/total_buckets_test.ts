import assert from "node:assert/strict";
import fc from "fast-check";
import { BURST_FACTOR_LEAST } from "../../../core/limits/latency_scale.ts";
import { atLeastOne, TOTAL_PEAK_FACTOR, TotalBuckets } from "../../../core/limits/total_buckets.ts";
import { AdmissionKind } from "../../../core/limits/admission_code.ts";
import { KIND_SHARES } from "../../../core/limits/kind_shares.ts";

const START_MICROS = 1_700_000_000_000_000;
const SECOND = 1_000_000;
const { cancel, amend, order: newOrder, read } = AdmissionKind;

function made(unitsPerSecond = 100): TotalBuckets {
  const buckets = new TotalBuckets(unitsPerSecond, Math.ceil(unitsPerSecond * 1.2));
  buckets.settle(START_MICROS);
  return buckets;
}

/** The measures that hold, in the order of the fields. */
const measures = ({ unitsPerSecond, units, leakUnitsPerSecond, leakUnits }: TotalBuckets) => [
  unitsPerSecond,
  units,
  leakUnitsPerSecond,
  leakUnits,
];

Deno.test("the measures follow the rate, the burst and the leak, in whole units", () => {
  const buckets = made();
  assert.deepEqual(measures(buckets), [100, 200, 100 * TOTAL_PEAK_FACTOR, 100]);
  buckets.tune(120, 1, 1);
  assert.deepEqual(measures(buckets), [120, 240, 240, 120]);
  buckets.tune(99, 0.25, 0.5);
  assert.deepEqual(measures(buckets), [99, 49, 99, 24]);
  buckets.tune(100, 0, 0.5);
  assert.deepEqual(measures(buckets), [100, 200 * BURST_FACTOR_LEAST, 100, 0]);
});

Deno.test("each kind finds its share of the tokens, and one unit of the smallest bucket", () => {
  const buckets = made();
  assert.deepEqual([cancel, amend, newOrder, read].map((kind) => buckets.remaining(kind)), [
    200,
    190,
    180,
    160,
  ]);
  assert.ok(KIND_SHARES.every((share, kind) => kind === 0 || share < KIND_SHARES[kind - 1]));
  const smallest = new TotalBuckets(1, 1);
  smallest.tune(1, BURST_FACTOR_LEAST, 0.5);
  assert.equal(smallest.remaining(read), 1);
  assert.equal(atLeastOne(0.2), 1);
  assert.equal(atLeastOne(2.9), 2);
});

Deno.test("a change of the measures keeps what was taken and what is inside", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 95 }),
      fc.array(fc.integer({ min: 80, max: 120 }), { minLength: 1, maxLength: 20 }),
      (taken, rates) => {
        const buckets = made();
        buckets.charge(taken);
        for (const rate of rates) {
          buckets.settle(START_MICROS);
          buckets.tune(rate, 1, 1);
          assert.equal(buckets.remaining(cancel), 2 * rate - taken);
          assert.equal(buckets.fullMicros, Math.ceil((taken * SECOND) / rate));
          // All of the leak's depth is free when what is inside has leaked out.
          const depth = Math.floor(rate * KIND_SHARES[amend]);
          const wait = buckets.leakWaitMicros(amend, depth);
          assert.equal(wait, Math.ceil((taken * SECOND) / (2 * rate)));
        }
      },
    ),
  );
});

Deno.test("the total is depleted below a twentieth of the orders' share, or below one unit", () => {
  const buckets = made();
  buckets.charge(171);
  assert.equal(buckets.isDepleted, false);
  buckets.charge(1);
  assert.equal(buckets.isDepleted, true);
  const small = made(10);
  small.charge(17);
  assert.equal(small.isDepleted, false);
  small.charge(1);
  assert.equal(small.isDepleted, true);
  small.settle(START_MICROS + 99_999);
  assert.equal(small.isDepleted, true);
  small.settle(START_MICROS + 100_000);
  assert.equal(small.isDepleted, false);
});

Deno.test("the slowest leak still forgets nothing of what the deepest let in", () => {
  const buckets = made();
  buckets.tune(120, 1, 1);
  buckets.charge(114);
  buckets.tune(80, 0, 0.5);
  assert.equal(buckets.leakWaitMicros(read, 1), (114 * SECOND) / 80);
  buckets.settle(START_MICROS);
  assert.equal(buckets.leakWaitMicros(read, 1), (114 * SECOND) / 80);
});

Deno.test("a request is charged to the tokens in full and to the leak by a second's worth", () => {
  const buckets = made();
  buckets.charge(1_000);
  const waits = [
    buckets.tokensWaitMicros(read, 1),
    buckets.leakWaitMicros(read, 1),
  ];
  assert.deepEqual(waits, [(1_000 + 1 - 160) * 10_000, (100 + 1 - 80) * 5_000]);
});
