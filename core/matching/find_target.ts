/**
 * The order that a cancel or an amend is for.
 *
 * @module
 */
import * as orderPool from "../book/order_pool.ts";
import * as orderRecord from "../protocol/order_record.ts";
import * as resultCode from "../protocol/result_code.ts";
import type { WireBuffer } from "../protocol/wire_buffer.ts";
import * as wireBuffer from "../protocol/wire_buffer.ts";
import { reject } from "./result.ts";
import type { ShardState } from "./shard_state.ts";

const { ORDER_INTEGERS_SHIFT, OrderField } = orderPool;
const { OrderFlag, OrderWord } = orderRecord;
const { ResultCode } = resultCode;
const { readU64 } = wireBuffer;

/**
 * Slot of the resting order that the command at `at` is for, by its id or by the request key that it
 * was placed with. Rejects the command and returns 0 where its account has no such order. O(1).
 */
export function findTarget(state: ShardState, frame: WireBuffer, at: number): number {
  const { integers } = frame;
  const word = at >> 2;
  const account = integers[word + OrderWord.account];
  let orderId = 0;
  if ((frame.bytes[at + 4] & OrderFlag.targetByKey) !== 0) {
    const high = integers[word + OrderWord.target + 1];
    orderId = state.outcomes.orderIdOf(account, integers[word + OrderWord.target], high);
  } else orderId = readU64(frame.words, word + OrderWord.target);
  const slot = orderId === 0 ? 0 : state.orderIndex.find(orderId);
  // Another account's order is as unknown as one that is not there: ids tell nothing about others.
  if (
    slot === 0 ||
    state.orders.integers[(slot << ORDER_INTEGERS_SHIFT) | OrderField.account] !== account
  ) {
    reject(state, frame, at, ResultCode.unknownOrder, 0, orderId);
    return 0;
  }
  return slot;
}
