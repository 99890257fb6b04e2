/**
 * `GET /v1/orders/{orderId}`, `GET /v1/orders/by-client-id/{clientOrderId}` and `GET /v1/orders`.
 *
 * The leader is asked first, then history as of the leader's sequence: so an answer reflects every
 * order that was answered before, by whichever gateway.
 *
 * @module
 */
import { type OrderAnswer, PAGE_ROWS_MAX } from "../../core/protocol/queries.ts";
import {
  CLIENT_ORDER_ID_PATTERN,
  requestKeyOfClientOrderId,
} from "../../core/protocol/request_key.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { SAFE_MAX } from "../../core/protocol/wire_buffer.ts";
import type { Instrument } from "../../infra/reference/instrument_terms.ts";
import { nextCursor, PageKind, readCursor } from "../cursor.ts";
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import {
  minSequence,
  oneOf,
  optionalInstrument,
  readParameters,
  wholeNumber,
} from "../query_parameters.ts";
import { jsonReply } from "../reply.ts";
import type { OrderPage } from "../schema/order.ts";
import { PAGE_ROWS_DEFAULT } from "../schema/parameters.ts";
import {
  listOrdersOperation,
  readByClientIdOperation,
  readOrderOperation,
} from "./order_read_operations.ts";
import {
  factsOfLive,
  factsOfRow,
  fillsOfHistory,
  type OrderFacts,
  orderSummary,
  orderView,
} from "./order_view.ts";

const shared = { method: "GET", scope: "read" } as const;

/** The endpoints. */
export const orderReadEndpoints: readonly EndpointSpec[] = [
  {
    ...shared,
    weight: 5,
    path: "/v1/orders",
    handle: listOrders,
    operation: listOrdersOperation,
  },
  {
    ...shared,
    weight: 2,
    path: "/v1/orders/:orderId",
    handle: readById,
    operation: readOrderOperation,
  },
  {
    ...shared,
    weight: 2,
    path: "/v1/orders/by-client-id/:clientOrderId",
    handle: readByClientId,
    operation: readByClientIdOperation,
  },
];

/** The order id in the path. What is no order id is the id of no order. */
export function readOrderId(exchange: Exchange): number | Problem {
  const text = exchange.parameter("orderId");
  const isId = /^[1-9]\d{0,15}$/.test(text) && Number(text) <= SAFE_MAX;
  return isId ? Number(text) : unknownOrder("orderId", text);
}

/** What an answer must reflect, or that the leader itself is not there yet. */
export function leastSequence(sequence: number, asked: number): number | Problem {
  if (sequence >= asked) return sequence;
  return new Problem(EdgeCode.behind, {
    field: "minSequence",
    limit: String(sequence),
    value: String(asked),
  });
}

/** The terms of an instrument that an answer is about. */
export function termsOf({ backend }: Exchange, instrument: number): Instrument | Problem {
  return backend.reference.byNumber(instrument) ?? new Problem(EdgeCode.instrumentUnknown);
}

function unknownOrder(field: string, value: string): Problem {
  return new Problem(ResultCode.unknownOrder, { field, value });
}

async function readById(exchange: Exchange): Promise<Outcome> {
  const asked = readMinSequence(exchange);
  if (asked instanceof Problem) return asked;
  const orderId = readOrderId(exchange);
  if (orderId instanceof Problem) return orderId;
  const { account } = exchange.identity;
  const { sequence } = await exchange.backend.queries.leader({ kind: "order", account, orderId });
  const least = leastSequence(sequence, asked);
  if (least instanceof Problem) return least;
  return await readOne(exchange, orderId, least) ?? unknownOrder("orderId", String(orderId));
}

async function readByClientId(exchange: Exchange): Promise<Outcome> {
  const asked = readMinSequence(exchange);
  if (asked instanceof Problem) return asked;
  const clientOrderId = exchange.parameter("clientOrderId");
  const unknown = unknownOrder("clientOrderId", clientOrderId);
  if (!CLIENT_ORDER_ID_PATTERN.test(clientOrderId)) return unknown;
  const { queries } = exchange.backend;
  const { account } = exchange.identity;
  const { low: keyLow, high: keyHigh } = requestKeyOfClientOrderId(clientOrderId);
  const live: OrderAnswer = await queries.leader({ kind: "orderByKey", account, keyLow, keyHigh });
  const least = leastSequence(live.sequence, asked);
  if (least instanceof Problem) return least;
  if (live.orderId !== null) return await readOne(exchange, live.orderId, least) ?? unknown;
  const query = { kind: "orderByClientId", account, clientOrderId, minSequence: least } as const;
  const { order } = await queries.history(query);
  return order === null ? unknown : await readOne(exchange, order.orderId, least) ?? unknown;
}

