/**
 * Candles against the slow way, over random trades (candle_model.ts).
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type CandleInterval,
  candleIntervals,
} from "../../../core/market_data/candle_intervals.ts";
import { type Candle, newCandle } from "../../../core/market_data/candle_record.ts";
import { GAP_BARS_MAX } from "../../../core/market_data/candle_series.ts";
import { Candles, RECENT_BARS_MAX } from "../../../core/market_data/candles.ts";
import {
  apply,
  CandleModel,
  type CandleStep,
  candleSteps,
  finalsFrom,
  openOf,
} from "./candle_model.ts";

const RUNS = { numRuns: 60 };

/** All pages of the history, newest first. */
function pages(candles: Candles, interval: CandleInterval, size: number): Candle[] {
  const bars: Candle[] = [];
  for (;;) {
    const page = candles.recent(interval, size, bars.at(-1)?.startMicros);
    if (page.length === 0) return bars;
    for (const bar of page) {
      const before = bars.at(-1)?.startMicros ?? Infinity;
      assert.ok(bar.startMicros < before, `${bar.startMicros} is not before ${before}`);
      bars.push(bar);
    }
  }
}

Deno.test("candles: are those of a model that filters all trades", () => {
  fc.assert(
    fc.property(candleSteps(120), fc.integer({ min: 1, max: 2_000 }), (steps, size) => {
      const candles = new Candles();
      const model = new CandleModel();
      for (const step of steps) {
        apply(candles, step);
        model.see(step);
        for (const interval of candleIntervals) {
          assert.deepEqual(openOf(candles, interval), model.open(interval));
        }
      }
      for (const interval of candleIntervals) {
        const finals = model.finals(interval);
        assert.deepEqual(finalsFrom(candles, interval, 0), finals);
        assert.deepEqual(pages(candles, interval, size), finals.toReversed());
      }
    }),
    RUNS,
  );
});

Deno.test("candles: reading may begin anywhere, between bars and in what a gap leaves out", () => {
  const places = fc.array(fc.double({ min: -0.1, max: 1.1, noNaN: true }), { maxLength: 20 });
  fc.assert(
    fc.property(candleSteps(60), places, (steps, shares) => {
      const candles = new Candles();
      const model = new CandleModel();
      for (const step of steps) {
        apply(candles, step);
        model.see(step);
      }
      const from = steps[0].timeMicros;
      const span = steps[steps.length - 1].timeMicros - from;
      for (const interval of candleIntervals) {
        const finals = model.finals(interval);
        const nearBars = finals.slice(0, 20).map(({ startMicros }) => startMicros + 1);
        for (const at of [...shares.map((share) => Math.floor(from + share * span)), ...nearBars]) {
          const later = finals.find(({ startMicros }) => startMicros >= at);
          const bar = newCandle();
          const first = candles.readFinal(interval, at, bar) ? bar : undefined;
          assert.deepEqual(first, later);
          const last = finals.findLast(({ startMicros }) => startMicros < at);
          assert.deepEqual(candles.recent(interval, 1, at)[0], last);
        }
      }
    }),
    RUNS,
  );
});

Deno.test("candles: come out the same however often pass is called between", () => {
  const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 });
  const extras = fc.array(shares, { minLength: 80, maxLength: 80 });
  fc.assert(
    fc.property(candleSteps(80), extras, (steps, passes) => {
      const plain = new Candles();
      const often = new Candles();
      steps.forEach((step, index) => {
        const from = steps[index - 1]?.timeMicros ?? step.timeMicros - 10_000_000;
        const span = step.timeMicros - from;
        const times = passes[index].map((share) => Math.max(0, Math.floor(from + share * span)));
        for (const time of times.sort((one, other) => one - other)) often.pass(time);
        apply(often, step);
        often.pass(step.timeMicros);
        if (step.priceTicks !== 0) apply(plain, step);
      });
      // The plain one has seen the trades and the last stamp, nothing else.
      plain.pass(steps[steps.length - 1].timeMicros);
      for (const interval of candleIntervals) {
        assert.deepEqual(openOf(often, interval), openOf(plain, interval));
        assert.deepEqual(finalsFrom(often, interval, 0), finalsFrom(plain, interval, 0));
      }
      assert.equal(often.dueIntervals, plain.dueIntervals);
    }),
    RUNS,
  );
});

