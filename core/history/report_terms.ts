/**
 * What the reports need to know of instruments and assets to write decimals.
 *
 * @module
 */
import { multipliersOf } from "../matching/instruments.ts";
import type { InstrumentReference } from "../protocol/queries.ts";

/** Terms of an instrument, with what one tick times one lot is worth. */
export interface ReportTerms extends InstrumentReference {
  /** Minor units of the quote asset for one tick times one lot. */
  readonly quotePerTickLot: number;
}

/** An asset as a ledger report shows it. */
export interface AssetTerms {
  readonly name: string;
  readonly scale: number;
}

/** The terms with their multiplier, or `null` where they contradict each other. */
export function reportTerms(reference: InstrumentReference): ReportTerms | null {
  const multipliers = multipliersOf(reference, reference.baseScale, reference.quoteScale);
  return multipliers && { ...reference, quotePerTickLot: multipliers.quotePerTickLot };
}
