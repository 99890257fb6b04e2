import assert from "node:assert/strict";
import { averagePriceText, moneyText, priceText, quantityText } from "../../routes/amounts.ts";
import { instrumentOf } from "../../infra/reference/instrument_terms.ts";

/** Ticks of 0.05, lots of 0.010. */
const INSTRUMENT = instrumentOf("BTC-USD", {
  instrument: 1,
  symbol: "BTC-USD",
  baseAsset: 1,
  quoteAsset: 2,
  priceScale: 2,
  quantityScale: 3,
  tickSize: 5,
  lotSize: 10,
  priceTicksMax: 1_000_000,
  quantityLotsMax: 1_000_000,
  makerFeePpm: 0,
  takerFeePpm: 0,
  collarPpm: 1,
  baseName: "BTC",
  baseScale: 8,
  quoteName: "USD",
  quoteScale: 6,
  status: "trading",
});

Deno.test("ticks, lots and minor units are decimals with all their places, nothing is 0", () => {
  assert.deepEqual([priceText(3, INSTRUMENT), priceText(0, INSTRUMENT)], ["0.15", null]);
  assert.deepEqual([quantityText(7, INSTRUMENT), quantityText(0, INSTRUMENT)], ["0.070", "0"]);
  assert.deepEqual([moneyText(1, 6), moneyText(0, 6), moneyText(12, 0)], ["0.000001", "0", "12"]);
});

Deno.test("an average price is exact to ten places, and rounded half to even there", () => {
  const average = (tickLots: number, lots: number) => averagePriceText(tickLots, lots, INSTRUMENT);
  assert.equal(average(0, 0), null);
  assert.equal(average(3 * 4, 4), "0.1500000000");
  // 0.05 / 3 and 0.1 / 3 are periodic.
  assert.equal(average(1, 3), "0.0166666667");
  assert.equal(average(2, 3), "0.0333333333");
  // 0.05 / 2^k ends with a 5 in the eleventh place: to even, up and down.
  assert.equal(average(1, 2 ** 9), "0.0000976562");
  assert.equal(average(3, 2 ** 9), "0.0002929688");
});

Deno.test("the largest products that an instrument allows are averaged exactly", () => {
  const lots = 9_007_199_254;
  assert.equal(averagePriceText(lots * 1_000_000, lots, INSTRUMENT), "50000.0000000000");
});
