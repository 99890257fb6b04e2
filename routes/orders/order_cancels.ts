/**
 * `DELETE /v1/orders/{orderId}`, `DELETE /v1/orders/by-client-id/{clientOrderId}` and
 * `DELETE /v1/orders?symbol=&side=`: cancels.
 *
 * A cancel is recognised by its idempotency key, or else by its signature: the same signed request
 * again is the same cancel. Its limits are its own, so that no pressure of orders can hold it up.
 *
 * @module
 */
import { reasonOf } from "../../core/history/reason.ts";
import { AdmissionKind } from "../../core/limits/admission_code.ts";
import type { CommandReport } from "../../core/protocol/command_report.ts";
import { EventKind, OrderStatus } from "../../core/protocol/event_record.ts";
import { Side } from "../../core/protocol/order_record.ts";
import type { CancelCommand, Command } from "../../infra/orders/commands.ts";
import { QueryFailedError } from "../../infra/queries/queries.ts";
import { priceText, quantityText } from "../amounts.ts";
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { Problem } from "../problems/problem.ts";
import { oneOf, optionalInstrument, readParameters } from "../query_parameters.ts";
import { type HeaderFields, jsonReply, type Reply } from "../reply.ts";
import type { CanceledOrder, CanceledOrders, Pending } from "../schema/order.ts";
import { minimalCanceled } from "./minimal_order.ts";
import { type NamedOrder, orderNamedByClientId, orderNamedById } from "./named_order.ts";
import {
  cancelAllOperation,
  cancelByClientIdOperation,
  cancelOrderOperation,
} from "./order_cancel_operations.ts";
import { howToRepeat, requestKeyOf, type Sender } from "./order_command.ts";
import { sideText, statusText } from "./order_view.ts";
import type { PreparedCommand } from "./prepared_command.ts";
import { cancelRejected } from "./rejection.ts";
import { waitMillisOf } from "./wait_limit.ts";

const shared = { method: "DELETE", scope: "trade", weight: 1, kind: AdmissionKind.cancel } as const;

const SIDES = ["buy", "sell"] as const;

/** The endpoints. */
export const cancelEndpoints: readonly EndpointSpec[] = [
  { ...shared, path: "/v1/orders", handle: cancelAll, operation: cancelAllOperation },
  {
    ...shared,
    path: "/v1/orders/:orderId",
    handle: cancelById,
    operation: cancelOrderOperation,
  },
  {
    ...shared,
    path: "/v1/orders/by-client-id/:clientOrderId",
    handle: cancelByClientId,
    operation: cancelByClientIdOperation,
  },
];

function cancelById(exchange: Exchange): Outcome | Promise<Outcome> {
  const named = orderNamedById(exchange);
  return named instanceof Problem ? named : cancelOne(exchange, named);
}

function cancelByClientId(exchange: Exchange): Outcome | Promise<Outcome> {
  const named = orderNamedByClientId(exchange);
  return named instanceof Problem ? named : cancelOne(exchange, named);
}

async function cancelOne(exchange: Exchange, named: NamedOrder): Promise<Outcome> {
  const waitMillis = waitMillisOf(exchange);
  const canceled = prepareCancel(exchange, named, exchange.identity);
  const report = await submit(exchange, canceled.command, waitMillis);
  return report === "pending" ? canceled.pending(waitMillis === 0) : canceled.answer(report, false);
}

/** A cancel that may go into the log. */
class PreparedCancel implements PreparedCommand {
  constructor(
    readonly exchange: Exchange,
    readonly named: NamedOrder,
    readonly command: CancelCommand,
  ) {}

  answer(report: CommandReport, isMinimal: boolean): Outcome | Promise<Outcome> {
    const { named } = this;
    if (report.kind === EventKind.rejected) return rejected(report, named);
    const { kind, status, code, executedLots: limit, leavesLots: value, isDuplicate } = report;
    if (kind !== EventKind.summary) return canceledReply(this, report, report, isMinimal);
    return status === OrderStatus.rejected
      ? rejected({ code, limit, value, isDuplicate }, named)
      : answerByHistory(this, report, isMinimal);
  }

  pending(isAsked: boolean): Reply {
    const { field, text } = this.named;
    return pending(this.exchange, { [field]: text }, isAsked);
  }
}

/** Makes the command of a cancel. */
export function prepareCancel(
  exchange: Exchange,
  named: NamedOrder,
  sender: Sender,
): PreparedCancel {
  const command = { ...head(sender), kind: "cancel", target: named.target } as const;
  return new PreparedCancel(exchange, named, command);
}

