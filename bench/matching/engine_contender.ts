/**
 * This project's side: the whole of core/matching, given frames of 512 records.
 *
 * @module
 */
import { HORIZON_MICROS } from "../../core/matching/outcomes.ts";
import type { ShardState } from "../../core/matching/shard_state.ts";
import { EventFlag, EventKind, EventWord } from "../../core/protocol/event_record.ts";
import { RECORD_BYTES } from "../../core/protocol/frame.ts";
import { readU64 } from "../../core/protocol/wire_buffer.ts";
import type { Contender, Loaded, Run } from "./contender.ts";
import { applyTape, type FrameTape, learnOrderIds, TapeWriter } from "./engine_frames.ts";
import { openMarket } from "./engine_market.ts";
import type { Flow } from "./flow.ts";
import type { TradeSum } from "./trade_sum.ts";

/** Records of a frame; each frame is an append of its own. */
const FRAME_RECORDS = 512;

/** Commands between an outcome's record and its end, where outcomes expire. */
const HORIZON_COMMANDS = 2 ** 18;

/**
 * The engine: ledger, fees, risk, self-trade prevention, outcomes, events. A frame is a microsecond
 * of the journal, so that no outcome gets past its horizon.
 */
export const engine: Contender = {
  name: "edgebook, the whole engine",
  load: (flow, operations) => new EngineFlow(flow, operations, 1),
};

/** The engine in a journal so slow that every command makes an earlier one's outcome expire. */
export const expiringEngine: Contender = {
  name: "edgebook, outcomes expiring",
  load(flow, operations) {
    const microsPerCommand = HORIZON_MICROS / HORIZON_COMMANDS;
    return new EngineFlow(flow, operations, Math.ceil(microsPerCommand * FRAME_RECORDS));
  },
};

class EngineFlow implements Loaded {
  readonly #flow: Flow;
  readonly #orderIds: Float64Array;
  readonly #opening: FrameTape;
  readonly #measured: FrameTape;
  readonly #microsPerFrame: number;
  /** Hash over every event of the first run; each run must come to the same. */
  #stateHash = "";

  constructor(flow: Flow, operations: number, microsPerFrame: number) {
    this.#flow = flow;
    this.#microsPerFrame = microsPerFrame;
    this.#orderIds = learnOrderIds(flow);
    const writer = new TapeWriter(flow, this.#orderIds);
    this.#opening = writer.write(flow.openingCount, FRAME_RECORDS);
    this.#measured = writer.write(operations, FRAME_RECORDS);
  }

  open(sum: TradeSum | null): Run {
    const state = openMarket(this.#flow.shape);
    applyTape(state, this.#opening, this.#microsPerFrame);
    const numbers = new Map<number, number>();
    if (sum !== null) this.#orderIds.forEach((orderId, order) => numbers.set(orderId, order));
    const applied = sum === null ? undefined : () => tellTrades(state, numbers, sum);
    return {
      apply: () => applyTape(state, this.#measured, this.#microsPerFrame, applied),
      check: () => {
        const { stateHash } = state.events;
        if (this.#stateHash === "") this.#stateHash = stateHash;
        else if (this.#stateHash !== stateHash) {
          throw new Error(`the engine's state hash was ${this.#stateHash}, now ${stateHash}`);
        }
      },
    };
  }
}

/** Tells the trades among the events of the present append. */
function tellTrades(
  state: ShardState,
  numbers: ReadonlyMap<number, number>,
  sum: TradeSum,
): void {
  const { bytes, words } = state.events.buffer;
  for (let at = 0; at < state.events.count * RECORD_BYTES; at += RECORD_BYTES) {
    const isMakers = bytes[at] === EventKind.trade && (bytes[at + 3] & EventFlag.maker) !== 0;
    if (!isMakers) continue;
    const word = at >> 2;
    // The taker's record stands right behind the maker's.
    const maker = numbers.get(readU64(words, word + EventWord.orderId)) ?? -1;
    const taker = numbers.get(readU64(words, word + RECORD_BYTES / 4 + EventWord.orderId)) ?? -1;
    const price = readU64(words, word + EventWord.price);
    sum.add(maker, taker, price, readU64(words, word + EventWord.quantity));
  }
}
