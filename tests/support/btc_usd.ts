/**
 * The terms of the instrument that most tests trade, as subscribers see them.
 *
 * @module
 */
import type { DefinitionEntry } from "../../core/market_data/feed_messages.ts";

/** BTC-USD with ticks of a cent and lots of a ten-thousandth. */
export const BTC_USD: DefinitionEntry = {
  instrument: 1,
  base: "BTC",
  quote: "USD",
  tickSize: "0.01",
  lotSize: "0.0001",
  priceMax: "10000.00",
  quantityMax: "100000.0000",
  priceScale: 2,
  quantityScale: 4,
  makerFeeRate: "0.000000",
  takerFeeRate: "0.000000",
  collarRate: "0.050000",
};
