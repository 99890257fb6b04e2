/**
 * Decimals as Binance writes them: with eight decimals at least, zero included.
 *
 * @module
 */
import { formatDecimal, formatQuotient } from "../../core/protocol/decimal.ts";
import type { Instrument } from "../../infra/reference/instrument_terms.ts";

/** Decimals that a number has at least. */
export const DECIMALS_LEAST = 8;

/** Nothing. */
export const ZERO = "0.00000000";

/** An integer in units of 10^-scale. */
export function decimalText(units: number, scale: number): string {
  return padded(formatDecimal(units, scale));
}

/** A price; zero for none. */
export function priceText(ticks: number, { tickSize, priceScale }: Instrument): string {
  return decimalText(ticks * tickSize, priceScale);
}

/** A quantity in lots. */
export function quantityText(lots: number, { lotSize, quantityScale }: Instrument): string {
  return decimalText(lots * lotSize, quantityScale);
}

/** Money in minor units of the quote asset. */
export function quoteText(minor: number, { quoteScale }: Instrument): string {
  return decimalText(minor, quoteScale);
}

/** A plain decimal ("50000.5", or `null` for none) with the decimals that it lacks. */
export function padded(text: string | null): string {
  if (text === null) return ZERO;
  const point = text.indexOf(".");
  if (point < 0) return `${text}.${"0".repeat(DECIMALS_LEAST)}`;
  return text.padEnd(point + 1 + DECIMALS_LEAST, "0");
}

/** A plain decimal as an integer and its number of decimals. */
interface Scaled {
  readonly units: bigint;
  readonly scale: number;
}

function scaled(text: string): Scaled {
  const point = text.indexOf(".");
  const scale = point < 0 ? 0 : text.length - point - 1;
  return { units: BigInt(text.replace(".", "")), scale };
}

/** The exact product of two plain decimals. */
export function productText(one: string, other: string): string {
  const [a, b] = [scaled(one), scaled(other)];
  const text = bigText(a.units * b.units, a.scale + b.scale);
  const surplus = text.length - text.indexOf(".") - 1 - DECIMALS_LEAST;
  return surplus > 0 ? text.replace(new RegExp(`0{1,${surplus}}$`), "") : text;
}

/** The difference of two plain decimals of the same number of decimals. */
export function differenceText(one: string, other: string): string {
  const [a, b] = [scaled(one), scaled(other)];
  return bigText(a.units - b.units, a.scale);
}

/** The change from `from` to `to` in percent, with three decimals, rounded half to even. */
export function percentText(from: string, to: string): string {
  const [a, b] = [scaled(from), scaled(to)];
  if (a.units === 0n) return "0.000";
  const change = (b.units - a.units) * 100n;
  const size = formatQuotient(change < 0n ? -change : change, a.units, 3);
  return change < 0n && /[1-9]/.test(size) ? `-${size}` : size;
}

/** Average of prices, each weighed by its quantity; `null` where there are none. */
export function averageText(
  trades: readonly { readonly price: string; readonly quantity: string }[],
): string | null {
  if (trades.length === 0) return null;
  let value = 0n;
  let quantity = 0n;
  let scale = 0;
  for (const trade of trades) {
    const [price, lots] = [scaled(trade.price), scaled(trade.quantity)];
    value += price.units * lots.units;
    quantity += lots.units;
    scale = price.scale;
  }
  return formatQuotient(value, quantity * 10n ** BigInt(scale), DECIMALS_LEAST);
}

function bigText(units: bigint, scale: number): string {
  const sign = units < 0n ? "-" : "";
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  if (scale === 0) return padded(sign + digits);
  return padded(`${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`);
}
