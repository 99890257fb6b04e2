import assert from "node:assert/strict";
import fc from "fast-check";
import {
  barStart,
  candleIntervals,
  parseCandleInterval,
} from "../../../core/market_data/candle_intervals.ts";
import { SAFE_MAX } from "../../../core/protocol/wire_buffer.ts";

Deno.test("candle intervals: nine, each a whole number of the one before it", () => {
  const seconds = candleIntervals.map(({ name, micros }) => [name, micros / 1e6]);
  assert.deepEqual(seconds, [
    ["500ms", 0.5],
    ["1s", 1],
    ["5s", 5],
    ["1m", 60],
    ["5m", 300],
    ["15m", 900],
    ["1h", 3_600],
    ["4h", 14_400],
    ["1d", 86_400],
  ]);
  candleIntervals.forEach(({ rank, micros }, index) => {
    assert.equal(rank, index);
    if (index > 0) assert.equal(micros % candleIntervals[index - 1].micros, 0);
  });
});

Deno.test("candle intervals: a name is read back, whatever else is none", () => {
  for (const interval of candleIntervals) {
    assert.equal(parseCandleInterval(interval.name), interval);
  }
  for (
    const name of ["", "1M", "2m", "1m ", " 1m", "60s", "0", "name", "constructor", "__proto__"]
  ) {
    assert.equal(parseCandleInterval(name), null, name);
  }
});

Deno.test("candle intervals: the start of a bar is exact up to the greatest safe integer", () => {
  const multiples = fc.integer({ min: 1, max: SAFE_MAX });
  const offsets = fc.integer({ min: -1, max: 1 });
  fc.assert(fc.property(multiples, offsets, (time, offset) => {
    for (const { micros } of candleIntervals) {
      const edge = time - time % micros;
      const near = Math.max(0, edge + offset);
      assert.equal(barStart(near, micros), near - near % micros);
    }
  }));
  for (const { micros } of candleIntervals) {
    const edge = SAFE_MAX - SAFE_MAX % micros;
    assert.equal(barStart(edge, micros), edge);
    assert.equal(barStart(edge - 1, micros), edge - micros);
  }
});
