/**
 * The order that a path names, by its id or by the client order id it was placed with.
 *
 * @module
 */
import {
  CLIENT_ORDER_ID_PATTERN,
  requestKeyOfClientOrderId,
} from "../../core/protocol/request_key.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { SAFE_MAX } from "../../core/protocol/wire_buffer.ts";
import type { OrderTarget } from "../../infra/orders/commands.ts";
import type { Exchange } from "../exchange.ts";
import { Problem } from "../problems/problem.ts";
import { readParameters } from "../query_parameters.ts";

/** An order as the client named it, and as the core finds it. */
export interface NamedOrder {
  readonly field: "orderId" | "clientOrderId";
  readonly text: string;
  readonly target: OrderTarget;
}

/** The order whose id is in the path; the request takes no parameters. */
export function orderNamedById(exchange: Exchange): NamedOrder | Problem {
  const parameters = readParameters(exchange, []);
  return parameters instanceof Problem ? parameters : orderOfId(exchange.parameter("orderId"));
}

/** The order with an id. What is no order id is the id of no order. */
export function orderOfId(text: string): NamedOrder | Problem {
  const orderId = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : Infinity;
  if (orderId > SAFE_MAX) return unknownNamedOrder("orderId", text);
  return { field: "orderId", text, target: { orderId } };
}

/** The order whose client order id is in the path; the request takes no parameters. */
export function orderNamedByClientId(exchange: Exchange): NamedOrder | Problem {
  const parameters = readParameters(exchange, []);
  return parameters instanceof Problem
    ? parameters
    : orderOfClientId(exchange.parameter("clientOrderId"));
}

/** The order with a client order id. */
export function orderOfClientId(text: string): NamedOrder | Problem {
  if (!CLIENT_ORDER_ID_PATTERN.test(text)) return unknownNamedOrder("clientOrderId", text);
  return { field: "clientOrderId", text, target: { key: requestKeyOfClientOrderId(text) } };
}

/** The account has no such order. */
export function unknownNamedOrder(field: NamedOrder["field"], value: string): Problem {
  return new Problem(ResultCode.unknownOrder, { field, value });
}
