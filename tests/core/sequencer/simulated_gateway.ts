/**
 * A gateway of the simulation: does with the batcher what infra/orders does with it, and keeps what
 * it was told about every order.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Batcher, GATEWAY_FRAMES_MAX } from "../../../core/batcher/batcher.ts";
import type { OutgoingFrame } from "../../../core/batcher/outgoing_frame.ts";
import { type CommandReport, readCommandReport } from "../../../core/protocol/command_report.ts";
import {
  frameCode,
  frameCount,
  FrameKind,
  frameKind,
  frameNumber,
  frameSender,
  RECORD_BYTES,
} from "../../../core/protocol/frame.ts";
import { POSITIONED_BODY_BYTES } from "../../../core/protocol/position.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import type { NewOrder } from "../../support/commands.ts";
import { type NumberedCommand, writeCommand } from "../../support/frames.ts";
import type { Reply } from "./simulated_leader.ts";
import type { SimulatedWorld } from "./simulated_world.ts";

const TEMPORARY: ReadonlySet<number> = new Set([
  ResultCode.frameGap,
  ResultCode.leaderBusy,
  ResultCode.leaderStarting,
]);

/** An order that was submitted, and what became of it as far as this gateway was told. */
export interface Submission {
  readonly order: NewOrder & NumberedCommand;
  report: CommandReport | null;
}

/** One gateway instance. */
export class SimulatedGateway {
  /** In the order in which they were submitted. */
  readonly submissions: Submission[] = [];
  readonly #batcher: Batcher;
  readonly #frames = new Map<number, Submission[]>();
  readonly #world: SimulatedWorld;
  readonly #publish: (frame: Uint8Array, reply: Reply) => void;
  #wakeMicros = Infinity;
  refused = 0;

  /** @param publish carries a frame to every leader there is */
  constructor(
    world: SimulatedWorld,
    sender: number,
    frameRecords: number,
    publish: (frame: Uint8Array, reply: Reply) => void,
  ) {
    this.#world = world;
    this.#batcher = new Batcher(sender, frameRecords, 4 * frameRecords);
    this.#publish = publish;
  }

  /** Orders that have no report yet. */
  get openCount(): number {
    let open = 0;
    for (const submissions of this.#frames.values()) open += submissions.length;
    return open;
  }

  /** Submits an order, or counts it as refused where there is no room. */
  submit(order: NewOrder & NumberedCommand): void {
    const frame = this.#batcher.openFrame(false, this.#world.nowMicros);
    if (frame === null) {
      this.refused++;
      return;
    }
    const at = frame.addRecord();
    writeCommand(frame.wire, at, order);
    this.#batcher.added();
    const submission = { order, report: null };
    this.submissions.push(submission);
    const list = this.#frames.get(frame.number) ?? [];
    list.push(submission);
    this.#frames.set(frame.number, list);
    assert.ok(this.#frames.size <= GATEWAY_FRAMES_MAX, "frames are bounded");
    this.#send();
  }

  /** The connection stands again after the broker was away. */
  reconnected(): void {
    this.#batcher.sendAgain(0, this.#world.nowMicros);
    this.#send();
  }

  #send(): void {
    const now = this.#world.nowMicros;
    this.#batcher.tick(now);
    for (let frame = this.#batcher.next(now); frame !== null; frame = this.#batcher.next(now)) {
      const message = frame.message.slice();
      this.#publish(message, (answer) => {
        const copy = answer.slice();
        this.#world.carry(() => this.#receive(copy));
      });
    }
    this.#arm();
  }

  #arm(): void {
    const wake = this.#batcher.wakeMicros();
    if (wake >= this.#wakeMicros) return;
    this.#wakeMicros = wake;
    this.#world.after(Math.max(1_000, wake - this.#world.nowMicros), () => {
      if (this.#wakeMicros !== wake) return;
      this.#wakeMicros = Infinity;
      this.#send();
    });
  }

  #receive(bytes: Uint8Array): void {
    const answer = WireBuffer.copyOf(bytes);
    const number = frameNumber(answer, 0);
    if (frameKind(answer, 0) === FrameKind.refusal) {
      const code = frameCode(answer, 0);
      assert.ok(TEMPORARY.has(code), `frame ${number} is refused for good, code ${code}`);
      const from = code === ResultCode.frameGap ? 0 : number;
      this.#batcher.sendAgain(from, this.#world.nowMicros);
    } else {
      const frame = this.#batcher.answered(number, this.#world.nowMicros);
      if (frame !== null) this.#settle(frame, answer);
    }
    this.#send();
  }

  #settle(frame: OutgoingFrame, answer: WireBuffer): void {
    const list = this.#frames.get(frame.number) ?? [];
    this.#frames.delete(frame.number);
    assert.equal(list.length, frame.count, "the answer is for the frame that was sent");
    assert.equal(frameSender(answer, 0), frameSender(frame.wire, 0));
    const count = frameCount(answer, 0);
    let record = 0;
    for (const [index, submission] of list.entries()) {
      const first = record;
      while (record < count && commandIndex(answer, record) === index) record++;
      assert.ok(record > first, "every command has its report");
      assert.equal(submission.report, null, "no order is answered twice");
      submission.report = readCommandReport(answer, first, record);
    }
    assert.equal(record, count, "every report has its command");
    this.#batcher.release(frame);
  }
}

function commandIndex(answer: WireBuffer, record: number): number {
  return answer.halves[((POSITIONED_BODY_BYTES + record * RECORD_BYTES) >> 1) + 3];
}
