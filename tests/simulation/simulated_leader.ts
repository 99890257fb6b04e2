/**
 * A leader of the simulation: does with the sequencer and the core what workers/matching/leader.ts
 * does with them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { beginAppend } from "../../core/matching/apply.ts";
import type { ShardState } from "../../core/matching/shard_state.ts";
import {
  FRAME_HEADER_BYTES,
  frameCount,
  FrameKind,
  frameNumber,
  frameSender,
  writeFrameHeader,
} from "../../core/protocol/frame.ts";
import { writeStateHash } from "../../core/protocol/position.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { adminSubject, ordersSubject } from "../../core/protocol/subjects.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import type { AppendBuffer } from "../../core/sequencer/append_buffer.ts";
import { collectReports } from "../../core/sequencer/reports.ts";
import type { Sequencer } from "../../core/sequencer/sequencer.ts";
import { hasValidCrc, sealCrc } from "../../infra/journal/crc.ts";
import { claim } from "../support/commands.ts";
import { encodeFrame } from "../support/frames.ts";
import type { EventsSender } from "./events_sender.ts";
import { type Glue, SHARD } from "./glue.ts";
import type { AppendAnswer, SimulatedBroker } from "./simulated_broker.ts";
import type { SimulatedProcess } from "./simulated_process.ts";

const ANSWER_MILLIS_MAX = 2_000;
const WATCH_MICROS = 100_000;
const RETRY_MICROS = 50_000;
const READ_MICROS_MAX = 2_000_000;

/** What a leader works with. */
export interface LeaderParts {
  readonly process: SimulatedProcess;
  readonly broker: SimulatedBroker;
  readonly glue: Glue;
  readonly state: ShardState;
  readonly sequencer: Sequencer;
  readonly sender: EventsSender;
  /** Called after each append was applied. */
  readonly applied: () => void;
  /** Called once when it can lead no longer. */
  readonly stopped: (reason: string, isLogLost: boolean) => void;
}

/** Leads until it is stopped or deposed. */
export class SimulatedLeader {
  readonly #parts: LeaderParts;
  readonly #replies = new Map<string, (answer: unknown) => void>();
  #frames = 0;
  #appendNumber = 0;
  #sentMillis = 0;
  #appliedSequence: number;
  #isScheduled = false;
  #isStopped = false;

  constructor(parts: LeaderParts) {
    this.#parts = parts;
    this.#appliedSequence = parts.sequencer.lastSequence;
  }

  /** The last append that was applied. */
  get appliedSequence(): number {
    return this.#appliedSequence;
  }

