/**
 * The findings of an end of day as JSON. The same journal and the same drop copy make the same text,
 * to the byte.
 *
 * @module
 */
import { assetSums, journalSums } from "./balance_checks.ts";
import type { ExecutionSums } from "./copy_sums.ts";
import type { DayBooks } from "./day_books.ts";
import type { DayTerms } from "./day_terms.ts";
import { decimalText } from "./decimal.ts";
import { DIFFERENCES_MAX } from "./differences.ts";
import type { DayResult } from "./end_of_day.ts";
import { SUMS } from "./movements.ts";
import { formatInstant, type TradingWindow } from "./trading_window.ts";

/** The text of `reconciliation.<label>.json`. */
export function reconciliationText(
  shard: number,
  window: TradingWindow,
  result: DayResult,
): string {
  const { books, span } = result;
  const { copySums, differences, terms } = books;
  const hasAppends = span.last >= span.first;
  const found = {
    shard,
    from: formatInstant(window.fromMicros),
    to: formatInstant(window.toMicros),
    isReconciled: differences.count === 0,
    journal: {
      firstAppend: hasAppends ? span.first : null,
      lastAppend: hasAppends ? span.last : null,
      afterSequence: books.afterSequence,
      toSequence: books.toSequence,
      stateHash: books.state.events.stateHash,
      trades: books.trades,
      executions: 2 * books.trades,
      movements: books.movements,
    },
    dropCopy: { executions: copySums.executions, movements: copySums.movements },
    instruments: terms.all().map((one) => ({
      symbol: one.symbol,
      journal: sumTexts(journalSums(books.statistics, one), one),
      dropCopy: sumTexts(copySums.of(one.instrument), one),
    })),
    assets: assetTexts(books),
    differenceCount: differences.count,
    differencesNamedMax: DIFFERENCES_MAX,
    differences: differences.named,
  };
  return JSON.stringify(found, null, 2) + "\n";
}

function sumTexts(sums: ExecutionSums, terms: DayTerms): Record<string, string> {
  return {
    executions: String(sums.executions),
    quantity: decimalText(sums.quantity, terms.quantityScale),
    notional: decimalText(sums.notional, terms.quoteScale),
    fees: decimalText(sums.fees, terms.quoteScale),
  };
}

/** Sums of each asset over all accounts, in the order of the assets' numbers. */
function assetTexts(books: DayBooks): Record<string, string>[] {
  const sums = [...assetSums(books)].sort(([one], [other]) => one - other);
  return sums.map(([asset, of]) => {
    const { name, scale } = books.terms.asset(asset);
    const texts = SUMS.map((sum) => [sum, decimalText(of[sum], scale)] as const);
    return { asset: name, ...Object.fromEntries(texts) };
  });
}
