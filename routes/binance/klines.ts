/**
 * `GET /api/v3/klines` and `uiKlines`: candles, as far back as the market keeps them.
 *
 * @module
 */
import { parseCandleInterval } from "../../core/market_data/candle_intervals.ts";
import { RECENT_BARS_MAX } from "../../core/market_data/candles.ts";
import type { CandleEntry } from "../../core/market_data/feed_messages.ts";
import type { EndpointSpec } from "../endpoint.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import { binanceError, BinanceProblem } from "./binance_error.ts";
import { padded, ZERO } from "./decimal_text.ts";
import { type Answered, type BinanceRequest, openEndpoint } from "./endpoint_kinds.ts";
import { missingParameter, wholeNumber } from "./parameters.ts";
import { requiredInstrument } from "./symbols.ts";
import { timeSpan, type TimeWriter } from "./times.ts";

const CANDLES_DEFAULT = 500;
const MICROS_PER_MILLI = 1_000;
const NAMES = ["symbol", "interval", "startTime", "endTime", "timeZone", "limit"];

/** The endpoints. */
export const klineEndpoints: readonly EndpointSpec[] = [
  openEndpoint("klines", NAMES, readKlines),
  openEndpoint("uiKlines", NAMES, readKlines),
];

async function readKlines({ exchange, parameters, time }: BinanceRequest): Promise<Answered> {
  const { queries, reference, market } = exchange.backend;
  const instrument = requiredInstrument(parameters, reference);
  if (instrument instanceof Problem) return instrument;
  const name = parameters.get("interval");
  if (name === undefined) return missingParameter("interval");
  const interval = parseCandleInterval(name);
  const isUtc = ["0", "00:00", "0:00", "+00:00"].includes(parameters.get("timeZone") ?? "0");
  if (interval === null || !isUtc) {
    const error = interval === null
      ? binanceError(-1120, "Invalid interval.")
      : binanceError(-1130, "Data sent for parameter 'timeZone' is not valid.");
    return new BinanceProblem(EdgeCode.invalidParameter, error);
  }
  const limit = wholeNumber(parameters, "limit", CANDLES_DEFAULT, 1, RECENT_BARS_MAX);
  if (limit instanceof Problem) return limit;
  const span = timeSpan(parameters);
  if (span instanceof Problem) return span;
  const isBounded = parameters.has("startTime") || parameters.has("endTime");
  const query = {
    levels: 0,
    trades: 0,
    minSequence: market.reportedSequence,
    interval: interval.name,
    candles: isBounded ? RECENT_BARS_MAX : limit,
  };
  const { candles = [] } = await queries.snapshot(instrument.symbol, query);
  const chosen = candles.toReversed().filter(({ startMicros }) =>
    startMicros >= span.startMicros && startMicros <= span.endMicros
  );
  const rows = parameters.has("startTime") ? chosen.slice(0, limit) : chosen.slice(-limit);
  return rows.map((candle) => klineRow(candle, interval.micros, time));
}

/** What it cannot say is zero: the volume in the quote asset, and the takers' part of it. */
function klineRow(candle: CandleEntry, intervalMicros: number, time: TimeWriter) {
  return [
    time(candle.startMicros),
    padded(candle.open),
    padded(candle.high),
    padded(candle.low),
    padded(candle.close),
    padded(candle.volume),
    closeTime(candle.startMicros, intervalMicros, time),
    ZERO,
    candle.trades,
    ZERO,
    ZERO,
    "0",
  ];
}

/** The last unit of time that belongs to a candle. */
export function closeTime(startMicros: number, intervalMicros: number, time: TimeWriter): number {
  const endMicros = startMicros + intervalMicros;
  return time(endMicros) === endMicros ? endMicros - 1 : time(endMicros - MICROS_PER_MILLI);
}