  /** Claims the epoch and begins to take frames. */
  start(): void {
    const { process, sequencer } = this.#parts;
    const { epoch } = sequencer;
    const requestId = String(1 + process.world.below(2 ** 31));
    const frame = encodeFrame([{ ...claim(epoch), requestId }], { sender: 0, frameNumber: epoch });
    assert.equal(sequencer.offer(frame.bytes, FrameKind.claim, ""), ResultCode.ok);
    this.#subscribe(ordersSubject(SHARD), FrameKind.orders);
    this.#subscribe(adminSubject(SHARD), FrameKind.administration);
    process.connection.reconnected.push(() => {
      if (sequencer.phase === "inFlight") this.#doubt();
    });
    process.every(WATCH_MICROS, () => this.#isStopped, () => this.#lookAfter());
    this.#advance();
  }

  /** Takes no more frames. */
  takeNoMore(): void {
    this.#parts.process.connection.subscriptions.delete(ordersSubject(SHARD));
    this.#parts.process.connection.subscriptions.delete(adminSubject(SHARD));
  }

  #subscribe(subject: string, kind: number): void {
    this.#parts.process.connection.subscriptions.set(subject, (payload, respond) => {
      if (!this.#isStopped) this.#offer(payload as Uint8Array, kind, respond);
    });
  }

  #offer(frame: Uint8Array, kind: number, respond: (answer: unknown) => void): void {
    const { process, sender, sequencer } = this.#parts;
    const name = String(++this.#frames);
    let code: ResultCode = ResultCode.ok;
    if (!hasValidCrc(frame)) code = ResultCode.frameCrc;
    else if (!sender.hasRoom) code = ResultCode.leaderBusy;
    else code = sequencer.offer(frame, kind, name);
    if (code !== ResultCode.ok) return respond(refusalOf(frame, code));
    this.#replies.set(name, respond);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // As in a microtask: more frames may come before it.
    process.after(0, () => {
      this.#isScheduled = false;
      if (!this.#isStopped) this.#advance();
    });
  }

  #advance(): void {
    const { process, sequencer, state } = this.#parts;
    const append = sequencer.next(process.clock.wallMicros);
    if (append === null) return;
    const { hashHigh, hashLow } = state.events;
    const behind = sequencer.lastSequence + 1 - this.#appliedSequence;
    writeStateHash(append.wire, 0, hashLow, hashHigh, behind);
    sealCrc(append.wire, append.byteLength);
    this.#appendNumber++;
    this.#send(append);
  }

  #send(append: AppendBuffer): void {
    const { broker, glue, process, sequencer } = this.#parts;
    this.#sentMillis = process.clock.millis;
    const number = this.#appendNumber;
    const message = append.message.slice();
    const expected = glue.expectedSequence(sequencer.lastSequence);
    const carryOut = () => broker.append(message, expected, process.name);
    process.connection.ask(carryOut, true, (answer) => this.#answered(number, answer));
    if (!glue.isStoredWhenSent()) return;
    const sequence = sequencer.lastSequence + 1;
    process.after(0, () => this.#answered(number, { kind: "stored", sequence }));
  }

  #answered(number: number, answer: AppendAnswer): void {
    if (number !== this.#appendNumber || this.#isStopped) return;
    const { sequencer } = this.#parts;
    if (answer.kind !== "stored") {
      if (sequencer.phase === "inFlight") this.#doubt();
      return;
    }
    const append = sequencer.acknowledged(answer.sequence);
    if (append !== null) this.#apply(append, answer.sequence);
    else if (sequencer.phase === "deposed") this.#stop("the journal went on without this leader");
  }

  #apply(append: AppendBuffer, journalSequence: number): void {
    this.#advance();
    const { applied, glue, process, sender, sequencer, state } = this.#parts;
    beginAppend(state, append.stampMicros, append.epoch);
    const firstEventSequence = state.events.sequence + 1;
    for (let index = 0; index < append.frameCount; index++) {
      const at = append.offsets[index];
      const from = state.events.count;
      glue.applyFrame(state, append.wire, at, append.lengths[index]);
      const respond = this.#replies.get(append.replies[index]);
      this.#replies.delete(append.replies[index]);
      if (respond === undefined) continue;
      const reports = collectReports(state.events, from, state.events.count, {
        sender: frameSender(append.wire, at),
        frameNumber: frameNumber(append.wire, at),
        commands: frameCount(append.wire, at),
        stampMicros: append.stampMicros,
        journalSequence,
        firstEventSequence,
        epoch: append.epoch,
      });
      sealCrc(reports, reports.bytes.length);
      respond(reports.bytes);
    }
    this.#appliedSequence = journalSequence;
    process.world.count("append applied by its leader");
    applied();
    sender.publish(state, journalSequence);
    sequencer.release(append);
  }

  #doubt(): void {
    const doubt = this.#parts.sequencer.doubt();
    if (doubt === 0) return;
    this.#parts.process.world.count("append in doubt");
    this.#read(doubt);
  }

  #read(doubt: number): void {
    const { broker, process, sequencer } = this.#parts;
    if (sequencer.phase !== "inDoubt" || this.#isStopped) return;
    const last = () => ({
      sequence: broker.journal.length,
      message: broker.journal.at(-1)?.message ?? null,
    });
    process.after(
      RETRY_MICROS,
      () =>
        process.connection.askOnce(last, false, READ_MICROS_MAX, (answer) => {
          if (answer === null) this.#read(doubt);
          else if (!this.#isStopped) this.#resolve(doubt, answer.sequence, answer.message);
        }),
    );
  }

  #resolve(doubt: number, sequence: number, message: Uint8Array | null): void {
    const resolved = this.#parts.sequencer.resolve(doubt, sequence, message);
    if (resolved.action === "resend") this.#send(resolved.append);
    else if (resolved.action === "apply") this.#apply(resolved.append, sequence);
    else if (resolved.action === "deposed") this.#stop(resolved.reason);
    else if (resolved.action === "lost") this.#stop(resolved.reason, true);
  }

  #lookAfter(): void {
    const { process, sender, sequencer } = this.#parts;
    sender.check();
    if (sender.failure !== null) return this.#stop(sender.failure);
    const isLate = process.clock.millis - this.#sentMillis > ANSWER_MILLIS_MAX;
    if (sequencer.phase === "inFlight" && isLate) this.#doubt();
  }

  #stop(reason: string, isLogLost = false): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    const { process, sequencer, stopped } = this.#parts;
    if (sequencer.phase === "deposed") {
      const next = sequencer.next(process.clock.wallMicros);
      assert.equal(next, null, "a deposed leader sends nothing");
      const late = sequencer.offer(new Uint8Array(64), FrameKind.orders, "");
      assert.equal(late, ResultCode.leaderStarting, "a deposed leader takes nothing");
    }
    stopped(reason, isLogLost);
  }
}

function refusalOf(frame: Uint8Array, code: number): Uint8Array {
  const header = WireBuffer.copyOf(frame.subarray(0, FRAME_HEADER_BYTES));
  const sender = frameSender(header, 0);
  const number = frameNumber(header, 0);
  writeFrameHeader(header, 0, FrameKind.refusal, 0, sender, number, 0, FRAME_HEADER_BYTES, code);
  sealCrc(header, FRAME_HEADER_BYTES);
  return header.bytes;
}
