/**
 * How reports and the drop copy write prices, quantities and where money went.
 *
 * @module
 */
import { formatDecimal } from "../protocol/decimal.ts";
import { EventFlag } from "../protocol/event_record.ts";
import type { ReportTerms } from "./report_terms.ts";

/** A price in ticks as a decimal string by the instrument's scale. */
export const priceOf = (ticks: number, terms: ReportTerms): string =>
  formatDecimal(ticks * terms.tickSize, terms.priceScale);

/** A quantity in lots as a decimal string by the instrument's scale. */
export const quantityOf = (lots: number, terms: ReportTerms): string =>
  formatDecimal(lots * terms.lotSize, terms.quantityScale);

/** What the flags of a ledger event say: which way the money went, and whether to another account. */
export function directionOf(
  flags: number,
): "deposit" | "withdrawal" | "transfer_in" | "transfer_out" {
  const isDebit = (flags & EventFlag.debit) !== 0;
  if ((flags & EventFlag.transfer) !== 0) return isDebit ? "transfer_out" : "transfer_in";
  return isDebit ? "withdrawal" : "deposit";
}
