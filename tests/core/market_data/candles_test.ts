import assert from "node:assert/strict";
import { candleIntervals } from "../../../core/market_data/candle_intervals.ts";
import { newCandle } from "../../../core/market_data/candle_record.ts";
import {
  FIRST_BARS,
  GAP_BARS_MAX,
  KEPT_BARS_MAX,
} from "../../../core/market_data/candle_series.ts";
import { Candles } from "../../../core/market_data/candles.ts";
import { SAFE_MAX } from "../../../core/protocol/wire_buffer.ts";
import { CandleModel, finalsFrom, openOf } from "./candle_model.ts";

/** A midnight. */
const DAY = 1_700_006_400_000_000;
const HALF = 500_000;
const [half, second, , minute] = candleIntervals;
const day = candleIntervals[8];

/** A bar with every price the same. */
const flat = (startMicros: number, ticks: number, isFinal = true) => ({
  ...newCandle(),
  startMicros,
  openTicks: ticks,
  highTicks: ticks,
  lowTicks: ticks,
  closeTicks: ticks,
  isFinal,
});

Deno.test("candles: there are none, and nothing is held, before the first trade", () => {
  const candles = new Candles();
  candles.pass(DAY);
  candles.pass(DAY + day.micros);
  for (const interval of candleIntervals) {
    assert.equal(openOf(candles, interval), null);
    assert.deepEqual(finalsFrom(candles, interval, 0), []);
    assert.deepEqual(candles.recent(interval, 10), []);
    assert.equal(candles.dueFrom(interval), 0);
  }
  assert.equal(candles.dueIntervals, 0);
  candles.forgetDue();
  assert.equal(candles.byteLength, 0);
});

Deno.test("candles: the open bar has all of its trades, at every interval", () => {
  const candles = new Candles();
  candles.add(7, 100, 1, DAY);
  candles.add(8, 120, 2, DAY + HALF);
  candles.add(9, 90, 3, DAY + 2 * HALF);
  candles.add(11, 110, 4, DAY + 2 * HALF + 1);
  const base = { ...newCandle(), closeTicks: 110, lastTradeId: 11 };
  const whole = { openTicks: 100, highTicks: 120, lowTicks: 90, volumeLots: 10 };
  assert.deepEqual(openOf(candles, day), {
    ...base,
    ...whole,
    startMicros: DAY,
    trades: 4,
    firstTradeId: 7,
  });
  const last = { openTicks: 90, highTicks: 110, lowTicks: 90, volumeLots: 7 };
  assert.deepEqual(openOf(candles, second), {
    ...base,
    ...last,
    startMicros: DAY + 2 * HALF,
    trades: 2,
    firstTradeId: 9,
  });
});

Deno.test("candles: a bar is final with the stamp of its end, not one before", () => {
  const candles = new Candles();
  candles.add(1, 100, 5, DAY + HALF - 1);
  candles.pass(DAY + HALF - 1);
  assert.equal(candles.dueIntervals, 0);
  assert.equal(openOf(candles, half)?.trades, 1);
  candles.pass(DAY + HALF);
  assert.equal(candles.dueIntervals, 1);
  const [bar, ...others] = finalsFrom(candles, half, candles.dueFrom(half));
  assert.deepEqual([bar.startMicros, bar.volumeLots, bar.isFinal], [DAY, 5, true]);
  assert.deepEqual(others, []);
  assert.deepEqual(openOf(candles, half), flat(DAY + HALF, 100, false));
});

Deno.test("candles: a trade on the edge is of the bar that begins there", () => {
  const candles = new Candles();
  candles.add(1, 100, 5, DAY + HALF - 1);
  candles.add(2, 200, 6, DAY + HALF);
  assert.deepEqual(candles.recent(half, 9).map((bar) => bar.lastTradeId), [1]);
  assert.equal(openOf(candles, half)?.firstTradeId, 2);
  assert.equal(openOf(candles, second)?.volumeLots, 11);
});

Deno.test("candles: bars without trades are flat at the close before, final as time passes", () => {
  const candles = new Candles();
  candles.add(1, 100, 5, DAY);
  candles.add(2, 90, 5, DAY);
  candles.pass(DAY + 3 * minute.micros);
  assert.deepEqual(candles.recent(minute, 2), [
    flat(DAY + 2 * minute.micros, 90),
    flat(DAY + minute.micros, 90),
  ]);
});

