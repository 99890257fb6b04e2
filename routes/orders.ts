/**
 * `POST /v1/orders`: a new order.
 *
 * ```text
 * body -> order_request.ts -> order_command.ts -> the log -> order_view.ts, or rejection.ts
 * ```
 *
 * @module
 */
import type { CommandReport } from "../core/protocol/command_report.ts";
import { AdmissionKind } from "../core/limits/decision.ts";
import { EventKind, OrderStatus } from "../core/protocol/event_record.ts";
import { SelfTrade } from "../core/protocol/order_record.ts";
import type { NewOrderCommand } from "../infra/orders/commands.ts";
import { QueryFailedError } from "../infra/queries/queries.ts";
import type { Instrument } from "../infra/reference/instrument_terms.ts";
import type { EndpointSpec, Outcome } from "./endpoint.ts";
import type { Exchange } from "./exchange.ts";
import { howToRepeat, newOrderCommand } from "./order_command.ts";
import { type OrderRequest, parseOrderRequest } from "./order_request.ts";
import {
  factsOfReport,
  factsOfRow,
  fillsOfHistory,
  fillsOfReport,
  type FillView,
  type OrderFacts,
  type OrderView,
  orderView,
  quantityAtEntry,
} from "./order_view.ts";
import { Problem } from "./problem.ts";
import { unknownSymbol } from "./query_parameters.ts";
import { orderRejected } from "./rejection.ts";
import { type HeaderFields, jsonReply, type Reply } from "./reply.ts";

const RESPOND_ASYNC = /(^|,)\s*respond-async\s*(,|;|$)/i;

/** The endpoint. */
export const ordersEndpoint: EndpointSpec = {
  method: "POST",
  path: "/v1/orders",
  scope: "trade",
  weight: 1,
  kind: AdmissionKind.order,
  hasBody: true,
  handle: placeOrder,
};

/** How long the client waits for the outcome, in milliseconds; 0: not at all. */
export function waitMillisOf(exchange: Exchange): number {
  const prefer = exchange.header("prefer");
  const isAsync = prefer !== null && RESPOND_ASYNC.test(prefer);
  return isAsync ? 0 : exchange.deps.settings.waitMillis;
}

async function placeOrder(exchange: Exchange): Promise<Outcome> {
  const order = parseOrderRequest(exchange.body);
  if (order instanceof Problem) return order;
  const placement = await submitOrder(exchange, order);
  if (placement instanceof Problem) return placement;
  if (placement.isPending) return pendingReply(exchange, placement);
  const { facts, fills, areAll, isDuplicate, instrument } = placement;
  return created(orderView(facts, fills, areAll, isDuplicate, instrument));
}

/** An order whose outcome is not known, or was not asked for; its id where that is known. */
interface PendingOrder {
  readonly isPending: true;
  readonly isAsked: boolean;
  readonly orderId: number | null;
  readonly clientOrderId: string | null;
  readonly instrument: Instrument;
}

/** An order that is in the market, or was, and what it did at its entry. */
export interface PlacedOrder {
  readonly isPending: false;
  readonly facts: OrderFacts;
  readonly fills: readonly FillView[];
  /** Whether these are all of its fills. */
  readonly areAll: boolean;
  readonly isDuplicate: boolean;
  readonly instrument: Instrument;
  readonly command: NewOrderCommand;
}

/** What became of an order that went into the log and was not refused. */
export type Placement = PlacedOrder | PendingOrder;

/** Sends an order into the log, and finds out what became of it. */
export async function submitOrder(
  exchange: Exchange,
  order: OrderRequest,
): Promise<Placement | Problem> {
  const { backend } = exchange;
  const instrument = backend.reference.bySymbol(order.symbol);
  if (instrument === undefined) return unknownSymbol(order.symbol);
  const command = newOrderCommand(order, instrument, exchange.identity);
  if (command instanceof Problem) return command;
  const waitMillis = waitMillisOf(exchange);
  const report = await backend.orders.submit(command, waitMillis);
  const placed: Placed = { exchange, instrument, command, clientOrderId: order.clientOrderId };
  if (report === "pending") return pending(placed, waitMillis === 0, null);
  backend.market.reported(report.sequence);
  if (hasTraded(report) && exchange.charged !== null) {
    // Limits are there for orders that only load the book: one that trades is free.
    exchange.deps.admission.giveBack(exchange.charged);
  }
  return answer(placed, report);
}

/** Whether the order traded at its entry, and is no repeat. */
function hasTraded({ kind, executedLots }: CommandReport): boolean {
  return kind === EventKind.accepted && executedLots > 0;
}

