/**
 * Movements of money, and private reports, as history answers them.
 *
 * @module
 */
import * as v from "valibot";
import { ReportSchema } from "./report.ts";
import { DecimalSchema, IdSchema, MicrosSchema } from "./fields.ts";

/** Where money came from, or went to. */
const direction = v.picklist(["deposit", "withdrawal", "transfer_in", "transfer_out"]);

/** A page of what is listed newest first. */
const page = { nextCursor: v.nullable(v.string()), sequence: IdSchema };

/** One movement. */
export const MovementSchema = v.pipe(
  v.strictObject({
    reportSequence: v.pipe(
      IdSchema,
      v.description("Its place among the reports of the account, see `GET /v1/reports`."),
    ),
    direction,
    asset: v.string(),
    amount: v.pipe(DecimalSchema, v.description("Always positive: `direction` says which way.")),
    total: v.pipe(DecimalSchema, v.description("What the account had of the asset behind it.")),
    timeMicros: MicrosSchema,
    sequence: v.pipe(IdSchema, v.description("Event sequence.")),
  }),
  v.title("Movement"),
);
/** See {@link MovementSchema}. */
export type Movement = v.InferOutput<typeof MovementSchema>;

/** Answer of `GET /v1/ledger`, and of the lists of one kind of movements. */
export const LedgerSchema = v.pipe(
  v.strictObject({ items: v.array(MovementSchema), ...page }),
  v.title("Ledger"),
);
/** See {@link LedgerSchema}. */
export type Ledger = v.InferOutput<typeof LedgerSchema>;

/** Answer of `GET /v1/reports`. */
export const ReportsSchema = v.pipe(
  v.strictObject({
    reports: v.pipe(v.array(ReportSchema), v.description("Oldest first.")),
    lastReportSequence: v.pipe(
      IdSchema,
      v.description("Sequence of the account's last report: whether there are more."),
    ),
    sequence: v.pipe(IdSchema, v.description("Event sequence that the answer reflects.")),
  }),
  v.title("Reports"),
);
/** See {@link ReportsSchema}. */
export type Reports = v.InferOutput<typeof ReportsSchema>;
