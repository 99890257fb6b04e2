/**
 * Sends an order into the log, and finds out what became of it, however its client is answered.
 *
 * @module
 */
import type { CommandReport } from "../../core/protocol/command_report.ts";
import { EventKind, OrderStatus } from "../../core/protocol/event_record.ts";
import { SelfTrade } from "../../core/protocol/order_record.ts";
import type { NewOrderCommand } from "../../infra/orders/commands.ts";
import { QueryFailedError } from "../../infra/queries/queries.ts";
import type { Instrument } from "../../infra/reference/instrument_terms.ts";
import type { Exchange } from "../exchange.ts";
import { Problem } from "../problems/problem.ts";
import { unknownSymbol } from "../query_parameters.ts";
import type { FillView } from "../schema/order.ts";
import { newOrderCommand, type Sender } from "./order_command.ts";
import type { OrderRequest } from "./order_request.ts";
import {
  factsOfReport,
  factsOfRow,
  fillsOfHistory,
  fillsOfReport,
  type OrderFacts,
  quantityAtEntry,
} from "./order_view.ts";
import { orderRejected } from "./rejection.ts";
import { waitMillisOf } from "./wait_limit.ts";

/** An order that may go into the log. */
export interface PreparedOrder {
  readonly exchange: Exchange;
  readonly instrument: Instrument;
  readonly command: NewOrderCommand;
  readonly clientOrderId: string | null;
}

/** An order whose outcome is not known, or was not asked for; its id where that is known. */
export interface PendingOrder {
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

/** Makes the command of an order, or says why it cannot be one. */
export function prepareOrder(
  exchange: Exchange,
  order: OrderRequest,
  sender: Sender,
): PreparedOrder | Problem {
  const instrument = exchange.backend.reference.bySymbol(order.symbol);
  if (instrument === undefined) return unknownSymbol(order.symbol);
  const command = newOrderCommand(order, instrument, sender);
  if (command instanceof Problem) return command;
  return { exchange, instrument, command, clientOrderId: order.clientOrderId };
}

/** Sends an order into the log, and finds out what became of it. */
export async function submitOrder(
  exchange: Exchange,
  order: OrderRequest,
): Promise<Placement | Problem> {
  const prepared = prepareOrder(exchange, order, exchange.identity);
  if (prepared instanceof Problem) return prepared;
  const { backend, charged, deps } = exchange;
  const waitMillis = waitMillisOf(exchange);
  const report = await backend.orders.submit(prepared.command, waitMillis);
  if (report === "pending") return pendingOrder(prepared, waitMillis === 0, null);
  backend.market.reported(report.sequence);
  // Limits are there for orders that only load the book: one that trades is free.
  if (hasTraded(report) && charged !== null) deps.admission.giveBack(charged);
  return placementOf(prepared, report);
}

/** Whether the order traded at its entry, and is no repeat. */
export function hasTraded({ kind, executedLots }: CommandReport): boolean {
  return kind === EventKind.accepted && executedLots > 0;
}

/** An order whose outcome nobody has told. */
export function pendingOrder(
  { clientOrderId, instrument }: PreparedOrder,
  isAsked: boolean,
  orderId: number | null,
): PendingOrder {
  return { isPending: true, isAsked, orderId, clientOrderId, instrument };
}

/** What the report of an order says became of it. */
export function placementOf(
  placed: PreparedOrder,
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
  { command, instrument }: PreparedOrder,
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
async function answerByHistory(placed: PreparedOrder, report: CommandReport): Promise<Placement> {
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
    return pendingOrder(placed, false, orderId);
  }
  const row = history.order;
  if (row === null) return pendingOrder(placed, false, orderId);
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
