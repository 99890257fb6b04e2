/**
 * `GET /v1/fees`: what this account pays, by instrument.
 *
 * @module
 */
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { rateText } from "../market/instruments.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import { optionalInstrument, readParameters } from "../query_parameters.ts";
import { jsonReply } from "../reply.ts";
import { type Fees, FeesSchema } from "../schema/account.ts";
import { SYMBOL_PARAMETER } from "../schema/parameters.ts";
import { FEE_TIER } from "./account_terms.ts";

/** The endpoint. */
export const feesEndpoint: EndpointSpec = {
  method: "GET",
  path: "/v1/fees",
  scope: "read",
  weight: 1,
  handle: readFees,
  operation: {
    id: "listFees",
    group: "Account",
    summary: "What the account pays, by instrument",
    description:
      "Rates are parts of the notional. A fee is rounded up to the last decimal of the " +
      "quote asset once over the life of an order, however many fills it has.",
    parameters: [{ ...SYMBOL_PARAMETER, description: "Only this one." }],
    answers: [{
      status: 200,
      description: "The rates, in the order of `GET /v1/instruments`.",
      body: {
        schema: FeesSchema,
        example: {
          feeTier: FEE_TIER,
          fees: [{
            symbol: "BTC-USD",
            makerFeeRate: "0.000100",
            takerFeeRate: "0.000500",
            feeAsset: "USD",
          }],
        } satisfies Fees,
      },
    }],
    problems: [EdgeCode.unknownSymbol],
  },
};

function readFees(exchange: Exchange): Outcome {
  const parameters = readParameters(exchange, ["symbol"]);
  if (parameters instanceof Problem) return parameters;
  const { reference } = exchange.backend;
  const one = optionalInstrument(parameters, reference);
  if (one instanceof Problem) return one;
  const chosen = one === null ? reference.all() : [one];
  const fees = chosen.map(({ makerFeePpm, quoteName, symbol, takerFeePpm }) => ({
    symbol,
    makerFeeRate: rateText(makerFeePpm),
    takerFeeRate: rateText(takerFeePpm),
    feeAsset: quoteName,
  }));
  return jsonReply(200, { feeTier: FEE_TIER, fees } satisfies Fees);
}
