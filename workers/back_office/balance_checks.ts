/**
 * The sums of a window: those of the drop copy against those of the journal, and those of the
 * journal against its own balances.
 *
 * Whatever an account gets another one gives, so in each asset what was bought is what was sold, what
 * was paid in fees is what the venue's account got, and what came in by transfers is what went out;
 * all balances together change by what was deposited less what was withdrawn; and each balance is
 * what it was, and its sums.
 *
 * @module
 */
import type { ShardState } from "../../core/matching/shard_state.ts";
import type { CopySums, ExecutionSums } from "./copy_sums.ts";
import type { DayTerms, DayTermsBook } from "./day_terms.ts";
import { decimalText } from "./decimal.ts";
import type { Differences } from "./differences.ts";
import { type Movements, type Sum, SUMS } from "./movements.ts";
import type { Statistics } from "./statistics.ts";

/** What there was of each balance when the window began, by slot. */
export type OpeningTotals = Float64Array;

/** What is compared. */
export interface WindowBooks {
  readonly state: ShardState;
  readonly terms: DayTermsBook;
  readonly opening: OpeningTotals;
  readonly journal: Movements;
  readonly copy: Movements;
  readonly copySums: CopySums;
  readonly statistics: Statistics;
}

/** Totals of all balances of the state, by slot. */
export function totalsOf({ balances }: ShardState): OpeningTotals {
  const totals = new Float64Array(balances.count + 1);
  for (let slot = 1; slot <= balances.count; slot++) totals[slot] = totalOf({ balances }, slot);
  return totals;
}

/** What the account of a slot has of its asset. */
export const totalOf = ({ balances }: Pick<ShardState, "balances">, slot: number): number =>
  balances.availableOf(slot) + balances.heldOf(slot);

/** Sums over the sides of an instrument's trades, by the journal. */
export function journalSums(statistics: Statistics, terms: DayTerms): ExecutionSums {
  const { makerFees, notional, takerFees, trades, volumeLots } = statistics.of(terms.instrument);
  return {
    executions: 2n * BigInt(trades),
    quantity: 2n * volumeLots * BigInt(terms.lotSize),
    notional: 2n * notional,
    fees: makerFees + takerFees,
  };
}

/** Compares every sum. O(instruments + balances + assets). */
export function checkSums(books: WindowBooks, differences: Differences): void {
  checkInstruments(books, differences);
  checkBalances(books, differences);
  checkAssets(books, differences);
}

function checkInstruments(books: WindowBooks, differences: Differences): void {
  for (const terms of books.terms.all()) {
    const journal = journalSums(books.statistics, terms);
    const copy = books.copySums.of(terms.instrument);
    const { quantityScale, quoteScale, symbol } = terms;
    const scales = {
      executions: 0,
      quantity: quantityScale,
      notional: quoteScale,
      fees: quoteScale,
    };
    for (const field of ["executions", "quantity", "notional", "fees"] as const) {
      if (journal[field] === copy[field]) continue;
      const text = (value: bigint) => decimalText(value, scales[field]);
      const [inJournal, inCopy] = [text(journal[field]), text(copy[field])];
      differences.add({ kind: "sum", of: symbol, field, journal: inJournal, dropCopy: inCopy });
    }
  }
}

function checkBalances(books: WindowBooks, differences: Differences): void {
  const { copy, journal, opening, state, terms } = books;
  const { balances } = state;
  for (let slot = 0; slot <= balances.count; slot++) {
    const { name, scale } = terms.asset(slot === 0 ? 0 : balances.assetOf(slot));
    const of = slot === 0
      ? "accounts and assets that are not there"
      : `account ${balances.accountOf(slot)}, ${name}`;
    for (const field of SUMS) {
      const [one, other] = [journal.of(slot, field), copy.of(slot, field)];
      if (one === other) continue;
      const [inJournal, inCopy] = [decimalText(one, scale), decimalText(other, scale)];
      differences.add({ kind: "sum", of, field, journal: inJournal, dropCopy: inCopy });
    }
    if (slot === 0) continue;
    const expected = BigInt(opening[slot] ?? 0) + journal.changeOf(slot);
    const found = BigInt(totalOf(state, slot));
    if (expected === found) continue;
    addBalance(differences, of, "closing", expected, found, scale);
  }
}

function checkAssets(books: WindowBooks, differences: Differences): void {
  const { opening, state, terms } = books;
  const { balances } = state;
  const closings = new Map<number, bigint>();
  const openings = new Map<number, bigint>();
  const add = (sums: Map<number, bigint>, asset: number, amount: number) =>
    void sums.set(asset, (sums.get(asset) ?? 0n) + BigInt(amount));
  for (let slot = 1; slot <= balances.count; slot++) {
    add(closings, balances.assetOf(slot), totalOf(state, slot));
    add(openings, balances.assetOf(slot), opening[slot] ?? 0);
  }
  const sums = assetSums(books);
  for (const [asset, closing] of closings) {
    const { name, scale } = terms.asset(asset);
    const of = (sum: Sum) => sums.get(asset)?.[sum] ?? 0n;
    const pairs: [string, bigint, bigint][] = [
      ["bought, against sold,", of("sold"), of("bought")],
      ["fees of everybody", 0n, of("fees")],
      ["transfers in, against transfers out,", of("transfersOut"), of("transfersIn")],
      [
        "the change by deposits less withdrawals",
        of("deposits") - of("withdrawals"),
        closing - (openings.get(asset) ?? 0n),
      ],
      ["all balances, against the supply,", BigInt(balances.supply[asset]), closing],
    ];
    for (const [field, expected, found] of pairs) {
      if (expected !== found) addBalance(differences, name, field, expected, found, scale);
    }
  }
}

/** Sums of each asset over all accounts, by the journal. */
export function assetSums(
  { journal, state }: Pick<WindowBooks, "journal" | "state">,
): Map<number, Record<Sum, bigint>> {
  const { balances } = state;
  const sums = new Map<number, Record<Sum, bigint>>();
  for (let slot = 1; slot <= balances.count; slot++) {
    const asset = balances.assetOf(slot);
    const of = sums.get(asset) ??
      Object.fromEntries(SUMS.map((sum) => [sum, 0n])) as Record<Sum, bigint>;
    for (const sum of SUMS) of[sum] += journal.of(slot, sum);
    sums.set(asset, of);
  }
  return sums;
}

function addBalance(
  differences: Differences,
  of: string,
  field: string,
  expected: bigint,
  found: bigint,
  scale: number,
): void {
  const [wanted, there] = [decimalText(expected, scale), decimalText(found, scale)];
  differences.add({ kind: "balance", of, field, expected: wanted, found: there });
}
