/**
 * Fields that many requests and answers have: decimal strings, ids, symbols, times.
 *
 * A schema says what a field is, for the server, for clients in TypeScript (`v.InferOutput`) and for
 * the OpenAPI document; its description is what the reference says of it.
 *
 * @module
 */
import * as v from "valibot";
import { SYMBOL_PATTERN } from "../../core/protocol/subjects.ts";

/** A decimal as text: prices, quantities and money are never JSON numbers. */
export const DecimalSchema = v.pipe(
  v.string(),
  v.regex(/^-?\d{1,20}(\.\d{1,20})?$/),
  v.description("A decimal string; its scale is the instrument's or the asset's."),
);

/** An id or a sequence as text: a whole number below 2^53. */
export const IdSchema = v.pipe(
  v.string(),
  v.regex(/^\d{1,16}$/),
  v.description("A whole number as a string."),
);

/** A symbol. */
export const SymbolSchema = v.pipe(
  v.string(),
  v.regex(SYMBOL_PATTERN),
  v.description("An instrument, `BASE-QUOTE`."),
);

/** A time. */
export const MicrosSchema = v.pipe(
  v.number(),
  v.safeInteger(),
  v.minValue(0),
  v.description("Microseconds since the epoch."),
);

/** Price and quantity of a level. */
export const LevelSchema = v.pipe(
  v.strictTuple([DecimalSchema, DecimalSchema]),
  v.description("Price and quantity."),
);

/** `buy` or `sell`. */
export const SideSchema = v.picklist(["buy", "sell"]);
