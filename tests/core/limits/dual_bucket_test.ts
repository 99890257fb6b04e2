import assert from "node:assert/strict";
import fc from "fast-check";
import { takeFromDualBucket } from "../../../core/limits/dual_bucket.ts";
import { Figures } from "../../../core/limits/figures.ts";
import { admissionPolicy } from "../../../core/limits/policy.ts";
import { LEAK, ROW_SLOTS, TOKENS } from "../../../core/limits/subject_row.ts";

const START_MICROS = 1_700_000_000_000_000;

Deno.test("one pass does exactly what the two buckets do one after the other", () => {
  const requests = fc.array(
    fc.record({
      stepMicros: fc.oneof(
        fc.nat(300_000),
        fc.integer({ min: -900_000, max: 0 }),
        fc.integer({ min: -9_000_000, max: 9_000_000 }),
      ),
      cost: fc.nat(),
    }),
    { minLength: 20, maxLength: 300 },
  );
  fc.assert(fc.property(fc.constantFrom(1, 3, 7, 1_000, 10_000_000), requests, (rate, all) => {
    const { key } = admissionPolicy(rate, 1);
    const state = new Float64Array(2 * ROW_SLOTS);
    const reference = state.slice();
    const figures = new Figures(key);
    let now = START_MICROS;
    for (const { stepMicros, cost } of all) {
      now += stepMicros;
      const units = 1 + cost % key.costMax;
      const fits = takeFromDualBucket(state, ROW_SLOTS, key, units, now);
      const [tokensAt, leakAt] = [ROW_SLOTS + TOKENS, ROW_SLOTS + LEAK];
      assert.equal(fits, figures.takeOrdinary(reference, tokensAt, leakAt, key, units, now));
      assert.deepEqual(state, reference);
    }
  }));
});
