/**
 * Every endpoint of Binance Spot's REST API that there is here, and those that say that they are
 * not.
 *
 * @module
 */
import type { EndpointSpec, Method } from "../endpoint.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import { absentMarketEndpoints } from "./absent_markets.ts";
import { accountEndpoints } from "./account.ts";
import { amendOrderEndpoint } from "./amend_order.ts";
import { cancelAllEndpoint } from "./cancel_all.ts";
import { cancelOrderEndpoint } from "./cancel_order.ts";
import { cancelReplaceEndpoint } from "./cancel_replace.ts";
import { binanceDialect } from "./dialect.ts";
import { exchangeInfoEndpoints } from "./exchange_info.ts";
import { klineEndpoints } from "./klines.ts";
import { marketReadEndpoints } from "./market_reads.ts";
import { newOrderEndpoints } from "./new_order.ts";
import { orderReadEndpoints } from "./order_reads.ts";
import { retiredStreamEndpoints } from "./retired_stream.ts";
import { tickerEndpoints } from "./tickers.ts";
import { walletEndpoints } from "./wallet.ts";

const METHODS: readonly Method[] = ["GET", "POST", "PUT", "DELETE"];

/** The endpoints; the last ones take whatever the others do not. */
export const binanceEndpoints: readonly EndpointSpec[] = [
  ...exchangeInfoEndpoints,
  ...marketReadEndpoints,
  ...klineEndpoints,
  ...tickerEndpoints,
  ...accountEndpoints,
  ...newOrderEndpoints,
  ...orderReadEndpoints,
  cancelOrderEndpoint,
  cancelAllEndpoint,
  cancelReplaceEndpoint,
  amendOrderEndpoint,
  ...retiredStreamEndpoints,
  ...walletEndpoints,
  ...absentMarketEndpoints,
  ...METHODS.map(absent),
];

/** What Binance has and this exchange has not, and what neither has. */
function absent(method: Method): EndpointSpec {
  return {
    method,
    path: "/api/*",
    scope: null,
    weight: 1,
    dialect: binanceDialect,
    handle: () => new Problem(EdgeCode.notFound),
  };
}
