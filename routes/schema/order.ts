/**
 * Orders as answers show them.
 *
 * @module
 */
import * as v from "valibot";
import {
  ClientOrderIdSchema,
  DecimalSchema,
  DuplicateSchema,
  IdSchema,
  LiquiditySchema,
  MicrosSchema,
  NextCursorSchema,
  OrderTypeSchema,
  ReflectedSequenceSchema,
  type Shown,
  SideSchema,
  SymbolSchema,
} from "./fields.ts";

/** Status of an order. */
export const OrderStatusSchema = v.picklist([
  "new",
  "partially_filled",
  "filled",
  "canceled",
  "expired",
]);

/** Why an order ended. */
export const EndReasonSchema = v.pipe(
  v.string(),
  v.description(
    "Why it was canceled or expired: `canceled_by_request`, `canceled_by_operator`, " +
      "`self_trade`, `immediate_remainder`, `fill_or_kill`, `market_remainder`, " +
      "`fills_per_command`.",
  ),
);

/** One fill of an order. */
export const FillSchema = v.pipe(
  v.strictObject({
    tradeId: IdSchema,
    price: v.nullable(DecimalSchema),
    quantity: DecimalSchema,
    fee: v.pipe(DecimalSchema, v.description("What it cost in fees; negative for a rebate.")),
    feeAsset: v.string(),
    liquidity: LiquiditySchema,
  }),
  v.title("Fill"),
);
/** See {@link FillSchema}. */
export type FillView = Shown<v.InferOutput<typeof FillSchema>>;

const orderFields = {
  orderId: IdSchema,
  clientOrderId: v.nullable(ClientOrderIdSchema),
  symbol: SymbolSchema,
  side: SideSchema,
  type: OrderTypeSchema,
  status: OrderStatusSchema,
  reason: v.optional(EndReasonSchema),
  price: v.pipe(
    v.nullable(DecimalSchema),
    v.description(
      "Of a market order its protection: the one it was sent with, or the collar when it came; " +
        "`null` where it met an empty book.",
    ),
  ),
  quantity: v.pipe(
    v.nullable(DecimalSchema),
    v.description("`null` in an order by budget."),
  ),
  quoteQuantity: v.pipe(
    v.optional(DecimalSchema),
    v.description("What an order by budget may spend."),
  ),
  executedQuantity: DecimalSchema,
  executedNotional: v.pipe(
    DecimalSchema,
    v.description("Sum of price times quantity over the fills, in the quote asset."),
  ),
  leavesQuantity: v.pipe(DecimalSchema, v.description("What may still trade.")),
  averagePrice: v.pipe(
    v.nullable(DecimalSchema),
    v.description("Rounded half to even; `null` where nothing was filled."),
  ),
  sequence: ReflectedSequenceSchema,
  transactTimeMicros: MicrosSchema,
};

/** An order in a list. */
export const OrderSummarySchema = v.pipe(v.strictObject(orderFields), v.title("OrderSummary"));
/** See {@link OrderSummarySchema}. */
export type OrderSummary = Shown<v.InferOutput<typeof OrderSummarySchema>>;

/** An order on its own. */
export const OrderSchema = v.pipe(
  v.strictObject({
    ...orderFields,
    fills: v.pipe(
      v.array(FillSchema),
      v.description("Oldest first. After an amend, those that the amend made."),
    ),
    fillsTruncated: v.pipe(
      v.optional(v.literal(true)),
      v.description("There are more fills than stand here: `GET /v1/fills?orderId=` has them all."),
    ),
    duplicate: DuplicateSchema,
  }),
  v.title("Order"),
);
/** See {@link OrderSchema}. */
export type OrderView = Shown<v.InferOutput<typeof OrderSchema>>;

/** Answer of `GET /v1/orders`. */
export const OrderPageSchema = v.pipe(
  v.strictObject({
    items: v.array(OrderSummarySchema),
    nextCursor: NextCursorSchema,
    sequence: ReflectedSequenceSchema,
  }),
  v.title("OrderPage"),
);
/** See {@link OrderPageSchema}. */
export type OrderPage = Shown<v.InferOutput<typeof OrderPageSchema>>;

/** Answer where the outcome of a command on an order is not known yet. */
export const PendingSchema = v.pipe(
  v.strictObject({
    status: v.literal("pending"),
    orderId: v.optional(IdSchema),
    clientOrderId: v.optional(v.nullable(ClientOrderIdSchema)),
    symbol: v.optional(v.nullable(SymbolSchema)),
    side: v.optional(v.nullable(SideSchema)),
    detail: v.pipe(v.string(), v.description("How the outcome can be had.")),
  }),
  v.title("Pending"),
);
/** See {@link PendingSchema}. */
export type Pending = Shown<v.InferOutput<typeof PendingSchema>>;

/** Answer to the cancel of one order. */
export const CanceledOrderSchema = v.pipe(
  v.strictObject({
    orderId: IdSchema,
    clientOrderId: v.pipe(
      v.optional(ClientOrderIdSchema),
      v.description("Where the order was named by it."),
    ),
    symbol: v.nullable(SymbolSchema),
    side: v.nullable(SideSchema),
    status: OrderStatusSchema,
    reason: EndReasonSchema,
    price: v.nullable(DecimalSchema),
    executedQuantity: v.nullable(DecimalSchema),
    leavesQuantity: v.literal("0"),
    sequence: ReflectedSequenceSchema,
    transactTimeMicros: MicrosSchema,
    duplicate: DuplicateSchema,
  }),
  v.title("CanceledOrder"),
);
/** See {@link CanceledOrderSchema}. */
export type CanceledOrder = Shown<v.InferOutput<typeof CanceledOrderSchema>>;

/** Answer to the cancel of all orders. */
export const CanceledOrdersSchema = v.pipe(
  v.strictObject({
    symbol: v.pipe(v.nullable(SymbolSchema), v.description("`null`: of every instrument.")),
    side: v.pipe(v.nullable(SideSchema), v.description("`null`: of both sides.")),
    canceled: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.description("How many.")),
    sequence: ReflectedSequenceSchema,
    transactTimeMicros: MicrosSchema,
    duplicate: DuplicateSchema,
  }),
  v.title("CanceledOrders"),
);
/** See {@link CanceledOrdersSchema}. */
export type CanceledOrders = Shown<v.InferOutput<typeof CanceledOrdersSchema>>;
