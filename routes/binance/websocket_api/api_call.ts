/**
 * A request of the WebSocket API on its way through an endpoint, and the connection that it came by.
 *
 * Each goes the way of an HTTP request (endpoint.ts), so that every check and every limit is the
 * same; what HTTP cannot hold of it stands here.
 *
 * @module
 */
import { Context } from "hono";
import type { Exchange } from "../../exchange.ts";
import type { SocketClient } from "../../streams/socket_session.ts";
import type { ApiRequest } from "./api_request.ts";
import type { ApiSession } from "./api_session.ts";

/** Parameters that are of every request, and so of no endpoint. */
const SHARED: readonly string[] = [
  "apiKey",
  "signature",
  "timestamp",
  "recvWindow",
  "returnRateLimits",
];
const ENCODED_SPACE = /\+/g;

/** A request and its connection. */
export interface ApiCall {
  readonly request: ApiRequest;
  readonly session: ApiSession;
  /** What is wrong with the request where it cannot be read; then it has nothing but an id. */
  readonly fault: string | null;
}

/** How the requests of one connection are shown to endpoints. */
export interface ApiOrigin {
  readonly client: SocketClient;
  /** As the URL of the connection has it. */
  readonly timeUnit: string | null;
}

const calls = new WeakMap<Request, ApiCall>();

/** The call as a request that an endpoint takes. */
export function contextOf(call: ApiCall, httpMethod: string, origin: ApiOrigin): Context {
  const { client: { forwarded, environment }, timeUnit } = origin;
  const query = new URLSearchParams();
  for (const [name, value] of call.request.parameters) {
    if (!SHARED.includes(name)) query.append(name, value);
  }
  const headers = new Headers();
  if (forwarded !== null) headers.set("x-forwarded-for", forwarded);
  if (timeUnit !== null) headers.set("x-mbx-time-unit", timeUnit);
  const text = query.toString().replace(ENCODED_SPACE, "%20");
  const request = new Request(`http://edge/ws-api/v3?${text}`, { method: httpMethod, headers });
  calls.set(request, call);
  return new Context(request, { env: environment });
}

/** The call that a request was made of. */
export function callOf({ context }: Exchange): ApiCall {
  const call = calls.get(context.req.raw);
  if (call === undefined) throw new TypeError("the request did not come over the WebSocket API");
  return call;
}
