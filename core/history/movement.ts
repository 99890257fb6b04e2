/**
 * Kinds of movements of money, by which an account's are listed.
 *
 * @module
 */
import { EventFlag } from "../protocol/event_record.ts";

/** What a list of movements has; the numbers are those of history's index. */
export const Movements = { all: 0, deposits: 1, withdrawals: 2, transfers: 3 } as const;
/** One of {@link Movements}. */
export type Movements = keyof typeof Movements;

/** The list beside that of all which a ledger event with these flags is in. */
export function movementsOf(flags: number): Exclude<Movements, "all"> {
  if ((flags & EventFlag.transfer) !== 0) return "transfers";
  return (flags & EventFlag.debit) !== 0 ? "withdrawals" : "deposits";
}
