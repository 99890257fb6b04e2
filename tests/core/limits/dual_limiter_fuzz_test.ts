import assert from "node:assert/strict";
import fc from "fast-check";
import { BACK_OFF_MOST_MICROS, BreakerPhase } from "../../../core/limits/breaker.ts";
import { CONCURRENCY_WAIT_MOST_MICROS, TotalCode } from "../../../core/limits/dual_limiter.ts";
import { GRADIENT_DEFAULTS } from "../../../core/limits/gradient_policy.ts";
import { CLOCK_STEP_BACK_MICROS_MAX, MILLION } from "../../../core/limits/token_bucket.ts";
import { BUCKETS_WAIT_MICROS_MAX } from "../../../core/limits/total_buckets.ts";
import { AdmissionKind } from "../../../core/limits/admission_code.ts";
import { totalEvents, TotalRun } from "./total_run.ts";

const HOUR = 3_600 * MILLION;
const { cancel, amend, order: newOrder, read } = AdmissionKind;
const bases = fc.integer({ min: 10, max: 1_000 });
const jitters = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
/** Requests never end in these: the concurrency is not what they are about. */
const WIDE = { ...GRADIENT_DEFAULTS, initial: 1e6, most: 1e6 };

/** Checks that over no interval more was let in than came back, or leaked out, and fits. */
function assertBounded(run: TotalRun): void {
  const log = run.admitted.filter(({ kind }) => kind !== cancel);
  for (let first = 0; first < log.length; first += 1 + (log.length >> 6)) {
    let units = 0;
    for (let last = first; last < log.length; last++) {
      const { backUnits, leakedUnits, tokensMost, leakMost, cost } = log[last];
      units += cost;
      const byTokens = backUnits - log[first].backUnits + tokensMost;
      const byLeak = leakedUnits - log[first].leakedUnits + leakMost;
      assert.ok(units <= byTokens + 1e-6, `${units} units by tokens, ${byTokens} allowed`);
      assert.ok(units <= byLeak + 1e-6, `${units} units by leak, ${byLeak} allowed`);
    }
  }
}

Deno.test("over no interval is more let in than rate x time + burst, by tokens and by leak", () => {
  fc.assert(
    fc.property(bases, jitters, totalEvents(0), (base, jitter, events) => {
      const run = new TotalRun(base, jitter, WIDE);
      for (const event of events) run.live(event);
      assertBounded(run);
    }),
    { numRuns: 60 },
  );
});

Deno.test("a clock that steps back, a little or by an hour, lets nothing more in", () => {
  for (const backMicros of [CLOCK_STEP_BACK_MICROS_MAX, HOUR]) {
    fc.assert(
      fc.property(bases, jitters, totalEvents(backMicros), (base, jitter, events) => {
        const run = new TotalRun(base, jitter, WIDE);
        for (const event of events) run.live(event);
        assertBounded(run);
      }),
      { numRuns: 40 },
    );
  }
});

Deno.test("a client below the limit is let in within the bound, whatever came before", () => {
  for (const backMicros of [0, HOUR]) {
    fc.assert(
      fc.property(bases, jitters, totalEvents(backMicros), (base, jitter, events) => {
        const run = new TotalRun(base, jitter, WIDE);
        for (const event of events) {
          let code = run.live(event);
          assert.ok(run.limiter.waitMicros <= longestMicros(code), `${code}`);
          if (event.count > 1) continue;
          // Nobody else asks meanwhile. What an open breaker costs comes first, and once.
          let waited = 0;
          while (code !== TotalCode.admitted) {
            const wait = run.limiter.waitMicros;
            assert.ok(wait >= 1 && wait <= longestMicros(code), `code ${code}, ${wait}`);
            if (code !== TotalCode.breaker) waited += wait;
            const most = BUCKETS_WAIT_MICROS_MAX +
              (backMicros > 0 ? CLOCK_STEP_BACK_MICROS_MAX : 0);
            assert.ok(waited <= most, `code ${code}, ${waited} micros`);
            run.pass(wait);
            if (run.limiter.phase === BreakerPhase.halfOpen) run.over(1_000);
            code = run.ask(event.kind, event.cost);
          }
        }
      }),
      { numRuns: 40 },
    );
  }
});

/** Longest wait that a refusal by each part may name. */
function longestMicros(code: TotalCode): number {
  if (code === TotalCode.breaker) return BACK_OFF_MOST_MICROS;
  if (code === TotalCode.concurrency) return CONCURRENCY_WAIT_MOST_MICROS;
  return BUCKETS_WAIT_MICROS_MAX;
}

Deno.test("whoever keeps to the rate is never refused on a good path", () => {
  const patterns = fc.array(fc.nat(40_000), { minLength: 20, maxLength: 300 });
  const kinds = fc.constantFrom(amend, newOrder, read);
  fc.assert(fc.property(bases, kinds, patterns, (base, kind, roundTrips) => {
    const run = new TotalRun(base);
    for (const roundTripMicros of roundTrips) {
      assert.equal(run.ask(kind), TotalCode.admitted);
      run.pass(Math.ceil(MILLION / base));
      run.over(roundTripMicros);
    }
  }));
});

