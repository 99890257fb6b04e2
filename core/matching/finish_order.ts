/**
 * What becomes of an aggressor once it has matched as far as it may.
 *
 * @module
 */
import * as orderPool from "../book/order_pool.ts";
import * as eventRecord from "../protocol/event_record.ts";
import * as orderRecord from "../protocol/order_record.ts";
import * as resultCode from "../protocol/result_code.ts";
import * as holdsModule from "./holds.ts";
import * as orderEvents from "./order_events.ts";
import * as result from "./result.ts";
import type { ShardState } from "./shard_state.ts";

const { releaseHold } = holdsModule;
const { reportStatus } = orderEvents;
const { complete } = result;
const { ORDER_DOUBLES_SHIFT, ORDER_INTEGERS_SHIFT, OrderField } = orderPool;
const { EventKind, OrderStatus } = eventRecord;
const { OrderType, TimeInForce } = orderRecord;
const { ResultCode } = resultCode;
type ResultCode = resultCode.ResultCode;

/**
 * Rests, expires or lets go of the order in `slot`, which is on no level, and completes the outcome of
 * its command.
 *
 * @param end why matching stopped (see `match`)
 * @param crossed whether the order is not in the public book yet: resting, it says so
 * @param wasOpen whether the order is in the indexes, for it had rested before
 */
export function finishOrder(
  state: ShardState,
  slot: number,
  end: ResultCode,
  crossed: boolean,
  wasOpen: boolean,
): void {
  const { doubles, integers } = state.orders;
  const at = slot << ORDER_DOUBLES_SHIFT;
  const attributes = integers[(slot << ORDER_INTEGERS_SHIFT) | OrderField.attributes];
  const leaves = doubles[at | OrderField.leaves];
  const executed = doubles[at | OrderField.executed];
  const notional = doubles[at | OrderField.notional];
  const orderId = doubles[at | OrderField.orderId];
  const isFilled = leaves === 0 && executed > 0;
  const timeInForce = (attributes >> 8) & 0xff;
  if (!isFilled && end === ResultCode.ok && timeInForce === TimeInForce.gtc) {
    const status = executed > 0 ? OrderStatus.partiallyFilled : OrderStatus.new;
    if (crossed) {
      reportStatus(state.events, state.orders, slot, EventKind.rested, status, 0, ResultCode.ok);
    }
    if (!wasOpen) {
      state.orderIndex.insert(slot);
      state.accounts.addOpen(slot);
    }
    state.books.add(slot);
    complete(state, ResultCode.ok, status, orderId, executed, leaves, notional);
    return;
  }
  let status: number = OrderStatus.filled;
  let code: number = ResultCode.ok;
  if (!isFilled) {
    const isMarket = (attributes & 0xff) === OrderType.market;
    const remainder = isMarket ? ResultCode.marketRemainder : ResultCode.immediateRemainder;
    code = end === ResultCode.ok ? remainder : end;
    const canceled = end === ResultCode.selfTrade;
    status = canceled ? OrderStatus.canceled : OrderStatus.expired;
    const kind = canceled ? EventKind.canceled : EventKind.expired;
    reportStatus(state.events, state.orders, slot, kind, status, 0, code);
  }
  complete(state, code, status, orderId, executed, 0, notional);
  releaseHold(state, slot);
  if (wasOpen) {
    state.orderIndex.remove(slot);
    state.accounts.removeOpen(slot);
  }
  state.orders.release(slot);
}
