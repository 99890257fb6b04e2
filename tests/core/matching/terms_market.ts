/**
 * A market with fees for the tests of changes of terms.
 *
 * @module
 */
import type { ChangeableTerms } from "../../../core/protocol/terms_change.ts";
import { changeTerms, claim, type Command, type Market, market } from "../../support/commands.ts";
import { Venue } from "./venue.ts";

/** The changeable terms of the market. */
export const TERMS: ChangeableTerms = {
  makerFeePpm: 1_000,
  takerFeePpm: 2_000,
  collarPpm: 50_000,
  priceTicksMax: 1_000,
  quantityLotsMax: 1_000,
};

/** A market with fees, whose tick times lot is one minor unit. */
export function opening(): Market {
  const opened = market().asset("BTC", 8).asset("USD", 6).instrument("BTC-USD", TERMS);
  for (let account = 1; account <= 3; account++) {
    opened.account(account, { BTC: 1_000_000_000, USD: 1_000_000 });
  }
  return opened;
}

/** The market, whose leader changes terms. */
export function claimed(): Venue {
  const venue = new Venue(opening());
  venue.submit(claim(1));
  return venue;
}

/** A change from what there is at first. */
export const change = (
  to: Partial<ChangeableTerms>,
  from: Partial<ChangeableTerms> = TERMS,
): Command =>
  changeTerms(
    Object.fromEntries(Object.keys(to).map((term) => [term, from[term as keyof typeof TERMS]])),
    to,
  );

/** The event of a change that left these terms. */
export const said = (changes: Partial<ChangeableTerms>): string => {
  const terms = { ...TERMS, ...changes };
  const { collarPpm, makerFeePpm, priceTicksMax, quantityLotsMax, takerFeePpm } = terms;
  return `terms: maker ${makerFeePpm}, taker ${takerFeePpm}, collar ${collarPpm}, ` +
    `up to ${quantityLotsMax}@${priceTicksMax}`;
};

/** A refusal of a change. */
export const refused = (code: string, limit = 0, value = 0): string =>
  `0 rejected (${code}: limit ${limit}, value ${value})`;
