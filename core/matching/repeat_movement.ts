/**
 * A movement of money that comes again is answered out of the lasting table (see movements.ts), for
 * as long as the venue lives.
 *
 * @module
 */
import { EventFlag, EventKind, OrderStatus } from "../protocol/event_record.ts";
import { frameNumberLow, frameSender } from "../protocol/frame.ts";
import { CommandKind, OrderWord } from "../protocol/order_record.ts";
import { ResultCode } from "../protocol/result_code.ts";
import type { WireBuffer } from "../protocol/wire_buffer.ts";
import { contentHash } from "./content_hash.ts";
import { MovementDouble, MovementWord } from "./movements.ts";
import { OutcomeWord } from "./outcomes.ts";
import { reject } from "./result.ts";
import type { ShardState } from "./shard_state.ts";

/** Whether commands of a kind move money. */
export function isMovement(kind: number): boolean {
  return kind === CommandKind.deposit || kind === CommandKind.withdraw ||
    kind === CommandKind.transfer;
}

/**
 * Keeps movements for ever from now on; those that the outcome table still knows are the first. Once
 * in the life of a journal, between commands. O(outcomes).
 */
export function keepMovements(state: ShardState): void {
  const { movements, outcomes } = state;
  state.keepsMovements = true;
  for (let older = 0; older < outcomes.count; older++) {
    const slot = outcomes.slotAt(older);
    const kind = outcomes.word(slot, OutcomeWord.kinds) & 0xff;
    const code = outcomes.word(slot, OutcomeWord.codeAndIndex) & 0xffff;
    if (!isMovement(kind) || code !== ResultCode.ok) continue;
    if (movements.isToGrow) movements.grow();
    movements.record(outcomes, slot);
  }
}

/**
 * Answers the movement at `at` where its request key is that of one which was carried out: with the
 * first outcome, or as refused where it asks for something else. O(1).
 *
 * @returns whether it was answered
 */
export function repeatMovement(
  state: ShardState,
  frame: WireBuffer,
  at: number,
  textAt: number,
  index: number,
): boolean {
  const { events, movements } = state;
  const word = at >> 2;
  const { keyHigh, keyLow } = OrderWord;
  const slot = movements.find(frame.words[word + keyLow], frame.words[word + keyHigh]);
  if (slot < 0) return false;
  if ((movements.word(slot, MovementWord.contentHash) | 0) !== contentHash(frame, at, textAt)) {
    reject(state, frame, at, ResultCode.differentContent, 0, 0);
    return true;
  }
  // As of any outcome: what a gateway sends again by itself is no duplicate to who asked.
  const isOwn = movements.word(slot, MovementWord.sender) === frameSender(frame, state.frameAt) &&
    movements.word(slot, MovementWord.frameNumber) === frameNumberLow(frame, state.frameAt) &&
    movements.word(slot, MovementWord.kindAndIndex) >>> 16 === index;
  events.head(
    EventKind.summary,
    frame.bytes[at + 1],
    OrderStatus.none,
    (isOwn ? 0 : EventFlag.duplicate) | EventFlag.notAnOrder,
    ResultCode.ok,
    frame.words[word + OrderWord.instrument],
    frame.words[word + OrderWord.account],
    0,
  );
  events.four(
    movements.number(slot, MovementDouble.stamp),
    movements.number(slot, MovementDouble.eventSequence),
    movements.number(slot, MovementDouble.amount),
    movements.number(slot, MovementDouble.total),
    0,
  );
  return true;
}
