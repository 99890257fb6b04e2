/**
 * The leader of a shard: takes frames, has them journaled, applies them, answers and publishes.
 * Carries out what the sequencer (core/sequencer) says.
 *
 * @module
 */
import type { Msg, NatsConnection } from "nats.ws";
import { applyFrame, beginAppend } from "../../core/matching/apply.ts";
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
import {
  adminSubject,
  journalStream,
  ordersSubject,
  streamLeaderSubject,
} from "../../core/protocol/subjects.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import type { AppendBuffer } from "../../core/sequencer/append_buffer.ts";
import { JournalPatience } from "../../core/sequencer/journal_patience.ts";
import { collectReports } from "../../core/sequencer/reports.ts";
import type { Sequencer } from "../../core/sequencer/sequencer.ts";
import { hasValidCrc, sealCrc } from "../../infra/journal/crc.ts";
import {
  type JournalStream,
  journalTrouble,
  readAppendAnswer,
} from "../../infra/journal/journal_stream.ts";
import { claimFrame } from "./claim_frame.ts";
import type { EventsPublisher } from "./events_publisher.ts";

/** How long an append may go without an answer before the log is read. */
export const APPEND_ANSWER_MILLIS = 2_000;
/** How often time-outs are looked at. */
const WATCH_MILLIS = 100;
/** How long what was taken may need to be finished when the leader is told to stop. */
const DRAIN_MILLIS_MAX = 3_000;
/** Pause before the same append is sent again, or the log is read again. */
const RETRY_MILLIS = 50;
/** How long the log's end is waited for at first; doubled each time, up to the longest. */
const READ_MILLIS_LEAST = 250;
const READ_MILLIS_MOST = 1_000;

/** What a leader works with. */
export interface LeaderParts {
  readonly connection: NatsConnection;
  readonly shard: number;
  readonly state: ShardState;
  readonly sequencer: Sequencer;
  readonly journal: JournalStream;
  readonly publisher: EventsPublisher;
  /** Inbox prefix of the connection. */
  readonly inbox: string;
  /** What applies a frame: the matching core; a bench puts an echo in its place. */
  readonly applyFrame?: typeof applyFrame;
  /** Called once after each append was applied and published. */
  readonly applied: (journalSequence: number) => void;
  /**
   * Called once when the leader can lead no longer: it has stopped answering.
   *
   * @param logIsLost the broker does not have what it acknowledged: nobody may go on from there
   */
  readonly stopped: (reason: string, logIsLost: boolean) => void;
  /** Told when the journal goes silent, and when it answers again. */
  readonly say: (line: string) => void;
}

/** Leads one shard until it is stopped or deposed. */
export class Leader {
  readonly #parts: LeaderParts;
  readonly #answerInbox: string;
  #subscriptions: { unsubscribe(): void }[] = [];
  /** Counts appends sent, so that a late answer is not taken for that of the next append. */
  #appendNumber = 0;
  #sentMillis = 0;
  readonly #patience = new JournalPatience();
  /** The last append that was applied. */
  #appliedSequence: number;
  /** Settles when a question that is on its way to the broker will get no answer, or an old one. */
  #questionLost = Promise.withResolvers<null>();
  #isScheduled = false;
  #isStopped = false;
  #watch: ReturnType<typeof setInterval> | undefined;

  constructor(parts: LeaderParts) {
    this.#parts = parts;
    this.#answerInbox = `${parts.inbox}.append`;
    this.#appliedSequence = parts.sequencer.lastSequence;
  }

