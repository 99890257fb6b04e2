/**
 * New instruments over REST. What changes of their terms afterwards is in terms_acts.ts.
 *
 * @module
 */
import type { ActAnswer, ActRefusal } from "../../core/protocol/act.ts";
import type { InstrumentTerms } from "../../core/protocol/administration.ts";
import { formatDecimal, parseDecimal } from "../../core/protocol/decimal.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import {
  defineInstrument,
  type InstrumentPlan,
  isAsPlanned,
  planInstrument,
  TermsError,
  type TermsField,
} from "../../infra/administration/instrument_definition.ts";
import { type NewInstrumentBody, NewInstrumentSchema } from "../../infra/registrar/admin_bodies.ts";
import type { Reference } from "../../infra/reference/reference.ts";
import { type Act, invalid, type VerifiedRequest } from "./act.ts";
import { readActBody } from "./read_body.ts";

/** How long an answer waits until what was done is known here. */
const KNOWN_MILLIS_MAX = 2_000;
const POLL_MILLIS = 10;
/** Decimals of a rate: parts per million. */
export const RATE_SCALE = 6;

/** By the term, the field of the body where it is a rate there. */
export const RATES: Partial<Record<TermsField, "makerFeeRate" | "takerFeeRate" | "collarRate">> = {
  makerFeePpm: "makerFeeRate",
  takerFeePpm: "takerFeeRate",
  collarPpm: "collarRate",
};

/** The act. */
export const INSTRUMENT_ACTS: readonly Act[] = [
  {
    method: "POST",
    path: /^\/v1\/admin\/instruments$/,
    scope: "admin",
    isWeighty: true,
    run: define,
  },
];

async function define({ author, once, parts, request }: VerifiedRequest): Promise<ActAnswer> {
  const body = readActBody(request.body, NewInstrumentSchema);
  if ("refused" in body) return body;
  const { symbol } = body.read;
  const known = parts.reference.all();
  const plan = planOf(known, body.read);
  if ("refused" in plan) return plan;
  const there = parts.reference.bySymbol(symbol);
  if (there !== undefined) {
    if (isAsPlanned(there, plan)) return { status: 200, body: shown(there, plan, true) };
    const detail = "The instrument exists already, with other terms.";
    return { refused: ResultCode.instrumentExists, detail, field: "symbol", value: symbol };
  }
  const { report, terms } = await defineInstrument(
    (command, name) => parts.send(author, command, name),
    known,
    plan,
    (about) => `${once} ${about}`,
  );
  await whenKnown(() => parts.reference.bySymbol(symbol) !== undefined);
  const { isDuplicate } = report;
  return { status: isDuplicate ? 200 : 201, body: shown(terms, plan, isDuplicate) };
}

/** What the body asks for, read; or which of its fields cannot be. */
function planOf(
  known: ReturnType<Reference["all"]>,
  body: NewInstrumentBody,
): InstrumentPlan | ActRefusal {
  const rates = [body.makerFeeRate, body.takerFeeRate, body.collarRate];
  const [makerFeePpm, takerFeePpm, collarPpm] = rates.map((rate) => parseDecimal(rate, RATE_SCALE));
  const { makerFeeRate: _maker, takerFeeRate: _taker, collarRate: _collar, ...same } = body;
  try {
    return planInstrument(known, { ...same, makerFeePpm, takerFeePpm, collarPpm });
  } catch (error) {
    if (!(error instanceof TermsError)) throw error;
    const { field, message, value } = error;
    const rate = RATES[field];
    if (rate !== undefined) return invalid("invalidField", rate, rateTakes(field), body[rate]);
    return { refused: "invalidField", detail: `${message}.`, field, value };
  }
}

/** What a rate takes. */
export const rateTakes = (field: TermsField): string =>
  field === "collarPpm"
    ? "a rate from 0.000001 to 1, with at most 6 decimals"
    : "a rate from 0 to 0.1, with at most 6 decimals";

/**
 * Who asks for the same symbol again right behind this is answered by what is known here. It is no
 * failure if that takes longer: the core takes no symbol twice, and changes no terms unseen.
 */
export async function whenKnown(isKnown: () => boolean): Promise<void> {
  const until = performance.now() + KNOWN_MILLIS_MAX;
  while (!isKnown() && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLIS));
  }
}

function shown(terms: InstrumentTerms, { base, quote }: InstrumentPlan, duplicate: boolean) {
  const { lotSize, priceScale, quantityScale, tickSize } = terms;
  const rate = (ppm: number) => formatDecimal(ppm, RATE_SCALE);
  return {
    symbol: terms.symbol,
    base: base.name,
    quote: quote.name,
    tickSize: formatDecimal(tickSize, priceScale),
    lotSize: formatDecimal(lotSize, quantityScale),
    priceMax: formatDecimal(terms.priceTicksMax * tickSize, priceScale),
    quantityMax: formatDecimal(terms.quantityLotsMax * lotSize, quantityScale),
    baseScale: base.scale,
    quoteScale: quote.scale,
    makerFeeRate: rate(terms.makerFeePpm),
    takerFeeRate: rate(terms.takerFeePpm),
    collarRate: rate(terms.collarPpm),
    duplicate,
  };
}
