/**
 * Cancels and amends of the naive exchange: what is done to one order that rests.
 *
 * @module
 */

import { EventFlag, OrderStatus } from "../../core/protocol/event_record.ts";
import { CommandKind, Side } from "../../core/protocol/order_record.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import type { Amend, Cancel } from "../support/commands.ts";
import type { Ending, ReferenceExchange } from "./reference_exchange.ts";
import { needOf, type ReferenceOrder } from "./reference_ledger.ts";
import {
  cancelOpen,
  emitAmended,
  endOrder,
  makersFor,
  matchOrder,
  openStatus,
} from "./reference_matching.ts";

type Numbered<C> = C & { readonly requestId: string };
type Problem = readonly [code: number, limit: bigint | number, value: bigint | number];

/** The order that a command names, and the id that it leads to. */
function targetOf(exchange: ReferenceExchange, { account, target }: Cancel | Amend) {
  const placed = exchange.outcomes.find((one) =>
    one.owner === account && one.requestId === target && one.kind !== CommandKind.amend
  );
  const id = typeof target === "number" ? BigInt(target) : placed?.orderId ?? 0n;
  return { id, order: exchange.open.find((one) => one.id === id && one.account === account) };
}

/** A cancel by order id or by client order id. */
export function cancelOrder(exchange: ReferenceExchange, command: Numbered<Cancel>): Ending {
  const { id, order } = targetOf(exchange, command);
  if (order === undefined) return exchange.reject(command, ResultCode.unknownOrder, 0n, id);
  const code = ResultCode.canceledByRequest;
  cancelOpen(exchange, order, code);
  const nothing = { executed: 0n, leaves: 0n, notional: 0n };
  return { code, status: OrderStatus.canceled, orderId: id, ...nothing };
}

/** An amend by order id or by client order id. */
export function amendOrder(exchange: ReferenceExchange, command: Numbered<Amend>): Ending {
  if (command.price === 0 && command.quantity === 0) {
    return exchange.reject(command, ResultCode.amendEmpty, 1n, 0n);
  }
  const { id, order } = targetOf(exchange, command);
  if (order === undefined) return exchange.reject(command, ResultCode.unknownOrder, 0n, id);
  const price = BigInt(command.price) || order.price;
  const quantity = BigInt(command.quantity) || order.quantity;
  const problem = problemOf(exchange, order, price, quantity);
  if (problem !== undefined) {
    return exchange.reject(command, problem[0], BigInt(problem[1]), BigInt(problem[2]));
  }
  const before = { price: order.price, leaves: order.leaves };
  const isPatient = price === order.price && quantity <= order.quantity;
  order.price = price;
  order.quantity = quantity;
  order.leaves = quantity - order.executed;
  const at48 = isPatient ? before.leaves - order.leaves : before.leaves;
  emitAmended(exchange, order, { flags: EventFlag.resting, at48 }, before.price);
  if (!isPatient) return endOrder(exchange, order, matchOrder(exchange, order), false);
  const { executed, leaves, notional } = order;
  const status = openStatus(order);
  return { code: ResultCode.ok, status, orderId: order.id, executed, leaves, notional };
}

/** The first rule that an amend breaks, in the order in which the rules are applied. */
function problemOf(
  exchange: ReferenceExchange,
  order: ReferenceOrder,
  price: bigint,
  quantity: bigint,
): Problem | undefined {
  const { account, executed, instrument, side } = order;
  const { priceTicksMax, quantityLotsMax } = instrument;
  if (!exchange.accounts.get(account)) return [ResultCode.accountDisabled, 0, account];
  if (!instrument.isTrading) return [ResultCode.halted, 0, instrument.instrument];
  if (price > priceTicksMax) return [ResultCode.priceTooHigh, priceTicksMax, price];
  if (quantity > quantityLotsMax) return [ResultCode.quantityTooHigh, quantityLotsMax, quantity];
  if (quantity <= executed) return [ResultCode.quantityExecuted, executed, quantity];
  const [best] = makersFor(exchange, { instrument, side, price });
  if (best !== undefined && order.isPostOnly) {
    return [ResultCode.postOnlyWouldCross, best.price, price];
  }
  const asset = side === Side.sell ? instrument.baseAsset : instrument.quoteAsset;
  const available = exchange.ledger.available(account, asset);
  const changed = { ...order, price, quantity, leaves: quantity - executed };
  const missing = needOf(changed) - needOf(order);
  if (missing > available) return [ResultCode.insufficientFunds, available, missing];
  return undefined;
}
