/**
 * What a market maker wants in the book, and what it must change to get there.
 *
 * @module
 */

/** A quote: one limit order. */
export interface Quote {
  readonly side: "buy" | "sell";
  readonly priceTicks: number;
  readonly quantityLots: number;
}

/** A quote that is in the book. */
export interface OpenQuote extends Quote {
  readonly orderId: string;
}

/** The shape of a ladder of quotes. */
export interface LadderTerms {
  /** Levels a side. */
  readonly levels: number;
  /** From the middle to the best quote. */
  readonly halfSpreadTicks: number;
  readonly spacingTicks: number;
  /** Least and most of a quote at the best level; further away they grow. */
  readonly quantityLotsLeast: number;
  readonly quantityLotsMost: number;
}

/** Changes to the book, worst first. */
export interface QuoteChanges {
  readonly cancel: readonly OpenQuote[];
  readonly place: readonly Quote[];
}

/** The quotes around a middle price, best first, bids and asks in turn. */
export function ladderAround(
  middleTicks: number,
  terms: LadderTerms,
  random: () => number,
): Quote[] {
  const { levels, halfSpreadTicks, spacingTicks, quantityLotsLeast, quantityLotsMost } = terms;
  const quotes: Quote[] = [];
  for (let level = 0; level < levels; level++) {
    const away = halfSpreadTicks + level * spacingTicks;
    for (const side of ["buy", "sell"] as const) {
      const range = (quantityLotsMost - quantityLotsLeast) * (1 + level / 2);
      const quantityLots = Math.round(quantityLotsLeast + random() * range);
      const priceTicks = side === "buy" ? middleTicks - away : middleTicks + away;
      if (priceTicks > 0) quotes.push({ side, priceTicks, quantityLots });
    }
  }
  return quotes;
}

/**
 * Compares what is wanted with what is in the book. A quote within half a level of a wanted one
 * stays: it keeps its place in the queue. O(wanted × open).
 *
 * @param changesMax at most so many cancels, and so many new quotes
 */
export function changesTo(
  wanted: readonly Quote[],
  open: readonly OpenQuote[],
  spacingTicks: number,
  changesMax: number,
): QuoteChanges {
  const left = new Set(open);
  const place: Quote[] = [];
  for (const quote of wanted) {
    const kept = [...left].find((one) =>
      one.side === quote.side && Math.abs(one.priceTicks - quote.priceTicks) * 2 <= spacingTicks
    );
    if (kept === undefined) place.push(quote);
    else left.delete(kept);
  }
  // The best quotes first: those in the way of the new middle go, those next to it come.
  const bestFirst = [...left].sort((one, other) => rank(other) - rank(one));
  return { cancel: bestFirst.slice(0, changesMax), place: place.slice(0, changesMax) };
}

/** Higher for a better price of its side. */
const rank = ({ side, priceTicks }: Quote): number => side === "buy" ? priceTicks : -priceTicks;
