import assert from "node:assert/strict";
import { CANDLE_DOUBLES, newCandle } from "../../../core/market_data/candle_record.ts";
import {
  CandleSeries,
  FIRST_BARS,
  KEPT_BARS_MAX,
} from "../../../core/market_data/candle_series.ts";

const BAR_BYTES = CANDLE_DOUBLES * 8;

/** A record of one trade at 100 ticks. */
const record = (startMicros: number) =>
  Float64Array.of(0, startMicros, 100, 100, 100, 100, 5, 1, 7, 7);

Deno.test("candle series: begins small, doubles, and never exceeds its size", () => {
  const series = new CandleSeries(10);
  assert.equal(series.byteLength, 0);
  const sizes = new Set<number>();
  for (let index = 0; index < 3 * KEPT_BARS_MAX; index++) {
    series.add(record(index * 10), 1);
    assert.equal(series.count, Math.min(index + 1, KEPT_BARS_MAX));
    sizes.add(series.byteLength / BAR_BYTES);
  }
  assert.deepEqual([...sizes], [FIRST_BARS, 32, 64, 128, 256, 512, KEPT_BARS_MAX]);
});

Deno.test("candle series: the bar that is open and what comes after it cannot be read", () => {
  const series = new CandleSeries(10);
  const bar = newCandle();
  assert.equal(series.readFrom(0, 10, bar), false);
  assert.equal(series.readBefore(Infinity, 10, bar), false);
  series.add(record(0), 1);
  assert.equal(series.readFrom(10, 10, bar), false);
  assert.equal(series.readFrom(11, 20, bar), false);
  assert.equal(series.readFrom(1, 20, bar) && bar.startMicros, 10);
  assert.equal(series.readBefore(Infinity, 20, bar) && bar.startMicros, 10);
  assert.equal(series.readBefore(10, 20, bar) && bar.startMicros, 0);
  assert.equal(series.readBefore(0, 20, bar), false);
});

Deno.test("candle series: where the oldest bars went there is nothing, not even a flat bar", () => {
  const series = new CandleSeries(10);
  const bar = newCandle();
  for (let index = 0; index < KEPT_BARS_MAX + 2; index++) series.add(record(index * 20), 1);
  const openMicros = (KEPT_BARS_MAX + 2) * 20;
  assert.equal(series.readBefore(31, openMicros, bar), false);
  assert.equal(series.readBefore(41, openMicros, bar) && bar.startMicros, 40);
  assert.equal(series.readFrom(0, openMicros, bar) && bar.startMicros, 40);
});
