/**
 * What clients send to place an order, and to amend one.
 *
 * @module
 */
import * as v from "valibot";
import { CLIENT_ORDER_ID_PATTERN } from "../../core/protocol/request_key.ts";
import { SYMBOL_PATTERN } from "../../core/protocol/subjects.ts";
import { DecimalTextSchema, OrderTypeSchema, SideSchema } from "./fields.ts";

/** How long an order stands, as a request names it. */
export const TimeInForceSchema = v.picklist(["GTC", "IOC", "FOK"]);

/** What happens where an order would trade with one of its own account. */
export const SelfTradeSchema = v.picklist([
  "none",
  "expire_taker",
  "expire_maker",
  "expire_both",
  "decrement",
  "transfer",
]);

/** Body of `POST /v1/orders`. What depends on several fields stands in routes/orders/order_request.ts. */
export const NewOrderSchema = v.pipe(
  v.strictObject({
    symbol: v.pipe(
      v.string(),
      v.regex(SYMBOL_PATTERN),
      v.description("The instrument, `BASE-QUOTE`."),
    ),
    side: SideSchema,
    type: OrderTypeSchema,
    price: v.pipe(
      v.optional(DecimalTextSchema),
      v.description(
        "A multiple of the instrument's tick. A limit order needs it; for a market order it is the " +
          "worst price that it takes, the instrument's collar if left out.",
      ),
    ),
    quantity: v.pipe(
      v.optional(DecimalTextSchema),
      v.description("Of the base asset, a multiple of the instrument's lot."),
    ),
    quoteQuantity: v.pipe(
      v.optional(DecimalTextSchema),
      v.description(
        "A budget in the quote asset, fees included, in the place of `quantity`: market buys that " +
          "are IOC.",
      ),
    ),
    timeInForce: v.pipe(
      v.optional(TimeInForceSchema),
      v.description(
        "`GTC` rests until it is filled or canceled, `IOC` takes what is there at once, `FOK` all or " +
          "nothing. Limit orders are GTC if left out, market orders IOC, and never GTC.",
      ),
    ),
    postOnly: v.pipe(
      v.optional(v.boolean(), false),
      v.description("Refuse the order where it would trade at once. GTC orders only."),
    ),
    clientOrderId: v.pipe(
      v.optional(v.pipe(v.string(), v.regex(CLIENT_ORDER_ID_PATTERN))),
      v.description(
        "Your name of the order, which makes it safe to send it again: the same id and content is " +
          "answered with the first outcome. Send one with every order. Letters, digits and " +
          "`. _ : / -`, but not `.` or `..`, which no path can name.",
      ),
    ),
    selfTradePrevention: v.pipe(
      v.optional(SelfTradeSchema, "expire_taker"),
      v.description(
        "Where the order meets one of the same account: expire the incoming, the resting or both, " +
          "take the common quantity off both (`decrement`) and move it between two accounts of one " +
          "owner (`transfer`), or trade (`none`).",
      ),
    ),
  }),
  v.title("NewOrder"),
);
/** See {@link NewOrderSchema}. */
export type NewOrder = v.InferInput<typeof NewOrderSchema>;

/** Body of an amend: at least one of the two. */
export const AmendSchema = v.pipe(
  v.strictObject({
    price: v.pipe(v.optional(DecimalTextSchema), v.description("The new price.")),
    quantity: v.pipe(
      v.optional(DecimalTextSchema),
      v.description("The new total, what was executed included."),
    ),
  }),
  v.title("Amend"),
);
/** See {@link AmendSchema}. */
export type Amend = v.InferInput<typeof AmendSchema>;
