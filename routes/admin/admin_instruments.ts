/**
 * `POST /v1/admin/instruments`: defines an instrument, and its assets where they are new.
 *
 * @module
 */
import { AdmissionKind } from "../../core/limits/admission_code.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { NewInstrumentSchema } from "../../infra/registrar/admin_bodies.ts";
import { carryOut } from "../acts.ts";
import { type BodyShape, DECIMAL_TAKES, readBodyFields } from "../body_fields.ts";
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { Problem } from "../problems/problem.ts";
import { type DefinedInstrument, DefinedInstrumentSchema } from "../schema/administration.ts";
import { WEIGHTY_PROBLEMS } from "./admin_accounts.ts";

const RATE_TAKES = "a rate with at most 6 decimals, as a string";
const SCALE_TAKES = "a whole number from 0 to 12";

const INSTRUMENT: BodyShape<typeof NewInstrumentSchema> = {
  what: "A new instrument",
  schema: NewInstrumentSchema,
  takes: {
    symbol: "BASE-QUOTE, each 1 to 10 capital letters and digits",
    tickSize: DECIMAL_TAKES,
    lotSize: DECIMAL_TAKES,
    priceMax: DECIMAL_TAKES,
    quantityMax: DECIMAL_TAKES,
    makerFeeRate: RATE_TAKES,
    takerFeeRate: RATE_TAKES,
    collarRate: RATE_TAKES,
    baseScale: SCALE_TAKES,
    quoteScale: SCALE_TAKES,
  },
};

/** The endpoint. */
export const adminInstrumentsEndpoint: EndpointSpec = {
  method: "POST",
  path: "/v1/admin/instruments",
  scope: "admin",
  weight: 20,
  kind: AdmissionKind.order,
  isOffOrderPath: true,
  hasBody: true,
  handle: define,
  operation: {
    id: "defineInstrument",
    group: "Administration",
    summary: "Defines an instrument, and its assets where they are new",
    description: "It trades at once: halt it where that is too early. Assets, steps and scales " +
      "never change; fees, collar and bounds do, by `PATCH /v1/admin/instruments/{symbol}`. The same terms again are answered " +
      "with 200; other terms of the same symbol are refused. An asset that an instrument has already " +
      "keeps its scale.",
    body: {
      schema: NewInstrumentSchema,
      example: {
        symbol: "SOL-USD",
        tickSize: "0.01",
        lotSize: "0.01",
        priceMax: "10000.00",
        quantityMax: "100000.00",
        makerFeeRate: "0.0001",
        takerFeeRate: "0.0005",
      },
    },
    answers: [201, 200].map((status) => ({
      status,
      description: status === 201 ? "It is defined." : "It was there before, with these terms.",
      body: {
        schema: DefinedInstrumentSchema,
        example: {
          symbol: "SOL-USD",
          base: "SOL",
          quote: "USD",
          tickSize: "0.01",
          lotSize: "0.01",
          priceMax: "10000.00",
          quantityMax: "100000.00",
          baseScale: 8,
          quoteScale: 6,
          makerFeeRate: "0.000100",
          takerFeeRate: "0.000500",
          collarRate: "0.050000",
          duplicate: status === 200,
        } satisfies DefinedInstrument,
      },
    })),
    problems: [
      ResultCode.instrumentExists,
      ResultCode.instrumentInvalid,
      ResultCode.assetExists,
      ResultCode.unknownAsset,
      ...WEIGHTY_PROBLEMS,
    ],
  },
};

function define(exchange: Exchange): Outcome | Promise<Outcome> {
  const body = readBodyFields(exchange.body, INSTRUMENT);
  return body instanceof Problem ? body : carryOut(exchange);
}
