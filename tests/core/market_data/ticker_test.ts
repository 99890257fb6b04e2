import assert from "node:assert/strict";
import { BUCKET_MICROS, BUCKETS_MAX, Ticker } from "../../../core/market_data/ticker.ts";
import { SAFE_MAX } from "../../../core/protocol/wire_buffer.ts";

const NOON = 1_700_049_600_000_000;
const DAY = BUCKETS_MAX * BUCKET_MICROS;

Deno.test("ticker: is empty before the first trade", () => {
  const empty = { lastTicks: 0, openTicks: 0, highTicks: 0, lowTicks: 0, volumeLots: 0, trades: 0 };
  assert.deepEqual(new Ticker().figures(NOON), empty);
});

Deno.test("ticker: open, high, low, last, volume and count over several buckets", () => {
  const ticker = new Ticker();
  ticker.add(100, 1, NOON);
  ticker.add(90, 2, NOON + 1);
  ticker.add(120, 3, NOON + 5 * BUCKET_MICROS);
  ticker.add(110, 4, NOON + 9 * BUCKET_MICROS);
  assert.deepEqual(ticker.figures(NOON + 10 * BUCKET_MICROS), {
    lastTicks: 110,
    openTicks: 100,
    highTicks: 120,
    lowTicks: 90,
    volumeLots: 10,
    trades: 4,
  });
});

Deno.test("ticker: what is older than a day falls out, the last price stays", () => {
  const ticker = new Ticker();
  ticker.add(100, 1, NOON);
  ticker.add(120, 2, NOON + BUCKET_MICROS);
  assert.equal(ticker.figures(NOON + DAY - 1).trades, 2);
  assert.deepEqual(ticker.figures(NOON + DAY), {
    lastTicks: 120,
    openTicks: 120,
    highTicks: 120,
    lowTicks: 120,
    volumeLots: 2,
    trades: 1,
  });
  const later = ticker.figures(NOON + 3 * DAY);
  assert.deepEqual([later.trades, later.openTicks, later.lastTicks], [0, 0, 120]);
});

Deno.test("ticker: a bucket is used again a day later", () => {
  const ticker = new Ticker();
  ticker.add(100, 1, NOON);
  ticker.add(50, 7, NOON + DAY);
  const { trades, volumeLots, highTicks } = ticker.figures(NOON + DAY);
  assert.deepEqual([trades, volumeLots, highTicks], [1, 7, 50]);
});

Deno.test("ticker: a clock behind the last trade does not hide it", () => {
  const ticker = new Ticker();
  ticker.add(100, 1, NOON);
  assert.equal(ticker.figures(NOON - DAY).trades, 1);
});

Deno.test("ticker: the first minute of the epoch is a minute like any other", () => {
  const ticker = new Ticker();
  ticker.add(100, 1, 5);
  assert.equal(ticker.figures(6).openTicks, 100);
});

Deno.test("ticker: a volume beyond the safe integers stays at the greatest", () => {
  const ticker = new Ticker();
  ticker.add(100, SAFE_MAX - 1, NOON);
  ticker.add(100, SAFE_MAX - 1, NOON);
  ticker.add(100, SAFE_MAX - 1, NOON + BUCKET_MICROS);
  assert.equal(ticker.figures(NOON + BUCKET_MICROS).volumeLots, SAFE_MAX);
});
