/**
 * Several commands in one request, and their answers.
 *
 * @module
 */
import * as v from "valibot";
import { ClientOrderIdSchema, IdSchema, type Shown } from "./fields.ts";
import { MinimalOrderSchema } from "./minimal_order.ts";
import { CanceledOrderSchema, OrderSchema, PendingSchema } from "./order.ts";
import { AmendSchema, NewOrderSchema } from "./order_request.ts";
import { ProblemSchema } from "./problem.ts";

/** Most commands of a request. */
export const BATCH_ITEMS_MAX = 100;

/** A cancel in a batch: one of the two ids. */
export const CancelItemSchema = v.pipe(
  v.strictObject({
    orderId: v.optional(IdSchema),
    clientOrderId: v.optional(ClientOrderIdSchema),
  }),
  v.title("CancelItem"),
);

/** An amend in a batch: one of the two ids, and price, quantity or both. */
export const AmendItemSchema = v.pipe(
  v.strictObject({
    ...CancelItemSchema.entries,
    ...AmendSchema.entries,
  }),
  v.title("AmendItem"),
);

/** One command of a batch. */
export const BatchItemSchema = v.pipe(
  v.union([
    v.strictObject({ place: NewOrderSchema }),
    v.strictObject({ amend: AmendItemSchema }),
    v.strictObject({ cancel: CancelItemSchema }),
  ]),
  v.title("BatchItem"),
  v.description("One command: `place`, `amend` or `cancel`."),
);

/** Body of `POST /v1/orders/batch`. */
export const BatchSchema = v.pipe(
  v.strictObject({
    items: v.pipe(
      v.array(BatchItemSchema),
      v.minLength(1),
      v.maxLength(BATCH_ITEMS_MAX),
      v.description("Carried out in their order, each for itself."),
    ),
  }),
  v.title("Batch"),
);
/** See {@link BatchSchema}. */
export type BatchRequest = v.InferInput<typeof BatchSchema>;

const StatusSchema = v.pipe(
  v.number(),
  v.safeInteger(),
  v.description("The status that the command would have had in a request of its own."),
);

/** What became of one command of a batch. */
export const BatchOutcomeSchema = v.pipe(
  v.union([
    v.strictObject({
      status: StatusSchema,
      order: v.union([OrderSchema, CanceledOrderSchema, PendingSchema, MinimalOrderSchema]),
    }),
    v.strictObject({ status: StatusSchema, problem: ProblemSchema }),
  ]),
  v.title("BatchOutcome"),
);

/** Answer to several commands. */
export const BatchAnswerSchema = v.pipe(
  v.strictObject({
    items: v.pipe(
      v.array(BatchOutcomeSchema),
      v.description("One for each command, in their order."),
    ),
  }),
  v.title("BatchAnswer"),
);
/** See {@link BatchAnswerSchema}. */
export type BatchAnswerBody = Shown<v.InferOutput<typeof BatchAnswerSchema>>;

/** Body of `POST /v1/orders/cancel`. */
export const CancelListSchema = v.pipe(
  v.strictObject({
    orderIds: v.pipe(v.optional(v.array(IdSchema), () => []), v.maxLength(BATCH_ITEMS_MAX)),
    clientOrderIds: v.pipe(
      v.optional(v.array(ClientOrderIdSchema), () => []),
      v.maxLength(BATCH_ITEMS_MAX),
    ),
  }),
  v.title("CancelList"),
);
/** See {@link CancelListSchema}. */
export type CancelList = v.InferInput<typeof CancelListSchema>;
