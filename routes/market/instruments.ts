/**
 * `GET /v1/instruments`: what can be traded, in which steps, within which bounds, for which fees.
 *
 * @module
 */
import { formatDecimal } from "../../core/protocol/decimal.ts";
import type { Instrument } from "../../infra/reference/instrument_terms.ts";
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { KEPT_SHORTLY } from "../middleware/response_headers.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import { optionalInstrument, readParameters } from "../query_parameters.ts";
import { jsonReply } from "../reply.ts";
import { type Instruments, InstrumentsSchema, type InstrumentView } from "../schema/instruments.ts";
import { SYMBOL_PARAMETER } from "../schema/parameters.ts";

/** Decimals of a rate in parts per million. */
const PPM_DECIMALS = 6;

/** The endpoint. */
export const instrumentsEndpoint: EndpointSpec = {
  method: "GET",
  path: "/v1/instruments",
  scope: null,
  weight: 1,
  isPublic: true,
  cache: KEPT_SHORTLY,
  handle: listInstruments,
  operation: {
    id: "listInstruments",
    group: "Market data",
    summary: "What can be traded: steps, bounds, fees and status",
    description:
      "Everything that an order is checked by. Steps and scales of an instrument never " +
      "change; its status, and seldom its fees, its collar and its bounds do. May be kept for five seconds, and has an ETag.",
    parameters: [{ ...SYMBOL_PARAMETER, description: "Only this one." }],
    answers: [{
      status: 200,
      description: "The instruments, in the order in which they were defined.",
      body: {
        schema: InstrumentsSchema,
        example: {
          instruments: [{
            symbol: "BTC-USD",
            instrument: 1,
            base: "BTC",
            quote: "USD",
            status: "trading",
            tickSize: "0.01",
            lotSize: "0.0001",
            priceMin: "0.01",
            priceMax: "1000000.00",
            quantityMin: "0.0001",
            quantityMax: "9000.0000",
            priceScale: 2,
            quantityScale: 4,
            baseScale: 8,
            quoteScale: 6,
            makerFeeRate: "0.000100",
            takerFeeRate: "0.000500",
            collarRate: "0.050000",
          }],
        } satisfies Instruments,
      },
    }],
    problems: [EdgeCode.unknownSymbol, EdgeCode.starting],
  },
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

function instrumentView(terms: Instrument): InstrumentView {
  const { baseScale, lotSize, priceScale, quantityScale, quoteScale, tickSize } = terms;
  return {
    symbol: terms.symbol,
    instrument: terms.instrument,
    base: terms.baseName,
    quote: terms.quoteName,
    status: terms.status,
    tickSize: formatDecimal(tickSize, priceScale),
    lotSize: formatDecimal(lotSize, quantityScale),
    priceMin: formatDecimal(tickSize, priceScale),
    priceMax: formatDecimal(terms.priceTicksMax * tickSize, priceScale),
    quantityMin: formatDecimal(lotSize, quantityScale),
    quantityMax: formatDecimal(terms.quantityLotsMax * lotSize, quantityScale),
    priceScale,
    quantityScale,
    baseScale,
    quoteScale,
    makerFeeRate: rateText(terms.makerFeePpm),
    takerFeeRate: rateText(terms.takerFeePpm),
    collarRate: rateText(terms.collarPpm),
  };
}

/** A rate in parts per million as a decimal. */
export const rateText = (ppm: number): string => formatDecimal(ppm, PPM_DECIMALS);
