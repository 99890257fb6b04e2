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
import { howToRepeat, newOrderCommand, type Sender } from "./order_command.ts";
import { placeOrderOperation } from "./order_operations.ts";
import { type OrderRequest, parseOrderRequest } from "./order_request.ts";
import {
  factsOfReport,
  factsOfRow,
  fillsOfHistory,
  fillsOfReport,
  orderView,
  quantityAtEntry,
} from "./order_view.ts";
import type { PreparedCommand } from "./prepared_command.ts";
import { Problem } from "./problem.ts";
import { readParameters, unknownSymbol } from "./query_parameters.ts";
import { orderRejected } from "./rejection.ts";
import { type HeaderFields, jsonReply, type Reply } from "./reply.ts";
import type { OrderView, Pending } from "./schema/order.ts";

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
  operation: placeOrderOperation,
};

/** How long the client waits for the outcome, in milliseconds; 0: not at all. */
export function waitMillisOf(exchange: Exchange): number {
  const prefer = exchange.header("prefer");
  const isAsync = prefer !== null && RESPOND_ASYNC.test(prefer);
  return isAsync ? 0 : exchange.deps.settings.waitMillis;
}

async function placeOrder(exchange: Exchange): Promise<Outcome> {
  const parameters = readParameters(exchange, []);
  if (parameters instanceof Problem) return parameters;
  const order = parseOrderRequest(exchange.body);
  if (order instanceof Problem) return order;
  const placed = prepareOrder(exchange, order, exchange.identity);
  if (placed instanceof Problem) return placed;
  const waitMillis = waitMillisOf(exchange);
  const report = await exchange.backend.orders.submit(placed.command, waitMillis);
  if (report === "pending") return pending(placed, waitMillis === 0, null);
  exchange.backend.market.reported(report.sequence);
  if (hasTraded(report) && exchange.charged !== null) {
    // Limits are there for orders that only load the book: one that trades is free.
    exchange.deps.admission.giveBack(exchange.charged);
  }
  return answer(placed, report);
}

/** Whether the order traded at its entry, and is no repeat. */
export function hasTraded({ kind, executedLots }: CommandReport): boolean {
  return kind === EventKind.accepted && executedLots > 0;
}

/** An order that may go into the log. */
class Placed implements PreparedCommand {
  constructor(
    readonly exchange: Exchange,
    readonly instrument: Instrument,
    readonly command: NewOrderCommand,
    readonly clientOrderId: string | null,
  ) {}

  answer(report: CommandReport): Outcome | Promise<Outcome> {
    return answer(this, report);
  }

  pending(isAsked: boolean): Reply {
    return pending(this, isAsked, null);
  }
}

/** Makes the command of an order, or says why it cannot be one. */
export function prepareOrder(
  exchange: Exchange,
  order: OrderRequest,
  sender: Sender,
): Placed | Problem {
  const instrument = exchange.backend.reference.bySymbol(order.symbol);
  if (instrument === undefined) return unknownSymbol(order.symbol);
  const command = newOrderCommand(order, instrument, sender);
  if (command instanceof Problem) return command;
  return new Placed(exchange, instrument, command, order.clientOrderId);
}

function answer(placed: Placed, report: CommandReport): Outcome | Promise<Outcome> {
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
  return created(orderView(facts, fills, true, report.isDuplicate, instrument));
}

/**
 * What a report does not have: the fills of a repeated order at its entry, and those of an order
 * that had too many for its report. Where history does not answer in time, the order is there all
 * the same, so the answer is 202 with its id.
 */
async function answerByHistory(placed: Placed, report: CommandReport): Promise<Outcome> {
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
    const { fills, areAll } = fillsOfHistory(history.fills, row.executedLots, instrument);
    return created(orderView(factsOfRow(row, instrument), fills, areAll, false, instrument));
  }
  const facts = factsOfReport(command, clientOrderId, report, instrument);
  const atEntry = history.fills.filter((fill) => fill.sequence <= sequence);
  const { fills, areAll } = fillsOfHistory(atEntry, report.executedLots, instrument);
  const first = {
    ...facts,
    priceTicks: command.priceTicks === 0 ? row.priceTicks : command.priceTicks,
    quantity: mayLoseQuantity(command) ? quantityAtEntry(report, row) : command.quantityLots,
  };
  return created(orderView(first, fills, areAll, isDuplicate, instrument));
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

/** The outcome is not known, or not asked for: never "failed". */
function pending(placed: Placed, isAsked: boolean, orderId: number | null): Reply {
  const { exchange, clientOrderId, instrument } = placed;
  const location = orderId !== null
    ? `/v1/orders/${orderId}`
    : clientOrderId !== null
    ? `/v1/orders/by-client-id/${encodeURIComponent(clientOrderId)}`
    : null;
  const detail = location === null
    ? `The outcome is unknown. ${howToRepeat(exchange.identity)}`
    : `The outcome is unknown. Query it: GET ${location}`;
  const headers: HeaderFields = [
    ...(location === null ? [] : [["location", location] as const]),
    ...(isAsked ? [["preference-applied", "respond-async"] as const] : []),
  ];
  const body: Pending = {
    status: "pending",
    ...(orderId === null ? {} : { orderId: String(orderId) }),
    clientOrderId,
    symbol: instrument.symbol,
    detail,
  };
  return jsonReply(202, body, headers);
}
