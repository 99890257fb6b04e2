/**
 * How a command ends: a rejection, or the completion of the outcome that it recorded.
 *
 * @module
 */
import * as eventRecord from "../protocol/event_record.ts";
import * as orderRecord from "../protocol/order_record.ts";
import type { WireBuffer } from "../protocol/wire_buffer.ts";
import type { ShardState } from "./shard_state.ts";

const { EventKind, OrderStatus } = eventRecord;
const { OrderWord } = orderRecord;

/** Reports the command at `at` as rejected: which rule, the limit it met, the value it had. */
export function reject(
  state: ShardState,
  frame: WireBuffer,
  at: number,
  code: number,
  limit: number,
  value: number,
): void {
  const word = at >> 2;
  state.events.head(
    EventKind.rejected,
    frame.bytes[at + 1],
    OrderStatus.rejected,
    0,
    code,
    frame.words[word + OrderWord.instrument],
    frame.words[word + OrderWord.account],
    0,
  );
  state.events.keyed(
    frame.words[word + OrderWord.keyLow],
    frame.words[word + OrderWord.keyHigh],
    limit,
    value,
    0,
    frame.bytes[at],
  );
  complete(state, code, OrderStatus.rejected, 0, limit, value, 0);
}

/** Completes the outcome of the present command, where it records one. */
export function complete(
  state: ShardState,
  code: number,
  status: number,
  orderId: number,
  executed: number,
  leaves: number,
  notional: number,
): void {
  if (state.outcome < 0) return;
  state.outcomes.complete(
    state.outcome,
    code,
    status,
    orderId,
    executed,
    leaves,
    notional,
    state.events.sequence,
    state.stampMicros,
  );
}
