import assert from "node:assert/strict";
import fc from "fast-check";
import {
  BURST_FACTOR_LEAST,
  burstFactor,
  FAST_IN_A_ROW,
  FAST_ROUND_TRIP_MICROS,
  GOOD_ROUND_TRIP_MICROS,
  isLeakyOnly,
  LATENCY_SCALE_SLOTS,
  LEAK_FACTOR_LEAST,
  leakFactor,
  observeLatency,
  SLOW_IN_A_ROW,
  SLOW_ROUND_TRIP_MICROS,
  smoothedRoundTripMicros,
} from "../../../core/limits/latency_scale.ts";

/** One path. */
class Scale {
  readonly state = new Float64Array(LATENCY_SCALE_SLOTS);
  observe(...roundTripsMicros: number[]): this {
    for (const micros of roundTripsMicros) observeLatency(this.state, 0, micros);
    return this;
  }
  get burst(): number {
    return burstFactor(this.state, 0);
  }
  get leak(): number {
    return leakFactor(this.state, 0);
  }
  get isLeakyOnly(): boolean {
    return isLeakyOnly(this.state, 0);
  }
  get smoothed(): number {
    return smoothedRoundTripMicros(this.state, 0);
  }
}

const SLOW = SLOW_ROUND_TRIP_MICROS + 1;
const roundTrips = fc.array(
  fc.oneof(
    fc.integer({ min: 0, max: 2 * GOOD_ROUND_TRIP_MICROS }),
    fc.integer({ min: FAST_ROUND_TRIP_MICROS - 10, max: SLOW_ROUND_TRIP_MICROS + 10 }),
    fc.integer({ min: 0, max: 5_000_000 }),
    fc.constantFrom(-1, NaN, Infinity, -Infinity, Number.MAX_VALUE),
  ),
  { minLength: 20, maxLength: 300 },
);

Deno.test("at or below a good round trip burst and leak are whole", () => {
  const fresh = new Scale();
  assert.deepEqual([fresh.burst, fresh.leak, fresh.smoothed], [1, 1, 0]);
  const good = new Scale().observe(...new Array(20).fill(GOOD_ROUND_TRIP_MICROS));
  assert.deepEqual([good.burst, good.leak], [1, 1]);
});

Deno.test("above it they fall with good / smoothed, and stay at their least", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: SLOW_ROUND_TRIP_MICROS }), (micros) => {
    const scale = new Scale().observe(...new Array(20).fill(micros));
    assert.equal(scale.smoothed, micros);
    const share = Math.min(1, GOOD_ROUND_TRIP_MICROS / micros);
    assert.equal(scale.burst, Math.max(BURST_FACTOR_LEAST, share));
    assert.equal(scale.leak, Math.max(LEAK_FACTOR_LEAST, share));
  }));
  // Two slow ones and one that breaks the row, over and over: slow on average, yet not leaky only.
  const scale = new Scale();
  for (let turn = 0; turn < 50; turn++) scale.observe(900_000, 900_000, FAST_ROUND_TRIP_MICROS);
  assert.ok(scale.smoothed > GOOD_ROUND_TRIP_MICROS / BURST_FACTOR_LEAST);
  assert.deepEqual([scale.burst, scale.leak], [BURST_FACTOR_LEAST, LEAK_FACTOR_LEAST]);
});

Deno.test("the smoothed round trip goes an eighth of the way to each sample", () => {
  const scale = new Scale().observe(8_000, 16_000);
  assert.equal(scale.smoothed, 9_000);
});

Deno.test("three round trips above 200 ms in a row are leaky only, and two are not", () => {
  assert.equal(SLOW_ROUND_TRIP_MICROS, 200_000);
  assert.equal(SLOW_IN_A_ROW, 3);
  const scale = new Scale().observe(SLOW, SLOW, SLOW_ROUND_TRIP_MICROS, SLOW, SLOW);
  assert.ok(!scale.isLeakyOnly);
  scale.observe(SLOW);
  assert.ok(scale.isLeakyOnly);
  assert.deepEqual([scale.burst, scale.leak], [0, LEAK_FACTOR_LEAST]);
});

Deno.test("two in a row at or below 160 ms end it; one between breaks the row", () => {
  assert.equal(FAST_ROUND_TRIP_MICROS, 160_000);
  assert.equal(FAST_IN_A_ROW, 2);
  const between = FAST_ROUND_TRIP_MICROS + 1;
  const scale = new Scale().observe(SLOW, SLOW, SLOW);
  scale.observe(between, between, between, FAST_ROUND_TRIP_MICROS, between, 1);
  assert.ok(scale.isLeakyOnly);
  scale.observe(FAST_ROUND_TRIP_MICROS);
  assert.ok(!scale.isLeakyOnly);
  assert.ok(scale.burst > 0);
});

Deno.test("leaky only holds exactly where the last rows say so, whatever came", () => {
  fc.assert(fc.property(roundTrips, (sequence) => {
    const scale = new Scale();
    const seen: number[] = [];
    let expected = false;
    for (const micros of sequence) {
      scale.observe(micros);
      if (micros >= 0) seen.push(micros);
      const last = (count: number) => seen.length >= count ? seen.slice(-count) : [NaN];
      if (!expected && last(SLOW_IN_A_ROW).every((one) => one > SLOW_ROUND_TRIP_MICROS)) {
        expected = true;
        seen.length = 0;
      } else if (expected && last(FAST_IN_A_ROW).every((one) => one <= FAST_ROUND_TRIP_MICROS)) {
        expected = false;
        seen.length = 0;
      }
      assert.equal(scale.isLeakyOnly, expected);
    }
  }));
});

Deno.test("the factors stay in their ranges and the state finite, whatever it is told", () => {
  fc.assert(fc.property(roundTrips, (sequence) => {
    const scale = new Scale();
    for (const micros of sequence) {
      scale.observe(micros);
      assert.ok(scale.state.every(Number.isFinite));
      assert.ok(scale.leak >= LEAK_FACTOR_LEAST && scale.leak <= 1);
      assert.ok(
        scale.isLeakyOnly ? scale.burst === 0 : scale.burst >= BURST_FACTOR_LEAST,
        `burst ${scale.burst}`,
      );
      assert.ok(scale.burst <= 1);
    }
  }));
});
