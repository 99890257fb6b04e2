/**
 * The user data stream as it was: behind a key that is given to whoever names an API key.
 *
 * Binance retired it on 20 February 2026. It was never here, for the id of a key is no secret.
 *
 * @module
 */
import type { EndpointSpec } from "../endpoint.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import type { Problem } from "../problems/problem.ts";
import { binanceError, BinanceProblem } from "./binance_error.ts";
import { binanceDialect } from "./dialect.ts";

const GONE = 410;
const MSG = "This operation is not supported. " +
  "Use userDataStream.subscribe.signature of the WebSocket API at /ws-api/v3.";

/** Says what there is in its place. */
export function retiredStream(): Problem {
  return new BinanceProblem(EdgeCode.notFound, binanceError(-1020, MSG, GONE));
}

/** The endpoints that it had. */
export const retiredStreamEndpoints: readonly EndpointSpec[] = (["POST", "PUT", "DELETE"] as const)
  .map((method) => ({
    method,
    path: "/api/v3/userDataStream",
    scope: null,
    weight: 1,
    dialect: binanceDialect,
    handle: retiredStream,
  }));
