/**
 * Movements of money, and private reports, as history answers them.
 *
 * @module
 */
import * as v from "valibot";
import { DecimalSchema, IdSchema, MicrosSchema, SideSchema, SymbolSchema } from "./fields.ts";

const sequence = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** Where money came from, or went to. */
const direction = v.picklist(["deposit", "withdrawal", "transfer_in", "transfer_out"]);

/** A page of what is listed newest first. */
const page = { nextCursor: v.nullable(v.string()), sequence: IdSchema };

/** One movement. */
export const MovementSchema = v.strictObject({
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
});
/** See {@link MovementSchema}. */
export type Movement = v.InferOutput<typeof MovementSchema>;

/** Answer of `GET /v1/ledger` and of `GET /v1/transfers`. */
export const LedgerSchema = v.strictObject({ items: v.array(MovementSchema), ...page });
/** See {@link LedgerSchema}. */
export type Ledger = v.InferOutput<typeof LedgerSchema>;

/** A private report, the same as on `user.<account>.reports`. */
export const ReportSchema = v.strictObject({
  account: IdSchema,
  sequence: v.pipe(sequence, v.description("Counts the account's reports from 1, without gaps.")),
  prevSequence: sequence,
  eventSequence: sequence,
  timeMicros: MicrosSchema,
  kind: v.picklist([
    "accepted",
    "trade",
    "rested",
    "amended",
    "canceled",
    "expired",
    "rejected",
    "ledger",
  ]),
  orderId: v.nullable(IdSchema),
  clientOrderId: v.nullable(v.string()),
  symbol: v.exactOptional(SymbolSchema),
  side: v.nullable(SideSchema),
  status: v.nullable(
    v.picklist(["new", "partially_filled", "filled", "canceled", "expired", "rejected"]),
  ),
  price: v.nullable(DecimalSchema),
  quantity: v.nullable(DecimalSchema),
  quoteQuantity: v.exactOptional(DecimalSchema),
  executedQuantity: v.exactOptional(DecimalSchema),
  leavesQuantity: v.exactOptional(DecimalSchema),
  tradeId: v.exactOptional(IdSchema),
  lastPrice: v.exactOptional(DecimalSchema),
  lastQuantity: v.exactOptional(DecimalSchema),
  fee: v.exactOptional(DecimalSchema),
  feeAsset: v.exactOptional(v.string()),
  liquidity: v.exactOptional(v.picklist(["maker", "taker"])),
  reason: v.exactOptional(v.string()),
  asset: v.exactOptional(v.string()),
  direction: v.exactOptional(direction),
  amount: v.exactOptional(DecimalSchema),
  total: v.exactOptional(DecimalSchema),
});

/** Answer of `GET /v1/reports`. */
export const ReportsSchema = v.strictObject({
  reports: v.pipe(v.array(ReportSchema), v.description("Oldest first.")),
  lastReportSequence: v.pipe(
    IdSchema,
    v.description("Sequence of the account's last report: whether there are more."),
  ),
  sequence: v.pipe(IdSchema, v.description("Event sequence that the answer reflects.")),
});
/** See {@link ReportsSchema}. */
export type Reports = v.InferOutput<typeof ReportsSchema>;
