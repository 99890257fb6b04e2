/**
 * The gateway's side of the order path: commands in, frames over NATS to the leader, reports back.
 * Carries out what the batcher (core/batcher) says.
 *
 * @module
 */
import type { Msg, NatsConnection } from "nats.ws";
import { crc32 } from "node:zlib";
import { Batcher } from "../../core/batcher/batcher.ts";
import type { OutgoingFrame } from "../../core/batcher/outgoing_frame.ts";
import { type CommandReport, readCommandReport } from "../../core/protocol/command_report.ts";
import {
  CRC_START_BYTES,
  frameCode,
  frameCount,
  FrameKind,
  frameKind,
  frameNumber,
  RECORD_BYTES,
} from "../../core/protocol/frame.ts";
import { POSITIONED_BODY_BYTES } from "../../core/protocol/position.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { leaderSubject, ordersSubject } from "../../core/protocol/subjects.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import {
  type Command,
  isCancel,
  type OrderGateway,
  type OrderGatewayStatus,
  OrderPathDownError,
  type OrderPathPart,
  OverloadedError,
  type Submitted,
} from "./commands.ts";
import { writeCommand } from "./write_command.ts";

/** Seconds that a client is asked to stay away when there is no room. */
const RETRY_AFTER_SECONDS = 1;
/**
 * Silence from which on new orders are refused: longer than a leader that was stopped takes to be
 * replaced (bench:failover).
 */
export const SILENCE_MICROS_MAX = 1_500_000;
/** How often waits are looked at. */
const SWEEP_MILLIS = 50;

/** Refusals after which the same frame is sent again. */
const TEMPORARY_REFUSALS: ReadonlySet<number> = new Set([
  ResultCode.frameGap,
  ResultCode.frameCrc,
  ResultCode.leaderBusy,
  ResultCode.leaderStarting,
  ResultCode.journalUnavailable,
]);

/** What a gateway needs to submit orders. */
export interface OrderGatewayOptions {
  readonly connection: NatsConnection;
  readonly shard: number;
  /** Names this gateway instance to the leader; drawn at random when left out. */
  readonly sender?: number;
}

/** A request that waits for its report. */
interface Waiter {
  readonly resolve: (answer: Submitted) => void;
  /** By a clock that only goes forward. */
  readonly untilMillis: number;
}

/** Opens the order path of a gateway. Close it before the connection. */
export function createOrderGateway(options: OrderGatewayOptions): OrderGateway & { close(): void } {
  return new NatsOrderGateway(options);
}

class NatsOrderGateway implements OrderGateway {
  readonly #connection: NatsConnection;
  readonly #subject: string;
  readonly #inbox: string;
  readonly #batcher: Batcher;
  /** Waiters by frame number, then by index in the frame; `null` once told. */
  readonly #waiters = new Map<number, (Waiter | null)[]>();
  readonly #sweep: ReturnType<typeof setInterval>;
  readonly #stop: () => void;
  #isScheduled = false;
  #isClosed = false;
  #wakeTimer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer fires; `Infinity` when none is set. */
  #wakeMicros = Infinity;
  #counts = { submitted: 0, answered: 0, pending: 0, refused: 0, framesSent: 0, framesResent: 0 };
  #lastAnswerMillis = 0;
  #isConnected = true;
  /** What the last refusal says of whoever keeps orders from being answered. */
  #refuser: OrderPathPart = "leader";

