/**
 * `GET /api/v3/ticker/24hr`, `ticker/price` and `ticker/bookTicker`: of one instrument, of some, or of
 * all. A request costs as much as it asks for instruments.
 *
 * @module
 */
import type { SnapshotAnswer } from "../../core/protocol/queries.ts";
import type { Instrument } from "../../infra/reference/instrument_terms.ts";
import type { EndpointSpec } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import { binanceError, BinanceProblem } from "./binance_error.ts";
import { differenceText, padded, percentText, ZERO } from "./decimal_text.ts";
import { type Answered, type BinanceRequest, openEndpoint } from "./endpoint_kinds.ts";
import { oneOf, parametersOf } from "./parameters.ts";
import { binanceSymbol, listedInstruments } from "./symbols.ts";
import type { TimeWriter } from "./times.ts";

/** Most instruments that one request may ask for. */
export const TICKERS_MAX = 100;

const DAY_MICROS = 86_400_000_000;
const NAMES = ["symbol", "symbols"];

type View = (snapshot: SnapshotAnswer, terms: Instrument, request: BinanceRequest) => object;

/** The endpoints. */
export const tickerEndpoints: readonly EndpointSpec[] = [
  tickers("ticker/24hr", [...NAMES, "type"], readDay),
  tickers("ticker/price", NAMES, (request) => readTickers(request, priceView, 0, 0)),
  tickers("ticker/bookTicker", NAMES, (request) => readTickers(request, bookView, 1, 0)),
];

function tickers(
  path: string,
  names: readonly string[],
  handle: (request: BinanceRequest) => Promise<Answered>,
): EndpointSpec {
  return openEndpoint(path, names, handle, (exchange) => weightOf(exchange, names));
}

/** As many units as instruments; a request that will be refused costs one. */
function weightOf(exchange: Exchange, names: readonly string[]): number {
  const backend = exchange.deps.backend();
  const parameters = parametersOf(exchange, names);
  if (backend === null || parameters instanceof Problem) return 1;
  const listed = listedInstruments(parameters, backend.reference);
  if (listed instanceof Problem) return 1;
  const { length } = listed ?? backend.reference.all();
  return length > TICKERS_MAX ? 1 : Math.max(1, length);
}

function readDay(request: BinanceRequest): Promise<Answered> {
  const type = oneOf(request.parameters, "type", "FULL", ["FULL", "MINI"]);
  if (type instanceof Problem) return Promise.resolve(type);
  return type === "FULL"
    ? readTickers(request, fullView, 1, 1)
    : readTickers(request, miniView, 0, 1);
}

async function readTickers(
  request: BinanceRequest,
  view: View,
  levels: number,
  trades: number,
): Promise<Answered> {
  const { exchange, parameters } = request;
  const { market, reference } = exchange.backend;
  const listed = listedInstruments(parameters, reference);
  if (listed instanceof Problem) return listed;
  const chosen = listed ?? reference.all();
  if (chosen.length > TICKERS_MAX) return tooMany(chosen.length);
  const views = await Promise.all(chosen.map(async (terms) => {
    const snapshot = await market.snapshot(terms.symbol, levels, trades, 0);
    return view(snapshot, terms, request);
  }));
  return parameters.has("symbol") ? views[0] ?? {} : views;
}

function tooMany(count: number): Problem {
  const msg = `Too many parameters; expected '${TICKERS_MAX}' and received '${count}'.`;
  return new BinanceProblem(EdgeCode.invalidParameter, binanceError(-1101, msg));
}

function priceView({ ticker }: SnapshotAnswer, terms: Instrument) {
  return { symbol: binanceSymbol(terms), price: padded(ticker.lastPrice) };
}

function bookView({ bids, asks }: SnapshotAnswer, terms: Instrument) {
  const [bidPrice = null, bidQty = null] = bids[0] ?? [];
  const [askPrice = null, askQty = null] = asks[0] ?? [];
  return {
    symbol: binanceSymbol(terms),
    bidPrice: padded(bidPrice),
    bidQty: padded(bidQty),
    askPrice: padded(askPrice),
    askQty: padded(askQty),
  };
}

function miniView(snapshot: SnapshotAnswer, terms: Instrument, { exchange, time }: BinanceRequest) {
  const { ticker, trades } = snapshot;
  return {
    symbol: binanceSymbol(terms),
    openPrice: padded(ticker.open24h),
    highPrice: padded(ticker.high24h),
    lowPrice: padded(ticker.low24h),
    lastPrice: padded(ticker.lastPrice),
    volume: padded(ticker.volume24h),
    quoteVolume: ZERO,
    ...daySpan(exchange.nowMicros, time),
    firstId: -1,
    lastId: Number(trades[0]?.tradeId ?? -1),
    count: ticker.trades24h,
  };
}

function daySpan(nowMicros: number, time: TimeWriter) {
  return { openTime: time(nowMicros - DAY_MICROS), closeTime: time(nowMicros) };
}

function fullView(snapshot: SnapshotAnswer, terms: Instrument, request: BinanceRequest) {
  const { ticker, trades } = snapshot;
  const { lastPrice, open24h } = ticker;
  const hasChange = lastPrice !== null && open24h !== null;
  return {
    ...miniView(snapshot, terms, request),
    ...bookView(snapshot, terms),
    priceChange: hasChange ? differenceText(lastPrice, open24h) : ZERO,
    priceChangePercent: hasChange ? percentText(open24h, lastPrice) : "0.000",
    weightedAvgPrice: ZERO,
    prevClosePrice: padded(open24h),
    lastQty: padded(trades[0]?.quantity ?? null),
  };
}
