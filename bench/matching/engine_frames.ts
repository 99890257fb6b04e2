/**
 * The operations of a flow as frames of 64-byte records, one behind the other in one buffer.
 *
 * @module
 */
import type { ShardState } from "../../core/matching/shard_state.ts";
import { applyFrame, beginAppend } from "../../core/matching/apply.ts";
import { EventKind, EventWord } from "../../core/protocol/event_record.ts";
import {
  FRAME_HEADER_BYTES,
  FrameKind,
  RECORD_BYTES,
  writeFrameHeader,
} from "../../core/protocol/frame.ts";
import {
  CommandKind,
  OrderType,
  SelfTrade,
  TimeInForce,
  writeAmend,
  writeCommandHead,
  writeNewOrder,
  writeTargetById,
} from "../../core/protocol/order_record.ts";
import { readU64, WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { EPOCH, OPENED_MICROS, openMarket } from "./engine_market.ts";
import { type Flow, OperationKind } from "./flow.ts";

/** Sender of the flow's frames. */
const GATEWAY = 2;
/** Request keys of each account count from here. */
const FIRST_KEY = 1_000;

/** First event of each kind of operation that is done. */
const FIRST_EVENTS: Readonly<Record<number, number>> = {
  [OperationKind.add]: EventKind.accepted,
  [OperationKind.aggressive]: EventKind.accepted,
  [OperationKind.cancel]: EventKind.canceled,
  [OperationKind.amend]: EventKind.amended,
};

/** Frames of one buffer. All but the last carry the same number of records. */
export interface FrameTape {
  readonly wire: WireBuffer;
  readonly frames: number;
  /** Bytes of every frame but the last. */
  readonly frameBytes: number;
  readonly lastFrameBytes: number;
}

/** Applies a tape, each frame as an append of its own. Between two, the journal's time goes on. */
export function applyTape(
  state: ShardState,
  tape: FrameTape,
  microsPerFrame: number,
  applied?: () => void,
): void {
  const { wire, frames, frameBytes, lastFrameBytes } = tape;
  for (let frame = 0; frame < frames; frame++) {
    beginAppend(state, state.stampMicros + microsPerFrame, EPOCH);
    const byteLength = frame === frames - 1 ? lastFrameBytes : frameBytes;
    applyFrame(state, wire, frame * frameBytes, byteLength);
    if (applied !== undefined) applied();
  }
}

/**
 * Writes the records of a flow. An account numbers its requests from one on, as clients do, so a
 * writer writes every operation once, in order.
 */
export class TapeWriter {
  readonly #flow: Flow;
  /** The id that the engine gave to each order of the flow. */
  readonly #orderIds: Float64Array;
  readonly #keys: Uint32Array;
  #frameNumber = 0;
  #at = 0;

  constructor(flow: Flow, orderIds: Float64Array) {
    this.#flow = flow;
    this.#orderIds = orderIds;
    this.#keys = new Uint32Array(flow.shape.accounts + 1).fill(FIRST_KEY);
  }

  /** The next `operations` of the flow as a tape. */
  write(operations: number, recordsPerFrame: number): FrameTape {
    const frames = Math.ceil(operations / recordsPerFrame);
    const frameBytes = FRAME_HEADER_BYTES + recordsPerFrame * RECORD_BYTES;
    const lastRecords = operations - (frames - 1) * recordsPerFrame;
    const lastFrameBytes = FRAME_HEADER_BYTES + lastRecords * RECORD_BYTES;
    const wire = WireBuffer.allocate((frames - 1) * frameBytes + lastFrameBytes);
    for (let frame = 0; frame < frames; frame++) {
      const count = frame === frames - 1 ? lastRecords : recordsPerFrame;
      this.writeFrame(wire, frame * frameBytes, count);
    }
    return { wire, frames, frameBytes, lastFrameBytes };
  }

  /** Writes the next `count` operations of the flow as a frame at `at`. */
  writeFrame(wire: WireBuffer, at: number, count: number): void {
    const byteLength = FRAME_HEADER_BYTES + count * RECORD_BYTES;
    const number = ++this.#frameNumber;
    writeFrameHeader(wire, at, FrameKind.orders, count, GATEWAY, number, 0, byteLength);
    for (let index = 0; index < count; index++) {
      this.#writeRecord(wire, at + FRAME_HEADER_BYTES + index * RECORD_BYTES, this.#at++);
    }
  }

  #writeRecord(wire: WireBuffer, at: number, operation: number): void {
    const { accounts, instruments, kinds, lots, orders, priceTicks, sides } = this.#flow;
    const account = accounts[operation];
    const key = this.#keys[account]++;
    if (kinds[operation] === OperationKind.amend) {
      writeCommandHead(wire, at, CommandKind.amend, account, key, 0, 0);
      writeAmend(wire, at, priceTicks[operation], lots[operation]);
      writeTargetById(wire, at, this.#orderIds[orders[operation]]);
      return;
    }
    if (kinds[operation] === OperationKind.cancel) {
      writeCommandHead(wire, at, CommandKind.cancel, account, key, 0, 0);
      writeTargetById(wire, at, this.#orderIds[orders[operation]]);
      return;
    }
    const isAdd = kinds[operation] === OperationKind.add;
    writeCommandHead(wire, at, CommandKind.newOrder, account, key, 0, 0);
    writeNewOrder(
      wire,
      at,
      instruments[operation],
      sides[operation],
      OrderType.limit,
      isAdd ? TimeInForce.gtc : TimeInForce.ioc,
      0,
      SelfTrade.expireTaker,
      priceTicks[operation],
      lots[operation],
    );
  }
}

/** The ids that the engine gives to the orders of a flow, learnt by applying it, one by one. */
export function learnOrderIds(flow: Flow): Float64Array {
  const orderIds = new Float64Array(flow.orderCount);
  const writer = new TapeWriter(flow, orderIds);
  const state = openMarket(flow.shape);
  const byteLength = FRAME_HEADER_BYTES + RECORD_BYTES;
  const frame = WireBuffer.allocate(byteLength);
  for (let operation = 0; operation < flow.count; operation++) {
    writer.writeFrame(frame, 0, 1);
    beginAppend(state, OPENED_MICROS, EPOCH);
    applyFrame(state, frame, 0, byteLength);
    const { bytes, words } = state.events.buffer;
    if (bytes[0] !== FIRST_EVENTS[flow.kinds[operation]]) {
      throw new Error(`the engine refused operation ${operation}: event ${bytes[0]}`);
    }
    if (bytes[0] === EventKind.accepted) {
      orderIds[flow.orders[operation]] = readU64(words, EventWord.orderId);
    }
  }
  return orderIds;
}
