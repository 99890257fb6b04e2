/**
 * `GET /api/v3/ping`, `time` and `exchangeInfo`: what can be traded, and within which bounds.
 *
 * @module
 */
import { OPEN_ORDERS_PER_ACCOUNT_MAX } from "../../core/matching/accounts.ts";
import { formatDecimal } from "../../core/protocol/decimal.ts";
import type { Instrument } from "../../infra/reference/instrument_terms.ts";
import type { EndpointSpec } from "../endpoint.ts";
import { Problem } from "../problems/problem.ts";
import { priceText, productText, quantityText } from "./decimal_text.ts";
import { type Answered, type BinanceRequest, openEndpoint } from "./endpoint_kinds.ts";
import { oneOf } from "./parameters.ts";
import { binanceSymbol, listedInstruments } from "./symbols.ts";
import { rateLimits } from "./usage.ts";

/** Order types that there are. */
export const ORDER_TYPES = ["LIMIT", "LIMIT_MAKER", "MARKET"] as const;
/** Times in force of limit orders. */
export const TIMES_IN_FORCE = ["GTC", "IOC", "FOK"] as const;
/** Modes of self-trade prevention, by the names that they have elsewhere in the gateway. */
export const SELF_TRADE_MODES = {
  NONE: "none",
  EXPIRE_TAKER: "expire_taker",
  EXPIRE_MAKER: "expire_maker",
  EXPIRE_BOTH: "expire_both",
  DECREMENT: "decrement",
  TRANSFER: "transfer",
} as const;
/** Name of one of them. */
export type SelfTradeMode = keyof typeof SELF_TRADE_MODES;
/** What an order has that names none. */
export const SELF_TRADE_MODE_DEFAULT: SelfTradeMode = "EXPIRE_TAKER";

/** The endpoints. */
export const exchangeInfoEndpoints: readonly EndpointSpec[] = [
  openEndpoint("ping", [], () => ({})),
  openEndpoint("time", [], ({ exchange, time }) => ({ serverTime: time(exchange.nowMicros) })),
  openEndpoint(
    "exchangeInfo",
    ["symbol", "symbols", "permissions", "showPermissionSets", "symbolStatus"],
    readExchangeInfo,
  ),
];

function readExchangeInfo({ exchange, parameters, time }: BinanceRequest): Answered {
  const { backend, deps } = exchange;
  const listed = listedInstruments(parameters, backend.reference);
  if (listed instanceof Problem) return listed;
  const status = oneOf(parameters, "symbolStatus", "ALL", ["TRADING", "HALT", "BREAK", "ALL"]);
  if (status instanceof Problem) return status;
  const isSpot = (parameters.get("permissions") ?? "SPOT").includes("SPOT");
  const chosen = isSpot ? listed ?? backend.reference.all() : [];
  const { policy } = deps.admission;
  return {
    timezone: "UTC",
    serverTime: time(exchange.nowMicros),
    rateLimits: rateLimits(policy.key),
    exchangeFilters: [{
      filterType: "EXCHANGE_MAX_NUM_ORDERS",
      maxNumOrders: OPEN_ORDERS_PER_ACCOUNT_MAX,
    }],
    symbols: chosen.map(symbolView).filter((one) => status === "ALL" || one.status === status),
  };
}

function symbolView(terms: Instrument) {
  return {
    symbol: binanceSymbol(terms),
    status: terms.status === "trading" ? "TRADING" : "HALT",
    baseAsset: terms.baseName,
    baseAssetPrecision: terms.baseScale,
    quoteAsset: terms.quoteName,
    quotePrecision: terms.quoteScale,
    quoteAssetPrecision: terms.quoteScale,
    baseCommissionPrecision: terms.baseScale,
    quoteCommissionPrecision: terms.quoteScale,
    orderTypes: ORDER_TYPES,
    icebergAllowed: false,
    ocoAllowed: false,
    otoAllowed: false,
    quoteOrderQtyMarketAllowed: true,
    allowTrailingStop: false,
    cancelReplaceAllowed: true,
    amendAllowed: true,
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    filters: filtersOf(terms),
    permissions: ["SPOT"],
    permissionSets: [["SPOT"]],
    defaultSelfTradePreventionMode: SELF_TRADE_MODE_DEFAULT,
    allowedSelfTradePreventionModes: Object.keys(SELF_TRADE_MODES),
  };
}

/**
 * What the core checks, in Binance's terms. There is no least notional but that of a lot at a tick.
 * A collar bounds how far a market order may trade and refuses no limit order, so it is no
 * PERCENT_PRICE.
 */
function filtersOf(terms: Instrument): object[] {
  const { tickSize, lotSize, priceScale, quantityScale } = terms;
  const lots = {
    minQty: quantityText(1, terms),
    maxQty: quantityText(terms.quantityLotsMax, terms),
    stepSize: quantityText(1, terms),
  };
  const least = productText(
    formatDecimal(tickSize, priceScale),
    formatDecimal(lotSize, quantityScale),
  );
  const most = productText(
    formatDecimal(terms.priceTicksMax * tickSize, priceScale),
    formatDecimal(terms.quantityLotsMax * lotSize, quantityScale),
  );
  return [
    {
      filterType: "PRICE_FILTER",
      minPrice: priceText(1, terms),
      maxPrice: priceText(terms.priceTicksMax, terms),
      tickSize: priceText(1, terms),
    },
    { filterType: "LOT_SIZE", ...lots },
    { filterType: "MARKET_LOT_SIZE", ...lots },
    { filterType: "MIN_NOTIONAL", minNotional: least, applyToMarket: true, avgPriceMins: 0 },
    {
      filterType: "NOTIONAL",
      minNotional: least,
      applyMinToMarket: true,
      maxNotional: most,
      applyMaxToMarket: false,
      avgPriceMins: 0,
    },
    { filterType: "MAX_NUM_ORDERS", maxNumOrders: OPEN_ORDERS_PER_ACCOUNT_MAX },
  ];
}
