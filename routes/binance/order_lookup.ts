/**
 * The order that `orderId` or `origClientOrderId` names, from the leader's live state or from
 * history.
 *
 * @module
 */
import type { LiveOrder, OrderRow } from "../../core/protocol/queries.ts";
import {
  CLIENT_ORDER_ID_PATTERN,
  requestKeyOfClientOrderId,
} from "../../core/protocol/request_key.ts";
import { SAFE_MAX } from "../../core/protocol/wire_buffer.ts";
import type { OrderTarget } from "../../infra/orders/commands.ts";
import type { Instrument } from "../../infra/reference/instrument_terms.ts";
import type { Exchange } from "../exchange.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import { binanceError, BinanceProblem } from "./binance_error.ts";
import { badId } from "./order_parameters.ts";
import { type Parameters, wholeNumber } from "./parameters.ts";

/** An order as a client names it. */
export interface OrderName {
  /** `null` where it is named by its client order id alone. */
  readonly orderId: number | null;
  readonly clientOrderId: string | null;
}

/** Reads the name of an order; both names may be given. */
export function readOrderName(
  parameters: Parameters,
  idName: string,
  clientIdName: string,
): OrderName | Problem {
  const id = wholeNumber(parameters, idName, 0, 1, SAFE_MAX);
  if (id instanceof Problem) return id;
  const clientOrderId = parameters.get(clientIdName) ?? null;
  if (clientOrderId !== null && !CLIENT_ORDER_ID_PATTERN.test(clientOrderId)) {
    return badId(clientIdName);
  }
  if (id === 0 && clientOrderId === null) {
    const msg = `Param '${clientIdName}' or '${idName}' must be sent, but both were empty/null!`;
    return new BinanceProblem(EdgeCode.missingField, binanceError(-1102, msg));
  }
  return { orderId: id === 0 ? null : id, clientOrderId };
}

/** How the core finds the order. */
export function targetOf({ orderId, clientOrderId }: OrderName): OrderTarget {
  return orderId === null ? { key: requestKeyOfClientOrderId(clientOrderId ?? "") } : { orderId };
}

/** What the leader knows of an order. */
export interface Found {
  /** `null` where it is not live. */
  readonly live: LiveOrder | null;
  /** `null` where the leader does not know its client order id any more. */
  readonly orderId: number | null;
  /** Events that history must reflect to know more. */
  readonly sequence: number;
}

/** Asks the leader. */
export async function findLive(exchange: Exchange, name: OrderName): Promise<Found> {
  const { account } = exchange.identity;
  const target = targetOf(name);
  const { order, orderId, sequence } = await exchange.backend.queries.leader(
    "orderId" in target
      ? { kind: "order", account, orderId: target.orderId }
      : { kind: "orderByKey", account, keyLow: target.key.low, keyHigh: target.key.high },
  );
  return { live: order, orderId, sequence };
}

/** The order as history has it, at least as late as the leader knew of it; `null`: there is none. */
export async function findRow(exchange: Exchange, name: OrderName): Promise<OrderRow | null> {
  const { orderId, sequence: minSequence } = await findLive(exchange, name);
  const { account } = exchange.identity;
  const { clientOrderId } = name;
  const { order } = await exchange.backend.queries.history(
    orderId === null
      ? { kind: "orderByClientId", account, clientOrderId: clientOrderId ?? "", minSequence }
      : { kind: "order", account, orderId, minSequence },
  );
  return order;
}

/** Whether an order is the one that was named, in the instrument that was named. */
export function isNamed(
  order: LiveOrder,
  { clientOrderId }: OrderName,
  { instrument }: Instrument,
): boolean {
  return order.instrument === instrument &&
    (clientOrderId === null || order.clientOrderId === clientOrderId);
}
