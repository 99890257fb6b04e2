/**
 * Instruments, as `GET /v1/instruments` answers them.
 *
 * @module
 */
import * as v from "valibot";
import { DecimalSchema, SymbolSchema } from "./fields.ts";
import { TradingStatusSchema } from "./status.ts";

const decimals = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(12));
const asset = v.pipe(v.string(), v.regex(/^[A-Z0-9]{1,10}$/), v.description("Name of an asset."));
const rate = (meaning: string) => v.pipe(DecimalSchema, v.description(meaning));

/** One instrument. */
export const InstrumentSchema = v.pipe(
  v.strictObject({
    symbol: SymbolSchema,
    instrument: v.pipe(
      v.number(),
      v.safeInteger(),
      v.minValue(1),
      v.maxValue(2 ** 32 - 1),
      v.description("Its number, by which frames of records and binary messages name it."),
    ),
    base: asset,
    quote: asset,
    status: TradingStatusSchema,
    tickSize: v.pipe(DecimalSchema, v.description("Every price is a whole multiple of it.")),
    lotSize: v.pipe(DecimalSchema, v.description("Every quantity is a whole multiple of it.")),
    priceMin: v.pipe(DecimalSchema, v.description("Lowest price: one tick.")),
    priceMax: DecimalSchema,
    quantityMin: v.pipe(
      DecimalSchema,
      v.description("Smallest quantity: one lot. There is no least notional."),
    ),
    quantityMax: DecimalSchema,
    priceScale: v.pipe(decimals, v.description("Digits behind the point of its prices.")),
    quantityScale: v.pipe(decimals, v.description("Digits behind the point of its quantities.")),
    baseScale: v.pipe(decimals, v.description("Digits behind the point of the base asset.")),
    quoteScale: v.pipe(decimals, v.description("Digits behind the point of the quote asset.")),
    makerFeeRate: rate("Part of the notional that the resting order pays."),
    takerFeeRate: rate("Part of the notional that the aggressor pays."),
    collarRate: rate("How far from the opposite best a market order trades, as a part of it."),
  }),
  v.title("Instrument"),
);
/** See {@link InstrumentSchema}. */
export type InstrumentView = v.InferOutput<typeof InstrumentSchema>;

/** Answer of `GET /v1/instruments`. */
export const InstrumentsSchema = v.pipe(
  v.strictObject({ instruments: v.array(InstrumentSchema) }),
  v.title("Instruments"),
);
/** See {@link InstrumentsSchema}. */
export type Instruments = v.InferOutput<typeof InstrumentsSchema>;
