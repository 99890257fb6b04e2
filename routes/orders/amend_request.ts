/**
 * An amend as clients write it: another price, another quantity, or both.
 *
 * @module
 */
import { ResultCode } from "../../core/protocol/result_code.ts";
import { DECIMAL_TAKES, readBodyFields } from "../body_fields.ts";
import { Problem } from "../problems/problem.ts";
import { AmendSchema } from "../schema/order_request.ts";

const SHAPE = {
  what: "An amend",
  schema: AmendSchema,
  takes: { price: DECIMAL_TAKES, quantity: DECIMAL_TAKES },
} as const;

/** What an order is to be instead, at least one of the two; `null`: as it is. */
export interface AmendRequest {
  readonly price: string | null;
  /** The new total, what was executed included. */
  readonly quantity: string | null;
}

/** Reads the body of an amend; its numbers are not read yet. O(length). */
export function parseAmendRequest(body: string): AmendRequest | Problem {
  const fields = readBodyFields(body, SHAPE);
  return fields instanceof Problem ? fields : amendRequestOf(fields);
}

/** An amend by its fields, at least one of which must be there. */
export function amendRequestOf(
  fields: { readonly price?: string | undefined; readonly quantity?: string | undefined },
): AmendRequest | Problem {
  const { price = null, quantity = null } = fields;
  if (price !== null || quantity !== null) return { price, quantity };
  return new Problem(ResultCode.amendEmpty, {
    detail: "The body has neither price nor quantity.",
    field: "price",
    limit: "price, quantity or both",
    value: JSON.stringify(fields),
  });
}
