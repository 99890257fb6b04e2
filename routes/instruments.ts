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
import { EdgeCode } from "./edge_code.ts";
import { jsonReply } from "./reply.ts";
import { type Instruments, InstrumentsSchema, type InstrumentView } from "./schema/market.ts";
import { SYMBOL_PARAMETER } from "./schema/parameters.ts";

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
  operation: {
    id: "listInstruments",
    group: "Market data",
    summary: "What can be traded, in which steps, within which bounds, for which fees",
    parameters: [{ ...SYMBOL_PARAMETER, description: "Only this one." }],
    answers: [{
      status: 200,
      description: "The instruments.",
      body: {
        schema: InstrumentsSchema,
        example: {
          instruments: [{
            symbol: "BTC-USD",
            base: "BTC",
            quote: "USD",
            status: "trading",
            tickSize: "0.01",
            lotSize: "0.0001",
            priceMax: "10000000.00",
            quantityMax: "9000.0000",
            makerFeeRate: "0.000100",
            takerFeeRate: "0.000500",
            collarRate: "0.100000",
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
  const view: Instruments = { instruments: chosen.map(instrumentView) };
  return jsonReply(200, view);
}

function instrumentView(terms: Instrument): InstrumentView {
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
