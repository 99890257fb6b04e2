/**
 * `PATCH /v1/admin/instruments/{symbol}`: changes fees, collar and bounds of an instrument.
 *
 * @module
 */
import { AdmissionKind } from "../../core/limits/admission_code.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { ChangedTermsSchema } from "../../infra/registrar/admin_bodies.ts";
import { carryOut } from "../acts.ts";
import { type BodyShape, DECIMAL_TAKES, readBodyFields } from "../body_fields.ts";
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import { type Terms, TermsSchema } from "../schema/administration.ts";
import { WEIGHTY_PROBLEMS } from "./admin_accounts.ts";
import { SYMBOL_IN_PATH } from "./admin_controls.ts";

const RATE_TAKES = "a rate with at most 6 decimals, as a string";

const TERMS: BodyShape<typeof ChangedTermsSchema> = {
  what: "A change of terms",
  schema: ChangedTermsSchema,
  takes: {
    makerFeeRate: RATE_TAKES,
    takerFeeRate: RATE_TAKES,
    collarRate: RATE_TAKES,
    priceMax: DECIMAL_TAKES,
    quantityMax: DECIMAL_TAKES,
    expected: "an object of terms that change",
  },
};

/** The endpoint. */
export const adminTermsEndpoint: EndpointSpec = {
  method: "PATCH",
  path: "/v1/admin/instruments/:symbol",
  scope: "admin",
  weight: 20,
  kind: AdmissionKind.order,
  isOffOrderPath: true,
  hasBody: true,
  handle: change,
  operation: {
    id: "changeInstrument",
    group: "Administration",
    summary: "Changes fees, collar and bounds of an instrument that trades",
    description: "What the body names changes, all of it at once, for every order and trade from " +
      "then on; orders that rest pay the fees of the time when they trade. Two things wait for the " +
      "book, else `orders_rest`: the higher of the two fees rises only while no buy rests, and " +
      "`priceMax` falls only while no order rests. Where that fee falls, resting buys give back at " +
      "once what they hold too much, at most 50,000 of them. The other terms never change. With " +
      "`expected`, nobody's change is undone unseen.",
    parameters: [SYMBOL_IN_PATH],
    body: {
      schema: ChangedTermsSchema,
      example: { takerFeeRate: "0.0004", expected: { takerFeeRate: "0.0005" } },
    },
    answers: [{
      status: 200,
      description: "The terms as they are now.",
      body: {
        schema: TermsSchema,
        example: {
          symbol: "BTC-USD",
          makerFeeRate: "0.000100",
          takerFeeRate: "0.000400",
          collarRate: "0.050000",
          priceMax: "1000000.00",
          quantityMax: "9000.0000",
          sequence: "1290",
          transactTimeMicros: 1_700_000_000_000_000,
          duplicate: false,
        } satisfies Terms,
      },
    }],
    problems: [
      EdgeCode.notFound,
      EdgeCode.unknownSymbol,
      ResultCode.ordersRest,
      ResultCode.termsChanged,
      ResultCode.instrumentInvalid,
      ResultCode.differentContent,
      ...WEIGHTY_PROBLEMS,
    ],
  },
};

function change(exchange: Exchange): Outcome | Promise<Outcome> {
  const body = readBodyFields(exchange.body, TERMS);
  if (body instanceof Problem) return body;
  const { expected: _expected, ...named } = body;
  if (Object.keys(named).length > 0) return carryOut(exchange);
  const limit = Object.keys(TERMS.takes).filter((field) => field !== "expected").join(" | ");
  return new Problem(EdgeCode.missingField, { detail: "The body names no term to change.", limit });
}