Deno.test("candles: what is due stays so until it is forgotten, through many stamps", () => {
  const candles = new Candles();
  candles.add(1, 100, 5, DAY);
  candles.pass(DAY + HALF);
  candles.pass(DAY + 2 * HALF);
  candles.pass(DAY + 3 * HALF);
  assert.equal(candles.dueIntervals, 2);
  assert.equal(finalsFrom(candles, half, candles.dueFrom(half)).length, 3);
  assert.equal(finalsFrom(candles, second, candles.dueFrom(second)).length, 1);
  candles.forgetDue();
  assert.equal(candles.dueIntervals, 0);
  for (const interval of candleIntervals) {
    assert.deepEqual(finalsFrom(candles, interval, candles.dueFrom(interval)), []);
  }
});

Deno.test("candles: of a gap too long for one leap, the bar before it and the newest are due", () => {
  const candles = new Candles();
  candles.add(1, 100, 5, DAY);
  const bars = 5 * GAP_BARS_MAX;
  candles.add(2, 80, 1, DAY + bars * HALF);
  const due = finalsFrom(candles, half, candles.dueFrom(half));
  assert.equal(due.length, 1 + GAP_BARS_MAX);
  assert.equal(due[0].trades, 1);
  assert.deepEqual(due[1], flat(DAY + (bars - GAP_BARS_MAX) * HALF, 100));
  assert.deepEqual(due.at(-1), flat(DAY + (bars - 1) * HALF, 100));
});

Deno.test("candles: a year without a trade takes no memory", () => {
  const candles = new Candles();
  candles.add(1, 100, 5, DAY);
  candles.pass(DAY + day.micros);
  const before = candles.byteLength;
  candles.pass(DAY + 365 * day.micros);
  assert.equal(candles.byteLength, before);
  assert.ok(before < 12_000, `${before} bytes`);
  assert.deepEqual(candles.recent(day, 1), [flat(DAY + 364 * day.micros, 100)]);
});

Deno.test("candles: the ring grows to its size and then drops the oldest, as the model does", () => {
  const candles = new Candles();
  const model = new CandleModel();
  const step = { priceTicks: 0, lots: 1, tradeId: 0, timeMicros: DAY };
  const checks = [FIRST_BARS, 2 * FIRST_BARS, KEPT_BARS_MAX, KEPT_BARS_MAX + 1];
  for (let index = 0; index <= KEPT_BARS_MAX + 30; index++) {
    const timeMicros = DAY + index * HALF;
    const trade = { ...step, timeMicros, tradeId: index + 1, priceTicks: 100 + index };
    candles.add(trade.tradeId, trade.priceTicks, trade.lots, trade.timeMicros);
    model.see(trade);
    if (!checks.includes(index) && index !== KEPT_BARS_MAX + 30) continue;
    const finals = model.finals(half);
    assert.equal(finals.length, Math.min(index, KEPT_BARS_MAX));
    assert.deepEqual(finalsFrom(candles, half, 0), finals);
    assert.deepEqual(candles.recent(half, KEPT_BARS_MAX), finals.toReversed());
    assert.deepEqual(candles.recent(half, 5, DAY + 3 * HALF), finalsBefore(finals, 3).slice(0, 5));
  }
});

/** Newest first, those that begin before bar number `index` of the day. */
function finalsBefore<Bar extends { startMicros: number }>(finals: Bar[], index: number): Bar[] {
  return finals.filter(({ startMicros }) => startMicros < DAY + index * HALF).toReversed();
}

Deno.test("candles: a volume beyond the safe integers stays at the greatest", () => {
  const candles = new Candles();
  candles.add(1, 100, SAFE_MAX - 1, DAY);
  candles.add(2, 100, 2, DAY);
  candles.add(3, 100, SAFE_MAX, DAY + HALF);
  candles.add(4, 100, SAFE_MAX, DAY + minute.micros);
  for (const interval of candleIntervals) {
    assert.equal(openOf(candles, interval)?.volumeLots, SAFE_MAX, interval.name);
  }
  assert.deepEqual(candles.recent(second, 1, DAY + 1)[0].volumeLots, SAFE_MAX);
});

Deno.test("candles: the first bar of the epoch is a bar like any other", () => {
  const candles = new Candles();
  candles.add(1, 100, 5, 0);
  candles.add(2, 101, 5, HALF);
  assert.deepEqual(candles.recent(half, 9).map(({ startMicros }) => startMicros), [0]);
  assert.deepEqual(candles.recent(half, 9, 0), []);
  assert.equal(openOf(candles, day)?.trades, 2);
});

Deno.test("candles: a bar that was handed out does not change with the next", () => {
  const candles = new Candles();
  candles.add(1, 100, 5, DAY);
  candles.add(2, 101, 5, DAY + HALF);
  const bar = newCandle();
  candles.readFinal(half, DAY, bar);
  const before = { ...bar };
  const [recent] = candles.recent(half, 1);
  candles.add(3, 102, 5, DAY + 2 * HALF);
  assert.deepEqual([bar, recent], [before, before]);
});
