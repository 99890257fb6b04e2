/**
 * Transfers between accounts of one owner, as `POST /v1/transfers` answers them.
 *
 * @module
 */
import * as v from "valibot";
import { DecimalSchema, IdSchema, MicrosSchema } from "./fields.ts";

/** Answer of `POST /v1/transfers`. */
export const TransferredSchema = v.pipe(
  v.strictObject({
    transferId: v.string(),
    fromAccount: IdSchema,
    toAccount: IdSchema,
    asset: v.string(),
    amount: DecimalSchema,
    sequence: v.pipe(IdSchema, v.description("Event sequence: for `minSequence`.")),
    transactTimeMicros: MicrosSchema,
    duplicate: v.pipe(v.boolean(), v.description("Whether it was done before this request.")),
  }),
  v.title("Transferred"),
);
/** See {@link TransferredSchema}. */
export type Transferred = v.InferOutput<typeof TransferredSchema>;
