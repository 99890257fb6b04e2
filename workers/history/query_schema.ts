/**
 * What a history query and a repair query must look like.
 *
 * @module
 */
import * as v from "valibot";
import { DROP_COPY_ENTRIES_MAX, type RepairQuery } from "../../core/protocol/drop_copy.ts";
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
  v.strictObject({
    kind: v.literal("ledger"),
    account,
    beforeSequence: number,
    movements: v.exactOptional(v.picklist(["all", "deposits", "withdrawals", "transfers"])),
    limit,
    minSequence,
  }),
]);

const REPAIR = v.strictObject({
  afterSequence: number,
  toSequence: v.exactOptional(number),
  limit: v.exactOptional(v.pipe(number, v.minValue(1), v.maxValue(DROP_COPY_ENTRIES_MAX))),
});

/** A query, or what is wrong with it: field, limit and value. */
export const parseHistoryQuery = (payload: Uint8Array): HistoryQuery | string =>
  parseQuery(SCHEMA, payload);

/** A repair query, or what is wrong with it: field, limit and value. */
export const parseRepairQuery = (payload: Uint8Array): RepairQuery | string =>
  parseQuery(REPAIR, payload);

function parseQuery<T extends v.GenericSchema>(
  schema: T,
  payload: Uint8Array,
): v.InferOutput<T> | string {
  if (payload.length > QUERY_BYTES_MAX) {
    return `the query has ${payload.length} bytes; the most is ${QUERY_BYTES_MAX}`;
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
  } catch {
    return "the query is not JSON";
  }
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  return `${v.getDotPath(issue) ?? "query"}: ${issue.message}`;
}
