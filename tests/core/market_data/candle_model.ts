/**
 * Candles worked out the slow way: all trades are kept, and a bar is what a filter finds. And random
 * trades for it, which like to stand on the edges of bars.
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
import { GAP_BARS_MAX, KEPT_BARS_MAX } from "../../../core/market_data/candle_series.ts";
import type { Candles } from "../../../core/market_data/candles.ts";
import { SAFE_MAX } from "../../../core/protocol/wire_buffer.ts";

/** A trade, or without a price only a stamp. */
export interface CandleStep {
  readonly timeMicros: number;
  readonly tradeId: number;
  /** 0: no trade. */
  readonly priceTicks: number;
  readonly lots: number;
}

/** All that was seen. */
export class CandleModel {
  readonly #trades: CandleStep[] = [];
  #lastMicros = 0;

  /** Sees a step. */
  see(step: CandleStep): void {
    if (step.priceTicks !== 0) this.#trades.push(step);
    this.#lastMicros = step.timeMicros;
  }

  /** The bar that is open. */
  open({ micros }: CandleInterval): Candle | null {
    if (this.#trades.length === 0) return null;
    return this.#bar(startOf(this.#lastMicros, micros), micros, false);
  }

  /** The final bars, oldest first: those that are kept, with the newest of every gap. */
  finals({ micros }: CandleInterval): Candle[] {
    const openMicros = startOf(this.#lastMicros, micros);
    const starts = new Set(this.#trades.map(({ timeMicros }) => startOf(timeMicros, micros)));
    const kept = [...starts].filter((start) => start < openMicros).slice(-KEPT_BARS_MAX);
    return kept.flatMap((start, index) => {
      const gapEnd = kept[index + 1] ?? openMicros;
      const bars = [this.#bar(start, micros, true)];
      const oldest = Math.max(start + micros, gapEnd - GAP_BARS_MAX * micros);
      // Flat at one price, so the slow way needs to be gone only once.
      const flat = this.#bar(oldest, micros, true);
      for (let at = oldest; at < gapEnd; at += micros) bars.push({ ...flat, startMicros: at });
      return bars;
    });
  }

  #bar(startMicros: number, micros: number, isFinal: boolean): Candle {
    const trades = this.#trades.filter(({ timeMicros }) =>
      timeMicros >= startMicros && timeMicros < startMicros + micros
    );
    const before = this.#trades.findLast(({ timeMicros }) => timeMicros < startMicros);
    const prices = trades.length === 0
      ? [before?.priceTicks ?? 0]
      : trades.map(({ priceTicks }) => priceTicks);
    const lots = trades.reduce((sum, trade) => sum + BigInt(trade.lots), 0n);
    return {
      startMicros,
      openTicks: prices[0],
      highTicks: Math.max(...prices),
      lowTicks: Math.min(...prices),
      closeTicks: prices[prices.length - 1],
      volumeLots: lots > BigInt(SAFE_MAX) ? SAFE_MAX : Number(lots),
      trades: trades.length,
      firstTradeId: trades[0]?.tradeId ?? 0,
      lastTradeId: trades.at(-1)?.tradeId ?? 0,
      isFinal,
    };
  }
}

function startOf(timeMicros: number, micros: number): number {
  return timeMicros - timeMicros % micros;
}

/** Shows a step to the candles. */
export function apply(candles: Candles, step: CandleStep): void {
  if (step.priceTicks === 0) candles.pass(step.timeMicros);
  else candles.add(step.tradeId, step.priceTicks, step.lots, step.timeMicros);
}

/** More bars than the steps of a test can make: a walk that is longer does not end. */
const WALK_MAX = 200_000;

/** The final bars from a time on, oldest first. */
export function finalsFrom(
  candles: Candles,
  interval: CandleInterval,
  fromMicros: number,
): Candle[] {
  const bars: Candle[] = [];
  const bar = newCandle();
  for (let from = fromMicros; candles.readFinal(interval, from, bar); from = bar.startMicros + 1) {
    assert.ok(bar.startMicros >= from, `the bar at ${bar.startMicros} is not from ${from} on`);
    bars.push({ ...bar });
    assert.ok(bars.length < WALK_MAX, "the walk does not end");
  }
  return bars;
}

/** The open bar. */
export function openOf(candles: Candles, interval: CandleInterval): Candle | null {
  const bar = newCandle();
  return candles.readOpen(interval, bar) ? bar : null;
}

/** How far the next step is: from nothing over the edge of a bar to more bars than a gap may have. */
const leaps = fc.oneof(
  { weight: 3, arbitrary: fc.constant(() => 0) },
  { weight: 3, arbitrary: fc.nat(600_000).map((micros) => () => micros) },
  {
    weight: 4,
    arbitrary: fc.tuple(fc.constantFrom(...candleIntervals), fc.integer({ min: -1, max: 1 }))
      .map(([{ micros }, off]) => (time: number) => micros - time % micros + off),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom(...candleIntervals), fc.nat(20))
      .map(([{ micros }, bars]) => () => bars * micros),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...candleIntervals), fc.integer({ min: -2, max: 3 }))
      .map(([{ micros }, off]) => () => (GAP_BARS_MAX + off) * micros),
  },
);
const sizes = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 1, max: 1_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: SAFE_MAX - 1_000, max: SAFE_MAX }) },
);

/** Up to `most` steps, about a third of them without a trade. */
export function candleSteps(most: number): fc.Arbitrary<CandleStep[]> {
  const step = fc.record({ leap: leaps, priceTicks: fc.integer({ min: -4, max: 9 }), lots: sizes });
  const start = fc.integer({ min: 0, max: 2_000_000_000_000_000 });
  return fc.tuple(start, fc.array(step, { minLength: 1, maxLength: most })).map(([from, steps]) => {
    let timeMicros = from;
    return steps.map(({ leap, priceTicks, lots }, index) => {
      timeMicros += leap(timeMicros);
      return { timeMicros, tradeId: 10 + 3 * index, priceTicks: Math.max(0, priceTicks), lots };
    });
  });
}
