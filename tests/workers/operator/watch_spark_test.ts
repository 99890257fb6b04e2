import assert from "node:assert/strict";
import type { CandleEntry } from "../../../core/market_data/feed_messages.ts";
import {
  PriceSpark,
  SPARK_BARS_MAX,
  SPARK_INTERVAL,
  sparkSpan,
} from "../../../workers/operator/watch_spark.ts";
import { NOON_MICROS } from "./watch_messages.ts";

const BAR_MICROS = SPARK_INTERVAL.micros;

/** A trade in the bar so many bars behind noon. */
const trade = (bar: number, id: number, price: string) => ({
  tradeId: String(id),
  price,
  quantity: "1",
  takerSide: "buy" as const,
  timeMicros: NOON_MICROS + bar * BAR_MICROS + 1,
});

const candle = (bar: number, close: string, lastTradeId: string | null): CandleEntry => ({
  startMicros: NOON_MICROS + bar * BAR_MICROS,
  open: close,
  high: close,
  low: close,
  close,
  volume: "0",
  trades: lastTradeId === null ? 0 : 1,
  firstTradeId: lastTradeId,
  lastTradeId,
  isFinal: true,
});

/** The line as of the bar so many bars behind noon. */
const textOf = (spark: PriceSpark, bar: number, count: number) =>
  spark.draw(NOON_MICROS + bar * BAR_MICROS, count)?.text;

Deno.test("watch spark: nothing before the first price", () => {
  assert.equal(new PriceSpark().draw(NOON_MICROS, 10), null);
});

Deno.test("watch spark: the lowest price is the lowest block, the highest the highest", () => {
  const spark = new PriceSpark();
  for (let bar = 0; bar < 8; bar++) spark.trade(trade(bar, bar + 1, `${100 + bar}.00`));
  assert.deepEqual(spark.draw(NOON_MICROS + 7 * BAR_MICROS, 8), {
    text: "▁▂▃▄▅▆▇█",
    low: "100.00",
    high: "107.00",
    direction: 1,
  });
  spark.trade(trade(8, 9, "99.00"));
  assert.equal(spark.draw(NOON_MICROS + 8 * BAR_MICROS, 9)?.direction, -1);
});

Deno.test("watch spark: a bar is its last price, and a quiet one goes on with that before", () => {
  const spark = new PriceSpark();
  spark.trade(trade(0, 1, "108.00"));
  spark.trade(trade(0, 2, "100.00"));
  spark.trade(trade(3, 3, "108.00"));
  assert.equal(textOf(spark, 5, 8), "  ▁▁▁███");
  assert.equal(textOf(spark, 5, 4), "▁███", "also with what was before the first bar shown");
});

Deno.test("watch spark: candles are the past, and change nothing that a later trade has said", () => {
  const spark = new PriceSpark();
  spark.trade(trade(2, 7, "108.00"));
  // Newest first, as snapshots have them; the open one is older than the trade.
  spark.candles([candle(2, "101.00", "6"), candle(1, "100.00", null), candle(0, "100.00", "5")]);
  assert.equal(textOf(spark, 2, 3), "▁▁█");
  spark.candles([candle(2, "100.00", "9")]);
  assert.equal(textOf(spark, 2, 3), "▄▄▄", "a newer candle says more");
});

Deno.test("watch spark: a trade that comes late does not take the place of a newer one", () => {
  const spark = new PriceSpark();
  spark.trade(trade(0, 1, "100.00"));
  spark.trade(trade(1, 3, "108.00"));
  spark.trade(trade(1, 2, "100.00"));
  assert.equal(textOf(spark, 1, 2), "▁█");
});

Deno.test("watch spark: a calm market is drawn calm", () => {
  const spark = new PriceSpark();
  spark.trade(trade(0, 1, "60000.00"));
  assert.equal(textOf(spark, 0, 1), "▄", "one price is in the middle");
  spark.trade(trade(1, 2, "60001.00"));
  const text = textOf(spark, 1, 2) ?? "";
  assert.ok(!text.includes("▁") && !text.includes("█"), text);
});

Deno.test("watch spark: the market's time may be behind its newest trade", () => {
  const spark = new PriceSpark();
  spark.trade(trade(3, 1, "100.00"));
  assert.equal(textOf(spark, 0, 2), " ▄");
});

Deno.test("watch spark: it keeps no more than it can show", () => {
  const spark = new PriceSpark();
  for (let bar = 0; bar < SPARK_BARS_MAX * 3; bar++) {
    spark.trade(trade(bar, bar + 1, bar === 0 ? "1.00" : "900.00"));
  }
  const drawn = spark.draw(NOON_MICROS + (SPARK_BARS_MAX * 3 - 1) * BAR_MICROS, 10_000);
  assert.equal(drawn?.text.length, SPARK_BARS_MAX);
  assert.equal(drawn?.low, "900.00");
});

Deno.test("watch spark: how long the line is", () => {
  assert.equal(sparkSpan(8), "40 s");
  assert.equal(sparkSpan(24), "2 min");
  assert.equal(sparkSpan(SPARK_BARS_MAX), "10 min");
});
