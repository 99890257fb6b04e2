/**
 * `POST /v1/orders`: a new order.
 *
 * ```text
 * body -> order_request.ts -> order_command.ts -> the log -> order_placement.ts
 *   -> order_view.ts, or rejection.ts
 * ```
 *
 * @module
 */
import { AdmissionKind } from "../../core/limits/admission_code.ts";
import type { CommandReport } from "../../core/protocol/command_report.ts";
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { Problem } from "../problems/problem.ts";
import { readParameters } from "../query_parameters.ts";
import { type HeaderFields, jsonReply, type Reply } from "../reply.ts";
import type { Pending } from "../schema/order.ts";
import { minimalOrder } from "./minimal_order.ts";
import { howToRepeat, type Sender } from "./order_command.ts";
import { placeOrderOperation } from "./order_operations.ts";
import {
  type PendingOrder,
  pendingOrder,
  type Placement,
  placementOf,
  type PreparedOrder,
  prepareOrder,
  submitOrder,
} from "./order_placement.ts";
import { type OrderRequest, parseOrderRequest } from "./order_request.ts";
import { orderView } from "./order_view.ts";
import type { PreparedCommand } from "./prepared_command.ts";

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

async function placeOrder(exchange: Exchange): Promise<Outcome> {
  const parameters = readParameters(exchange, []);
  if (parameters instanceof Problem) return parameters;
  const order = parseOrderRequest(exchange.body);
  if (order instanceof Problem) return order;
  return outcomeOf(exchange, await submitOrder(exchange, order), false);
}

/** An order of a batch, as one of its commands. */
class BatchedOrder implements PreparedCommand {
  readonly command;

  constructor(readonly order: PreparedOrder) {
    this.command = order.command;
  }

  answer(report: CommandReport, isMinimal: boolean): Outcome | Promise<Outcome> {
    const { exchange } = this.order;
    const placement = placementOf(this.order, report);
    return placement instanceof Promise
      ? placement.then((one) => outcomeOf(exchange, one, isMinimal))
      : outcomeOf(exchange, placement, isMinimal);
  }

  pending(isAsked: boolean): Reply {
    return pendingReply(this.order.exchange, pendingOrder(this.order, isAsked, null));
  }
}

/** Makes the command of an order that is one of several, or says why it cannot be one. */
export function prepareBatchedOrder(
  exchange: Exchange,
  order: OrderRequest,
  sender: Sender,
): PreparedCommand | Problem {
  const prepared = prepareOrder(exchange, order, sender);
  return prepared instanceof Problem ? prepared : new BatchedOrder(prepared);
}

function outcomeOf(
  exchange: Exchange,
  placement: Placement | Problem,
  isMinimal: boolean,
): Outcome {
  if (placement instanceof Problem) return placement;
  if (placement.isPending) return pendingReply(exchange, placement);
  const { facts, fills, areAll, isDuplicate, instrument, command } = placement;
  const view = isMinimal
    ? minimalOrder(facts, command.quantityLots, isDuplicate, instrument)
    : orderView(facts, fills, areAll, isDuplicate, instrument);
  return jsonReply(isDuplicate ? 200 : 201, view, [["location", `/v1/orders/${facts.orderId}`]]);
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
  const body: Pending = {
    status: "pending",
    ...(orderId === null ? {} : { orderId: String(orderId) }),
    clientOrderId,
    symbol: instrument.symbol,
    detail,
  };
  return jsonReply(202, body, headers);
}
