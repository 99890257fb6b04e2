/**
 * An order that was only looked at.
 *
 * @module
 */
import * as v from "valibot";
import {
  ClientOrderIdSchema,
  DecimalSchema,
  OrderTypeSchema,
  type Shown,
  SideSchema,
  SymbolSchema,
} from "./fields.ts";
import { SelfTradeSchema, TimeInForceSchema } from "./order_request.ts";

/** Answer of `POST /v1/orders/test`: the order as it would be sent. */
export const OrderTrialSchema = v.pipe(
  v.strictObject({
    symbol: SymbolSchema,
    side: SideSchema,
    type: OrderTypeSchema,
    price: v.pipe(
      v.nullable(DecimalSchema),
      v.description("At the instrument's scale; `null` of a market order without protection."),
    ),
    quantity: v.pipe(v.nullable(DecimalSchema), v.description("`null` in an order by budget.")),
    quoteQuantity: v.nullable(DecimalSchema),
    timeInForce: TimeInForceSchema,
    postOnly: v.boolean(),
    clientOrderId: v.nullable(ClientOrderIdSchema),
    selfTradePrevention: SelfTradeSchema,
  }),
  v.title("OrderTrial"),
);
/** See {@link OrderTrialSchema}. */
export type OrderTrial = Shown<v.InferOutput<typeof OrderTrialSchema>>;
