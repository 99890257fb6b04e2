/**
 * Instruments, trades and the ticker, as answers and feeds show them.
 *
 * @module
 */
import * as v from "valibot";
import {
  DecimalSchema,
  IdSchema,
  InstrumentStatusSchema,
  MicrosSchema,
  type Shown,
  SideSchema,
  SymbolSchema,
} from "./fields.ts";

/** What can be traded, and how. */
export const InstrumentSchema = v.pipe(
  v.strictObject({
    symbol: SymbolSchema,
    base: v.string(),
    quote: v.string(),
    status: InstrumentStatusSchema,
    tickSize: v.pipe(DecimalSchema, v.description("Step of prices.")),
    lotSize: v.pipe(DecimalSchema, v.description("Step of quantities.")),
    priceMax: DecimalSchema,
    quantityMax: DecimalSchema,
    makerFeeRate: v.pipe(DecimalSchema, v.description("Part of the notional.")),
    takerFeeRate: v.pipe(DecimalSchema, v.description("Part of the notional.")),
    collarRate: v.pipe(
      DecimalSchema,
      v.description("How far from the best price a market order without one may trade."),
    ),
  }),
  v.title("Instrument"),
);
/** See {@link InstrumentSchema}. */
export type InstrumentView = Shown<v.InferOutput<typeof InstrumentSchema>>;

/** Answer of `GET /v1/instruments`. */
export const InstrumentsSchema = v.pipe(
  v.strictObject({ instruments: v.array(InstrumentSchema) }),
  v.title("Instruments"),
);
/** See {@link InstrumentsSchema}. */
export type Instruments = Shown<v.InferOutput<typeof InstrumentsSchema>>;

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

/** Answer of `GET /v1/ticker`. */
export const TickerSchema = v.pipe(
  v.strictObject({
    symbol: SymbolSchema,
    sequence: MarketSequenceSchema,
    status: InstrumentStatusSchema,
    ...dayFigures,
    bidPrice: v.pipe(v.nullable(DecimalSchema), v.description("Best bid; `null`: there is none.")),
    bidQuantity: DecimalSchema,
    askPrice: v.pipe(v.nullable(DecimalSchema), v.description("Best ask; `null`: there is none.")),
    askQuantity: DecimalSchema,
  }),
  v.title("Ticker"),
);
/** See {@link TickerSchema}. */
export type Ticker = Shown<v.InferOutput<typeof TickerSchema>>;
