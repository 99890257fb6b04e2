/**
 * The findings of an end of day as JSON. The same journal and the same drop copy make the same text,
 * to the byte.
 *
 * @module
 */
import { assetSums, journalSums } from "./balance_checks.ts";
import type { ExecutionSums } from "./copy_sums.ts";
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
  const { copySums, differences, span, terms } = result;
  const hasAppends = span.last >= span.first;
  const found = {
    shard,
    from: formatInstant(window.fromMicros),
    to: formatInstant(window.toMicros),
    isReconciled: differences.count === 0,
    journal: {
      firstAppend: hasAppends ? span.first : null,
      lastAppend: hasAppends ? span.last : null,
      afterSequence: result.afterSequence,
      toSequence: result.toSequence,
      stateHash: result.stateHash,
      trades: result.trades,
      executions: 2 * result.trades,
      movements: result.movements,
    },
    dropCopy: { executions: copySums.executions, movements: copySums.movements },
    instruments: terms.all().map((one) => ({
      symbol: one.symbol,
      journal: sumTexts(journalSums(result.statistics, one), one),
      dropCopy: sumTexts(copySums.of(one.instrument), one),
    })),
    assets: assetTexts(result),
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
function assetTexts(result: DayResult): Record<string, string>[] {
  const sums = [...assetSums(result)].sort(([one], [other]) => one - other);
  return sums.map(([asset, of]) => {
    const { name, scale } = result.terms.asset(asset);
    const texts = SUMS.map((sum) => [sum, decimalText(of[sum], scale)] as const);
    return { asset: name, ...Object.fromEntries(texts) };
  });
}
