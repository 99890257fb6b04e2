/**
 * Changes of terms as an operator asks for them: rates in parts per million, bounds as decimals.
 *
 * @module
 */
import type {
  ChangeableTerm,
  ChangeableTerms,
  TermsChange,
} from "../../core/protocol/terms_change.ts";
import { REHELD_PER_COMMAND_MAX } from "../../core/matching/change_terms.ts";
import { formatDecimal } from "../../core/protocol/decimal.ts";
import type { AdministrationError } from "./errors.ts";
import { exactAmount } from "./exact_amount.ts";
import {
  type KnownInstrument,
  planInstrument,
  TermsError,
  type WantedInstrument,
} from "./instrument_definition.ts";

/** The terms that may change. */
export type WantedTerms = Partial<
  Pick<
    WantedInstrument,
    "makerFeePpm" | "takerFeePpm" | "collarPpm" | "priceMax" | "quantityMax"
  >
>;

/** A term that may change, as it is asked for. */
export type WantedTerm = keyof WantedTerms;

const TERMS: Readonly<Record<WantedTerm, ChangeableTerm>> = {
  makerFeePpm: "makerFeePpm",
  takerFeePpm: "takerFeePpm",
  collarPpm: "collarPpm",
  priceMax: "priceTicksMax",
  quantityMax: "quantityLotsMax",
};
/** All of them. */
export const WANTED_TERMS = Object.keys(TERMS) as readonly WantedTerm[];

/** The terms that may change, as they are: what a change of none of them would ask for. */
export function wantedOf(
  there: Pick<
    KnownInstrument,
    ChangeableTerm | "lotSize" | "priceScale" | "quantityScale" | "tickSize"
  >,
): Required<WantedTerms> {
  const { collarPpm, lotSize, makerFeePpm, priceScale, quantityScale, takerFeePpm, tickSize } =
    there;
  return {
    makerFeePpm,
    takerFeePpm,
    collarPpm,
    priceMax: formatDecimal(there.priceTicksMax * tickSize, priceScale),
    quantityMax: formatDecimal(there.quantityLotsMax * lotSize, quantityScale),
  };
}

/**
 * What it takes to give an instrument the terms that are wanted. Whether the orders that rest are in
 * the way the core alone knows.
 *
 * @param seen of those, the ones that have to be there still; of the others, what `there` says
 * @throws {TermsError} where the whole would be no instrument
 */
export function planTermsChange(
  there: KnownInstrument,
  wanted: WantedTerms,
  seen: WantedTerms = {},
): TermsChange {
  const { baseScale, lotSize, priceScale, quantityScale, quoteScale, symbol, tickSize } = there;
  const same = {
    symbol,
    tickSize: formatDecimal(tickSize, priceScale),
    lotSize: formatDecimal(lotSize, quantityScale),
    baseScale,
    quoteScale,
  };
  const { terms } = planInstrument([there], { ...same, ...wantedOf(there), ...wanted });
  const from: { -readonly [T in ChangeableTerm]?: number } = {};
  const to: Partial<ChangeableTerms> & typeof from = {};
  for (const name of WANTED_TERMS) {
    if (wanted[name] === undefined) continue;
    const term = TERMS[name];
    to[term] = terms[term];
    from[term] = seen[name] === undefined ? there[term] : seenOf(there, name, seen[name]);
  }
  return { instrument: there.instrument, from, to };
}

function seenOf(there: KnownInstrument, name: WantedTerm, value: number | string): number {
  if (typeof value === "number") return value;
  const isPrice = name === "priceMax";
  const units = exactAmount(value, isPrice ? there.priceScale : there.quantityScale);
  if (typeof units === "number") {
    return Math.floor(units / (isPrice ? there.tickSize : there.lotSize));
  }
  throw new TermsError(name, value, (named) => `${named(name)} ${JSON.stringify(value)} ${units}`);
}

/** What resting orders are against, in words: one sentence without its full stop. */
export const ORDERS_REST =
  "orders rest that the change is against: the higher of the two fees rises only while no buy " +
  `rests, and falls only while at most ${REHELD_PER_COMMAND_MAX} do, and the highest price falls ` +
  "only while no order rests";

/** What the core says of a term that is not as it was seen. */
type Unseen = Pick<AdministrationError, "limit" | "value">;

/** The term that somebody else has changed; `null` where two were seen with that value. */
export function unseenTerm({ from }: TermsChange, { value }: Unseen): WantedTerm | null {
  const named = WANTED_TERMS.filter((name) => from[TERMS[name]] === value);
  return named.length === 1 ? named[0] : null;
}

/** A term in the units in which it is asked for: as it is, and as it was seen. */
export function shownTerm(
  there: KnownInstrument,
  name: WantedTerm,
  { limit, value }: Unseen,
): { readonly name: WantedTerm; readonly found: number | string; readonly seen: number | string } {
  const shown = (number: number) => wantedOf({ ...there, [TERMS[name]]: number })[name];
  return { name, found: shown(limit), seen: shown(value) };
}
