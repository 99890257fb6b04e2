/**
 * The end of an order: reported, and of one that rests out of the book and the indexes, its hold
 * given back.
 *
 * @module
 */
import * as eventRecord from "../protocol/event_record.ts";
import * as holdsModule from "./holds.ts";
import * as orderEvents from "./order_events.ts";
import type { ShardState } from "./shard_state.ts";

const { releaseHold } = holdsModule;
const { reportStatus } = orderEvents;
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
  const all = flags | EventFlag.resting;
  reportStatus(state.events, state.orders, slot, canceled, OrderStatus.canceled, all, code);
  closeOrder(state, slot);
}
