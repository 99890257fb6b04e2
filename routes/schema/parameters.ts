/**
 * Parameters that many endpoints take, as the reference shows them.
 *
 * @module
 */
import type { ParameterDoc } from "../operation.ts";
import { IdSchema, SymbolSchema } from "./fields.ts";

/** `symbol` in the query. */
export const SYMBOL_PARAMETER: ParameterDoc = {
  name: "symbol",
  in: "query",
  description: "The instrument.",
  schema: SymbolSchema,
  example: "BTC-USD",
};

/** `minSequence` in the query. */
export const MIN_SEQUENCE_PARAMETER: ParameterDoc = {
  name: "minSequence",
  in: "query",
  description:
    "The event sequence that the answer must reflect: that of your last order, to read your own " +
    "writes. 503 `behind` where it does not in time.",
  schema: IdSchema,
  example: "1",
};
