/**
 * Reads what an append did, as the matching core wrote it: trades with both sides, movements of
 * money, and how many orders came and went.
 *
 * @module
 */
import type { ShardState } from "../../core/matching/shard_state.ts";
import { EventFlag, EventKind, EventWord } from "../../core/protocol/event_record.ts";
import { RECORD_BYTES } from "../../core/protocol/frame.ts";
import { CommandKind, Side } from "../../core/protocol/order_record.ts";
import { readU64 } from "../../core/protocol/wire_buffer.ts";

/** One side of a trade. */
export interface TradeSide {
  /** Sequence of its event. */
  readonly sequence: number;
  readonly account: number;
  readonly orderId: number;
  /** Side. */
  readonly side: number;
  /** Minor units of the quote asset. */
  readonly fee: number;
}

/** A trade. */
export interface DayTrade {
  readonly tradeId: number;
  readonly timeMicros: number;
  readonly instrument: number;
  readonly priceTicks: number;
  readonly quantityLots: number;
  readonly maker: TradeSide;
  readonly taker: TradeSide;
}

/** Money that came to an account or left it other than by a trade. */
export interface DayMovement {
  readonly sequence: number;
  readonly timeMicros: number;
  readonly account: number;
  readonly asset: number;
  /** Minor units. */
  readonly amount: number;
  /** What the account has after it. */
  readonly total: number;
  readonly isDebit: boolean;
  readonly isTransfer: boolean;
}

/** What can become of an order that is counted. */
export type OrderCount = "accepted" | "canceled" | "expired" | "rejected";

/** Something that an append did, in the order in which it did it. */
export type DayEvent =
  | { readonly kind: "trade"; readonly trade: DayTrade }
  | { readonly kind: "movement"; readonly movement: DayMovement }
  | { readonly kind: "order"; readonly count: OrderCount; readonly instrument: number };

/** The events of a trade do not stand together: the core or the replay is wrong. */
export class BrokenTradeError extends Error {
  override readonly name = "BrokenTradeError";
}

const COUNTED: Readonly<Record<number, OrderCount>> = {
  [EventKind.accepted]: "accepted",
  [EventKind.canceled]: "canceled",
  [EventKind.expired]: "expired",
};

/**
 * The events of the append that `state` applied last. O(events).
 *
 * @throws {BrokenTradeError} when a side of a trade stands alone
 */
export function* dayEvents(state: ShardState): Generator<DayEvent> {
  const { count } = state.events;
  const { bytes, words } = state.events.buffer;
  for (let index = 0; index < count; index++) {
    const at = index * RECORD_BYTES;
    const word = at >> 2;
    const kind = bytes[at];
    if (kind === EventKind.trade) {
      yield { kind: "trade", trade: tradeAt(state, index++) };
    } else if (kind === EventKind.ledger) {
      yield { kind: "movement", movement: movementAt(state, index) };
    } else {
      const isNewOrder = words[word + EventWord.last] === CommandKind.newOrder;
      const isRejected = kind === EventKind.rejected && isNewOrder;
      const counted = isRejected ? "rejected" : COUNTED[kind];
      if (counted === undefined) continue;
      yield { kind: "order", count: counted, instrument: words[word + EventWord.instrument] };
    }
  }
}

/** The trade whose maker's record is the append's `index`-th event; the taker's comes next. */
function tradeAt(state: ShardState, index: number): DayTrade {
  const { count } = state.events;
  const { bytes, words } = state.events.buffer;
  const at = index * RECORD_BYTES;
  const word = at >> 2;
  const tradeId = readU64(words, word + EventWord.last);
  const next = at + RECORD_BYTES;
  const isMaker = (bytes[at + 3] & EventFlag.maker) !== 0;
  const hasTaker = index + 1 < count && bytes[next] === EventKind.trade &&
    (bytes[next + 3] & EventFlag.maker) === 0 &&
    readU64(words, (next >> 2) + EventWord.last) === tradeId;
  if (!isMaker || !hasTaker) {
    throw new BrokenTradeError(
      `event ${sequenceOf(state, index)} is one side of trade ${tradeId} without the other`,
    );
  }
  return {
    tradeId,
    timeMicros: state.stampMicros,
    instrument: words[word + EventWord.instrument],
    priceTicks: readU64(words, word + EventWord.price),
    quantityLots: readU64(words, word + EventWord.quantity),
    maker: sideAt(state, index),
    taker: sideAt(state, index + 1),
  };
}

function sideAt(state: ShardState, index: number): TradeSide {
  const { bytes, words } = state.events.buffer;
  const at = index * RECORD_BYTES;
  const word = at >> 2;
  return {
    sequence: sequenceOf(state, index),
    account: words[word + EventWord.account],
    orderId: readU64(words, word + EventWord.orderId),
    side: bytes[at + 1] === Side.buy ? Side.buy : Side.sell,
    fee: readU64(words, word + EventWord.first),
  };
}

function movementAt(state: ShardState, index: number): DayMovement {
  const { bytes, words } = state.events.buffer;
  const at = index * RECORD_BYTES;
  const word = at >> 2;
  return {
    sequence: sequenceOf(state, index),
    timeMicros: state.stampMicros,
    account: words[word + EventWord.account],
    asset: words[word + EventWord.price],
    amount: readU64(words, word + EventWord.quantity),
    total: readU64(words, word + EventWord.leaves),
    isDebit: (bytes[at + 3] & EventFlag.debit) !== 0,
    isTransfer: (bytes[at + 3] & EventFlag.transfer) !== 0,
  };
}

const sequenceOf = ({ events }: ShardState, index: number): number =>
  events.sequence - events.count + 1 + index;
