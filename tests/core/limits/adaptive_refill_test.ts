import assert from "node:assert/strict";
import fc from "fast-check";
import {
  ADAPTIVE_REFILL_SLOTS,
  noteRoundTrip,
  noteUnits,
  REFILL_LEAST_DEFAULT,
  REFILL_MOST_DEFAULT,
  REFILL_STEP_MICROS,
  REFILL_SUB_WINDOWS,
  REFILL_WINDOW_SECONDS,
  RefillError,
  refillPolicy,
  refillRate,
  stepRefill,
} from "../../../core/limits/adaptive_refill.ts";
import { CLOCK_STEP_BACK_MICROS_MAX } from "../../../core/limits/token_bucket.ts";

const START_MICROS = 1_700_000_000_000_000;
const SECOND = 1_000_000;
/** Seconds after which the window has forgotten, by its sub-windows. */
const FORGOTTEN_SECONDS = REFILL_WINDOW_SECONDS + REFILL_WINDOW_SECONDS / REFILL_SUB_WINDOWS;

/** One refill with its measures and a clock. */
class Refill {
  readonly state = new Float64Array(ADAPTIVE_REFILL_SLOTS);
  readonly policy;
  now = START_MICROS;
  constructor(base: number, least = REFILL_LEAST_DEFAULT, most = REFILL_MOST_DEFAULT) {
    this.policy = refillPolicy(base, least, most);
  }
  get rate(): number {
    return refillRate(this.state, 0, this.policy);
  }
  step(): number {
    return stepRefill(this.state, 0, this.now, this.policy);
  }
  units(units: number, isAdmitted: boolean): void {
    this.step();
    noteUnits(this.state, 0, units, isAdmitted);
  }
  roundTrip(isTroubled: boolean): void {
    this.step();
    noteRoundTrip(this.state, 0, isTroubled);
  }
  /** Lives through `seconds` in which each second brings what `each` notes. */
  live(seconds: number, each: () => void): void {
    for (let second = 0; second < seconds; second++) {
      each();
      this.now += SECOND;
      this.step();
    }
  }
}

const bases = fc.integer({ min: REFILL_LEAST_DEFAULT, max: REFILL_MOST_DEFAULT });

Deno.test("a demand on a healthy path raises the rate to a fifth more within eleven seconds", () => {
  fc.assert(fc.property(bases, (base) => {
    const refill = new Refill(base);
    refill.live(11, () => {
      refill.units(base, true);
      refill.units(base, false);
      refill.roundTrip(false);
    });
    assert.equal(refill.rate, Math.min(REFILL_MOST_DEFAULT, base + Math.floor(base / 5)));
  }));
});

Deno.test("a slow or failing path lowers it to a fifth less within five seconds, demand or not", () => {
  fc.assert(fc.property(bases, fc.boolean(), (base, hasDemand) => {
    const refill = new Refill(base);
    refill.live(5, () => {
      refill.units(base, !hasDemand);
      for (let trip = 0; trip < 100; trip++) refill.roundTrip(trip < 10);
    });
    assert.equal(refill.rate, Math.max(REFILL_LEAST_DEFAULT, base - Math.floor(base / 5)));
  }));
});

Deno.test("a few slow round trips among many are no trouble, and neither are two of two", () => {
  const many = new Refill(100);
  many.live(30, () => {
    many.units(1, true);
    for (let trip = 0; trip < 100; trip++) many.roundTrip(trip < 5);
  });
  assert.equal(many.rate, 100);
  const few = new Refill(100);
  few.roundTrip(true);
  few.roundTrip(true);
  few.live(10, () => {});
  assert.equal(few.rate, 100);
});

Deno.test("it does not rise on what nobody has seen to be healthy", () => {
  const refill = new Refill(100);
  refill.live(30, () => refill.units(50, false));
  assert.equal(refill.rate, 100);
});

Deno.test("it is back at the base once the window has forgotten, with traffic or idle", () => {
  fc.assert(fc.property(bases, fc.boolean(), fc.boolean(), (base, isDown, isIdle) => {
    const refill = new Refill(base);
    refill.live(15, () => {
      refill.units(base, false);
      for (let trip = 0; trip < 10; trip++) refill.roundTrip(isDown);
    });
    const moved = refill.rate;
    refill.live(FORGOTTEN_SECONDS + 21, () => {
      if (isIdle) return;
      refill.units(1, true);
      refill.roundTrip(false);
    });
    assert.equal(refill.rate, base, `was at ${moved}`);
  }));
});