/** What became final with the last steps. */
function takeDue(candles: Candles, interval: CandleInterval): Candle[] {
  const isDue = interval.rank < candles.dueIntervals;
  const due = finalsFrom(candles, interval, candles.dueFrom(interval));
  assert.equal(due.length > 0, isDue, `${interval.name} is due: ${isDue}, bars: ${due.length}`);
  return due;
}

Deno.test("candles: each is final once, in order of time, and never changes", () => {
  fc.assert(
    fc.property(candleSteps(100), (steps) => {
      const candles = new Candles();
      const seen = candleIntervals.map(() => new Map<number, Candle>());
      for (const step of steps) {
        const opens = candleIntervals.map((interval) => openOf(candles, interval));
        apply(candles, step);
        for (const interval of candleIntervals) {
          const bars = seen[interval.rank];
          const due = takeDue(candles, interval);
          assertClosed(opens[interval.rank], due);
          assert.ok(due.length <= GAP_BARS_MAX + 1);
          let last = [...bars.keys()].at(-1) ?? -1;
          for (const bar of due) {
            assert.ok(bar.startMicros > last, `${bar.startMicros} after ${last}`);
            assert.ok(
              bar.startMicros + interval.micros <= step.timeMicros,
              "closed before its end",
            );
            last = bar.startMicros;
            bars.set(last, bar);
          }
        }
        candles.forgetDue();
      }
      for (const interval of candleIntervals) {
        const finals = finalsFrom(candles, interval, 0);
        for (const bar of finals) assert.deepEqual(bar, seen[interval.rank].get(bar.startMicros));
        assertSums(steps, [...seen[interval.rank].values()], openOf(candles, interval));
      }
    }),
    RUNS,
  );
});

/** The bar that was open is the first that became final, as it was; a flat one may be left out. */
function assertClosed(open: Candle | null, due: Candle[]): void {
  if (open === null || due.length === 0) return;
  if (open.trades === 0 && due[0].startMicros > open.startMicros) return;
  assert.deepEqual(due[0], { ...open, isFinal: true });
}

/** Every trade is in exactly one bar. */
function assertSums(steps: CandleStep[], finals: Candle[], open: Candle | null): void {
  const trades = steps.filter(({ priceTicks }) => priceTicks !== 0).length;
  const counted = finals.reduce((sum, bar) => sum + bar.trades, open?.trades ?? 0);
  assert.equal(counted, trades);
}

Deno.test("candles: the bars of an interval add up to those of a coarser one", () => {
  fc.assert(
    fc.property(candleSteps(150), (steps) => {
      const candles = new Candles();
      for (const step of steps) apply(candles, { ...step, lots: step.lots % 1_000 + 1 });
      const [minute, hour] = [candleIntervals[3], candleIntervals[6]];
      const minutes = finalsFrom(candles, minute, 0);
      for (const bar of finalsFrom(candles, hour, 0)) {
        const { startMicros } = bar;
        const parts = minutes.filter((part) =>
          part.startMicros >= startMicros && part.startMicros < startMicros + hour.micros
        );
        const lots = parts.reduce((sum, part) => sum + part.volumeLots, 0);
        const trades = parts.reduce((sum, part) => sum + part.trades, 0);
        assert.deepEqual([lots, trades], [bar.volumeLots, bar.trades]);
        if (trades === 0) continue;
        const traded = parts.filter((part) => part.trades > 0);
        assert.equal(Math.max(...traded.map((part) => part.highTicks)), bar.highTicks);
        assert.equal(Math.min(...traded.map((part) => part.lowTicks)), bar.lowTicks);
        assert.equal(traded[0].openTicks, bar.openTicks);
        assert.equal(traded.at(-1)?.closeTicks, bar.closeTicks);
      }
    }),
    RUNS,
  );
});

Deno.test("candles: an answer has a thousand bars at most", () => {
  const candles = new Candles();
  candles.add(1, 100, 1, 0);
  candles.add(2, 100, 1, 400_000_000);
  candles.pass(2_000_000_000);
  assert.equal(candles.recent(candleIntervals[0], 5_000).length, RECENT_BARS_MAX);
});
