/**
 * `GET /v1/instruments`: what can be traded, in which steps, within which bounds, for which fees.
 *
 * @module
 */
import { formatDecimal } from "../core/protocol/decimal.ts";
import type { Instrument } from "../infra/reference/instrument_terms.ts";
import type { EndpointSpec, Outcome } from "./endpoint.ts";
import type { Exchange } from "./exchange.ts";
import { Problem } from "./problem.ts";
import { optionalInstrument, readParameters } from "./query_parameters.ts";
import { jsonReply } from "./reply.ts";

/** Decimals of a rate in parts per million. */
const PPM_DECIMALS = 6;

/** The endpoint. */
export const instrumentsEndpoint: EndpointSpec = {
  method: "GET",
  path: "/v1/instruments",
  scope: null,
  weight: 1,
  isPublic: true,
  handle: listInstruments,
};

function listInstruments(exchange: Exchange): Outcome {
  const parameters = readParameters(exchange, ["symbol"]);
  if (parameters instanceof Problem) return parameters;
  const { reference } = exchange.backend;
  const one = optionalInstrument(parameters, reference);
  if (one instanceof Problem) return one;
  const chosen = one === null ? reference.all() : [one];
  return jsonReply(200, { instruments: chosen.map(instrumentView) });
}

function instrumentView(terms: Instrument) {
  const { priceScale, quantityScale, tickSize, lotSize } = terms;
  return {
    symbol: terms.symbol,
    base: terms.baseName,
    quote: terms.quoteName,
    status: terms.status,
    tickSize: formatDecimal(tickSize, priceScale),
    lotSize: formatDecimal(lotSize, quantityScale),
    priceMax: formatDecimal(terms.priceTicksMax * tickSize, priceScale),
    quantityMax: formatDecimal(terms.quantityLotsMax * lotSize, quantityScale),
    makerFeeRate: formatDecimal(terms.makerFeePpm, PPM_DECIMALS),
    takerFeeRate: formatDecimal(terms.takerFeePpm, PPM_DECIMALS),
    collarRate: formatDecimal(terms.collarPpm, PPM_DECIMALS),
  };
}