Deno.test("a look ahead charges nothing, and says what breaker and concurrency would", () => {
  const seen = new Set<TotalCode>();
  fc.assert(
    fc.property(bases, totalEvents(HOUR), fc.boolean(), (base, events, isWide) => {
      const run = new TotalRun(base, 0, isWide ? WIDE : GRADIENT_DEFAULTS);
      const { limiter } = run;
      for (const event of events) {
        run.live(event);
        run.pass(event.cost * 100_000);
        const { remaining, inFlight } = limiter;
        const peeked = limiter.peek(event.kind, run.now);
        const peekedMicros = limiter.waitMicros;
        seen.add(peeked);
        assert.deepEqual([limiter.remaining, limiter.inFlight], [remaining, inFlight]);
        assert.equal(peeked === TotalCode.admitted, peekedMicros === 0);
        const code = run.ask(event.kind, event.cost);
        assert.equal(code === TotalCode.breaker, peeked === TotalCode.breaker);
        if (code === TotalCode.concurrency) assert.equal(peeked, TotalCode.concurrency);
        if (peeked !== TotalCode.admitted) assert.notEqual(code, TotalCode.admitted);
        assert.ok(limiter.waitMicros >= peekedMicros);
        if (event.count === 1) limiter.inFlight = 0;
      }
    }),
    { numRuns: 60 },
  );
  assert.ok(seen.has(TotalCode.breaker) && seen.has(TotalCode.concurrency), `${[...seen]}`);
});

Deno.test("cancels always pass, and take nothing from anybody", () => {
  fc.assert(
    fc.property(bases, totalEvents(HOUR, 600), (base, events) => {
      const run = new TotalRun(base);
      const without = new TotalRun(base);
      for (const event of events) {
        assert.equal(
          run.live({ ...event, count: Math.min(event.count, 20) }),
          without.live({ ...event, count: Math.min(event.count, 20) }),
        );
        const inFlight = run.limiter.inFlight;
        for (let count = 0; count < 50; count++) {
          assert.equal(run.limiter.decide(cancel, 1_000, run.now), TotalCode.admitted);
          assert.equal(run.limiter.waitMicros, 0);
          // The jitter moves with each decision; it is none of this promise.
          without.limiter.decide(cancel, 1, without.now);
        }
        assert.equal(run.limiter.inFlight, inFlight);
      }
    }),
    { numRuns: 40 },
  );
});

Deno.test("where a lower kind is let in, a higher one would have been", () => {
  fc.assert(
    fc.property(bases, totalEvents(HOUR), fc.integer({ min: 1, max: 20 }), (base, events, cost) => {
      const codes = [amend, newOrder, read].map((kind) => {
        const run = new TotalRun(base);
        for (const event of events) run.live(event);
        return run.ask(kind, cost);
      });
      const admitted = codes.map((code) => code === TotalCode.admitted);
      assert.ok(admitted[0] || !admitted[1], `amend ${codes[0]}, new order ${codes[1]}`);
      assert.ok(admitted[1] || !admitted[2], `new order ${codes[1]}, read ${codes[2]}`);
    }),
    { numRuns: 200 },
  );
});

Deno.test("a flood of a lower kind refuses nobody of a higher one who keeps to the rate", () => {
  for (const roundTripMicros of [5_000, 300_000]) {
    for (const [lower, higher] of [[read, newOrder], [newOrder, amend]] as const) {
      const run = new TotalRun(100);
      for (let trip = 0; trip < 40; trip++) run.over(roundTripMicros);
      for (let millis = 0; millis < 4_000; millis++) {
        if (millis % 14 === 0) assert.equal(run.ask(higher), TotalCode.admitted, `${millis} ms`);
        while (run.ask(lower) === TotalCode.admitted);
        run.limiter.inFlight = 0;
        run.pass(1_000);
      }
    }
  }
});

Deno.test("its figures stay finite and in their ranges, whatever it is told", () => {
  const odd = fc.constantFrom(NaN, -1, 0, Infinity, -Infinity, Number.MAX_VALUE);
  fc.assert(
    fc.property(bases, totalEvents(HOUR, 1_000), odd, (base, events, oddMicros) => {
      const run = new TotalRun(base);
      const { limiter } = run;
      for (const [index, event] of events.entries()) {
        run.live(index % 7 === 0 ? { ...event, roundTripMicros: oddMicros } : event);
        const rates = [
          limiter.buckets.unitsPerSecond,
          limiter.buckets.leakUnitsPerSecond,
          limiter.buckets.units,
        ];
        assert.ok(rates.every((one) => Number.isInteger(one) && one >= 1), `${rates}`);
        assert.ok(
          limiter.buckets.unitsPerSecond >= base * 0.8 &&
            limiter.buckets.unitsPerSecond <= base * 1.2,
        );
        assert.ok(limiter.buckets.units <= 2 * limiter.buckets.unitsPerSecond);
        assert.ok(limiter.buckets.leakUnitsPerSecond >= limiter.buckets.unitsPerSecond);
        assert.ok(limiter.buckets.leakUnitsPerSecond <= 2 * limiter.buckets.unitsPerSecond);
        assert.ok(
          limiter.buckets.leakUnits >= 0 &&
            limiter.buckets.leakUnits <= limiter.buckets.unitsPerSecond,
        );
        assert.ok(limiter.remaining >= 0 && limiter.remaining <= limiter.buckets.units);
        assert.ok(limiter.inFlight >= 0);
        assert.ok(Number.isFinite(limiter.waitMicros) && limiter.waitMicros >= 0);
        assert.ok(Number.isFinite(limiter.roundTripMicros));
        assert.ok(Number.isFinite(limiter.fullMicros));
        const { least, most } = GRADIENT_DEFAULTS;
        assert.ok(limiter.concurrencyLimit >= least && limiter.concurrencyLimit <= most);
      }
    }),
    { numRuns: 60 },
  );
});
