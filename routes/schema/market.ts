/**
 * Trades and the figures of a day, as answers and feeds show them.
 *
 * @module
 */
import * as v from "valibot";
import {
  DecimalSchema,
  IdSchema,
  MicrosSchema,
  type Shown,
  SideSchema,
  SymbolSchema,
} from "./fields.ts";

/** A trade. */
export const TradeSchema = v.pipe(
  v.strictObject({
    tradeId: IdSchema,
    price: DecimalSchema,
    quantity: DecimalSchema,
    takerSide: SideSchema,
    timeMicros: MicrosSchema,
  }),
  v.title("Trade"),
);

/** The instrument's sequence of an answer. */
const MarketSequenceSchema = v.pipe(
  IdSchema,
  v.description("The instrument's sequence that this stands for, as in its feeds."),
);

/** Answer of `GET /v1/trades`. */
export const TradesSchema = v.pipe(
  v.strictObject({
    symbol: SymbolSchema,
    sequence: MarketSequenceSchema,
    trades: v.pipe(v.array(TradeSchema), v.description("Newest first.")),
  }),
  v.title("Trades"),
);
/** See {@link TradesSchema}. */
export type Trades = Shown<v.InferOutput<typeof TradesSchema>>;

/** Figures of the last 24 hours; prices are `null` where there was no trade. */
export const dayFigures = {
  lastPrice: v.nullable(DecimalSchema),
  open24h: v.nullable(DecimalSchema),
  high24h: v.nullable(DecimalSchema),
  low24h: v.nullable(DecimalSchema),
  volume24h: DecimalSchema,
  trades24h: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
};