Deno.test("it remembers a minute, and a minute only", () => {
  const refill = new Refill(100);
  const demand = () => {
    refill.units(1, false);
    refill.roundTrip(false);
  };
  refill.live(20, demand);
  refill.live(59, () => refill.roundTrip(false));
  assert.equal(refill.rate, 120);
  refill.live(7, () => refill.roundTrip(false));
  assert.ok(refill.rate < 120);
});

Deno.test("what was noted before a silence is not taken for new behind it", () => {
  const refill = new Refill(100);
  for (let trip = 0; trip < 10; trip++) refill.roundTrip(true);
  refill.now += FORGOTTEN_SECONDS * SECOND;
  assert.equal(refill.step(), 100);
});

Deno.test("whoever was not asked for long is back at the base at once", () => {
  const refill = new Refill(100);
  refill.live(15, () => {
    refill.units(1, false);
    refill.roundTrip(false);
  });
  assert.equal(refill.rate, 120);
  refill.now += 10 * 60 * SECOND;
  assert.equal(refill.step(), 100);
});

const events = (leastMicros: number) =>
  fc.array(
    fc.record({
      stepMicros: fc.oneof(
        fc.integer({ min: leastMicros, max: 400_000 }),
        fc.integer({ min: leastMicros, max: 5_000_000 }),
      ),
      units: fc.integer({ min: 1, max: 1_000 }),
      isAdmitted: fc.boolean(),
      isTroubled: fc.constantFrom(true, false, false),
    }),
    { minLength: 50, maxLength: 300 },
  );

Deno.test("it stays whole and within a fifth of the base and its bounds, whatever the clock", () => {
  const measures = fc.record({
    least: fc.integer({ min: 1, max: 50 }),
    base: fc.integer({ min: 50, max: 500 }),
    most: fc.integer({ min: 500, max: 600 }),
  });
  fc.assert(fc.property(measures, events(-10_000_000), ({ least, base, most }, sequence) => {
    const refill = new Refill(base, least, most);
    for (const { stepMicros, units, isAdmitted, isTroubled } of sequence) {
      refill.now += stepMicros;
      refill.units(units, isAdmitted);
      refill.roundTrip(isTroubled);
      const rate = refill.step();
      assert.equal(rate, refill.rate);
      assert.ok(Number.isInteger(rate) && rate >= least && rate <= most, `rate ${rate}`);
      assert.ok(rate >= base * 0.8 && rate <= base * 1.2, `rate ${rate} of ${base}`);
      assert.ok(refill.state.every(Number.isFinite));
    }
  }));
});

Deno.test("a step is made once a second at most, also when the clock steps back", () => {
  fc.assert(fc.property(events(-CLOCK_STEP_BACK_MICROS_MAX), (sequence) => {
    const refill = new Refill(1_000, 1, 2_000);
    refill.step();
    let latest = refill.now;
    let changes = 0;
    for (const { stepMicros, units, isAdmitted, isTroubled } of sequence) {
      refill.now = Math.max(refill.now + stepMicros, latest - CLOCK_STEP_BACK_MICROS_MAX);
      latest = Math.max(latest, refill.now);
      refill.units(units, isAdmitted);
      refill.roundTrip(isTroubled);
      const before = refill.rate;
      const after = refill.step();
      if (after === before) continue;
      changes++;
      assert.ok(Math.abs(after - before) <= 50);
    }
    assert.ok(changes <= (latest - START_MICROS) / REFILL_STEP_MICROS, `${changes} steps`);
  }));
});

Deno.test("a clock that steps back by an hour delays a step by the bound, no longer", () => {
  const refill = new Refill(100);
  const demand = () => {
    refill.units(10, false);
    refill.roundTrip(false);
  };
  refill.live(3, demand);
  assert.equal(refill.rate, 106);
  refill.now -= 3_600 * SECOND;
  demand();
  assert.equal(refill.step(), 106);
  refill.now += CLOCK_STEP_BACK_MICROS_MAX + REFILL_STEP_MICROS - 1;
  assert.equal(refill.step(), 106);
  refill.now += 1;
  assert.equal(refill.step(), 108);
});

Deno.test("rates out of their bounds are refused by name and value", () => {
  for (const rates of [[5], [1_001], [10.5], [NaN], [10, 0], [10, 20, 10], [10, 1, 1e7]]) {
    assert.throws(() => refillPolicy(rates[0], rates[1], rates[2]), RefillError);
  }
  assert.throws(
    () => refillPolicy(5),
    { message: "base rate is 5; it takes a whole number from 10 to 1000" },
  );
});
