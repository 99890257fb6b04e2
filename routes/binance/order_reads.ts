/**
 * `GET /api/v3/order`, `openOrders`, `allOrders` and `myTrades`.
 *
 * @module
 */
import { type LiveOrder, type OrderRow, PAGE_ROWS_MAX } from "../../core/protocol/queries.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { SAFE_MAX } from "../../core/protocol/wire_buffer.ts";
import type { Instrument } from "../../infra/reference/instrument_terms.ts";
import type { EndpointSpec } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { termsOf } from "../orders/order_reads.ts";
import { Problem } from "../problems/problem.ts";
import { type Answered, type BinanceRequest, signedEndpoint } from "./endpoint_kinds.ts";
import { PAGES_MAX, walkBack, type Wanted } from "./history_walk.ts";
import { findRow, isNamed, readOrderName } from "./order_lookup.ts";
import { liveView, rowView, tradeView } from "./order_text.ts";
import { type Parameters, wholeNumber } from "./parameters.ts";
import { optionalInstrument, requiredInstrument } from "./symbols.ts";
import { timeSpan } from "./times.ts";

const ROWS_DEFAULT = 500;
const ROWS_MAX = 1_000;

const shared = { method: "GET", scope: "read" } as const;

/** The endpoints. */
export const orderReadEndpoints: readonly EndpointSpec[] = [
  signedEndpoint({
    ...shared,
    path: "order",
    weight: 2,
    names: ["symbol", "orderId", "origClientOrderId"],
    handle: readOrder,
  }),
  signedEndpoint({
    ...shared,
    path: "openOrders",
    weight: 5,
    names: ["symbol"],
    handle: listOpen,
  }),
  signedEndpoint({
    ...shared,
    path: "allOrders",
    weight: 5,
    names: ["symbol", "orderId", "startTime", "endTime", "limit"],
    handle: listOrders,
  }),
  signedEndpoint({
    ...shared,
    path: "myTrades",
    weight: 5,
    names: ["symbol", "orderId", "startTime", "endTime", "fromId", "limit"],
    handle: listTrades,
  }),
];

async function readOrder({ exchange, parameters, time }: BinanceRequest): Promise<Answered> {
  const instrument = requiredInstrument(parameters, exchange.backend.reference);
  if (instrument instanceof Problem) return instrument;
  const name = readOrderName(parameters, "orderId", "origClientOrderId");
  if (name instanceof Problem) return name;
  const row = await findRow(exchange, name);
  return row !== null && isNamed(row, name, instrument)
    ? rowView(row, instrument, time)
    : new Problem(ResultCode.unknownOrder);
}

/** Every open order of an account, oldest first. Its number is bounded, so that of the pages is. */
export async function openOrders(exchange: Exchange, instrument: number): Promise<LiveOrder[]> {
  const { account } = exchange.identity;
  const found: LiveOrder[] = [];
  for (let pages = 0; pages <= PAGES_MAX; pages++) {
    const afterOrderId = found.at(-1)?.orderId ?? 0;
    const { orders } = await exchange.backend.queries.leader({
      kind: "openOrders",
      account,
      instrument,
      afterOrderId,
      limit: PAGE_ROWS_MAX,
    });
    found.push(...orders);
    if (orders.length < PAGE_ROWS_MAX) break;
  }
  return found;
}

async function listOpen({ exchange, parameters, time }: BinanceRequest): Promise<Answered> {
  const instrument = optionalInstrument(parameters, exchange.backend.reference);
  if (instrument instanceof Problem) return instrument;
  const views = [];
  for (const order of await openOrders(exchange, instrument?.instrument ?? 0)) {
    const terms = termsOf(exchange, order.instrument);
    if (terms instanceof Problem) return terms;
    views.push(liveView(order, terms, time));
  }
  return views;
}

/** The event sequence that a list must reflect: the leader's own. */
async function leastSequence({ backend, identity }: Exchange): Promise<number> {
  const { account } = identity;
  return (await backend.queries.leader({ kind: "order", account, orderId: 0 })).sequence;
}

/** What every list of one instrument takes. */
interface ListRequest extends Wanted {
  readonly instrument: Instrument;
}

function readListRequest(
  exchange: Exchange,
  parameters: Parameters,
  idName: string,
): ListRequest | Problem {
  const instrument = requiredInstrument(parameters, exchange.backend.reference);
  if (instrument instanceof Problem) return instrument;
  const fromId = wholeNumber(parameters, idName, 0, 0, SAFE_MAX);
  if (fromId instanceof Problem) return fromId;
  const span = timeSpan(parameters);
  if (span instanceof Problem) return span;
  const limit = wholeNumber(parameters, "limit", ROWS_DEFAULT, 1, ROWS_MAX);
  if (limit instanceof Problem) return limit;
  const isFromStart = parameters.has(idName) || parameters.has("startTime");
  return { instrument, fromId, span, limit, isFromStart };
}

/** The orders of an instrument in history, newest first, as of `minSequence`. */
export function orderSource(exchange: Exchange, instrument: Instrument, minSequence: number) {
  const { account } = exchange.identity;
  return {
    page: async (beforeOrderId: number, limit: number) => {
      const { orders } = await exchange.backend.queries.history({
        kind: "orders",
        account,
        instrument: instrument.instrument,
        status: "all",
        beforeOrderId,
        limit,
        minSequence,
      });
      return orders;
    },
    id: (order: OrderRow) => order.orderId,
    micros: (order: OrderRow) => order.createdMicros,
  };
}

async function listOrders({ exchange, parameters, time }: BinanceRequest): Promise<Answered> {
  const request = readListRequest(exchange, parameters, "orderId");
  if (request instanceof Problem) return request;
  const { instrument } = request;
  const minSequence = await leastSequence(exchange);
  const rows = await walkBack(orderSource(exchange, instrument, minSequence), request);
  if (rows instanceof Problem) return rows;
  return rows.map((row) => rowView(row, instrument, time));
}

async function listTrades({ exchange, parameters, time }: BinanceRequest): Promise<Answered> {
  const request = readListRequest(exchange, parameters, "fromId");
  if (request instanceof Problem) return request;
  const orderId = wholeNumber(parameters, "orderId", 0, 1, SAFE_MAX);
  if (orderId instanceof Problem) return orderId;
  const { instrument } = request;
  const { account } = exchange.identity;
  const minSequence = await leastSequence(exchange);
  const rows = await walkBack({
    page: async (beforeTradeId, limit) => {
      const { fills } = await exchange.backend.queries.history({
        kind: "fills",
        account,
        instrument: instrument.instrument,
        orderId,
        beforeTradeId,
        limit,
        minSequence,
      });
      return fills;
    },
    id: (fill) => fill.tradeId,
    micros: (fill) => fill.timeMicros,
  }, request);
  return rows instanceof Problem ? rows : rows.map((fill) => tradeView(fill, instrument, time));
}
