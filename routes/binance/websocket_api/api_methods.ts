/**
 * The methods of the WebSocket API: each is an endpoint, most of them those of the REST API.
 *
 * @module
 */
import type { EndpointSpec, Method } from "../../endpoint.ts";
import { EdgeCode } from "../../problems/edge_code.ts";
import { Problem } from "../../problems/problem.ts";
import { binanceEndpoints } from "../binance_endpoints.ts";
import { binanceError, BinanceProblem } from "../binance_error.ts";
import { retiredStream } from "../retired_stream.ts";
import { callOf } from "./api_call.ts";
import { sessionDialect, timedDialect } from "./api_dialect.ts";
import { sessionMethods, timelessMethods } from "./session_methods.ts";

/** The REST endpoint that each method is. */
const REST: Readonly<Record<string, readonly [method: Method, path: string]>> = {
  "ping": ["GET", "ping"],
  "time": ["GET", "time"],
  "exchangeInfo": ["GET", "exchangeInfo"],
  "depth": ["GET", "depth"],
  "trades.recent": ["GET", "trades"],
  "trades.aggregate": ["GET", "aggTrades"],
  "klines": ["GET", "klines"],
  "uiKlines": ["GET", "uiKlines"],
  "avgPrice": ["GET", "avgPrice"],
  "ticker.24hr": ["GET", "ticker/24hr"],
  "ticker.price": ["GET", "ticker/price"],
  "ticker.book": ["GET", "ticker/bookTicker"],
  "order.place": ["POST", "order"],
  "order.test": ["POST", "order/test"],
  "order.status": ["GET", "order"],
  "order.cancel": ["DELETE", "order"],
  "order.cancelReplace": ["POST", "order/cancelReplace"],
  "order.amend.keepPriority": ["PUT", "order/amend/keepPriority"],
  "openOrders.status": ["GET", "openOrders"],
  "openOrders.cancelAll": ["DELETE", "openOrders"],
  "account.status": ["GET", "account"],
  "account.commission": ["GET", "account/commission"],
  "account.rateLimits.orders": ["GET", "rateLimit/order"],
  "allOrders": ["GET", "allOrders"],
  "myTrades": ["GET", "myTrades"],
};
const RETIRED = ["userDataStream.start", "userDataStream.ping", "userDataStream.stop"];

/** Name that requests of no method are counted under. */
export const ABSENT_METHOD = "absent";
/** Name that requests which cannot be read are counted under. */
export const MALFORMED_METHOD = "malformed";

/** What anybody may ask. */
const open = { method: "GET", path: "", scope: null, weight: 1 } as const;

/** Every method by its name, and what answers where there is none. */
export function apiMethods(): ReadonlyMap<string, EndpointSpec> {
  const methods = new Map<string, EndpointSpec>();
  for (const [name, [method, path]] of Object.entries(REST)) {
    methods.set(name, { ...restEndpoint(method, path), dialect: timedDialect });
  }
  for (const [name, spec] of Object.entries(sessionMethods)) {
    methods.set(name, { ...spec, dialect: timedDialect });
  }
  for (const [name, spec] of Object.entries(timelessMethods)) {
    methods.set(name, { ...spec, dialect: sessionDialect });
  }
  for (const name of RETIRED) {
    methods.set(name, { ...open, dialect: timedDialect, handle: retiredStream });
  }
  methods.set(ABSENT_METHOD, {
    ...open,
    dialect: timedDialect,
    handle: () => new Problem(EdgeCode.notFound),
  });
  methods.set(MALFORMED_METHOD, {
    ...open,
    dialect: timedDialect,
    handle: (exchange) => {
      const { fault } = callOf(exchange);
      return new BinanceProblem(EdgeCode.malformedJson, binanceError(-1135, fault ?? ""));
    },
  });
  for (const [name, spec] of methods) methods.set(name, { ...spec, path: `/ws-api/v3 ${name}` });
  return methods;
}

function restEndpoint(method: Method, path: string): EndpointSpec {
  const found = binanceEndpoints.find((spec) =>
    spec.method === method && spec.path === `/api/v3/${path}`
  );
  if (found === undefined) throw new TypeError(`no endpoint ${method} ${path}`);
  return found;
}