  /** Claims the epoch and begins to take frames. */
  start(): void {
    const { connection, sequencer, shard } = this.#parts;
    this.#subscribe(`${this.#answerInbox}.*`, (message) => this.#answered(message));
    sequencer.offer(claimFrame(sequencer.epoch), FrameKind.claim, "");
    this.#subscribe(ordersSubject(shard), (message) => this.#offer(message, FrameKind.orders));
    this.#subscribe(
      adminSubject(shard),
      (message) => this.#offer(message, FrameKind.administration),
    );
    // Where another server of the broker leads the journal now, an answer in flight may be lost.
    this.#subscribe(streamLeaderSubject(journalStream(shard)), () => {
      this.#loseQuestions();
    });
    this.#watch = setInterval(() => this.#lookAfter(), WATCH_MILLIS);
    this.#advance();
    void this.#followConnection(connection);
  }

  /** Takes no more frames; what was taken is finished. */
  async drain(): Promise<void> {
    for (const subscription of this.#subscriptions.slice(1)) subscription.unsubscribe();
    const { sequencer, publisher } = this.#parts;
    const untilMillis = performance.now() + DRAIN_MILLIS_MAX;
    while (sequencer.phase !== "idle" && !this.#isStopped && performance.now() < untilMillis) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await publisher.drained(untilMillis - performance.now());
    this.#end();
  }

  #subscribe(subject: string, take: (message: Msg) => void): void {
    const subscription = this.#parts.connection.subscribe(subject, {
      callback: (error, message) => {
        if (error === null && !this.#isStopped) this.#guard(() => take(message));
      },
    });
    this.#subscriptions.push(subscription);
  }

  /** A broken invariant ends the leader at once; the journal brings its state back. */
  #guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      const { state, sequencer } = this.#parts;
      const what = error instanceof Error ? error.stack ?? error.message : String(error);
      this.#stop(
        `broken invariant at journal sequence ${sequencer.lastSequence}, event ` +
          `${state.events.sequence}, state hash ${state.events.stateHash}: ${what}`,
        false,
      );
    }
  }

  #offer(message: Msg, kind: number): void {
    const { publisher, sequencer } = this.#parts;
    const reply = message.reply ?? "";
    let code: ResultCode = ResultCode.ok;
    if (!hasValidCrc(message.data)) code = ResultCode.frameCrc;
    else if (this.#patience.isSilent(performance.now())) code = ResultCode.journalUnavailable;
    else if (!publisher.hasRoom) code = ResultCode.leaderBusy;
    else code = sequencer.offer(message.data, kind, reply);
    if (code === ResultCode.ok) this.#schedule();
    else this.#refuse(message.data, reply, code);
  }

  /** Sends the next append once all messages of this turn have been taken. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      if (!this.#isStopped) this.#guard(() => this.#advance());
    });
  }

  #advance(): void {
    const { sequencer, state } = this.#parts;
    const append = sequencer.next(Date.now() * 1000);
    if (append === null) return;
    const { hashHigh, hashLow } = state.events;
    const behind = sequencer.lastSequence + 1 - this.#appliedSequence;
    writeStateHash(append.wire, 0, hashLow, hashHigh, behind);
    sealCrc(append.wire, append.byteLength);
    this.#appendNumber++;
    this.#patience.sent(performance.now());
    this.#send(append);
  }

  #send(append: AppendBuffer): void {
    const { journal, sequencer } = this.#parts;
    this.#sentMillis = Date.now();
    const reply = `${this.#answerInbox}.${this.#appendNumber}`;
    journal.append(append.message, sequencer.lastSequence, reply);
  }

  #answered(message: Msg): void {
    const number = Number(message.subject.slice(this.#answerInbox.length + 1));
    if (number !== this.#appendNumber) return;
    const answer = readAppendAnswer(message);
    const { sequencer } = this.#parts;
    if (answer?.kind !== "stored") {
      this.#patience.reason = answer?.detail ?? "no stream takes its appends";
      if (sequencer.phase === "inFlight") this.#doubt();
      return;
    }
    const append = sequencer.acknowledged(answer.sequence);
    if (append !== null) this.#apply(append, answer.sequence);
    else if (sequencer.phase === "deposed") {
      this.#stop("the journal went on without this leader", false);
    }
  }

  /** The next append is on its way before this one is matched: the two overlap. */
  #apply(append: AppendBuffer, journalSequence: number): void {
    this.#patience.stored();
    this.#advance();
    const { applied, connection, publisher, sequencer, state } = this.#parts;
    const apply = this.#parts.applyFrame ?? applyFrame;
    beginAppend(state, append.stampMicros, append.epoch);
    const firstEventSequence = state.events.sequence + 1;
    for (let index = 0; index < append.frameCount; index++) {
      const at = append.offsets[index];
      const from = state.events.count;
      apply(state, append.wire, at, append.lengths[index]);
      const reply = append.replies[index];
      if (reply === "") continue;
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
      connection.publish(reply, reports.bytes);
    }
    this.#appliedSequence = journalSequence;
    // What a projection needs to read an event is there before the event is.
    applied(journalSequence);
    publisher.publish(state, journalSequence);
    sequencer.release(append);
  }

  /** The append was refused or its answer did not come: what the log ends with decides. */
  #doubt(): void {
    void this.#resolve(this.#parts.sequencer.doubt());
  }

  async #resolve(doubt: number): Promise<void> {
    const { sequencer } = this.#parts;
    let readMillis = READ_MILLIS_LEAST;
    while (sequencer.phase === "inDoubt" && !this.#isStopped) {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MILLIS));
      const last = await Promise.race([this.#readLast(readMillis), this.#questionLost.promise]);
      if (this.#isStopped) return;
      readMillis = Math.min(READ_MILLIS_MOST, readMillis * 2);
      if (last === null) continue;
      const resolved = sequencer.resolve(doubt, last.sequence, last.message?.data ?? null);
      if (resolved.action === "none") return;
      if (resolved.action === "deposed") this.#stop(resolved.reason, false);
      else if (resolved.action === "lost") this.#stop(resolved.reason, true);
      else if (resolved.action === "resend") this.#send(resolved.append);
      else this.#guard(() => this.#apply(resolved.append, last.sequence));
    }
  }

  /** What the log ends with; `null` where that must be asked again. */
  async #readLast(
    answerMillis: number,
  ): Promise<Awaited<ReturnType<JournalStream["last"]>> | null> {
    const { journal, sequencer } = this.#parts;
    try {
      const last = await journal.last(answerMillis);
      const isShort = last.sequence < sequencer.lastSequence;
      return this.#patience.read(isShort, performance.now()) || !isShort ? last : null;
    } catch (error) {
      const { isGone, reason } = journalTrouble(error);
      this.#patience.reason = reason;
      const isLost = this.#patience.read(isGone, performance.now());
      if (isLost) this.#stop(`${journal.name} does not exist any more`, true);
      return null;
    }
  }

  #lookAfter(): void {
    const { publisher, sequencer } = this.#parts;
    publisher.check();
    if (publisher.failure !== null) this.#stop(publisher.failure, false);
    this.#sayChange();
    const isLate = Date.now() - this.#sentMillis > APPEND_ANSWER_MILLIS;
    if (sequencer.phase === "inFlight" && isLate) this.#doubt();
  }

  /** After a reconnect the answer in flight is lost: no need to wait for the time-out. */
  async #followConnection(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (this.#isStopped) return;
      if (status.type !== "reconnect") continue;
      this.#loseQuestions();
    }
  }

  /** What is on its way to the broker gets no answer, or that of a server that leads no more. */
  #loseQuestions(): void {
    this.#questionLost.resolve(null);
    this.#questionLost = Promise.withResolvers();
    if (this.#parts.sequencer.phase === "inFlight") this.#doubt();
  }

  #sayChange(): void {
    const { journal, say } = this.#parts;
    const change = this.#patience.change(performance.now());
    if (change === "answering") say(`${journal.name} takes appends again`);
    if (change !== "silent") return;
    say(
      `${journal.name} takes no append (${this.#patience.reason}): orders are refused until it does`,
    );
  }

  #refuse(frame: Uint8Array, reply: string, code: number): void {
    if (reply === "") return;
    const header = WireBuffer.allocate(FRAME_HEADER_BYTES);
    if (frame.length >= FRAME_HEADER_BYTES) {
      header.bytes.set(frame.subarray(0, FRAME_HEADER_BYTES));
    }
    const sender = frameSender(header, 0);
    const number = code === ResultCode.frameCrc ? 0 : frameNumber(header, 0);
    writeFrameHeader(header, 0, FrameKind.refusal, 0, sender, number, 0, FRAME_HEADER_BYTES, code);
    sealCrc(header, FRAME_HEADER_BYTES);
    this.#parts.connection.publish(reply, header.bytes);
  }

  #stop(reason: string, logIsLost: boolean): void {
    if (this.#isStopped) return;
    this.#end();
    this.#parts.stopped(reason, logIsLost);
  }

  #end(): void {
    this.#isStopped = true;
    clearInterval(this.#watch);
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
  }
}
