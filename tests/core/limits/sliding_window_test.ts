import assert from "node:assert/strict";
import fc from "fast-check";
import {
  addToSlidingWindow,
  settleSlidingWindow,
  slidingWindowSlots,
  slidingWindowSum,
  slidingWindowWaitMicros,
  SUB_WINDOWS_MAX,
} from "../../../core/limits/sliding_window.ts";
import { CLOCK_STEP_BACK_MICROS_MAX } from "../../../core/limits/token_bucket.ts";

const START_MICROS = 1_700_000_000_000_000;

/** One window with its measures; it lies in the middle of a longer state. */
class Window {
  readonly at = 5;
  readonly state: Float64Array;
  constructor(readonly parts: number, readonly partMicros: number, readonly limit: number) {
    this.state = new Float64Array(this.at + slidingWindowSlots(parts) + 5);
  }
  settle(now: number): void {
    settleSlidingWindow(this.state, this.at, now, this.parts, this.partMicros);
  }
  wait(now: number, cost: number): number {
    this.settle(now);
    const { state, at, parts, partMicros, limit } = this;
    return slidingWindowWaitMicros(state, at, now, parts, partMicros, limit, cost);
  }
  admit(now: number, cost: number): boolean {
    if (this.wait(now, cost) > 0) return false;
    addToSlidingWindow(this.state, this.at, cost);
    return true;
  }
  sum(now: number): number {
    this.settle(now);
    return slidingWindowSum(this.state, this.at);
  }
  get lengthMicros(): number {
    return this.parts * this.partMicros;
  }
}

interface Admitted {
  readonly now: number;
  readonly cost: number;
}

/** Units of `log` in the closed interval of `lengthMicros` that ends at `endMicros`. */
function unitsWithin(log: readonly Admitted[], endMicros: number, lengthMicros: number): number {
  let units = 0;
  for (const { now, cost } of log) {
    if (now <= endMicros && now >= endMicros - lengthMicros) units += cost;
  }
  return units;
}

const measures = fc.record({
  parts: fc.integer({ min: 1, max: 12 }),
  partMicros: fc.integer({ min: 1, max: 500_000 }),
  limit: fc.integer({ min: 1, max: 200 }),
});
const steps = (leastMicros: number) =>
  fc.array(
    fc.record({
      stepMicros: fc.oneof(
        fc.integer({ min: leastMicros, max: 100_000 }),
        fc.integer({ min: leastMicros, max: 3_000_000 }),
      ),
      cost: fc.integer({ min: 1, max: 50 }),
    }),
    { minLength: 20, maxLength: 200 },
  );

Deno.test("in no window, wherever it begins, is more admitted than the limit", () => {
  fc.assert(fc.property(measures, steps(0), ({ parts, partMicros, limit }, sequence) => {
    const window = new Window(parts, partMicros, limit);
    const log: Admitted[] = [];
    let now = START_MICROS;
    for (const { stepMicros, cost: wanted } of sequence) {
      now += stepMicros;
      const cost = Math.min(wanted, limit);
      if (!window.admit(now, cost)) continue;
      log.push({ now, cost });
      const units = unitsWithin(log, now, window.lengthMicros);
      assert.ok(units <= limit, `${units} units in a window`);
    }
  }));
});

Deno.test("the sum covers the window, and at most one sub-window more", () => {
  fc.assert(fc.property(measures, steps(0), ({ parts, partMicros }, sequence) => {
    const window = new Window(parts, partMicros, Number.MAX_SAFE_INTEGER);
    const log: Admitted[] = [];
    let now = START_MICROS;
    for (const { stepMicros, cost } of sequence) {
      now += stepMicros;
      assert.ok(window.admit(now, cost));
      log.push({ now, cost });
      const sum = window.sum(now);
      assert.ok(sum >= unitsWithin(log, now, window.lengthMicros), "less than the window");
      assert.ok(sum <= unitsWithin(log, now, window.lengthMicros + partMicros), "more");
    }
    assert.equal(window.sum(now + window.lengthMicros + partMicros), 0);
  }));
});

