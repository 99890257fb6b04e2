/**
 * Administration over REST: what each of the operator's requests answers.
 *
 * @module
 */
import * as v from "valibot";
import { BalancesSchema } from "./balances.ts";
import { DecimalSchema, IdSchema, MicrosSchema, SymbolSchema } from "./fields.ts";
import { InstrumentSchema } from "./instruments.ts";
import { TradingStatusSchema } from "./status.ts";

const done = {
  sequence: v.pipe(IdSchema, v.description("Event sequence.")),
  transactTimeMicros: MicrosSchema,
  duplicate: v.pipe(v.boolean(), v.description("Whether it was done before this request.")),
};

/** Answer of halting and resuming. */
export const HaltSchema = v.pipe(
  v.strictObject({
    symbol: SymbolSchema,
    status: TradingStatusSchema,
    ...done,
  }),
  v.title("Halt"),
);
/** See {@link HaltSchema}. */
export type Halt = v.InferOutput<typeof HaltSchema>;

/** Answer of enabling and disabling. */
export const EnabledSchema = v.pipe(
  v.strictObject({ account: IdSchema, enabled: v.boolean(), ...done }),
  v.title("Enabled"),
);
/** See {@link EnabledSchema}. */
export type Enabled = v.InferOutput<typeof EnabledSchema>;

/** Answer of canceling the orders of an account. */
export const CanceledOrdersSchema = v.pipe(
  v.strictObject({
    account: IdSchema,
    symbol: v.pipe(v.nullable(SymbolSchema), v.description("`null`: of every instrument.")),
    canceled: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
    ...done,
  }),
  v.title("CanceledByOperator"),
);
/** See {@link CanceledOrdersSchema}. */
export type CanceledOrders = v.InferOutput<typeof CanceledOrdersSchema>;

/** Answer of the kill switch. */
export const KilledSchema = v.pipe(
  v.strictObject({
    account: IdSchema,
    enabled: v.boolean(),
    canceled: v.pipe(
      v.number(),
      v.safeInteger(),
      v.minValue(0),
      v.description("Orders that were canceled."),
    ),
    ...done,
  }),
  v.title("Killed"),
);
/** See {@link KilledSchema}. */
export type Killed = v.InferOutput<typeof KilledSchema>;

const canceled = v.pipe(
  v.number(),
  v.safeInteger(),
  v.minValue(0),
  v.description("Orders that were canceled, of all accounts."),
);

/** Answer of canceling the orders of an instrument. */
export const CanceledInstrumentSchema = v.pipe(
  v.strictObject({ symbol: SymbolSchema, canceled, ...done }),
  v.title("CanceledInstrument"),
);
/** See {@link CanceledInstrumentSchema}. */
export type CanceledInstrument = v.InferOutput<typeof CanceledInstrumentSchema>;

/** Answer of the kill switch of an instrument. */
export const KilledInstrumentSchema = v.pipe(
  v.strictObject({ symbol: SymbolSchema, status: TradingStatusSchema, canceled, ...done }),
  v.title("KilledInstrument"),
);
/** See {@link KilledInstrumentSchema}. */
export type KilledInstrument = v.InferOutput<typeof KilledInstrumentSchema>;

/** Answer of changing the terms of an instrument. */
export const TermsSchema = v.pipe(
  v.strictObject({
    symbol: SymbolSchema,
    makerFeeRate: DecimalSchema,
    takerFeeRate: DecimalSchema,
    collarRate: DecimalSchema,
    priceMax: DecimalSchema,
    quantityMax: DecimalSchema,
    ...done,
  }),
  v.title("Terms"),
);
/** See {@link TermsSchema}. */
export type Terms = v.InferOutput<typeof TermsSchema>;

const tradeGroup = v.pipe(
  v.nullable(IdSchema),
  v.description("Accounts of one group belong to one owner."),
);

/** Answer of opening an account. */
export const OpenedAccountSchema = v.pipe(
  v.strictObject({
    account: IdSchema,
    enabled: v.boolean(),
    tradeGroup,
    sequence: v.pipe(IdSchema, v.description("Event sequence that this reflects.")),
    duplicate: v.pipe(v.boolean(), v.description("Whether it was open before this request.")),
  }),
  v.title("OpenedAccount"),
);
/** See {@link OpenedAccountSchema}. */
export type OpenedAccount = v.InferOutput<typeof OpenedAccountSchema>;

/** Answer of `GET /v1/admin/accounts/{account}`. */
export const AnyAccountSchema = v.pipe(
  v.strictObject({
    account: IdSchema,
    enabled: v.boolean(),
    tradeGroup,
    openOrders: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
    balances: BalancesSchema.entries.balances,
    sequence: v.pipe(IdSchema, v.description("Event sequence that all of this reflects at least.")),
  }),
  v.title("AnyAccount"),
);
/** See {@link AnyAccountSchema}. */
export type AnyAccount = v.InferOutput<typeof AnyAccountSchema>;

const moved = {
  reference: v.string(),
  account: v.pipe(IdSchema, v.description("The account of the path.")),
  asset: v.string(),
  amount: DecimalSchema,
  ...done,
};

/** Answer of a deposit or a withdrawal. */
export const MovedSchema = v.pipe(v.strictObject(moved), v.title("Moved"));
/** See {@link MovedSchema}. */
export type Moved = v.InferOutput<typeof MovedSchema>;

/** Answer of a transfer by the operator. */
export const OperatorTransferredSchema = v.pipe(
  v.strictObject({ ...moved, toAccount: IdSchema }),
  v.title("TransferredByOperator"),
);
/** See {@link OperatorTransferredSchema}. */
export type OperatorTransferred = v.InferOutput<typeof OperatorTransferredSchema>;

const { entries: terms } = InstrumentSchema;

/** Answer of defining an instrument. */
export const DefinedInstrumentSchema = v.pipe(
  v.strictObject({
    symbol: terms.symbol,
    base: terms.base,
    quote: terms.quote,
    tickSize: terms.tickSize,
    lotSize: terms.lotSize,
    priceMax: terms.priceMax,
    quantityMax: terms.quantityMax,
    baseScale: terms.baseScale,
    quoteScale: terms.quoteScale,
    makerFeeRate: terms.makerFeeRate,
    takerFeeRate: terms.takerFeeRate,
    collarRate: terms.collarRate,
    duplicate: v.pipe(v.boolean(), v.description("Whether it was defined before this request.")),
  }),
  v.title("DefinedInstrument"),
);
/** See {@link DefinedInstrumentSchema}. */
export type DefinedInstrument = v.InferOutput<typeof DefinedInstrumentSchema>;

/** Answer of `GET /v1/admin/audit`. */
export const AuditSchema = v.pipe(
  v.strictObject({
    acts: v.pipe(
      v.array(v.strictObject({
        time: v.string(),
        timeMicros: MicrosSchema,
        journalSequence: IdSchema,
        commandNumber: IdSchema,
        by: v.pipe(
          v.string(),
          v.description("Who: `key:` and the id of a key over REST, else a name. May be empty."),
        ),
        act: v.string(),
        subject: v.string(),
        details: v.string(),
        result: v.picklist(["done", "refused", "repeat", "unknown"]),
        reason: v.nullable(v.string()),
      })),
      v.description("The newest last."),
    ),
    hasMore: v.pipe(v.boolean(), v.description("Whether there may be more before them.")),
  }),
  v.title("Audit"),
);
/** See {@link AuditSchema}. */
export type Audit = v.InferOutput<typeof AuditSchema>;
