/**
 * `GET /api/v3/depth`, `trades`, `aggTrades` and `avgPrice`.
 *
 * @module
 */
import type { Level, TradeEntry } from "../../core/market_data/feed_messages.ts";
import { SNAPSHOT_LEVELS_MAX } from "../../core/market_data/snapshot.ts";
import { RECENT_TRADES_MAX } from "../../core/market_data/trade_ring.ts";
import { SAFE_MAX } from "../../core/protocol/wire_buffer.ts";
import type { EndpointSpec } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { depthWeight } from "../market/depth.ts";
import { Problem } from "../problems/problem.ts";
import { averageText, padded, productText } from "./decimal_text.ts";
import { type Answered, type BinanceRequest, openEndpoint } from "./endpoint_kinds.ts";
import { wholeNumber } from "./parameters.ts";
import { requiredInstrument } from "./symbols.ts";
import { timeSpan, type TimeWriter } from "./times.ts";

const LEVELS_DEFAULT = 100;
const TRADES_DEFAULT = 500;
/** Minutes that an average price is of. */
const AVERAGE_MINUTES = 5;
const MICROS_PER_MINUTE = 60_000_000;

/** The endpoints. */
export const marketReadEndpoints: readonly EndpointSpec[] = [
  openEndpoint("depth", ["symbol", "limit"], readDepth, weightOfDepth),
  openEndpoint("trades", ["symbol", "limit"], readTrades),
  openEndpoint(
    "aggTrades",
    ["symbol", "fromId", "startTime", "endTime", "limit"],
    readAggregateTrades,
  ),
  openEndpoint("avgPrice", ["symbol"], readAveragePrice),
];

/** Levels with all the decimals that Binance writes. */
export const paddedLevels = (levels: readonly Level[]): Level[] =>
  levels.map(([price, quantity]) => [padded(price), padded(quantity)]);

/** As of `GET /v1/depth`; a request that will be refused costs the least. */
function weightOfDepth({ query }: Exchange): number {
  const text = new URLSearchParams(query).get("limit") ?? "";
  return depthWeight(/^\d+$/.test(text) ? Number(text) : LEVELS_DEFAULT);
}

async function readDepth({ exchange, parameters }: BinanceRequest): Promise<Answered> {
  const { market, reference } = exchange.backend;
  const instrument = requiredInstrument(parameters, reference);
  if (instrument instanceof Problem) return instrument;
  const levels = wholeNumber(parameters, "limit", LEVELS_DEFAULT, 1, SNAPSHOT_LEVELS_MAX);
  if (levels instanceof Problem) return levels;
  const { sequence, bids, asks } = await market.snapshot(instrument.symbol, levels, 0, 0);
  return { lastUpdateId: sequence, bids: paddedLevels(bids), asks: paddedLevels(asks) };
}

/** The last trades of an instrument, oldest first. */
async function lastTrades(
  { exchange, parameters }: BinanceRequest,
  count: number,
): Promise<TradeEntry[] | Problem> {
  const { market, reference } = exchange.backend;
  const instrument = requiredInstrument(parameters, reference);
  if (instrument instanceof Problem) return instrument;
  const { trades } = await market.snapshot(instrument.symbol, 0, count, 0);
  return trades.toReversed();
}

async function readTrades(request: BinanceRequest): Promise<Answered> {
  const { parameters, time } = request;
  const limit = wholeNumber(parameters, "limit", TRADES_DEFAULT, 1, RECENT_TRADES_MAX);
  if (limit instanceof Problem) return limit;
  const trades = await lastTrades(request, limit);
  if (trades instanceof Problem) return trades;
  return trades.map(({ tradeId, price, quantity, takerSide, timeMicros }) => ({
    id: Number(tradeId),
    price: padded(price),
    qty: padded(quantity),
    quoteQty: productText(price, quantity),
    time: time(timeMicros),
    isBuyerMaker: takerSide === "sell",
    isBestMatch: true,
  }));
}

/** A trade as an aggregate of one. */
export function aggregateView(trade: TradeEntry, time: TimeWriter) {
  const id = Number(trade.tradeId);
  return {
    a: id,
    p: padded(trade.price),
    q: padded(trade.quantity),
    f: id,
    l: id,
    T: time(trade.timeMicros),
    m: trade.takerSide === "sell",
    M: true,
  };
}

/** The first ones of a span or from an id on, else the last ones: out of the last thousand. */
async function readAggregateTrades(request: BinanceRequest): Promise<Answered> {
  const { parameters, time } = request;
  const limit = wholeNumber(parameters, "limit", TRADES_DEFAULT, 1, RECENT_TRADES_MAX);
  if (limit instanceof Problem) return limit;
  const fromId = wholeNumber(parameters, "fromId", 0, 0, SAFE_MAX);
  if (fromId instanceof Problem) return fromId;
  const span = timeSpan(parameters);
  if (span instanceof Problem) return span;
  const trades = await lastTrades(request, RECENT_TRADES_MAX);
  if (trades instanceof Problem) return trades;
  const chosen = trades.filter(({ tradeId, timeMicros }) =>
    Number(tradeId) >= fromId && timeMicros >= span.startMicros && timeMicros <= span.endMicros
  );
  const isFromStart = parameters.has("fromId") || parameters.has("startTime");
  const rows = isFromStart ? chosen.slice(0, limit) : chosen.slice(-limit);
  return rows.map((trade) => aggregateView(trade, time));
}

async function readAveragePrice(request: BinanceRequest): Promise<Answered> {
  const { exchange, time } = request;
  const trades = await lastTrades(request, RECENT_TRADES_MAX);
  if (trades instanceof Problem) return trades;
  const sinceMicros = exchange.nowMicros - AVERAGE_MINUTES * MICROS_PER_MINUTE;
  const recent = trades.filter(({ timeMicros }) => timeMicros >= sinceMicros);
  const last = trades.at(-1);
  return {
    mins: AVERAGE_MINUTES,
    price: averageText(recent) ?? padded(last?.price ?? null),
    closeTime: time(last?.timeMicros ?? 0),
  };
}
