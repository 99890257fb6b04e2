/**
 * `DELETE /api/v3/order`.
 *
 * The order's symbol is looked up first, for a cancel in the log names none, and the wrong one must
 * not cancel. What is not live goes into the log all the same: it may be the repeat of a cancel whose
 * answer got lost, and only the core knows.
 *
 * @module
 */
import { AdmissionKind } from "../../core/limits/admission_code.ts";
import { type CommandReport, isDone } from "../../core/protocol/command_report.ts";
import type { LiveOrder, OrderRow } from "../../core/protocol/queries.ts";
import { CLIENT_ORDER_ID_PATTERN } from "../../core/protocol/request_key.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import type { Command } from "../../infra/orders/commands.ts";
import { QueryFailedError } from "../../infra/queries/queries.ts";
import type { Instrument } from "../../infra/reference/instrument_terms.ts";
import type { EndpointSpec } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { requestKeyOf } from "../orders/order_command.ts";
import { factsOfLive, factsOfRow } from "../orders/order_view.ts";
import { cancelRejected } from "../orders/rejection.ts";
import { Problem } from "../problems/problem.ts";
import { binanceError, BinanceProblem } from "./binance_error.ts";
import { type Answered, type BinanceRequest, signedEndpoint } from "./endpoint_kinds.ts";
import { outcomeUnknown, unsupportedOperation } from "./new_order.ts";
import { findLive, isNamed, type OrderName, readOrderName, targetOf } from "./order_lookup.ts";
import { badId, derivedOrderId } from "./order_parameters.ts";
import { orderFields } from "./order_text.ts";
import { requiredInstrument } from "./symbols.ts";
import type { TimeWriter } from "./times.ts";

/** The endpoint. */
export const cancelOrderEndpoint: EndpointSpec = signedEndpoint({
  method: "DELETE",
  path: "order",
  scope: "trade",
  weight: 1,
  kind: AdmissionKind.cancel,
  names: ["symbol", "orderId", "origClientOrderId", "newClientOrderId", "cancelRestrictions"],
  handle: cancelOrder,
});

async function cancelOrder({ exchange, parameters, time }: BinanceRequest): Promise<Answered> {
  const instrument = requiredInstrument(parameters, exchange.backend.reference);
  if (instrument instanceof Problem) return instrument;
  const name = readOrderName(parameters, "orderId", "origClientOrderId");
  if (name instanceof Problem) return name;
  // What they ask for cannot be promised: the order may change before the cancel is in the log.
  if (parameters.has("cancelRestrictions")) return unsupportedOperation();
  const cancelId = parameters.get("newClientOrderId");
  if (cancelId !== undefined && !CLIENT_ORDER_ID_PATTERN.test(cancelId)) {
    return badId("newClientOrderId");
  }
  return await sendCancel(exchange, instrument, name, cancelId, time);
}

/** There is no such order to cancel. */
export function unknownOrder(): BinanceProblem {
  return new BinanceProblem(ResultCode.unknownOrder, binanceError(-2011, "Unknown order sent."));
}

/** Submits a command that is not a new order; the request itself is its name. */
export async function submitNamed(
  exchange: Exchange,
  commandOf: (head: Pick<Command, "account" | "deadlineMicros" | "key">) => Command,
): Promise<CommandReport | "pending"> {
  const { backend, deps, identity } = exchange;
  const { account, deadlineMicros } = identity;
  const command = commandOf({ account, deadlineMicros, key: requestKeyOf(identity) });
  const report = await backend.orders.submit(command, deps.settings.waitMillis);
  if (report !== "pending") backend.market.reported(report.sequence);
  return report;
}

/** Cancels an order of the instrument; the answer shows it as it was when it ended. */
export async function sendCancel(
  exchange: Exchange,
  instrument: Instrument,
  name: OrderName,
  cancelId: string | undefined,
  time: TimeWriter,
): Promise<Answered> {
  const { live } = await findLive(exchange, name);
  if (live !== null && !isNamed(live, name, instrument)) return unknownOrder();
  const target = targetOf(name);
  const report = await submitNamed(exchange, (head) => ({ ...head, kind: "cancel", target }));
  if (report === "pending") return outcomeUnknown();
  if (!isDone(report)) {
    return report.code === ResultCode.unknownOrder
      ? unknownOrder()
      : cancelRejected(report, "orderId", String(name.orderId));
  }
  const fields = await canceledFields(exchange, report, live, instrument);
  if (fields === null) return unknownOrder();
  return {
    ...fields,
    origClientOrderId: fields.clientOrderId,
    clientOrderId: cancelId ?? derivedOrderId(exchange.identity),
    transactTime: time(report.stampMicros),
  };
}

/**
 * The order as the cancel left it: as it was before, where it traded no more; else as history has it.
 * Where that does not say in time, the cancel is done all the same, and the worth of the last fills
 * is missing. Of a cancel that comes again only history knows what it canceled.
 */
async function canceledFields(
  exchange: Exchange,
  report: CommandReport,
  live: LiveOrder | null,
  instrument: Instrument,
) {
  const { orderId, status, code, executedLots, sequence: minSequence } = report;
  if (live === null || live.executedLots !== executedLots) {
    const row = await rowOf(exchange, orderId, minSequence, live === null);
    if (row !== null) return orderFields(factsOfRow(row, instrument), row.timeInForce, instrument);
  }
  if (live === null) return null;
  const facts = { ...factsOfLive(live, 0, instrument), executedLots, status, code };
  return orderFields(facts, live.timeInForce, instrument);
}

/** @throws {QueryFailedError} where there is no answer, and there must be one */
async function rowOf(
  { backend, identity }: Exchange,
  orderId: number,
  minSequence: number,
  isNeeded: boolean,
): Promise<OrderRow | null> {
  const { account } = identity;
  try {
    return (await backend.queries.history({ kind: "order", account, orderId, minSequence })).order;
  } catch (error) {
    if (!isNeeded && error instanceof QueryFailedError) return null;
    throw error;
  }
}
