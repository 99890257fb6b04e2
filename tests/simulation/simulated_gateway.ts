/**
 * A gateway of the simulation: does with the batcher what infra/orders/order_gateway.ts does with
 * it, and passes queries on.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Batcher, GATEWAY_FRAMES_MAX } from "../../core/batcher/batcher.ts";
import type { OutgoingFrame } from "../../core/batcher/outgoing_frame.ts";
import { type CommandReport, readCommandReport } from "../../core/protocol/command_report.ts";
import {
  frameCode,
  frameCount,
  FrameKind,
  frameKind,
  frameNumber,
  frameSender,
  RECORD_BYTES,
} from "../../core/protocol/frame.ts";
import { CommandKind } from "../../core/protocol/order_record.ts";
import { POSITIONED_BODY_BYTES } from "../../core/protocol/position.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { leaderSubject, ordersSubject, querySubject } from "../../core/protocol/subjects.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { hasValidCrc, sealCrc } from "../../infra/journal/crc.ts";
import { type NumberedCommand, textOf, writeCommand } from "../support/frames.ts";
import { SHARD } from "./glue.ts";
import type { LiveAnswer, LiveQuery } from "./simulated_matcher.ts";
import type { SimulatedProcess } from "./simulated_process.ts";

const TEMPORARY: ReadonlySet<number> = new Set([
  ResultCode.frameGap,
  ResultCode.leaderBusy,
  ResultCode.leaderStarting,
]);
const QUERY_MICROS_MAX = 2_000_000;

/** What a client hears of a command: its report; `pending`: ask again; `overloaded`: come later. */
export type GatewayAnswer = CommandReport | "pending" | "overloaded";

/** A command that waits for its report. */
interface Waiter {
  readonly answered: (answer: GatewayAnswer) => void;
  isTold: boolean;
}

/** One life of a gateway. */
export class SimulatedGateway {
  readonly #batcher: Batcher;
  readonly #waiters = new Map<number, Waiter[]>();
  #wakeMicros = Infinity;
  #isScheduled = false;

  /** @param sender names this life to the leader */
  constructor(readonly process: SimulatedProcess, sender: number, frameRecords: number) {
    this.#batcher = new Batcher(sender, frameRecords, 4 * frameRecords);
    const { connection } = process;
    connection.reconnected.push(() => {
      this.#batcher.sendAgain(0, process.clock.micros);
      this.#send();
    });
    connection.subscriptions.set(leaderSubject(SHARD), () => {
      this.#batcher.leaderChanged(process.clock.micros);
      this.#send();
    });
  }

  /** Submits a command. `answered` is called once: with its report, or after a wait. */
  submit(
    command: NumberedCommand,
    waitMicros: number,
    answered: (answer: GatewayAnswer) => void,
  ): void {
    const { clock } = this.process;
    const isCancel = command.kind === CommandKind.cancel || command.kind === CommandKind.cancelAll;
    const frame = this.#batcher.openFrame(isCancel, clock.micros);
    if (frame === null) return answered("overloaded");
    const at = frame.addRecord();
    writeCommand(frame.wire, at, command);
    const text = textOf(command);
    if (text !== "") frame.addText(at, text);
    this.#batcher.added();
    const waiter: Waiter = { answered, isTold: false };
    const waiters = this.#waiters.get(frame.number);
    if (waiters === undefined) this.#waiters.set(frame.number, [waiter]);
    else waiters.push(waiter);
    assert.ok(this.#waiters.size <= GATEWAY_FRAMES_MAX, "frames are bounded");
    this.process.after(waitMicros, () => tell(waiter, "pending"));
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // As in a microtask: more commands may come before it.
    this.process.after(0, () => {
      this.#isScheduled = false;
      this.#send();
    });
  }

  /** Asks the leader; `null`: nobody is there, or nobody answered in time. */
  query(query: LiveQuery, answered: (answer: LiveAnswer | null) => void): void {
    let isOver = false;
    const once = (answer: LiveAnswer | null) => {
      if (isOver) return;
      isOver = true;
      answered(answer);
    };
    this.process.connection.publish(
      querySubject(SHARD),
      query,
      (answer) => once(answer as LiveAnswer | null),
    );
    this.process.after(QUERY_MICROS_MAX, () => once(null));
  }

  #send(): void {
    const now = this.process.clock.micros;
    this.#batcher.tick(now);
    for (let frame = this.#batcher.next(now); frame !== null; frame = this.#batcher.next(now)) {
      sealCrc(frame.wire, frame.byteLength);
      if (frame.attempts > 1) this.process.world.count("frame sent again");
      const { number } = frame;
      this.process.connection.publish(
        ordersSubject(SHARD),
        frame.message.slice(),
        (answer) => this.#receive(number, answer as Uint8Array | null),
      );
    }
    this.#arm();
  }

  #arm(): void {
    const { clock } = this.process;
    const wake = this.#batcher.wakeMicros();
    if (wake >= this.#wakeMicros) return;
    this.#wakeMicros = wake;
    this.process.after(Math.max(1_000, wake - clock.micros), () => {
      if (this.#wakeMicros !== wake) return;
      this.#wakeMicros = Infinity;
      this.#send();
    });
  }

  #receive(number: number, bytes: Uint8Array | null): void {
    const { micros } = this.process.clock;
    if (bytes === null) {
      this.#batcher.sendAgain(number, micros);
      this.#arm();
      return;
    }
    assert.ok(hasValidCrc(bytes), "an answer is whole");
    const answer = WireBuffer.copyOf(bytes);
    if (frameKind(answer, 0) === FrameKind.refusal) {
      const code = frameCode(answer, 0);
      assert.ok(TEMPORARY.has(code), `frame ${number} is refused for good, code ${code}`);
      this.#batcher.sendAgain(code === ResultCode.frameGap ? 0 : number, micros);
    } else {
      const frame = this.#batcher.answered(frameNumber(answer, 0), micros);
      if (frame !== null) this.#settle(frame, answer);
    }
    this.#send();
  }

  #settle(frame: OutgoingFrame, answer: WireBuffer): void {
    const waiters = this.#waiters.get(frame.number) ?? [];
    this.#waiters.delete(frame.number);
    assert.equal(waiters.length, frame.count, "the answer is for the frame that was sent");
    assert.equal(frameSender(answer, 0), frameSender(frame.wire, 0));
    const count = frameCount(answer, 0);
    let record = 0;
    for (const [index, waiter] of waiters.entries()) {
      const first = record;
      while (record < count && commandIndex(answer, record) === index) record++;
      assert.ok(record > first, "every command has its report");
      tell(waiter, readCommandReport(answer, first, record));
    }
    assert.equal(record, count, "every report has its command");
    this.#batcher.release(frame);
  }
}

function tell(waiter: Waiter, answer: GatewayAnswer): void {
  if (waiter.isTold) return;
  waiter.isTold = true;
  waiter.answered(answer);
}

function commandIndex(answer: WireBuffer, record: number): number {
  return answer.halves[((POSITIONED_BODY_BYTES + record * RECORD_BYTES) >> 1) + 3];
}
