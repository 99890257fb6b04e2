/**
 * Tickers, as `GET /v1/ticker` answers them.
 *
 * @module
 */
import * as v from "valibot";
import { DecimalSchema, IdSchema, SymbolSchema } from "./fields.ts";
import { TradingStatusSchema } from "./status.ts";

const price = v.nullable(DecimalSchema);

/** An instrument in a few figures. */
export const TickerSchema = v.pipe(
  v.strictObject({
    symbol: SymbolSchema,
    sequence: v.pipe(IdSchema, v.description("The instrument's sequence that it stands for.")),
    status: TradingStatusSchema,
    lastPrice: v.pipe(price, v.description("`null` before the first trade.")),
    open24h: v.pipe(price, v.description("`null` without a trade in the last 24 hours.")),
    high24h: price,
    low24h: price,
    volume24h: v.pipe(DecimalSchema, v.description("Quantity traded, in the base asset.")),
    trades24h: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
    bidPrice: v.pipe(price, v.description("Best buy price; `null` where nobody buys.")),
    bidQuantity: DecimalSchema,
    askPrice: v.pipe(price, v.description("Best sell price; `null` where nobody sells.")),
    askQuantity: DecimalSchema,
  }),
  v.title("Ticker"),
);
/** See {@link TickerSchema}. */
export type Ticker = v.InferOutput<typeof TickerSchema>;

/** Answer of `GET /v1/ticker` without a symbol. */
export const TickersSchema = v.pipe(
  v.strictObject({
    tickers: v.pipe(v.array(TickerSchema), v.description("In the order of `GET /v1/instruments`.")),
    nextCursor: v.pipe(v.nullable(v.string()), v.description("`null` on the last page.")),
  }),
  v.title("Tickers"),
);
/** See {@link TickersSchema}. */
export type Tickers = v.InferOutput<typeof TickersSchema>;

/** Answer of `GET /v1/ticker`: one ticker where the request names a symbol, else a page of them. */
export const TickerAnswerSchema = v.pipe(
  v.union([TickerSchema, TickersSchema]),
  v.title("TickerAnswer"),
);