Deno.test("whoever takes all he can gets N/(N + 1) of what an exact log admits, or more", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 20 }),
      (parts, limit) => {
        const window = new Window(parts, 1_000, limit);
        let units = 0;
        const rounds = 20;
        for (let micros = 0; micros < rounds * (parts + 1) * 1_000; micros += 250) {
          while (window.admit(START_MICROS + micros, 1)) units++;
        }
        assert.ok(units >= rounds * limit, `${units} units`);
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("the wait is exact, and at most a sub-window longer than by an exact log", () => {
  fc.assert(fc.property(measures, steps(0), ({ parts, partMicros, limit }, sequence) => {
    const window = new Window(parts, partMicros, limit);
    const log: Admitted[] = [];
    let now = START_MICROS;
    for (const { stepMicros, cost: wanted } of sequence) {
      now += stepMicros;
      const cost = Math.min(wanted, limit);
      const wait = window.wait(now, cost);
      if (wait > 0) {
        let exact = now;
        while (unitsWithin(log, exact, window.lengthMicros) + cost > limit) {
          const leaves = log.filter((one) => one.now >= exact - window.lengthMicros)
            .map((one) => one.now + window.lengthMicros + 1);
          exact = Math.max(exact + 1, Math.min(...leaves));
        }
        assert.ok(now + wait >= exact, "earlier than an exact log");
        assert.ok(now + wait < exact + partMicros, "more than a sub-window later");
        assert.ok(window.wait(now + wait - 1, cost) > 0);
        now += wait;
      }
      assert.ok(window.admit(now, cost));
      log.push({ now, cost });
    }
  }));
});

Deno.test("a clock that steps back within the bound gives nobody anything", () => {
  fc.assert(fc.property(
    measures,
    steps(-CLOCK_STEP_BACK_MICROS_MAX),
    ({ parts, partMicros, limit }, sequence) => {
      const window = new Window(parts, partMicros, limit);
      const log: Admitted[] = [];
      let now = START_MICROS;
      let latest = now;
      window.settle(now);
      for (const { stepMicros, cost: wanted } of sequence) {
        now = Math.max(now + stepMicros, latest - CLOCK_STEP_BACK_MICROS_MAX);
        latest = Math.max(latest, now);
        const cost = Math.min(wanted, limit);
        if (!window.admit(now, cost)) continue;
        log.push({ now: latest, cost });
        assert.ok(unitsWithin(log, latest, window.lengthMicros) <= limit);
      }
    },
  ));
});

Deno.test("a clock that steps back far admits nothing at once and refuses for no longer", () => {
  fc.assert(fc.property(
    measures,
    fc.integer({ min: CLOCK_STEP_BACK_MICROS_MAX + 1, max: 86_400_000_000 }),
    ({ parts, partMicros, limit }, backMicros) => {
      const window = new Window(parts, partMicros, limit);
      assert.ok(window.admit(START_MICROS, limit));
      // The newest sub-window may have begun up to its length before the step.
      const now = START_MICROS - partMicros - backMicros;
      const wait = window.wait(now, limit);
      const bound = CLOCK_STEP_BACK_MICROS_MAX + window.lengthMicros + partMicros;
      assert.equal(wait, bound);
      assert.ok(!window.admit(now + wait - 1, 1));
      assert.ok(window.admit(now + wait, limit));
    },
  ));
});

Deno.test("a window stays within its slots and its figures stay whole", () => {
  fc.assert(fc.property(
    measures,
    steps(-10_000_000),
    ({ parts, partMicros, limit }, sequence) => {
      const window = new Window(parts, partMicros, limit);
      let now = START_MICROS;
      for (const { stepMicros, cost } of sequence) {
        now += stepMicros;
        window.admit(now, Math.min(cost, limit));
        const sum = window.sum(now);
        assert.ok(Number.isInteger(sum) && sum >= 0 && sum <= limit, `sum ${sum}`);
      }
      const slots = slidingWindowSlots(parts);
      assert.ok(window.state.every(Number.isSafeInteger));
      assert.ok(window.state.subarray(0, window.at).every((slot) => slot === 0));
      assert.ok(window.state.subarray(window.at + slots).every((slot) => slot === 0));
    },
  ));
});

Deno.test("the number of sub-windows is checked", () => {
  assert.equal(slidingWindowSlots(60), 64);
  for (const parts of [0, -1, 1.5, SUB_WINDOWS_MAX + 1, NaN]) {
    assert.throws(() => slidingWindowSlots(parts), RangeError);
  }
});