  constructor({ connection, shard, sender }: OrderGatewayOptions) {
    this.#connection = connection;
    this.#subject = ordersSubject(shard);
    const random = crypto.getRandomValues(new Uint32Array(1))[0];
    this.#batcher = new Batcher(sender ?? random);
    const prefix = (connection as unknown as { options: { inboxPrefix?: string } }).options
      .inboxPrefix;
    this.#inbox = `${prefix ?? "_INBOX"}.orders-${random.toString(36)}`;
    const subscription = connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error === null) this.#receive(message);
      },
    });
    const leaders = connection.subscribe(leaderSubject(shard), {
      callback: (error) => {
        if (error !== null || this.#isClosed) return;
        this.#batcher.leaderChanged(nowMicros());
        this.#send();
      },
    });
    this.#stop = () => {
      subscription.unsubscribe();
      leaders.unsubscribe();
    };
    this.#sweep = setInterval(() => this.#sweepWaiters(), SWEEP_MILLIS);
    void this.#followConnection();
  }

  get status(): OrderGatewayStatus {
    return {
      ...this.#counts,
      waitingRecords: this.#batcher.waitingRecords,
      framesInFlight: this.#batcher.framesInFlight,
      roundTripMicros: Math.round(this.#batcher.window.smoothedMicros),
      down: this.#down(nowMicros()),
      lastAnswerMillis: this.#lastAnswerMillis,
    };
  }

  submit(command: Command, waitMillis: number): Promise<Submitted> {
    const now = nowMicros();
    const silentMicros = this.#batcher.silentMicros(now);
    if (silentMicros > SILENCE_MICROS_MAX && !isCancel(command)) {
      this.#counts.refused++;
      return Promise.reject(this.#downError(silentMicros));
    }
    const frame = this.#batcher.openFrame(isCancel(command), now);
    if (frame === null) {
      this.#counts.refused++;
      return Promise.reject(
        new OverloadedError(RETRY_AFTER_SECONDS, this.#batcher.waitingRecords),
      );
    }
    writeCommand(frame, command);
    this.#batcher.added();
    this.#counts.submitted++;
    let waiters = this.#waiters.get(frame.number);
    if (waiters === undefined) this.#waiters.set(frame.number, waiters = []);
    this.#schedule();
    if (waitMillis === 0) {
      waiters.push(null);
      return Promise.resolve("pending");
    }
    const list = waiters;
    return new Promise((resolve) => {
      list.push({ resolve, untilMillis: performance.now() + waitMillis });
    });
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#sweep);
    clearTimeout(this.#wakeTimer);
    this.#stop();
    for (const waiters of this.#waiters.values()) {
      for (const waiter of waiters) waiter?.resolve("pending");
    }
    this.#waiters.clear();
  }

  #down(now: number): OrderGatewayStatus["down"] {
    const silentMicros = this.#batcher.silentMicros(now);
    return silentMicros > SILENCE_MICROS_MAX ? this.#downError(silentMicros) : null;
  }

  #downError(silentMicros: number): OrderPathDownError {
    const part = this.#isConnected ? this.#refuser : "broker";
    return new OrderPathDownError(part, Math.round(silentMicros / 1000), RETRY_AFTER_SECONDS);
  }

  /** Sends once the present turn of the event loop has handed in all it has. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#send();
    });
  }

  #send(): void {
    if (this.#isClosed) return;
    const now = nowMicros();
    this.#batcher.tick(now);
    for (let frame = this.#batcher.next(now); frame !== null; frame = this.#batcher.next(now)) {
      frame.setCrc(crc32(frame.message.subarray(CRC_START_BYTES)));
      this.#counts.framesSent++;
      if (frame.attempts > 1) this.#counts.framesResent++;
      // The client sends without copying. A repeat may still wait to go out when the answer to the
      // first attempt comes and the frame is reused, so it gets bytes of its own.
      const message = frame.attempts === 1 ? frame.message : frame.message.slice();
      this.#connection.publish(this.#subject, message, {
        reply: `${this.#inbox}.${frame.number}`,
      });
    }
    this.#arm();
  }

  /**
   * Wakes up when the batcher wants to be asked again though nothing comes in. A timer that fires
   * too early asks in vain and is set anew, which is cheaper than a new one for every order.
   */
  #arm(): void {
    const wakeMicros = this.#batcher.wakeMicros();
    if (wakeMicros >= this.#wakeMicros) return;
    clearTimeout(this.#wakeTimer);
    this.#wakeMicros = wakeMicros;
    const millis = Math.max(1, Math.ceil((wakeMicros - nowMicros()) / 1000));
    this.#wakeTimer = setTimeout(() => {
      this.#wakeMicros = Infinity;
      this.#send();
    }, millis);
  }

  /** What was on its way when the connection broke is lost: no need to wait for the time-out. */
  async #followConnection(): Promise<void> {
    for await (const { type } of this.#connection.status()) {
      if (this.#isClosed) return;
      if (type === "disconnect") this.#isConnected = false;
      if (type !== "reconnect") continue;
      this.#isConnected = true;
      this.#batcher.sendAgain(0, nowMicros());
      this.#send();
    }
  }

  #receive(message: Msg): void {
    const number = Number(message.subject.slice(this.#inbox.length + 1));
    if (message.data.length === 0) {
      // No responders: no leader is there to take the frame.
      this.#refuser = "leader";
      this.#batcher.sendAgain(number, nowMicros());
      this.#arm();
      return;
    }
    const answer = WireBuffer.copyOf(message.data);
    const claimed = answer.words[2];
    if (crc32(message.data.subarray(CRC_START_BYTES)) !== claimed) return;
    this.#lastAnswerMillis = Date.now();
    if (frameKind(answer, 0) === FrameKind.refusal) this.#refused(answer, number);
    else if (frameKind(answer, 0) === FrameKind.reports) this.#answered(answer);
    this.#send();
  }

  #refused(answer: WireBuffer, number: number): void {
    const code = frameCode(answer, 0);
    if (TEMPORARY_REFUSALS.has(code)) {
      this.#refuser = code === ResultCode.journalUnavailable ? "journal" : "leader";
      this.#batcher.sendAgain(code === ResultCode.frameGap ? 0 : number, nowMicros());
      return;
    }
    // The leader cannot read what this gateway writes: nothing can be expected of this frame.
    const frame = this.#batcher.answered(number, nowMicros());
    if (frame !== null) this.#settle(frame, () => "pending");
  }

  #answered(answer: WireBuffer): void {
    const frame = this.#batcher.answered(frameNumber(answer, 0), nowMicros());
    if (frame === null) return;
    const count = frameCount(answer, 0);
    const { halves } = answer;
    let record = 0;
    this.#settle(frame, (index) => {
      const first = record;
      while (record < count && recordCommand(halves, record) === index) record++;
      return record === first ? "pending" : readCommandReport(answer, first, record);
    });
  }

  /** Tells every request of a frame, and gives the frame back. */
  #settle(frame: OutgoingFrame, reportOf: (index: number) => CommandReport | "pending"): void {
    const waiters = this.#waiters.get(frame.number) ?? [];
    this.#waiters.delete(frame.number);
    for (let index = 0; index < frame.count; index++) {
      const report = reportOf(index);
      if (report !== "pending") this.#counts.answered++;
      waiters[index]?.resolve(report);
    }
    this.#batcher.release(frame);
  }

  #sweepWaiters(): void {
    const now = performance.now();
    for (const waiters of this.#waiters.values()) {
      for (let index = 0; index < waiters.length; index++) {
        const waiter = waiters[index];
        if (waiter === null || waiter.untilMillis > now) continue;
        waiters[index] = null;
        this.#counts.pending++;
        waiter.resolve("pending");
      }
    }
  }
}

/** Index of the command that record `record` of a frame of reports belongs to. */
function recordCommand(halves: Uint16Array, record: number): number {
  return halves[((POSITIONED_BODY_BYTES + record * RECORD_BYTES) >> 1) + 3];
}

function nowMicros(): number {
  return Math.round(performance.now() * 1000) + 1;
}
