/**
 * Candles, as `GET /v1/candles` answers them.
 *
 * @module
 */
import * as v from "valibot";
import { candleIntervals } from "../../core/market_data/candle_intervals.ts";
import { DecimalSchema, IdSchema, MicrosSchema, SymbolSchema } from "./fields.ts";

/** An interval of candles. */
export const IntervalSchema = v.pipe(
  v.picklist(candleIntervals.map(({ name }) => name)),
  v.description("How long a candle lasts. Candles begin at whole multiples of it, in UTC."),
);

/** One candle. */
export const CandleSchema = v.pipe(
  v.strictObject({
    startMicros: v.pipe(MicrosSchema, v.description("Where it begins.")),
    open: DecimalSchema,
    high: DecimalSchema,
    low: DecimalSchema,
    close: DecimalSchema,
    volume: v.pipe(DecimalSchema, v.description("Quantity traded, in the base asset.")),
    trades: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
    firstTradeId: v.pipe(
      v.nullable(IdSchema),
      v.description("`null` where there was no trade: such a candle has the close before it."),
    ),
    lastTradeId: v.nullable(IdSchema),
    isFinal: v.pipe(v.boolean(), v.description("Whether it has ended and changes no more.")),
  }),
  v.title("Candle"),
);
/** See {@link CandleSchema}. */
export type Candle = v.InferOutput<typeof CandleSchema>;

/** Answer of `GET /v1/candles`. */
export const CandlesSchema = v.pipe(
  v.strictObject({
    symbol: SymbolSchema,
    sequence: v.pipe(IdSchema, v.description("The instrument's sequence that they stand for.")),
    interval: IntervalSchema,
    candles: v.pipe(
      v.array(CandleSchema),
      v.description("Newest first; the first one is still open. None before the first trade."),
    ),
  }),
  v.title("Candles"),
);
/** See {@link CandlesSchema}. */
export type Candles = v.InferOutput<typeof CandlesSchema>;
