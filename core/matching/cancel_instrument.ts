/**
 * The kill switch of an instrument: cancels its resting orders, whoever they are of.
 *
 * A command takes {@link CANCELS_PER_COMMAND_MAX} orders at most, so that a large book does not keep the
 * other books waiting; its summary says whether there are more, and whoever sent it sends the next
 * one. It asks for no halt: without one, orders may come in between two commands.
 *
 * @module
 */
import * as eventRecord from "../protocol/event_record.ts";
import { OrderWord, Side } from "../protocol/order_record.ts";
import { ResultCode } from "../protocol/result_code.ts";
import type { WireBuffer } from "../protocol/wire_buffer.ts";
import { FEE_ACCOUNT } from "./accounts.ts";
import { cancelResting } from "./close_order.ts";
import { INSTRUMENTS_MAX, TradingStatus } from "./instruments.ts";
import { complete, reject } from "./result.ts";
import { CANCELS_PER_COMMAND_MAX, type ShardState } from "./shard_state.ts";

const { EventFlag, EventKind, OrderStatus } = eventRecord;

/**
 * Cancels the orders of the instrument that the command at `at` names: the buy side first, then the
 * sell side, each from its best price on, the oldest order of a price first. Allocates nothing.
 * O(orders canceled).
 */
export function cancelInstrument(state: ShardState, frame: WireBuffer, at: number): void {
  const instrument = frame.words[(at >> 2) + OrderWord.instrument];
  if (!isPlain(frame, at)) return reject(state, frame, at, ResultCode.reservedNotZero, 0, 0);
  const isKnown = instrument < INSTRUMENTS_MAX &&
    state.instruments.status[instrument] !== TradingStatus.unknown;
  if (!isKnown) return reject(state, frame, at, ResultCode.unknownInstrument, 0, instrument);
  const bought = cancelSide(state, instrument, Side.buy, CANCELS_PER_COMMAND_MAX);
  const sold = cancelSide(state, instrument, Side.sell, CANCELS_PER_COMMAND_MAX - bought);
  const canceled = bought + sold;
  const { books } = state;
  const isLeft = books.bestLevel(instrument, Side.buy) !== 0 ||
    books.bestLevel(instrument, Side.sell) !== 0;
  const left = isLeft ? 1 : 0;
  const code = ResultCode.canceledByOperator;
  const status = OrderStatus.canceled;
  const flags = EventFlag.notAnOrder;
  state.events.head(EventKind.summary, 0, status, flags, code, instrument, FEE_ACCOUNT, 0);
  state.events.four(state.stampMicros, state.events.sequence + 1, canceled, left, 0);
  complete(state, code, status, 0, canceled, left, 0);
}

/** Cancels at most `most` orders of a side, and returns how many. */
function cancelSide(state: ShardState, instrument: number, side: number, most: number): number {
  const { books } = state;
  let canceled = 0;
  while (canceled < most) {
    const level = books.bestLevel(instrument, side);
    if (level === 0) break;
    cancelResting(state, books.levelHead(level), ResultCode.canceledByOperator, 0);
    canceled++;
  }
  return canceled;
}

/** Whether everything is zero that this command says nothing with. */
function isPlain({ bytes, halves, words }: WireBuffer, at: number): boolean {
  const word = at >> 2;
  return (bytes[at + 1] | bytes[at + 2] | bytes[at + 3] | bytes[at + 4] | bytes[at + 5] |
    halves[(at >> 1) + 3] | words[word + OrderWord.account] |
    words[word + OrderWord.price] | words[word + OrderWord.price + 1] |
    words[word + OrderWord.quantity] | words[word + OrderWord.quantity + 1] |
    words[word + OrderWord.target] | words[word + OrderWord.target + 1]) === 0;
}
