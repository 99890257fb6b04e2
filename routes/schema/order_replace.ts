/**
 * A cancel and a new order in its place.
 *
 * @module
 */
import * as v from "valibot";
import type { Shown } from "./fields.ts";
import { BatchOutcomeSchema } from "./order_batch.ts";
import { NewOrderSchema } from "./order_request.ts";

/** When the new order is sent. */
export const REPLACE_MODES = ["stop_on_failure", "allow_failure"] as const;
/** One of {@link REPLACE_MODES}. */
export type ReplaceMode = (typeof REPLACE_MODES)[number];

/** Body of `POST /v1/orders/{orderId}/replace`: a new order and a mode. */
export const ReplaceSchema = v.pipe(
  v.strictObject({
    ...NewOrderSchema.entries,
    mode: v.pipe(
      v.optional(v.picklist(REPLACE_MODES), "stop_on_failure"),
      v.description(
        "`stop_on_failure`: the new order is sent once the cancel has succeeded. `allow_failure`: " +
          "whatever becomes of the cancel.",
      ),
    ),
  }),
  v.title("Replace"),
);
/** See {@link ReplaceSchema}. */
export type ReplaceBody = v.InferInput<typeof ReplaceSchema>;

/** Answer to a cancel-replace. */
export const ReplaceAnswerSchema = v.pipe(
  v.strictObject({
    cancel: BatchOutcomeSchema,
    place: v.pipe(
      v.nullable(BatchOutcomeSchema),
      v.description("`null`: it was not sent, for the cancel did not succeed."),
    ),
  }),
  v.title("Replaced"),
);
/** See {@link ReplaceAnswerSchema}. */
export type ReplaceAnswerBody = Shown<v.InferOutput<typeof ReplaceAnswerSchema>>;
