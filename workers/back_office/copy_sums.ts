/**
 * Adds up what the drop copy says, from its decimal strings alone.
 *
 * @module
 */
import { parseDecimal } from "../../core/protocol/decimal.ts";
import type { CopyEntry, ExecutionCopy, MovementCopy } from "../../core/protocol/drop_copy.ts";
import { Side } from "../../core/protocol/order_record.ts";
import type { DayTermsBook } from "./day_terms.ts";
import type { Movements, Sum } from "./movements.ts";

/** Sums over the sides of the trades of an instrument, each in its smallest units. */
export interface ExecutionSums {
  readonly executions: bigint;
  readonly quantity: bigint;
  readonly notional: bigint;
  readonly fees: bigint;
}

/** Sums of an instrument without trades. */
export const NO_EXECUTIONS: ExecutionSums = {
  executions: 0n,
  quantity: 0n,
  notional: 0n,
  fees: 0n,
};

const SUM_OF: Readonly<Record<MovementCopy["direction"], Sum>> = {
  deposit: "deposits",
  withdrawal: "withdrawals",
  transfer_in: "transfersIn",
  transfer_out: "transfersOut",
};

/** Takes entries of the drop copy. What is no decimal of its scale counts as nothing. */
export class CopySums {
  readonly #terms: DayTermsBook;
  readonly #movements: Movements;
  readonly #byInstrument = new Map<number, ExecutionSums>();
  /** Entries that were taken. */
  executions = 0;
  /** Entries that were taken. */
  movements = 0;

  constructor(terms: DayTermsBook, movements: Movements) {
    this.#terms = terms;
    this.#movements = movements;
  }

  /** Sums of an instrument. */
  of(instrument: number): ExecutionSums {
    return this.#byInstrument.get(instrument) ?? NO_EXECUTIONS;
  }

  /** Takes an entry. O(1). */
  take(entry: CopyEntry): void {
    if (entry.kind === "execution") this.#execution(entry);
    else this.#movement(entry);
  }

  #execution(entry: ExecutionCopy): void {
    this.executions++;
    const terms = this.#terms.withSymbol(entry.symbol);
    if (terms === null) return;
    const { priceScale, quantityScale, quoteScale, baseScale } = terms;
    const price = unitsOf(entry.price, priceScale);
    const quantity = unitsOf(entry.quantity, quantityScale);
    const fee = unitsOf(entry.fee, quoteScale);
    const quote = price * quantity * 10n ** BigInt(quoteScale - priceScale - quantityScale);
    const base = quantity * 10n ** BigInt(baseScale - quantityScale);
    const before = this.of(terms.instrument);
    this.#byInstrument.set(terms.instrument, {
      executions: before.executions + 1n,
      quantity: before.quantity + quantity,
      notional: before.notional + quote,
      fees: before.fees + fee,
    });
    const { baseAsset, quoteAsset } = terms;
    const side = entry.side === "buy" ? Side.buy : Side.sell;
    const account = Number(entry.account);
    this.#movements.execute({ account, side, baseAsset, quoteAsset, base, quote, fee });
  }

  #movement(entry: MovementCopy): void {
    this.movements++;
    const asset = Number(entry.assetId);
    const amount = unitsOf(entry.amount, this.#terms.asset(asset).scale);
    const sum = SUM_OF[entry.direction];
    if (sum !== undefined) this.#movements.add(Number(entry.account), asset, sum, amount);
  }
}

/** The history may say anything, a decimal or not. */
function unitsOf(text: unknown, scale: number): bigint {
  const units = typeof text === "string" ? parseDecimal(text, scale) : 0;
  return units < 0 ? 0n : BigInt(units);
}
