/**
 * Writes the integers of an instrument as decimal strings. Nothing is "0" at any scale.
 *
 * @module
 */
import { formatDecimal, formatQuotient } from "../core/protocol/decimal.ts";
import type { Instrument } from "../infra/reference/instrument_terms.ts";

/** Decimals that an average price has beyond those of a price. */
export const AVERAGE_PRICE_DECIMALS = 8;

/** A price; `null` for none. */
export function priceText(ticks: number, { tickSize, priceScale }: Instrument): string | null {
  return ticks === 0 ? null : formatDecimal(ticks * tickSize, priceScale);
}

/** A quantity in lots. */
export function quantityText(lots: number, { lotSize, quantityScale }: Instrument): string {
  return lots === 0 ? "0" : formatDecimal(lots * lotSize, quantityScale);
}

/** Money in minor units of the quote asset. */
export function quoteText(minor: number, { quoteScale }: Instrument): string {
  return moneyText(minor, quoteScale);
}

/** Money in minor units of an asset with this many decimals. */
export function moneyText(minor: number, scale: number): string {
  return minor === 0 ? "0" : formatDecimal(minor, scale);
}

/**
 * The average price of fills that come to `tickLots` ticks × lots over `lots`: rounded half to even
 * at the price scale plus {@link AVERAGE_PRICE_DECIMALS}; `null` where nothing was filled.
 */
export function averagePriceText(
  tickLots: number,
  lots: number,
  { tickSize, priceScale }: Instrument,
): string | null {
  if (lots === 0) return null;
  const numerator = BigInt(tickLots) * BigInt(tickSize);
  const denominator = BigInt(lots) * 10n ** BigInt(priceScale);
  return formatQuotient(numerator, denominator, priceScale + AVERAGE_PRICE_DECIMALS);
}
