/**
 * Messages of the public feeds, as JSON. The types that the market makes them by stand in
 * core/market_data/feed_messages.ts, and a test holds the two together.
 *
 * @module
 */
import * as v from "valibot";
import {
  DecimalSchema,
  IdSchema,
  InstrumentStatusSchema,
  LevelSchema,
  MicrosSchema,
  SideSchema,
  SymbolSchema,
} from "./fields.ts";
import { CandleSchema } from "./candles.ts";
import { dayFigures, TradeSchema } from "./market.ts";

/** A count: sequences in feeds are numbers. */
export const CountSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const text = v.string();

/** What every message has. */
const head = {
  symbol: SymbolSchema,
  sequence: v.pipe(
    CountSchema,
    v.description("The instrument's count of public events, as of the last one in the message."),
  ),
  prevSequence: v.pipe(
    CountSchema,
    v.description("`sequence` of the message before it on the same feed; 0 for the first."),
  ),
  timeMicros: MicrosSchema,
};
const checksum = v.pipe(
  CountSchema,
  v.description("CRC-32 over the best 10 levels of each side after the message."),
);
const bids = v.pipe(v.array(LevelSchema), v.description("Best first."));
const asks = v.pipe(v.array(LevelSchema), v.description("Best first."));

/** `trades`. */
export const TradesMessageSchema = v.pipe(
  v.strictObject({
    ...head,
    trades: v.pipe(v.array(TradeSchema), v.description("Oldest first.")),
  }),
  v.title("TradesMessage"),
);

/** `depth`, and `depth.<interval>`. */
export const DepthMessageSchema = v.pipe(
  v.strictObject({ ...head, bids, asks, checksum }),
  v.title("DepthMessage"),
  v.description(
    "The levels that were touched, each with its whole quantity; `0` removes the level.",
  ),
);

/** `book.<levels>.<interval>`. */
export const BookMessageSchema = v.pipe(
  v.strictObject({ ...head, bids, asks, checksum }),
  v.title("BookMessage"),
  v.description("The best levels of each side, as they are."),
);

/** `bbo`, and `bbo.100ms`. */
export const BboMessageSchema = v.pipe(
  v.strictObject({ ...head, bid: v.nullable(LevelSchema), ask: v.nullable(LevelSchema) }),
  v.title("BboMessage"),
);

/** `status`. */
export const StatusMessageSchema = v.pipe(
  v.strictObject({
    ...head,
    status: InstrumentStatusSchema,
    detail: v.pipe(
      v.picklist(["full", "merged", "reduced"]),
      v.description("What the feeds leave out at present: nothing, states in between, more."),
    ),
  }),
  v.title("StatusMessage"),
);

/** The terms of an instrument; fees, collar and bounds may change. */
const definition = {
  instrument: v.pipe(CountSchema, v.description("Number of the instrument in binary messages.")),
  base: text,
  quote: text,
  tickSize: DecimalSchema,
  lotSize: DecimalSchema,
  priceMax: DecimalSchema,
  quantityMax: DecimalSchema,
  priceScale: v.pipe(CountSchema, v.description("Digits behind the point.")),
  quantityScale: v.pipe(CountSchema, v.description("Digits behind the point.")),
  makerFeeRate: DecimalSchema,
  takerFeeRate: DecimalSchema,
  collarRate: DecimalSchema,
};

/** Terms in a snapshot. */
export const DefinitionSchema = v.pipe(v.strictObject(definition), v.title("Definition"));

/** `definition`. */
export const DefinitionMessageSchema = v.pipe(
  v.strictObject({ ...head, ...definition }),
  v.title("DefinitionMessage"),
);

/** The figures in a snapshot. */
export const DayFiguresSchema = v.pipe(v.strictObject(dayFigures), v.title("DayFigures"));

/** `ticker`. */
export const TickerMessageSchema = v.pipe(
  v.strictObject({ ...head, ...dayFigures }),
  v.title("TickerMessage"),
);

/** `candles.<interval>`. */
export const CandlesMessageSchema = v.pipe(
  v.strictObject({
    ...head,
    interval: text,
    candles: v.pipe(v.array(CandleSchema), v.description("Oldest first.")),
  }),
  v.title("CandlesMessage"),
);

/** What happened to one order. */
export const OrderEntrySchema = v.pipe(
  v.strictObject({
    action: v.pipe(
      v.picklist(["add", "reduce", "trade", "remove"]),
      v.description(
        "`add`: it stands at the back of its price with this quantity. `reduce`: this is left of " +
          "it, in its place. `trade`: this of it was traded. `remove`: it goes, with this.",
      ),
    ),
    id: v.pipe(IdSchema, v.description("Public id, which names nobody.")),
    side: SideSchema,
    price: DecimalSchema,
    quantity: DecimalSchema,
    tradeId: v.exactOptional(IdSchema),
  }),
  v.title("OrderEntry"),
);

/** `orders`. */
export const OrdersMessageSchema = v.pipe(
  v.strictObject({
    ...head,
    orders: v.pipe(v.array(OrderEntrySchema), v.description("Oldest first.")),
    checksum,
  }),
  v.title("OrdersMessage"),
);
