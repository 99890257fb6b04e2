/**
 * Fields that many requests and answers have: decimal strings, ids, symbols, times.
 *
 * A schema says what a field is, for the server, for clients in TypeScript (`v.InferOutput`) and for
 * the OpenAPI document; its description is what the reference says of it.
 *
 * @module
 */
import * as v from "valibot";
import { CLIENT_ORDER_ID_PATTERN } from "../../core/protocol/request_key.ts";
import { SYMBOL_PATTERN } from "../../core/protocol/subjects.ts";

/** What a schema's value is to whoever only reads it. */
export type Shown<T> = T extends object ? { readonly [Name in keyof T]: Shown<T[Name]> } : T;

/** Decimals in answers. */
export const DECIMAL_PATTERN = /^-?\d{1,20}(\.\d{1,20})?$/;
/** Decimals in requests. */
export const DECIMAL_TEXT_PATTERN = /^\d{1,16}(\.\d{1,15})?$/;
/** Ids and sequences. */
export const ID_PATTERN = /^\d{1,16}$/;

/** A decimal as text: prices, quantities and money are never JSON numbers. */
export const DecimalSchema = v.pipe(
  v.string(),
  v.regex(DECIMAL_PATTERN),
  v.description("A decimal string; its scale is the instrument's or the asset's."),
);

/** An id or a sequence as text: a whole number below 2^53. */
export const IdSchema = v.pipe(
  v.string(),
  v.regex(ID_PATTERN),
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

/** Whether an order has a limit. */
export const OrderTypeSchema = v.picklist(["limit", "market"]);

/** Who was in the book, and who came. */
export const LiquiditySchema = v.picklist(["maker", "taker"]);

/** Whether an instrument trades. */
export const InstrumentStatusSchema = v.picklist(["trading", "halted"]);

/** A client order id. */
export const ClientOrderIdSchema = v.pipe(
  v.string(),
  v.regex(CLIENT_ORDER_ID_PATTERN),
  v.description(
    "The client's own name of an order: letters, digits and `. _ : / -`, but not `.` or `..`, which " +
      "no path can name.",
  ),
);

/** The event sequence that an answer reflects. */
export const ReflectedSequenceSchema = v.pipe(
  IdSchema,
  v.description(
    "Sequence of the last event that this reflects; `minSequence` of a read that must see it.",
  ),
);

/** Whether a command had come before. */
export const DuplicateSchema = v.pipe(
  v.boolean(),
  v.description("The command had come before, and this is its first outcome."),
);

/** Where the next page begins. */
export const NextCursorSchema = v.pipe(
  v.nullable(v.string()),
  v.description("`cursor` of the next page; `null` on the last one."),
);

/** A decimal as a request has it; the server reads it digit by digit, and says what is wrong. */
export const DecimalTextSchema = v.pipe(
  v.string(),
  v.metadata({
    description: "A decimal string without sign or exponent.",
    pattern: DECIMAL_TEXT_PATTERN.source,
  }),
);
