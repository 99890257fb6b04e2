/**
 * Administration over REST: what halting, enabling, canceling and the audit trail answer.
 *
 * @module
 */
import * as v from "valibot";
import { IdSchema, MicrosSchema, SymbolSchema } from "./fields.ts";
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
