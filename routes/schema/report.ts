/**
 * Private execution reports, as they come on `user.<account>.reports`.
 *
 * @module
 */
import * as v from "valibot";
import { CountSchema } from "./feeds.ts";
import {
  ClientOrderIdSchema,
  DecimalSchema,
  IdSchema,
  LiquiditySchema,
  MicrosSchema,
  SideSchema,
  SymbolSchema,
} from "./fields.ts";
import { OrderStatusSchema } from "./order.ts";

const decimal = v.exactOptional(DecimalSchema);

/** What one event meant to one account; `PrivateReport` of core/protocol/queries.ts. */
export const ReportSchema = v.pipe(
  v.strictObject({
    account: IdSchema,
    sequence: v.pipe(
      CountSchema,
      v.description("Counts the account's reports from 1, without gaps."),
    ),
    prevSequence: v.pipe(CountSchema, v.description("Of the report before; 0 for the first.")),
    eventSequence: v.pipe(
      CountSchema,
      v.description("Of the event among those of the shard, as in the answers of REST."),
    ),
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
    orderId: v.pipe(
      v.nullable(IdSchema),
      v.description("`null` in rejections and in ledger reports."),
    ),
    clientOrderId: v.nullable(ClientOrderIdSchema),
    symbol: v.exactOptional(SymbolSchema),
    side: v.nullable(SideSchema),
    status: v.pipe(
      v.nullable(v.picklist([...OrderStatusSchema.options, "rejected"])),
      v.description("Status of the order after the event."),
    ),
    price: v.pipe(v.nullable(DecimalSchema), v.description("The order's limit.")),
    quantity: v.pipe(v.nullable(DecimalSchema), v.description("The order's quantity.")),
    quoteQuantity: decimal,
    executedQuantity: decimal,
    leavesQuantity: decimal,
    tradeId: v.exactOptional(v.pipe(IdSchema, v.description("Of a trade, as the next five."))),
    lastPrice: decimal,
    lastQuantity: decimal,
    fee: decimal,
    feeAsset: v.exactOptional(v.string()),
    liquidity: v.exactOptional(LiquiditySchema),
    reason: v.exactOptional(v.pipe(
      v.string(),
      v.description("Why it was rejected, canceled, expired, or amended without having asked."),
    )),
    asset: v.exactOptional(v.pipe(v.string(), v.description("Of a ledger report."))),
    direction: v.exactOptional(
      v.picklist(["deposit", "withdrawal", "transfer_in", "transfer_out"]),
    ),
    amount: decimal,
    total: v.exactOptional(v.pipe(
      DecimalSchema,
      v.description("What the account has of the asset after it."),
    )),
  }),
  v.title("Report"),
);