function rejected(
  rejection: Pick<CommandReport, "code" | "limit" | "value" | "isDuplicate">,
  { field, text }: NamedOrder,
): Problem {
  return cancelRejected(rejection, field, text);
}

/** The order that was canceled, as far as an answer shows it. */
interface Canceled {
  readonly instrument: number;
  readonly side: number;
  readonly priceTicks: number;
  readonly executedLots: number;
}

/**
 * The report of a repeated cancel only names the order; history says what was canceled, or where it
 * does not in time, nobody.
 */
async function answerByHistory(
  canceled: PreparedCancel,
  report: CommandReport,
  isMinimal: boolean,
): Promise<Outcome> {
  const { exchange } = canceled;
  const { account } = exchange.identity;
  const { orderId, sequence: minSequence } = report;
  const query = { kind: "order", account, orderId, minSequence } as const;
  let order: Canceled | null = null;
  try {
    order = (await exchange.backend.queries.history(query)).order;
  } catch (error) {
    if (!(error instanceof QueryFailedError)) throw error;
  }
  return canceledReply(canceled, report, order, isMinimal);
}

function canceledReply(
  { exchange, named }: PreparedCancel,
  report: CommandReport,
  order: Canceled | null,
  isMinimal: boolean,
): Reply {
  const view = canceledView(exchange, report, order, named);
  return jsonReply(200, isMinimal ? minimalCanceled(view, report) : view);
}

function canceledView(
  exchange: Exchange,
  report: CommandReport,
  order: Canceled | null,
  named: NamedOrder,
): CanceledOrder {
  const instrument = exchange.backend.reference.byNumber(order?.instrument ?? 0);
  const isKnown = order !== null && instrument !== undefined;
  return {
    orderId: String(report.orderId),
    ...(named.field === "clientOrderId" ? { clientOrderId: named.text } : {}),
    symbol: instrument?.symbol ?? null,
    side: order === null ? null : sideText(order.side),
    status: statusText(report.status),
    reason: reasonOf(report.code),
    price: isKnown ? priceText(order.priceTicks, instrument) : null,
    executedQuantity: isKnown ? quantityText(order.executedLots, instrument) : null,
    leavesQuantity: "0",
    sequence: String(report.sequence),
    transactTimeMicros: report.stampMicros,
    duplicate: report.isDuplicate,
  };
}

async function cancelAll(exchange: Exchange): Promise<Outcome> {
  const parameters = readParameters(exchange, ["symbol", "side"]);
  if (parameters instanceof Problem) return parameters;
  const instrument = optionalInstrument(parameters, exchange.backend.reference);
  if (instrument instanceof Problem) return instrument;
  const side = oneOf(parameters, "side", null, SIDES);
  if (side instanceof Problem) return side;
  const waitMillis = waitMillisOf(exchange);
  const symbol = instrument?.symbol ?? null;
  const number = instrument?.instrument ?? 0;
  const report = await submit(
    exchange,
    {
      ...head(exchange.identity),
      kind: "cancelAll",
      instrument: number,
      ...(side === null ? {} : { side: Side[side] }),
    },
    waitMillis,
  );
  if (report === "pending") return pending(exchange, { symbol, side }, waitMillis === 0);
  if (report.kind === EventKind.rejected || report.status === OrderStatus.rejected) {
    return cancelRejected(report, "symbol", symbol ?? "every symbol");
  }
  const canceled: CanceledOrders = {
    symbol,
    side,
    canceled: report.executedLots,
    sequence: String(report.sequence),
    transactTimeMicros: report.stampMicros,
    duplicate: report.isDuplicate,
  };
  return jsonReply(200, canceled);
}

async function submit(
  { backend }: Exchange,
  command: Command,
  waitMillis: number,
): Promise<CommandReport | "pending"> {
  const report = await backend.orders.submit(command, waitMillis);
  if (report !== "pending") backend.market.reported(report.sequence);
  return report;
}

function head(sender: Sender) {
  const { account, deadlineMicros } = sender;
  return { account, deadlineMicros, key: requestKeyOf(sender) };
}

function pending(
  { identity }: Exchange,
  about: Pick<Pending, "orderId" | "clientOrderId" | "symbol" | "side">,
  isAsked: boolean,
): Reply {
  const headers: HeaderFields = isAsked ? [["preference-applied", "respond-async"]] : [];
  const detail = `The outcome is unknown. Query the order. ${howToRepeat(identity)}`;
  const body: Pending = { status: "pending", ...about, detail };
  return jsonReply(202, body, headers);
}
