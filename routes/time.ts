/**
 * `GET /v1/time`: the gateway's clock, by which receive windows are judged.
 *
 * @module
 */
import type { EndpointSpec, Outcome } from "./endpoint.ts";
import type { Exchange } from "./exchange.ts";
import { Problem } from "./problem.ts";
import { readParameters } from "./query_parameters.ts";
import { jsonReply } from "./reply.ts";

/** The endpoint. */
export const timeEndpoint: EndpointSpec = {
  method: "GET",
  path: "/v1/time",
  scope: null,
  weight: 1,
  isPublic: true,
  handle: readTime,
};

function readTime(exchange: Exchange): Outcome {
  const parameters = readParameters(exchange, []);
  if (parameters instanceof Problem) return parameters;
  return jsonReply(200, { timeMicros: exchange.nowMicros });
}
