/**
 * `GET /v1/candles`: the last candles of an instrument, newest first.
 *
 * @module
 */
import * as v from "valibot";
import {
  type CandleIntervalName,
  candleIntervals,
} from "../../core/market_data/candle_intervals.ts";
import { SNAPSHOT_CANDLES_DEFAULT, SNAPSHOT_CANDLES_MAX } from "../../core/market_data/snapshot.ts";
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { Problem } from "../problems/problem.ts";
import { SNAPSHOT_PROBLEMS } from "../problems/problem_groups.ts";
import {
  minSequence,
  oneOf,
  readParameters,
  requiredInstrument,
  wholeNumber,
} from "../query_parameters.ts";
import { jsonReply } from "../reply.ts";
import { type Candles, CandlesSchema, IntervalSchema } from "../schema/candles.ts";
import { MIN_SEQUENCE_PARAMETER, SYMBOL_PARAMETER } from "../schema/parameters.ts";

/** Candles where the request names no number. */
export const CANDLES_DEFAULT = SNAPSHOT_CANDLES_DEFAULT;
/** Most candles: as many as a snapshot of market data has. */
export const CANDLES_MAX = SNAPSHOT_CANDLES_MAX;

const INTERVALS: readonly CandleIntervalName[] = candleIntervals.map(({ name }) => name);
const INTERVAL_DEFAULT: CandleIntervalName = "1m";

/** The endpoint. */
export const candlesEndpoint: EndpointSpec = {
  method: "GET",
  path: "/v1/candles",
  scope: null,
  weight: 1,
  isPublic: true,
  handle: readCandles,
  operation: {
    id: "getCandles",
    group: "Market data",
    summary: "The last candles of an instrument, newest first",
    description: "Time is that of the log: a candle is final once the exchange has stamped " +
      "anything behind its end, and never changes afterwards.",
    parameters: [
      { ...SYMBOL_PARAMETER, isRequired: true },
      {
        name: "interval",
        in: "query",
        description: `How long each lasts; ${INTERVAL_DEFAULT} if left out.`,
        schema: IntervalSchema,
        example: INTERVAL_DEFAULT,
      },
      {
        name: "limit",
        in: "query",
        description: `Candles at most, from 1 to ${CANDLES_MAX}; ${CANDLES_DEFAULT} if left out.`,
        schema: v.pipe(v.string(), v.regex(/^\d{1,4}$/)),
        example: "5",
      },
      MIN_SEQUENCE_PARAMETER,
    ],
    problems: SNAPSHOT_PROBLEMS,
    answers: [{
      status: 200,
      description: "The candles as of `sequence`.",
      body: {
        schema: CandlesSchema,
        example: {
          symbol: "BTC-USD",
          sequence: "1290",
          interval: "1m",
          candles: [{
            startMicros: 1_700_000_040_000_000,
            open: "50000.50",
            high: "50010.00",
            low: "49999.50",
            close: "50001.00",
            volume: "1.2500",
            trades: 12,
            firstTradeId: "71",
            lastTradeId: "82",
            isFinal: false,
          }],
        } satisfies Candles,
      },
    }],
  },
};

async function readCandles(exchange: Exchange): Promise<Outcome> {
  const parameters = readParameters(exchange, ["symbol", "interval", "limit", "minSequence"]);
  if (parameters instanceof Problem) return parameters;
  const { market, reference } = exchange.backend;
  const instrument = requiredInstrument(parameters, reference);
  if (instrument instanceof Problem) return instrument;
  const interval = oneOf(parameters, "interval", INTERVAL_DEFAULT, INTERVALS);
  if (interval instanceof Problem) return interval;
  const count = wholeNumber(parameters, "limit", CANDLES_DEFAULT, 1, CANDLES_MAX);
  if (count instanceof Problem) return count;
  const asked = minSequence(parameters);
  if (asked instanceof Problem) return asked;
  const wanted = { interval, candles: count };
  const { symbol, sequence, candles = [] } = await market
    .snapshot(instrument.symbol, 0, 0, asked, wanted);
  return jsonReply(200, { symbol, sequence: String(sequence), interval, candles });
}
