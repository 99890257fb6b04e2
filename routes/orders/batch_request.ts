/**
 * Several commands in one body: its envelope, and what each of its items asks for.
 *
 * The envelope is read first, for it says what the request costs. An item that is not right is
 * refused by itself, and the others are carried out.
 *
 * @module
 */
import * as v from "valibot";
import { CLIENT_ORDER_ID_PATTERN, CLIENT_ORDER_ID_TAKES } from "../../core/protocol/request_key.ts";
import { DECIMAL_TAKES, parseBody, readFields } from "../body_fields.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem, receivedText } from "../problems/problem.ts";
import {
  AmendItemSchema,
  BATCH_ITEMS_MAX,
  CancelItemSchema,
  CancelListSchema,
} from "../schema/order_batch.ts";
import { type AmendRequest, amendRequestOf } from "./amend_request.ts";
import { type NamedOrder, orderOfClientId, orderOfId } from "./named_order.ts";
import { type OrderRequest, readOrderRequest } from "./order_request.ts";

/** What an item may be. */
export const ITEM_KINDS = ["place", "amend", "cancel"] as const;
/** One of {@link ITEM_KINDS}. */
export type ItemKind = (typeof ITEM_KINDS)[number];

/** An item by its kind, not looked into yet. */
export interface RawItem {
  readonly kind: ItemKind;
  readonly content: unknown;
}

type CancelFields = v.InferOutput<typeof CancelItemSchema>;
const ORDER_ID_PATTERN = /^\d{1,16}$/;

/** What an item asks for. */
export type BatchItem =
  | { readonly kind: "place"; readonly order: OrderRequest }
  | { readonly kind: "amend"; readonly named: NamedOrder; readonly amend: AmendRequest }
  | { readonly kind: "cancel"; readonly named: NamedOrder };

const idTakes = {
  orderId: "an order id as a string",
  clientOrderId: CLIENT_ORDER_ID_TAKES,
};
const CANCEL_SHAPE = { what: "A cancel", schema: CancelItemSchema, takes: idTakes } as const;
const AMEND_SHAPE = {
  what: "An amend",
  schema: AmendItemSchema,
  takes: { ...idTakes, price: DECIMAL_TAKES, quantity: DECIMAL_TAKES },
} as const;
const ENVELOPE_SHAPE = {
  what: "A batch",
  schema: v.strictObject({ items: v.array(v.unknown()) }),
  takes: { items: `1 to ${BATCH_ITEMS_MAX} items` },
} as const;
const CANCEL_LIST_SHAPE = {
  what: "A list of cancels",
  schema: CancelListSchema,
  takes: { orderIds: "a list of order ids", clientOrderIds: "a list of client order ids" },
} as const;
const ITEM_TAKES = "an object with place, amend or cancel";

/** Reads the envelope of a batch: its items, each by its kind or as what is wrong with it. O(items). */
export function parseBatch(body: string): readonly (RawItem | Problem)[] | Problem {
  const json = parseBody(body);
  if (json instanceof Problem) return json;
  const envelope = readFields(json, ENVELOPE_SHAPE);
  if (envelope instanceof Problem) return envelope;
  const { items } = envelope;
  return countProblem("items", items.length) ?? items.map(readRawItem);
}

/** Reads the body of `POST /v1/orders/cancel`: a cancel for each of its ids. O(ids). */
export function parseCancelList(body: string): readonly RawItem[] | Problem {
  const json = parseBody(body);
  if (json instanceof Problem) return json;
  const fields = readFields(json, CANCEL_LIST_SHAPE);
  if (fields instanceof Problem) return fields;
  const { orderIds, clientOrderIds } = fields;
  const items = [
    ...orderIds.map((orderId): RawItem => ({ kind: "cancel", content: { orderId } })),
    ...clientOrderIds.map((clientOrderId): RawItem => ({
      kind: "cancel",
      content: { clientOrderId },
    })),
  ];
  return countProblem("orderIds", items.length) ?? items;
}

/** Refuses no items, and too many. */
function countProblem(field: string, count: number): Problem | null {
  if (count >= 1 && count <= BATCH_ITEMS_MAX) return null;
  return new Problem(EdgeCode.invalidField, {
    detail: `A request takes 1 to ${BATCH_ITEMS_MAX} commands.`,
    field,
    limit: `1 to ${BATCH_ITEMS_MAX}`,
    value: String(count),
  });
}

function readRawItem(item: unknown): RawItem | Problem {
  if (typeof item === "object" && item !== null) {
    const fields = Object.keys(item);
    const kind = ITEM_KINDS.find((name) => name === fields[0]);
    if (fields.length === 1 && kind !== undefined) {
      return { kind, content: (item as Record<string, unknown>)[kind] };
    }
  }
  return new Problem(EdgeCode.invalidField, {
    detail: "An item is one command.",
    field: "item",
    limit: ITEM_TAKES,
    value: receivedText(item),
  });
}

/** Reads what an item asks for. O(1). */
export function readItem({ kind, content }: RawItem): BatchItem | Problem {
  if (kind === "place") {
    const order = readOrderRequest(content);
    return order instanceof Problem ? order : { kind, order };
  }
  if (kind === "cancel") {
    const fields = wellFormedCancel(content) ?? readFields(content, CANCEL_SHAPE);
    if (fields instanceof Problem) return fields;
    const named = namedBy(fields);
    return named instanceof Problem ? named : { kind, named };
  }
  const fields = readFields(content, AMEND_SHAPE);
  if (fields instanceof Problem) return fields;
  const named = namedBy(fields);
  if (named instanceof Problem) return named;
  const amend = amendRequestOf(fields);
  return amend instanceof Problem ? amend : { kind, named, amend };
}

/**
 * The fields of a cancel that is well formed, as the schema gives them, in a tenth of the time; `null`
 * for all others, of which the schema says what is wrong. O(1).
 */
export function wellFormedCancel(content: unknown): CancelFields | null {
  if (typeof content !== "object" || content === null) return null;
  const { orderId, clientOrderId } = content as { readonly [K in keyof CancelFields]: unknown };
  let count = 1;
  for (const _ in content) count--;
  if (count !== 0) return null;
  if (typeof orderId === "string") return ORDER_ID_PATTERN.test(orderId) ? { orderId } : null;
  const isId = typeof clientOrderId === "string" && CLIENT_ORDER_ID_PATTERN.test(clientOrderId);
  return isId ? { clientOrderId } : null;
}

/** The order that an item names by one of its ids. */
function namedBy(
  { orderId, clientOrderId }: CancelFields,
): NamedOrder | Problem {
  if (orderId !== undefined && clientOrderId !== undefined) {
    return new Problem(EdgeCode.invalidCombination, {
      detail: "The item names two orders.",
      field: "clientOrderId",
      limit: "orderId or clientOrderId",
      value: clientOrderId,
    });
  }
  if (orderId !== undefined) return orderOfId(orderId);
  if (clientOrderId !== undefined) return orderOfClientId(clientOrderId);
  return new Problem(EdgeCode.missingField, {
    detail: "The item names no order.",
    field: "orderId",
    limit: "orderId or clientOrderId",
  });
}
