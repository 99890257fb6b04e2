/**
 * Movements of money that an operator makes: deposits, withdrawals, and transfers that ask nobody who
 * owns what. Whoever sends one, from a command line or over REST, names it: the same name again is the
 * same movement, whichever way it comes and however late, once it was carried out.
 *
 * @module
 */
import { formatDecimal } from "../../core/protocol/decimal.ts";
import type { InstrumentReference } from "../../core/protocol/queries.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import type { AdministrationCommand } from "./administration_command.ts";
import { AdministrationError } from "./errors.ts";

/** What names a movement: printable ASCII. */
export const MOVEMENT_ID_PATTERN = /^[\x21-\x7e]{1,64}$/;

/** An asset as amounts need it. */
export interface NamedAsset {
  readonly asset: number;
  readonly name: string;
  /** Decimals. */
  readonly scale: number;
}

/** What is moved, and where. The amount is in minor units. */
export type Movement =
  & { readonly account: number; readonly asset: number; readonly amount: number }
  & (
    | { readonly kind: "deposit" | "withdraw" }
    | { readonly kind: "transfer"; readonly toAccount: number }
  );

/** The command that carries a movement out, and the text by which a repeat of it is known. */
export function movementCommand(
  movement: Movement,
  id: string,
): { readonly command: AdministrationCommand; readonly once: string } {
  return { command: movement, once: `${movement.kind} ${id}` };
}

/** An asset by its name, as the instruments have it; `null` where none does. O(instruments). */
export function assetNamed(
  instruments: Iterable<
    Pick<
      InstrumentReference,
      "baseAsset" | "baseName" | "baseScale" | "quoteAsset" | "quoteName" | "quoteScale"
    >
  >,
  name: string,
): NamedAsset | null {
  for (const one of instruments) {
    if (one.baseName === name) return { asset: one.baseAsset, name, scale: one.baseScale };
    if (one.quoteName === name) return { asset: one.quoteAsset, name, scale: one.quoteScale };
  }
  return null;
}

/** What there was of the asset, and what the movement needed, where it was refused for that. */
export function shortfallOf(
  error: unknown,
  { scale }: NamedAsset,
): { readonly available: string; readonly needed: string } | null {
  if (!(error instanceof AdministrationError)) return null;
  if (error.code !== ResultCode.insufficientFunds) return null;
  const [available, needed] = [error.limit, error.value].map((units) =>
    formatDecimal(units, scale)
  );
  return { available, needed };
}
