/**
 * `GET /ws-api/v3`: Binance's WebSocket API.
 *
 * @module
 */
import { endpoint, type EndpointParts, type EndpointSpec, type Outcome } from "../../endpoint.ts";
import type { Exchange } from "../../exchange.ts";
import { Problem } from "../../problems/problem.ts";
import { openSocket } from "../../streams/open_socket.ts";
import { socketClient } from "../../streams/socket_session.ts";
import { SocketStream } from "../../streams/socket_stream.ts";
import type { StreamTable } from "../../streams/stream_table.ts";
import { binanceDialect } from "../dialect.ts";
import { oneOf, parametersOf } from "../parameters.ts";
import { timeWriterIn } from "../times.ts";
import { type ApiCall, type ApiOrigin, contextOf } from "./api_call.ts";
import { ABSENT_METHOD, apiMethods, MALFORMED_METHOD } from "./api_methods.ts";
import { ApiSession } from "./api_session.ts";

/** As much as opening `GET /v1/ws`. */
const WEIGHT = 5;

/** Carries out a request that came over the connection. */
type Carrier = (call: ApiCall, origin: ApiOrigin) => Promise<Response>;

/** The endpoint, whose connections stand in the table. */
export function websocketApiEndpoint(table: StreamTable, parts: EndpointParts): EndpointSpec {
  const carryOut = carrierOf(parts);
  return {
    method: "GET",
    path: "/ws-api/v3",
    scope: null,
    weight: WEIGHT,
    dialect: binanceDialect,
    handle: (exchange) => serveApi(exchange, table, carryOut),
  };
}

/** Each method goes the way of an HTTP request to an endpoint of its own. */
function carrierOf(parts: EndpointParts): Carrier {
  const methods = new Map(
    [...apiMethods()].map(([name, spec]) =>
      [name, { httpMethod: spec.method, handle: endpoint(parts, spec) }] as const
    ),
  );
  return async (call, origin) => {
    const { fault, request } = call;
    const name = fault === null ? request.method : MALFORMED_METHOD;
    const { httpMethod, handle } = methods.get(name) ?? methods.get(ABSENT_METHOD)!;
    return await handle(contextOf(call, httpMethod, origin));
  };
}

function serveApi(exchange: Exchange, table: StreamTable, carryOut: Carrier): Outcome {
  const parameters = parametersOf(exchange, ["timeUnit", "returnRateLimits"]);
  if (parameters instanceof Problem) return parameters;
  const timeUnit = parameters.get("timeUnit") ?? null;
  const time = timeWriterIn(timeUnit);
  if (time instanceof Problem) return time;
  const shows = oneOf(parameters, "returnRateLimits", "true", ["true", "false"]);
  if (shows instanceof Problem) return shows;
  const origin: ApiOrigin = { client: socketClient(exchange), timeUnit };
  const opened = openSocket(exchange, table, "binance");
  if (opened instanceof Problem) return opened;
  const { socket, response, place } = opened;
  // Binance has no message for an end but those of the subscriptions.
  const stream = new SocketStream<string>(socket, place, {
    textOf: (text) => text,
    farewell: () => null,
  });
  const session = new ApiSession({
    deps: exchange.deps,
    table,
    time,
    showsLimits: shows === "true",
    carryOut: (call) => carryOut(call, origin),
    wake: () => stream.flush(),
    end: (reason) => stream.close(reason),
  });
  stream.begin(session);
  place.settle({
    sweep: (steadyMicros) => session.sweep(steadyMicros),
    end: (reason) => stream.end(reason),
  });
  socket.onmessage = ({ data }) => session.take(data);
  socket.onclose = socket.onerror = () => stream.leave();
  return response;
}
