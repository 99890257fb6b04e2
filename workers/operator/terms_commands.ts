/**
 * `deno task admin instruments change`: the fees, the collar and the bounds of an instrument.
 *
 * @module
 */
import { COLLAR_PPM_MAX } from "../../core/matching/instruments.ts";
import { FEE_PPM_MAX } from "../../core/ledger/fees.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import type { TermsChange } from "../../core/protocol/terms_change.ts";
import type { InstrumentReference } from "../../core/protocol/queries.ts";
import { AdministrationError } from "../../infra/administration/errors.ts";
import { TermsError } from "../../infra/administration/instrument_definition.ts";
import {
  ORDERS_REST,
  planTermsChange,
  shownTerm,
  unseenTerm,
  WANTED_TERMS,
  wantedOf,
  type WantedTerm,
  type WantedTerms,
} from "../../infra/administration/terms_plan.ts";
import type { AdminCommand, AdminSession, OptionValues, Outcome } from "./admin_command.ts";
import { UsageError, wholeNumber } from "./command_line.ts";

/** By the term, what its option is called. */
const OPTIONS: Readonly<Record<WantedTerm, string>> = {
  makerFeePpm: "maker-ppm",
  takerFeePpm: "taker-ppm",
  collarPpm: "collar-ppm",
  priceMax: "price-max",
  quantityMax: "quantity-max",
};

/** By the term, what people call it. */
const NAMES: Readonly<Record<WantedTerm, string>> = {
  makerFeePpm: "maker fee (ppm)",
  takerFeePpm: "taker fee (ppm)",
  collarPpm: "collar (ppm)",
  priceMax: "highest price",
  quantityMax: "largest quantity",
};

/** The command. */
export const TERMS_COMMANDS: readonly AdminCommand[] = [
  {
    words: "instruments change",
    usage: "SYMBOL [--maker-ppm N] [--taker-ppm N] [--collar-ppm N] [--price-max PRICE] " +
      "[--quantity-max QUANTITY]",
    about: "changes fees, collar and bounds of an instrument that trades",
    details: [
      "--maker-ppm N            maker fee in parts per million of the notional",
      "--taker-ppm N            taker fee",
      "--collar-ppm N           how far a market order may go from the best price",
      "--price-max PRICE        highest price",
      "--quantity-max QUANTITY  largest quantity of an order",
      "",
      "It holds for every trade and every order from then on, and all of it at once. Orders that",
      "rest pay the fees of the time when they trade. The higher of the two fees rises only while",
      "no buy rests, and the highest price falls only while no order rests: kill SYMBOL empties a",
      "book. What somebody else has changed meanwhile is not changed back.",
    ],
    values: 1,
    options: Object.fromEntries(
      Object.values(OPTIONS).map((option) => [option, { type: "string" }] as const),
    ),
    run: (session, [symbol], options) => change(session, symbol, options),
  },
];

async function change(
  session: AdminSession,
  symbol: string,
  options: OptionValues,
): Promise<Outcome> {
  const wanted = wantedIn(options);
  const there = await session.instrument(symbol);
  const planned = planOf(there, wanted);
  const client = await session.client();
  // Each order of the operator's is a new one.
  const once = `terms of ${symbol} ${crypto.randomUUID()}`;
  const { sequence } = await client.send({ kind: "instrumentTerms", ...planned }, once)
    .catch((error) => {
      throw explained(error, there, planned);
    });
  const [before, after] = [wantedOf(there), wantedOf({ ...there, ...planned.to })];
  const lines = WANTED_TERMS.filter((term) => wanted[term] !== undefined).map((term) =>
    `${symbol}: ${NAMES[term]} ${before[term]} to ${after[term]}`
  );
  return { text: lines.join("\n"), json: { symbol, before, after, sequence: String(sequence) } };
}

/** What the command line asks for. @throws {UsageError} */
function wantedIn(options: OptionValues): WantedTerms {
  const given = WANTED_TERMS.filter((term) => options[OPTIONS[term]] !== undefined);
  if (given.length === 0) {
    const names = Object.values(OPTIONS).map((option) => `--${option}`).join(", ");
    throw new UsageError(`nothing to change; it takes at least one of ${names}`);
  }
  return Object.fromEntries(given.map((term) => {
    const option = OPTIONS[term];
    const text = String(options[option]);
    if (term === "priceMax" || term === "quantityMax") return [term, text];
    const isCollar = term === "collarPpm";
    const [least, most] = isCollar ? [1, COLLAR_PPM_MAX] : [0, FEE_PPM_MAX];
    return [term, wholeNumber(`--${option}`, text, least, most)];
  }));
}

/** What it takes. @throws {UsageError} */
function planOf(there: InstrumentReference, wanted: WantedTerms): TermsChange {
  try {
    return planTermsChange(there, wanted);
  } catch (error) {
    if (!(error instanceof TermsError)) throw error;
    throw new UsageError(error.tell((field) => `--${OPTIONS[field as WantedTerm] ?? field}`));
  }
}

/** A refusal in the words and units of the command line. */
function explained(error: unknown, there: InstrumentReference, change: TermsChange): unknown {
  if (!(error instanceof AdministrationError)) return error;
  if (error.code === ResultCode.ordersRest) {
    return new Error(
      `the change was refused, orders_rest: ${ORDERS_REST}; deno task admin kill ${there.symbol} ` +
        "empties it",
    );
  }
  if (error.code !== ResultCode.termsChanged) return error;
  const term = unseenTerm(change, error);
  const { found, seen } = term === null
    ? { found: "another", seen: "what it was" }
    : shownTerm(there, term, error);
  return new Error(
    `the change was refused, terms_changed: ${
      term === null ? "a term" : NAMES[term]
    } is ${found} ` +
      `and not ${seen} any more; see deno task admin instruments list, and ask again`,
  );
}
