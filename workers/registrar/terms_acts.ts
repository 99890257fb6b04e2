/**
 * Changes of an instrument's terms over REST: its fees, its collar, its bounds.
 *
 * @module
 */
import type { ActAnswer, ActRefusal } from "../../core/protocol/act.ts";
import { formatDecimal, parseDecimal } from "../../core/protocol/decimal.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { CHANGEABLE_TERMS, type TermsChange } from "../../core/protocol/terms_change.ts";
import { AdministrationError } from "../../infra/administration/errors.ts";
import {
  type KnownInstrument,
  TermsError,
} from "../../infra/administration/instrument_definition.ts";
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
import { type ChangedTermsBody, ChangedTermsSchema } from "../../infra/registrar/admin_bodies.ts";
import { type Act, doneOf, invalid, type VerifiedRequest } from "./act.ts";
import { RATE_SCALE, RATES, rateTakes, whenKnown } from "./instrument_acts.ts";
import { readActBody } from "./read_body.ts";

/** The act. Fees are money: it takes a key of weight. */
export const TERMS_ACTS: readonly Act[] = [
  {
    method: "PATCH",
    path: /^\/v1\/admin\/instruments\/([A-Z0-9]{1,10}-[A-Z0-9]{1,10})$/,
    scope: "admin",
    isWeighty: true,
    run: change,
  },
];

async function change(verified: VerifiedRequest): Promise<ActAnswer> {
  const { author, named: [symbol], once, parts, request } = verified;
  const body = readActBody(request.body, ChangedTermsSchema);
  if ("refused" in body) return body;
  const there = parts.reference.bySymbol(symbol);
  if (there === undefined) return { refused: "unknownSymbol", field: "symbol", value: symbol };
  const planned = planOf(there, body.read);
  if ("refused" in planned) return planned;
  try {
    const report = await parts.send(author, { kind: "instrumentTerms", ...planned }, once);
    if (report.isDuplicate) return { status: 200, body: { ...shown(there), ...doneOf(report) } };
    const terms = { ...there, ...planned.to };
    await whenKnown(() => {
      const known = parts.reference.bySymbol(symbol);
      return CHANGEABLE_TERMS.every((term) => known?.[term] === terms[term]);
    });
    return { status: 200, body: { ...shown(terms), ...doneOf(report) } };
  } catch (error) {
    return explained(error, there, planned);
  }
}

/** What the body asks for, read; or which of its fields cannot be. */
function planOf(there: KnownInstrument, body: ChangedTermsBody): TermsChange | ActRefusal {
  const { expected = {}, ...rest } = body;
  const [wanted, seen] = [termsOf(rest), termsOf(expected)];
  const asked = WANTED_TERMS.filter((term) => wanted[term] !== undefined);
  const takes = WANTED_TERMS.map((term) => RATES[term] ?? term).join(" | ");
  if (asked.length === 0) return invalid("invalidField", "body", takes, "none of them");
  const other = WANTED_TERMS.find((term) => seen[term] !== undefined && !asked.includes(term));
  if (other !== undefined) {
    const field = RATES[other] ?? other;
    return invalid("invalidField", `expected.${field}`, "a term that changes", field);
  }
  try {
    return planTermsChange(there, wanted, seen);
  } catch (error) {
    if (!(error instanceof TermsError)) throw error;
    const { field, message, value } = error;
    const rate = RATES[field];
    if (rate === undefined) return { refused: "invalidField", detail: `${message}.`, field, value };
    return invalid("invalidField", rate, rateTakes(field), value);
  }
}

function termsOf(body: Omit<ChangedTermsBody, "expected">): WantedTerms {
  const terms: { -readonly [T in keyof WantedTerms]: WantedTerms[T] } = {};
  const { collarRate, makerFeeRate, priceMax, quantityMax, takerFeeRate } = body;
  const ppm = (rate: string): number => parseDecimal(rate, RATE_SCALE);
  if (makerFeeRate !== undefined) terms.makerFeePpm = ppm(makerFeeRate);
  if (takerFeeRate !== undefined) terms.takerFeePpm = ppm(takerFeeRate);
  if (collarRate !== undefined) terms.collarPpm = ppm(collarRate);
  if (priceMax !== undefined) terms.priceMax = priceMax;
  if (quantityMax !== undefined) terms.quantityMax = quantityMax;
  return terms;
}

/** A refusal in the words and units of the request. */
function explained(error: unknown, there: KnownInstrument, change: TermsChange): ActRefusal {
  if (!(error instanceof AdministrationError)) throw error;
  const { code } = error;
  if (code === ResultCode.ordersRest) {
    return { refused: code, detail: `${ORDERS_REST}.`, limit: "no order that rests" };
  }
  if (code !== ResultCode.termsChanged) throw error;
  const detail = "The terms are not what they were taken to be: somebody has changed them. Read " +
    "them and ask again.";
  const term = unseenTerm(change, error);
  if (term === null) return { refused: code, detail };
  const { found, name, seen } = shownTerm(there, term, error);
  const field = RATES[name] ?? name;
  return { refused: code, detail, field, limit: rateOr(name, found), value: rateOr(name, seen) };
}

const rateOr = (name: WantedTerm, value: number | string): string =>
  typeof value === "string" || RATES[name] === undefined
    ? String(value)
    : formatDecimal(value, RATE_SCALE);

function shown(there: KnownInstrument) {
  const { collarPpm, makerFeePpm, takerFeePpm, ...bounds } = wantedOf(there);
  const rate = (ppm: number) => formatDecimal(ppm, RATE_SCALE);
  return {
    symbol: there.symbol,
    makerFeeRate: rate(makerFeePpm),
    takerFeeRate: rate(takerFeePpm),
    collarRate: rate(collarPpm),
    ...bounds,
  };
}
