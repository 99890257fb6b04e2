/**
 * The terms of an instrument that turn ticks and lots into the decimal strings of JSON, and what
 * subscribers see of them.
 *
 * @module
 */
import { formatDecimal } from "../protocol/decimal.ts";
import type { InstrumentReference } from "../protocol/queries.ts";
import type { Candle } from "./candle_record.ts";
import type { CandleEntry, DefinitionEntry, TickerEntry } from "./feed_messages.ts";
import type { TickerFigures } from "./ticker.ts";

/** Decimals of a rate in parts per million. */
const PPM_DECIMALS = 6;

/** Terms, as binary messages tell them. */
export type LotTerms = Pick<
  InstrumentReference,
  | "instrument"
  | "symbol"
  | "baseName"
  | "quoteName"
  | "tickSize"
  | "lotSize"
  | "priceTicksMax"
  | "quantityLotsMax"
  | "makerFeePpm"
  | "takerFeePpm"
  | "collarPpm"
  | "priceScale"
  | "quantityScale"
>;

/** A price in ticks as a decimal string. */
export function priceText(terms: LotTerms, ticks: number): string {
  return formatDecimal(ticks * terms.tickSize, terms.priceScale);
}

/** A quantity in lots as a decimal string; "0" for none at any scale. */
export function quantityText(terms: LotTerms, lots: number): string {
  return lots === 0 ? "0" : formatDecimal(lots * terms.lotSize, terms.quantityScale);
}

/** The terms as JSON. */
export function definitionEntry(terms: LotTerms): DefinitionEntry {
  const rate = (partsPerMillion: number) => formatDecimal(partsPerMillion, PPM_DECIMALS);
  return {
    instrument: terms.instrument,
    base: terms.baseName,
    quote: terms.quoteName,
    tickSize: priceText(terms, 1),
    lotSize: quantityText(terms, 1),
    priceMax: priceText(terms, terms.priceTicksMax),
    quantityMax: quantityText(terms, terms.quantityLotsMax),
    priceScale: terms.priceScale,
    quantityScale: terms.quantityScale,
    makerFeeRate: rate(terms.makerFeePpm),
    takerFeeRate: rate(terms.takerFeePpm),
    collarRate: rate(terms.collarPpm),
  };
}

/** Figures of a ticker as JSON. */
export function tickerEntry(terms: LotTerms, figures: TickerFigures): TickerEntry {
  const priceOrNull = (ticks: number) => ticks === 0 ? null : priceText(terms, ticks);
  return {
    lastPrice: priceOrNull(figures.lastTicks),
    open24h: priceOrNull(figures.openTicks),
    high24h: priceOrNull(figures.highTicks),
    low24h: priceOrNull(figures.lowTicks),
    volume24h: quantityText(terms, figures.volumeLots),
    trades24h: figures.trades,
  };
}

/** A candle as JSON. */
export function candleEntry(terms: LotTerms, candle: Candle): CandleEntry {
  const isFlat = candle.trades === 0;
  return {
    startMicros: candle.startMicros,
    open: priceText(terms, candle.openTicks),
    high: priceText(terms, candle.highTicks),
    low: priceText(terms, candle.lowTicks),
    close: priceText(terms, candle.closeTicks),
    volume: quantityText(terms, candle.volumeLots),
    trades: candle.trades,
    firstTradeId: isFlat ? null : String(candle.firstTradeId),
    lastTradeId: isFlat ? null : String(candle.lastTradeId),
    isFinal: candle.isFinal,
  };
}
