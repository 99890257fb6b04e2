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
import {
  CRC_START_BYTES,
  frameCode,
  FrameKind,
  frameKind,
  frameNumber,
} from "../../core/protocol/frame.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { leaderSubject, ordersSubject } from "../../core/protocol/subjects.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import {
  type BatchAnswer,
  type ClientRecords,
  type Command,
  isCancel,
  type OrderGateway,
  type OrderGatewayStatus,
  OrderPathDownError,
  type OrderPathPart,
  OverloadedError,
  RETRY_AFTER_SECONDS,
  type Submitted,
} from "./commands.ts";
import type { ReportPart } from "./record_reports.ts";
import { CommandWaiter, ReportWaiters } from "./report_waiters.ts";
import { type FrameWriting, writeBatch } from "./write_batch.ts";
import { writeCommand } from "./write_command.ts";
import { writeRecords } from "./write_records.ts";

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

/** Opens the order path of a gateway. Close it before the connection. */
export function createOrderGateway(options: OrderGatewayOptions): OrderGateway & { close(): void } {
  return new NatsOrderGateway(options);
}

class NatsOrderGateway implements OrderGateway {
  readonly #connection: NatsConnection;
  readonly #subject: string;
  readonly #inbox: string;
  readonly #batcher: Batcher;
  readonly #waiters = new ReportWaiters();
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
    if (frame === null) return Promise.reject(this.#overloaded());
    writeCommand(frame, command);
    this.#batcher.added();
    this.#counts.submitted++;
    this.#schedule();
    if (waitMillis === 0) {
      this.#waiters.add(frame.number, frame.count - 1, 1, null);
      return Promise.resolve("pending");
    }
    return new Promise((resolve) => {
      const waiter = new CommandWaiter(performance.now() + waitMillis, resolve);
      this.#waiters.add(frame.number, frame.count - 1, 1, waiter);
    });
  }

  submitAll(commands: readonly Command[], waitMillis: number): Promise<readonly BatchAnswer[]> {
    const writing = this.#writing(waitMillis);
    const silentMicros = this.#batcher.silentMicros(writing.nowMicros);
    const down = silentMicros > SILENCE_MICROS_MAX ? this.#downError(silentMicros) : null;
    const { answers, written } = writeBatch(writing, commands, down);
    this.#counts.submitted += written;
    this.#counts.refused += commands.length - written;
    this.#schedule();
    return answers.all();
  }

  takes(records: number, areCancels: boolean): boolean {
    const isDown = this.#batcher.silentMicros(nowMicros()) > SILENCE_MICROS_MAX;
    return (areCancels || !isDown) && this.#batcher.room(areCancels) >= records;
  }

  submitRecords(records: ClientRecords, waitMillis: number): Promise<readonly ReportPart[]> {
    const writing = this.#writing(waitMillis);
    const { count } = records;
    const isCancel = records.cancels === count;
    const silentMicros = this.#batcher.silentMicros(writing.nowMicros);
    if (silentMicros > SILENCE_MICROS_MAX && !isCancel) {
      this.#counts.refused += count;
      return Promise.reject(this.#downError(silentMicros));
    }
    if (this.#batcher.room(isCancel) < count) return Promise.reject(this.#overloaded(count));
    const answers = writeRecords(writing, records);
    this.#counts.submitted += count;
    this.#schedule();
    return answers.all();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#sweep);
    clearTimeout(this.#wakeTimer);
    this.#stop();
    this.#waiters.close();
  }

  #writing(waitMillis: number): FrameWriting {
    return { batcher: this.#batcher, waiters: this.#waiters, nowMicros: nowMicros(), waitMillis };
  }

  #overloaded(commands = 1): OverloadedError {
    this.#counts.refused += commands;
    return new OverloadedError(RETRY_AFTER_SECONDS, this.#batcher.waitingRecords);
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
    if (frame !== null) this.#settle(frame, null);
  }

  #answered(answer: WireBuffer): void {
    const frame = this.#batcher.answered(frameNumber(answer, 0), nowMicros());
    if (frame === null) return;
    this.#settle(frame, answer);
  }

  /** Tells everybody who waits for the frame, and gives it back. */
  #settle(frame: OutgoingFrame, answer: WireBuffer | null): void {
    this.#counts.answered += this.#waiters.settle(frame.number, answer);
    this.#batcher.release(frame);
  }

  #sweepWaiters(): void {
    this.#counts.pending += this.#waiters.sweep(performance.now());
  }
}

function nowMicros(): number {
  return Math.round(performance.now() * 1000) + 1;
}
