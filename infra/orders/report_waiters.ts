/**
 * Who waits for the reports of a gateway's frames: one command, some that were handed in together
 * and want their reports as objects, or records that want them as they stand.
 *
 * A waiter stands for commands that are neighbours in one frame, so those of a batch are found and
 * told together, and nothing is made for a command by itself.
 *
 * @module
 */
import { readCommandReport } from "../../core/protocol/command_report.ts";
import { frameCount } from "../../core/protocol/frame.ts";
import type { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import type { BatchAnswer, Submitted } from "./commands.ts";
import { recordCommand, type ReportPart } from "./record_reports.ts";

/** Waits for the reports of neighbours in one frame. Told once, one way or the other. */
export interface ReportWaiter {
  /** When it waits no longer, by a clock that only goes forward. */
  readonly untilMillis: number;
  /**
   * The answer has the records `from .. end` for its commands, of which the first has the index
   * `first` in its frame. The answer is the waiter's own to keep and to read.
   */
  answered(answer: WireBuffer, from: number, end: number, first: number): void;
  /** No report came in time, or will ever. */
  pending(): void;
}

/** Commands of a frame, and who waits for them; `null`: nobody does any more. */
interface Span {
  readonly first: number;
  readonly count: number;
  waiter: ReportWaiter | null;
}

/** The waiters of all frames that are not answered yet. Bounded by the frames of the gateway. */
export class ReportWaiters {
  /** By frame number, in the order of their commands. */
  readonly #spans = new Map<number, Span[]>();

  /** The next `count` commands of the frame, from `first` on, are this waiter's. */
  add(frameNumber: number, first: number, count: number, waiter: ReportWaiter | null): void {
    const spans = this.#spans.get(frameNumber);
    const span = { first, count, waiter };
    if (spans === undefined) this.#spans.set(frameNumber, [span]);
    else spans.push(span);
  }

  /**
   * Tells everybody who waits for the frame; without an answer, that there will be none.
   *
   * @returns how many commands have a report
   */
  settle(frameNumber: number, answer: WireBuffer | null): number {
    const spans = this.#spans.get(frameNumber) ?? [];
    this.#spans.delete(frameNumber);
    if (answer === null) {
      for (const { waiter } of spans) waiter?.pending();
      return 0;
    }
    const count = frameCount(answer, 0);
    let record = 0;
    let reported = 0;
    for (const span of spans) {
      const from = record;
      const end = span.first + span.count;
      let last = -1;
      for (; record < count; record++) {
        const command = recordCommand(answer, record);
        if (command >= end) break;
        if (command !== last) reported++;
        last = command;
      }
      span.waiter?.answered(answer, from, record, span.first);
    }
    return reported;
  }

  /** Tells those whose time is up. @returns how many commands they wait for */
  sweep(nowMillis: number): number {
    let count = 0;
    for (const spans of this.#spans.values()) {
      for (const span of spans) {
        const { waiter } = span;
        if (waiter === null || waiter.untilMillis > nowMillis) continue;
        span.waiter = null;
        count += span.count;
        waiter.pending();
      }
    }
    return count;
  }

  /** Tells everybody that there will be no report. */
  close(): void {
    for (const number of [...this.#spans.keys()]) this.settle(number, null);
  }
}

/** Waits for one command. */
export class CommandWaiter implements ReportWaiter {
  constructor(
    readonly untilMillis: number,
    private readonly resolve: (answer: Submitted) => void,
  ) {}

  answered(answer: WireBuffer, from: number, end: number): void {
    this.resolve(from === end ? "pending" : readCommandReport(answer, from, end));
  }

  pending(): void {
    this.resolve("pending");
  }
}

/** The answers to commands that were handed in together, in their order. */
export class BatchAnswers {
  readonly answers: BatchAnswer[];
  #left: number;
  #resolve: ((answers: readonly BatchAnswer[]) => void) | null = null;

  constructor(count: number) {
    this.answers = new Array<BatchAnswer>(count).fill("pending");
    this.#left = count;
  }

  /** The answers of `count` commands stand, whatever they are. */
  done(count: number): void {
    this.#left -= count;
    if (this.#left === 0) this.#resolve?.(this.answers);
  }

  /** Settles once all answers stand. */
  all(): Promise<readonly BatchAnswer[]> {
    if (this.#left === 0) return Promise.resolve(this.answers);
    return new Promise((resolve) => this.#resolve = resolve);
  }
}

/** Waits for neighbours of a batch, the first of which is the batch's command `at`. */
export class BatchWaiter implements ReportWaiter {
  constructor(
    readonly untilMillis: number,
    private readonly batch: BatchAnswers,
    private readonly at: number,
    private readonly count: number,
  ) {}

  answered(answer: WireBuffer, from: number, end: number, first: number): void {
    const { answers } = this.batch;
    for (let record = from; record < end;) {
      const command = recordCommand(answer, record);
      const start = record;
      while (record < end && recordCommand(answer, record) === command) record++;
      answers[this.at + command - first] = readCommandReport(answer, start, record);
    }
    this.batch.done(this.count);
  }

  pending(): void {
    this.batch.done(this.count);
  }
}

/** The reports to records that came in one frame of a client. */
export class RecordAnswers {
  readonly parts: ReportPart[] = [];
  #left: number;
  #resolve: ((parts: readonly ReportPart[]) => void) | null = null;

  /** @param waiters that will be told */
  constructor(waiters: number) {
    this.#left = waiters;
  }

  /** One waiter less. */
  done(): void {
    if (--this.#left === 0) this.#resolve?.(this.parts);
  }

  /** Settles once all waiters were told. */
  all(): Promise<readonly ReportPart[]> {
    if (this.#left === 0) return Promise.resolve(this.parts);
    return new Promise((resolve) => this.#resolve = resolve);
  }
}

/** Waits for neighbours among a client's records, the first of which is its record `at`. */
export class RecordWaiter implements ReportWaiter {
  constructor(
    readonly untilMillis: number,
    private readonly records: RecordAnswers,
    private readonly at: number,
  ) {}

  answered(answer: WireBuffer, from: number, end: number, first: number): void {
    // Frames are answered in any order where some were sent again; parts are told by their commands.
    if (end > from) this.records.parts.push({ answer, from, end, shift: this.at - first });
    this.records.done();
  }

  pending(): void {
    this.records.done();
  }
}
