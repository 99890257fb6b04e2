/**
 * A leader of the simulation: does with the sequencer and the core what workers/matching does with
 * them, on the simulated network, and asserts at every step what must never be otherwise.
 *
 * @module
 */
import assert from "node:assert/strict";
import { applyFrame, beginAppend } from "../../../core/matching/apply.ts";
import { ShardState } from "../../../core/matching/shard_state.ts";
import {
  FRAME_HEADER_BYTES,
  frameCount,
  FrameKind,
  frameNumber,
  frameSender,
  writeFrameHeader,
} from "../../../core/protocol/frame.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import type { AppendBuffer } from "../../../core/sequencer/append_buffer.ts";
import { applyAppend, checkAppend } from "../../../core/sequencer/read_append.ts";
import { collectReports } from "../../../core/sequencer/reports.ts";
import { SenderOrder } from "../../../core/sequencer/sender_order.ts";
import { Sequencer } from "../../../core/sequencer/sequencer.ts";
import { SMALL_CAPACITIES } from "../matching/venue.ts";
import { claim } from "../../support/commands.ts";
import { encodeFrame } from "../../support/frames.ts";
import type { SimulatedAnswer, SimulatedWorld, StoredAppend } from "./simulated_world.ts";

const ANSWER_MICROS_MAX = 2_000_000;
const WATCH_MICROS = 100_000;
const RETRY_MICROS = 50_000;
const READ_MICROS_MAX = 1_000_000;
/** How far the clocks of two leaders may be apart. */
const CLOCK_OFFSET_MICROS_MAX = 400_000;

/** Carries the answer to a frame back to whoever sent it. */
export type Reply = (answer: Uint8Array) => void;

/** What a from-scratch replay of a stream gives. */
export interface Replayed {
  readonly state: ShardState;
  readonly senders: SenderOrder;
}

/** Applies a stream from its first message on; `applied` sees the events of each. */
export function replay(
  stream: readonly StoredAppend[],
  applied: (state: ShardState) => void = () => {},
): Replayed {
  const state = new ShardState(SMALL_CAPACITIES);
  const senders = new SenderOrder();
  for (const { message } of stream) {
    const wire = WireBuffer.copyOf(message);
    assert.equal(checkAppend(wire, message.length, state.commandCount), ResultCode.ok);
    applyAppend(state, senders, wire);
    applied(state);
  }
  return { state, senders };
}

/** Leads the simulated shard until it is deposed or killed. */
export class SimulatedLeader {
  readonly state: ShardState;
  readonly sequencer: Sequencer;
  isStopped = false;
  readonly #world: SimulatedWorld;
  readonly #writer: number;
  readonly #stopped: () => void;
  readonly #replies = new Map<string, Reply>();
  /** What came in while the process was stopped by a signal; `null` while it runs. */
  #stalled: (() => void)[] | null = null;
  #frames = 0;
  #appendNumber = 0;
  #sentMicros = 0;
  #isInFlight = false;
  readonly #clockOffsetMicros: number;

  /** Replays the stream as it is at this moment. */
  constructor(world: SimulatedWorld, writer: number, stopped: () => void) {
    this.#world = world;
    this.#writer = writer;
    this.#stopped = stopped;
    this.#clockOffsetMicros = (world.random() - 0.5) * CLOCK_OFFSET_MICROS_MAX;
    const { state, senders } = replay(world.stream);
    this.state = state;
    this.sequencer = new Sequencer(
      world.stream.length,
      state.stampMicros,
      state.commandCount,
      state.epoch + 1,
      senders,
    );
  }

  /** Claims its epoch and watches over its appends. */
  start(): void {
    const { epoch } = this.sequencer;
    const frame = encodeFrame([{ ...claim(epoch), requestId: String(this.#writer) }], {
      sender: 0,
      frameNumber: epoch,
    });
    assert.equal(this.sequencer.offer(frame.bytes, FrameKind.claim, ""), ResultCode.ok);
    this.#advance();
    this.#watch();
  }

  /** Dies at once. */
  kill(): void {
    this.isStopped = true;
  }

  /** Is stopped by a signal, and goes on later where it was. */
  stall(micros: number): void {
    if (this.#stalled !== null || this.isStopped) return;
    this.#stalled = [];
    this.#world.after(micros, () => {
      const missed = this.#stalled ?? [];
      this.#stalled = null;
      for (const one of missed) this.#run(one);
    });
  }

  /** A frame comes in. */
  receive(frame: Uint8Array, kind: number, reply: Reply): void {
    this.#run(() => {
      const name = String(++this.#frames);
      const code = this.sequencer.offer(frame, kind, name);
      if (code !== ResultCode.ok) {
        this.#refuse(frame, reply, code);
        return;
      }
      this.#replies.set(name, reply);
      // As in a microtask: more frames may come before it.
      this.#world.after(0, () => this.#run(() => this.#advance()));
    });
  }

