/**
 * The end of an order: reported, and of one that rests out of the book and the indexes, its hold
 * given back.
 *
 * @module
 */
import * as orderPool from "../book/order_pool.ts";
import * as eventRecord from "../protocol/event_record.ts";
import { releaseHold } from "./holds.ts";
import type { ShardState } from "./shard_state.ts";

const { ORDER_DOUBLES, ORDER_INTEGERS, OrderField } = orderPool;
const { EventFlag, EventKind, OrderStatus } = eventRecord;

/** Takes the resting order in `slot` out of everything and frees the slot. O(1). */
export function closeOrder(state: ShardState, slot: number): void {
  releaseHold(state, slot);
  state.books.remove(slot);
  state.orderIndex.remove(slot);
  state.accounts.removeOpen(slot);
  state.orders.release(slot);
}

/** Reports the resting order in `slot` as canceled with `code`, and closes it. */
export function cancelResting(
  state: ShardState,
  slot: number,
  code: number,
  flags: number,
): void {
  const { canceled } = EventKind;
  reportStatus(state, slot, canceled, OrderStatus.canceled, flags | EventFlag.resting, code);
  closeOrder(state, slot);
}

/** Reports how far the order in `slot` came, by a record that says canceled, expired or rested. */
export function reportStatus(
  state: ShardState,
  slot: number,
  kind: number,
  status: number,
  flags: number,
  code: number,
): void {
  const { doubles, integers } = state.orders;
  const at = slot * ORDER_INTEGERS;
  state.events.head(
    kind,
    integers[at + OrderField.side],
    status,
    flags,
    code,
    integers[at + OrderField.instrument],
    integers[at + OrderField.account],
    doubles[slot * ORDER_DOUBLES + OrderField.orderId],
  );
  state.events.keyed(
    integers[at + OrderField.keyLow],
    integers[at + OrderField.keyHigh],
    doubles[slot * ORDER_DOUBLES + OrderField.price],
    doubles[slot * ORDER_DOUBLES + OrderField.executed],
    doubles[slot * ORDER_DOUBLES + OrderField.leaves],
    0,
  );
}
