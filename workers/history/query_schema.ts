/**
 * What a history query must look like.
 *
 * @module
 */
import * as v from "valibot";
import { type HistoryQuery, PAGE_ROWS_MAX, QUERY_BYTES_MAX } from "../../core/protocol/queries.ts";
import { CLIENT_ORDER_ID_PATTERN } from "../../core/protocol/request_key.ts";

const number = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const account = v.pipe(number, v.maxValue(0xffffffff));
const limit = v.pipe(number, v.minValue(1), v.maxValue(PAGE_ROWS_MAX));
const minSequence = number;

const SCHEMA = v.variant("kind", [
  v.strictObject({ kind: v.literal("order"), account, orderId: number, minSequence }),
  v.strictObject({
    kind: v.literal("orderByClientId"),
    account,
    clientOrderId: v.pipe(v.string(), v.regex(CLIENT_ORDER_ID_PATTERN)),
    minSequence,
  }),
  v.strictObject({
    kind: v.literal("orders"),
    account,
    instrument: account,
    status: v.picklist(["open", "closed", "all"]),
    beforeOrderId: number,
    limit,
    minSequence,
  }),
  v.strictObject({
    kind: v.literal("fills"),
    account,
    instrument: account,
    orderId: number,
    beforeTradeId: number,
    limit,
    minSequence,
  }),
  v.strictObject({
    kind: v.literal("reports"),
    account,
    afterSequence: number,
    limit,
    minSequence,
  }),
]);

/** A query, or what is wrong with it: field, limit and value. */
export function parseHistoryQuery(payload: Uint8Array): HistoryQuery | string {
  if (payload.length > QUERY_BYTES_MAX) {
    return `the query has ${payload.length} bytes; the most is ${QUERY_BYTES_MAX}`;
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
  } catch {
    return "the query is not JSON";
  }
  const result = v.safeParse(SCHEMA, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  return `${v.getDotPath(issue) ?? "query"}: ${issue.message}`;
}