  /** The connection stands again after the broker was away. */
  reconnected(): void {
    this.#run(() => this.#doubt());
  }

  #run(step: () => void): void {
    if (this.isStopped) return;
    if (this.#stalled === null) step();
    else this.#stalled.push(step);
  }

  #advance(): void {
    const append = this.sequencer.next(this.#world.nowMicros + this.#clockOffsetMicros);
    if (append === null) return;
    assert.ok(!this.#isInFlight, "one append in flight at most");
    this.#isInFlight = true;
    this.#appendNumber++;
    this.#send(append);
  }

  #send(append: AppendBuffer): void {
    this.#sentMicros = this.#world.nowMicros;
    const number = this.#appendNumber;
    const { lastSequence } = this.sequencer;
    this.#world.append(append.message, lastSequence, this.#writer, (answer) => {
      this.#run(() => this.#answered(number, answer));
    });
  }

  #answered(number: number, answer: SimulatedAnswer): void {
    if (number !== this.#appendNumber) return;
    if (answer.kind === "refused") return this.#doubt();
    const append = this.sequencer.acknowledged(answer.sequence);
    if (append !== null) this.#apply(append);
    else if (this.sequencer.phase === "deposed") this.#stop();
  }

  #apply(append: AppendBuffer): void {
    this.#isInFlight = false;
    const { lastSequence } = this.sequencer;
    const stored = this.#world.stream[lastSequence - 1];
    assert.deepEqual(stored.message, append.message, "applies only what is in the log");
    assert.equal(stored.writer, this.#writer, "applies only what it wrote itself");
    this.#advance();
    beginAppend(this.state, append.stampMicros, append.epoch);
    const firstEventSequence = this.state.events.sequence + 1;
    for (let index = 0; index < append.frameCount; index++) {
      const at = append.offsets[index];
      const from = this.state.events.count;
      applyFrame(this.state, append.wire, at, append.lengths[index]);
      const reply = this.#replies.get(append.replies[index]);
      this.#replies.delete(append.replies[index]);
      const reports = collectReports(this.state.events, from, this.state.events.count, {
        sender: frameSender(append.wire, at),
        frameNumber: frameNumber(append.wire, at),
        commands: frameCount(append.wire, at),
        stampMicros: append.stampMicros,
        journalSequence: lastSequence,
        firstEventSequence,
        epoch: append.epoch,
      });
      reply?.(reports.bytes);
    }
    this.sequencer.release(append);
  }

  #doubt(): void {
    const doubt = this.sequencer.doubt();
    if (doubt !== 0) this.#read(doubt);
  }

  #read(doubt: number): void {
    if (this.sequencer.phase !== "inDoubt") return;
    let isAnswered = false;
    this.#world.after(RETRY_MICROS, () =>
      this.#world.readLast((sequence, message) => {
        isAnswered = true;
        this.#run(() => this.#resolve(doubt, sequence, message));
      }));
    this.#world.after(RETRY_MICROS + READ_MICROS_MAX, () => {
      if (!isAnswered) this.#run(() => this.#read(doubt));
    });
  }

  #resolve(doubt: number, sequence: number, message: Uint8Array | null): void {
    const resolved = this.sequencer.resolve(doubt, sequence, message);
    if (resolved.action === "resend") this.#send(resolved.append);
    else if (resolved.action === "apply") this.#apply(resolved.append);
    else if (resolved.action === "deposed") this.#stop();
  }

  #watch(): void {
    this.#world.after(WATCH_MICROS, () => {
      if (this.isStopped) return;
      const isLate = this.#world.nowMicros - this.#sentMicros > ANSWER_MICROS_MAX;
      if (isLate) this.#run(() => this.#doubt());
      this.#watch();
    });
  }

  #refuse(frame: Uint8Array, reply: Reply, code: number): void {
    const header = WireBuffer.copyOf(frame.subarray(0, FRAME_HEADER_BYTES));
    const sender = frameSender(header, 0);
    const number = frameNumber(header, 0);
    writeFrameHeader(header, 0, FrameKind.refusal, 0, sender, number, 0, FRAME_HEADER_BYTES, code);
    reply(header.bytes);
  }

  #stop(): void {
    this.isStopped = true;
    assert.equal(this.sequencer.phase, "deposed");
    assert.equal(
      this.sequencer.next(this.#world.nowMicros),
      null,
      "a deposed leader sends nothing",
    );
    const late = this.sequencer.offer(new Uint8Array(64), FrameKind.orders, "");
    assert.equal(late, ResultCode.leaderStarting, "a deposed leader takes nothing");
    this.#stopped();
  }
}
