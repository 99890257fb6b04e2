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
import type { Problem } from "../../problems/problem.ts";
import type { SocketClient } from "../../streams/socket_session.ts";
import type { TimeWriter } from "../times.ts";
import type { ApiRequest } from "./api_request.ts";

/** Parameters that are of every request, and so of no endpoint. */
const SHARED: readonly string[] = [
  "apiKey",
  "signature",
  "timestamp",
  "recvWindow",
  "returnRateLimits",
];
const ENCODED_SPACE = /\+/g;

/** Who a connection is logged on as. */
export interface ApiLogin {
  readonly keyId: string;
  readonly sinceMicros: number;
}

/** Whose events are subscribed to. */
export interface Subscriber {
  readonly account: number;
  readonly keyId: string;
  /** Whether it is who the session is logged on as: a logout ends it. */
  readonly isOfSession: boolean;
}

/** A connection as the requests that came by it see it (api_session.ts). */
export interface ApiConnection {
  readonly connectedMicros: number;
  readonly time: TimeWriter;
  /** Whether answers say how much of the limits is used, where the request does not say it. */
  readonly showsLimits: boolean;
  /** `null`: it is not logged on. */
  readonly login: ApiLogin | null;
  readonly subscriptionIds: readonly number[];
  readonly hasSubscriptions: boolean;
  logOn(login: ApiLogin): void;
  /** Ends what the login was good for, and nothing else. */
  logOut(): void;
  /** Begins to carry an account's events; settles with their id once none is missed any more. */
  subscribe(exchange: Exchange, subscriber: Subscriber): Promise<number | Problem>;
  /**
   * Ends a subscription, or all of them.
   *
   * @param id `null`: all
   * @returns whether there was one
   */
  unsubscribe(id: number | null): boolean;
}

/** A request and its connection. */
export interface ApiCall {
  readonly request: ApiRequest;
  readonly session: ApiConnection;
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