function readMinSequence(exchange: Exchange): number | Problem {
  const parameters = readParameters(exchange, ["minSequence"]);
  return parameters instanceof Problem ? parameters : minSequence(parameters);
}

async function readOne(
  exchange: Exchange,
  orderId: number,
  least: number,
): Promise<Outcome | null> {
  const { account } = exchange.identity;
  const query = { kind: "order", account, orderId, minSequence: least } as const;
  const { order, fills: rows } = await exchange.backend.queries.history(query);
  if (order === null) return null;
  const instrument = termsOf(exchange, order.instrument);
  if (instrument instanceof Problem) return instrument;
  const { fills, areAll } = fillsOfHistory(rows, order.executedLots, instrument);
  return jsonReply(200, orderView(factsOfRow(order, instrument), fills, areAll, false, instrument));
}

function listOrders(exchange: Exchange): Outcome | Promise<Outcome> {
  const known = ["status", "symbol", "cursor", "limit", "minSequence"];
  const parameters = readParameters(exchange, known);
  if (parameters instanceof Problem) return parameters;
  const status = oneOf(parameters, "status", "open", ["open", "closed", "all"] as const);
  if (status instanceof Problem) return status;
  const instrument = optionalInstrument(parameters, exchange.backend.reference);
  if (instrument instanceof Problem) return instrument;
  const kind = status === "open" ? PageKind.openOrders : PageKind.orders;
  const cursor = readCursor(parameters, kind);
  if (cursor instanceof Problem) return cursor;
  const limit = wholeNumber(parameters, "limit", PAGE_ROWS_DEFAULT, 1, PAGE_ROWS_MAX);
  if (limit instanceof Problem) return limit;
  const asked = minSequence(parameters);
  if (asked instanceof Problem) return asked;
  const page = { instrument: instrument?.instrument ?? 0, cursor, limit, asked };
  return status === "open" ? listOpen(exchange, page) : listHistory(exchange, status, page);
}

interface Page {
  /** 0: every instrument. */
  readonly instrument: number;
  readonly cursor: number;
  readonly limit: number;
  readonly asked: number;
}

/** Open orders, oldest first, from the leader's live state. */
async function listOpen(exchange: Exchange, page: Page): Promise<Outcome> {
  const { instrument, cursor: afterOrderId, limit, asked } = page;
  const { account } = exchange.identity;
  const query = { kind: "openOrders", account, instrument, afterOrderId, limit } as const;
  const { orders, sequence } = await exchange.backend.queries.leader(query);
  const least = leastSequence(sequence, asked);
  if (least instanceof Problem) return least;
  const rows = orders.map((order) => ({
    number: order.instrument,
    facts: (terms: Instrument) => factsOfLive(order, sequence, terms),
  }));
  const ids = orders.map(({ orderId }) => orderId);
  return pageReply(exchange, rows, nextCursor(PageKind.openOrders, ids, limit), sequence);
}

/** Orders, newest first, from history. */
async function listHistory(
  exchange: Exchange,
  status: "closed" | "all",
  page: Page,
): Promise<Outcome> {
  const { instrument, cursor: beforeOrderId, limit, asked } = page;
  const { queries } = exchange.backend;
  const { account } = exchange.identity;
  const { sequence } = await queries.leader({ kind: "order", account, orderId: 0 });
  const least = leastSequence(sequence, asked);
  if (least instanceof Problem) return least;
  const history = await queries.history({
    kind: "orders",
    account,
    instrument,
    status,
    beforeOrderId,
    limit,
    minSequence: least,
  });
  const rows = history.orders.map((order) => ({
    number: order.instrument,
    facts: (terms: Instrument) => factsOfRow(order, terms),
  }));
  const ids = history.orders.map(({ orderId }) => orderId);
  return pageReply(exchange, rows, nextCursor(PageKind.orders, ids, limit), history.sequence);
}

interface Row {
  readonly number: number;
  readonly facts: (terms: Instrument) => OrderFacts;
}

function pageReply(
  exchange: Exchange,
  rows: readonly Row[],
  cursor: string | null,
  sequence: number,
): Outcome {
  const items = [];
  for (const { number, facts } of rows) {
    const terms = termsOf(exchange, number);
    if (terms instanceof Problem) return terms;
    items.push(orderSummary(facts(terms), terms));
  }
  const page: OrderPage = { items, nextCursor: cursor, sequence: String(sequence) };
  return jsonReply(200, page);
}
