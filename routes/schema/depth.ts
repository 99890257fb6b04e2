/**
 * The best levels of a book, as `GET /v1/depth` answers them.
 *
 * @module
 */
import * as v from "valibot";
import { IdSchema, LevelSchema, SymbolSchema } from "./fields.ts";

/** Answer of `GET /v1/depth`. */
export const DepthSchema = v.pipe(
  v.strictObject({
    symbol: SymbolSchema,
    sequence: v.pipe(
      IdSchema,
      v.description("The instrument's sequence that the book stands for, as in its feeds."),
    ),
    bids: v.pipe(v.array(LevelSchema), v.description("Best first.")),
    asks: v.pipe(v.array(LevelSchema), v.description("Best first.")),
  }),
  v.title("Depth"),
);
/** See {@link DepthSchema}. */
export type Depth = v.InferOutput<typeof DepthSchema>;
