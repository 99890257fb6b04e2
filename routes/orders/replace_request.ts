/**
 * The body of a cancel-replace: a new order, and when it is to be sent.
 *
 * @module
 */
import { parseBody } from "../body_fields.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem, receivedText } from "../problems/problem.ts";
import { REPLACE_MODES, type ReplaceMode } from "../schema/order_replace.ts";
import { type OrderRequest, readOrderRequest } from "./order_request.ts";

/** What a cancel-replace asks for. */
export interface ReplaceRequest {
  readonly mode: ReplaceMode;
  readonly order: OrderRequest;
}

/** Reads the body of a cancel-replace. O(length). */
export function parseReplaceRequest(body: string): ReplaceRequest | Problem {
  const json = parseBody(body);
  if (json instanceof Problem) return json;
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    return new Problem(EdgeCode.notAnObject, { value: receivedText(json) });
  }
  const { mode = "stop_on_failure", ...fields } = json as { readonly mode?: unknown };
  if (!isMode(mode)) {
    return new Problem(EdgeCode.invalidField, {
      detail: "mode is not valid.",
      field: "mode",
      limit: REPLACE_MODES.join(" | "),
      value: receivedText(mode),
    });
  }
  const order = readOrderRequest(fields);
  return order instanceof Problem ? order : { mode, order };
}

const isMode = (mode: unknown): mode is ReplaceMode => REPLACE_MODES.some((one) => one === mode);
