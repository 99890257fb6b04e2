/**
 * Binance's other markets: margin, futures, options and portfolio margin. There is none of them here.
 *
 * Trading libraries ask what can be traded there before they trade Spot, so that question has its
 * true answer, an empty list. Everything else is refused, in Binance's form, which they can read.
 *
 * @module
 */
import type { EndpointSpec, Method } from "../endpoint.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { binanceError, BinanceProblem } from "./binance_error.ts";
import { binanceDialect } from "./dialect.ts";
import { type BinanceRequest, openEndpoint } from "./endpoint_kinds.ts";

/** Where Binance has what is not here, and its wallet, of which little is here. */
const PREFIXES = ["/sapi", "/fapi", "/dapi", "/eapi", "/papi", "/futures"];
const METHODS: readonly Method[] = ["GET", "POST", "PUT", "DELETE", "PATCH"];

const NOT_FOUND = 404;
const MSG = "This operation is not supported. There are spot markets only, under /api/v3.";

/** The endpoints; the last ones take whatever others do not. */
export const absentMarketEndpoints: readonly EndpointSpec[] = [
  openEndpoint("/sapi/v1/margin/allPairs", ["symbol"], () => []),
  openEndpoint("/sapi/v1/margin/isolated/allPairs", ["symbol"], () => []),
  openEndpoint("/fapi/v1/exchangeInfo", [], (request) => ({ ...noSymbols(request), assets: [] })),
  openEndpoint("/dapi/v1/exchangeInfo", [], noSymbols),
  ...PREFIXES.flatMap((prefix) => METHODS.map((method) => absent(method, `${prefix}/*`))),
];

function noSymbols({ exchange, time }: BinanceRequest) {
  return {
    timezone: "UTC",
    serverTime: time(exchange.nowMicros),
    rateLimits: [],
    exchangeFilters: [],
    symbols: [],
  };
}

function absent(method: Method, path: string): EndpointSpec {
  return {
    method,
    path,
    scope: null,
    weight: 1,
    dialect: binanceDialect,
    handle: () => new BinanceProblem(EdgeCode.notFound, binanceError(-1020, MSG, NOT_FOUND)),
  };
}
