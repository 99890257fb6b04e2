/**
 * What became of an order where its client wants to be told no more than he needs.
 *
 * @module
 */
import * as v from "valibot";
import { DecimalSchema, IdSchema, ReflectedSequenceSchema, type Shown } from "./fields.ts";
import { EndReasonSchema, OrderStatusSchema } from "./order.ts";

/** An order in an answer to `Prefer: return=minimal`. */
export const MinimalOrderSchema = v.pipe(
  v.strictObject({
    orderId: IdSchema,
    status: OrderStatusSchema,
    reason: v.pipe(
      v.optional(EndReasonSchema),
      v.description(
        "Why it was canceled or expired; of a cancel where it is not `canceled_by_request`.",
      ),
    ),
    executedQuantity: v.pipe(
      v.nullable(DecimalSchema),
      v.description("`null` in the answer to a repeated cancel where history did not tell it."),
    ),
    executedNotional: v.pipe(
      v.optional(DecimalSchema),
      v.description(
        "Sum of price times quantity over the fills, in the quote asset: of an order or amend, where " +
          "something was executed. `GET /v1/fills?orderId=` has the fills.",
      ),
    ),
    leavesQuantity: v.pipe(
      v.optional(DecimalSchema),
      v.description(
        "What may still trade, where it is not the quantity that the command asked for less " +
          "`executedQuantity`: an amend named no quantity, or prevention of self-trades took some.",
      ),
    ),
    sequence: ReflectedSequenceSchema,
    duplicate: v.pipe(
      v.optional(v.literal(true)),
      v.description("The command had come before, and this is its first outcome."),
    ),
  }),
  v.title("MinimalOrder"),
  v.description(
    "What the client cannot know, with `Prefer: return=minimal`. Of an order that is over nothing is left.",
  ),
);
/** See {@link MinimalOrderSchema}. */
export type MinimalOrder = Shown<v.InferOutput<typeof MinimalOrderSchema>>;