/** An order that went into the log. */
interface Placed {
  readonly exchange: Exchange;
  readonly instrument: Instrument;
  readonly command: NewOrderCommand;
  readonly clientOrderId: string | null;
}

function answer(
  placed: Placed,
  report: CommandReport,
): Placement | Problem | Promise<Placement> {
  const { command, instrument, clientOrderId } = placed;
  if (report.kind === EventKind.rejected) return orderRejected(report, command, instrument);
  const isRepeat = report.kind === EventKind.summary;
  if (isRepeat && report.status === OrderStatus.rejected) {
    // The outcome of a rejected command has its limit and value in the place of quantities.
    const { code, executedLots: limit, leavesLots: value, isDuplicate } = report;
    return orderRejected({ code, limit, value, isDuplicate }, command, instrument);
  }
  const needsHistory = !report.fillsComplete || (isRepeat && mayDifferFromCommand(command));
  if (needsHistory) return answerByHistory(placed, report);
  const facts = factsOfReport(command, clientOrderId, report, instrument);
  const fills = fillsOfReport(report, instrument);
  return done(placed, facts, { fills, areAll: true }, report.isDuplicate);
}

function done(
  { command, instrument }: Placed,
  facts: OrderFacts,
  { fills, areAll }: Pick<PlacedOrder, "fills" | "areAll">,
  isDuplicate: boolean,
): PlacedOrder {
  return { isPending: false, facts, fills, areAll, isDuplicate, instrument, command };
}

/**
 * What a report does not have: the fills of a repeated order at its entry, and those of an order
 * that had too many for its report. Where history does not answer in time, the order is there all
 * the same, so the answer is 202 with its id.
 */
async function answerByHistory(placed: Placed, report: CommandReport): Promise<Placement> {
  const { exchange, command, instrument, clientOrderId } = placed;
  const { orderId, sequence, isDuplicate } = report;
  const query = {
    kind: "order",
    account: command.account,
    orderId,
    minSequence: sequence,
  } as const;
  let history;
  try {
    history = await exchange.backend.queries.history(query);
  } catch (error) {
    if (!(error instanceof QueryFailedError)) throw error;
    return pending(placed, false, orderId);
  }
  const row = history.order;
  if (row === null) return pending(placed, false, orderId);
  if (report.kind === EventKind.accepted) {
    const entered = fillsOfHistory(history.fills, row.executedLots, instrument);
    return done(placed, factsOfRow(row, instrument), entered, false);
  }
  const facts = factsOfReport(command, clientOrderId, report, instrument);
  const atEntry = history.fills.filter((fill) => fill.sequence <= sequence);
  const first = {
    ...facts,
    priceTicks: command.priceTicks === 0 ? row.priceTicks : command.priceTicks,
    quantity: mayLoseQuantity(command) ? quantityAtEntry(report, row) : command.quantityLots,
  };
  return done(placed, first, fillsOfHistory(atEntry, report.executedLots, instrument), isDuplicate);
}

/** Whether the order may have entered with another price or quantity than its command says. */
function mayDifferFromCommand(command: NewOrderCommand): boolean {
  return command.priceTicks === 0 || mayLoseQuantity(command);
}

function mayLoseQuantity({ selfTrade }: NewOrderCommand): boolean {
  return selfTrade === SelfTrade.decrement || selfTrade === SelfTrade.transfer;
}

function created(view: OrderView): Reply {
  return jsonReply(view.duplicate ? 200 : 201, view, [["location", `/v1/orders/${view.orderId}`]]);
}

function pending(
  { clientOrderId, instrument }: Placed,
  isAsked: boolean,
  orderId: number | null,
): PendingOrder {
  return { isPending: true, isAsked, orderId, clientOrderId, instrument };
}

/** The outcome is not known, or not asked for: never "failed". */
function pendingReply({ identity }: Exchange, placement: PendingOrder): Reply {
  const { isAsked, orderId, clientOrderId, instrument } = placement;
  const location = orderId !== null
    ? `/v1/orders/${orderId}`
    : clientOrderId !== null
    ? `/v1/orders/by-client-id/${encodeURIComponent(clientOrderId)}`
    : null;
  const detail = location === null
    ? `The outcome is unknown. ${howToRepeat(identity)}`
    : `The outcome is unknown. Query it: GET ${location}`;
  const headers: HeaderFields = [
    ...(location === null ? [] : [["location", location] as const]),
    ...(isAsked ? [["preference-applied", "respond-async"] as const] : []),
  ];
  const body = {
    status: "pending",
    ...(orderId === null ? {} : { orderId: String(orderId) }),
    clientOrderId,
    symbol: instrument.symbol,
    detail,
  };
  return jsonReply(202, body, headers);
}
