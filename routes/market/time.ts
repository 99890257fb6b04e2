/**
 * `GET /v1/time`: the gateway's clock, by which receive windows are judged.
 *
 * @module
 */
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { Problem } from "../problems/problem.ts";
import { readParameters } from "../query_parameters.ts";
import { jsonReply } from "../reply.ts";
import { type Time, TimeSchema } from "../schema/service.ts";

/** The endpoint. */
export const timeEndpoint: EndpointSpec = {
  method: "GET",
  path: "/v1/time",
  scope: null,
  weight: 1,
  isPublic: true,
  handle: readTime,
  operation: {
    id: "getTime",
    group: "Service",
    summary: "The gateway's clock, by which receive windows are judged",
    answers: [{
      status: 200,
      description: "The time of the exchange.",
      body: {
        schema: TimeSchema,
        example: { timeMicros: 1_700_000_000_000_000 } satisfies Time,
      },
    }],
  },
};

function readTime(exchange: Exchange): Outcome {
  const parameters = readParameters(exchange, []);
  if (parameters instanceof Problem) return parameters;
  const time: Time = { timeMicros: exchange.nowMicros };
  return jsonReply(200, time);
}
