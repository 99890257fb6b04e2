/**
 * `PUT /api/v3/order/amend/keepPriority`: less quantity for an open order, which keeps its place.
 *
 * Its client order id stays what it is, for that is how the log knows an order; a request for
 * another one is refused.
 *
 * @module
 */
import { AdmissionKind } from "../../core/limits/admission_code.ts";
import { isDone } from "../../core/protocol/command_report.ts";
import type { CommandReport } from "../../core/protocol/command_report.ts";
import { EventKind } from "../../core/protocol/event_record.ts";
import type { LiveOrder } from "../../core/protocol/queries.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import type { Instrument } from "../../infra/reference/instrument_terms.ts";
import type { EndpointSpec } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { amendCommand } from "../orders/order_command.ts";
import { factsOfAmend, factsOfRepeatedAmend, factsOfRow } from "../orders/order_view.ts";
import { amendRejected } from "../orders/rejection.ts";
import { Problem } from "../problems/problem.ts";
import { binanceError, BinanceProblem } from "./binance_error.ts";
import { type Answered, type BinanceRequest, signedEndpoint } from "./endpoint_kinds.ts";
import { outcomeUnknown } from "./new_order.ts";
import { findLive, findRow, isNamed, type OrderName, readOrderName } from "./order_lookup.ts";
import { unneeded } from "./order_parameters.ts";
import { orderFields } from "./order_text.ts";
import { required } from "./parameters.ts";
import { requiredInstrument } from "./symbols.ts";

/** The endpoint. */
export const amendOrderEndpoint: EndpointSpec = signedEndpoint({
  method: "PUT",
  path: "order/amend/keepPriority",
  scope: "trade",
  weight: 1,
  kind: AdmissionKind.amend,
  names: ["symbol", "orderId", "origClientOrderId", "newClientOrderId", "newQty"],
  handle: amendOrder,
});

async function amendOrder({ exchange, parameters, time }: BinanceRequest): Promise<Answered> {
  const { backend, deps, identity } = exchange;
  const instrument = requiredInstrument(parameters, backend.reference);
  if (instrument instanceof Problem) return instrument;
  const name = readOrderName(parameters, "orderId", "origClientOrderId");
  if (name instanceof Problem) return name;
  const quantity = required(parameters, "newQty");
  if (quantity instanceof Problem) return quantity;
  const order = await findOrder(exchange, name);
  if (order === null || !isNamed(order, name, instrument)) {
    return new Problem(ResultCode.unknownOrder);
  }
  const newId = parameters.get("newClientOrderId") ?? order.clientOrderId;
  if (newId !== order.clientOrderId) return unneeded("newClientOrderId");
  const command = amendCommand({ price: null, quantity }, order.orderId, instrument, identity);
  if (command instanceof Problem) return command;
  if (command.quantityLots > order.quantityLots) {
    return amendRefused("Order amend (quantity increase) is not supported.");
  }
  // A repeat may find the order amended already, and only the core knows; so equal goes there as well.
  const report = await backend.orders.submit(command, deps.settings.waitMillis);
  if (report === "pending") return outcomeUnknown();
  backend.market.reported(report.sequence);
  if (!isDone(report)) {
    return amendRejected(report, order.side, instrument, "orderId", String(order.orderId));
  }
  if (!report.isDuplicate && command.quantityLots === order.quantityLots) {
    return amendRefused("The requested action would change no state; rejecting.");
  }
  return await amendedView(exchange, order, report, command, instrument, time(report.stampMicros));
}

/** The order, live, or as history has it where it is over: its amend may be a repeat. */
async function findOrder(exchange: Exchange, name: OrderName): Promise<LiveOrder | null> {
  const { live } = await findLive(exchange, name);
  return live ?? await findRow(exchange, name);
}

function amendRefused(msg: string): Problem {
  return new BinanceProblem(ResultCode.quantityExecuted, binanceError(-2038, msg));
}

async function amendedView(
  exchange: Exchange,
  order: LiveOrder,
  report: CommandReport,
  command: Exclude<ReturnType<typeof amendCommand>, Problem>,
  instrument: Instrument,
  transactTime: number,
): Promise<Answered> {
  const isRepeat = report.kind === EventKind.summary;
  let facts = isRepeat ? null : factsOfAmend(order, report, instrument);
  if (facts === null) {
    const { account, orderId } = { account: command.account, orderId: report.orderId };
    const query = { kind: "order", account, orderId, minSequence: report.sequence } as const;
    const { order: row } = await exchange.backend.queries.history(query);
    if (row === null) return outcomeUnknown();
    facts = isRepeat
      ? factsOfRepeatedAmend(command, report, row, instrument)
      : factsOfRow(row, instrument);
  }
  const { clientOrderId, cummulativeQuoteQty, ...fields } = orderFields(
    facts,
    order.timeInForce,
    instrument,
  );
  return {
    transactTime,
    executionId: report.sequence,
    amendedOrder: {
      ...fields,
      origClientOrderId: clientOrderId,
      clientOrderId,
      qty: fields.origQty,
      cumulativeQuoteQty: cummulativeQuoteQty,
      workingTime: transactTime,
    },
  };
}
