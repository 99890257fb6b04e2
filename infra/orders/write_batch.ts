/**
 * Writes commands that came together into a gateway's frames, as neighbours.
 *
 * @module
 */
import type { Batcher } from "../../core/batcher/batcher.ts";
import type { OutgoingFrame } from "../../core/batcher/outgoing_frame.ts";
import {
  type Command,
  isCancel,
  type OrderPathDownError,
  OverloadedError,
  RETRY_AFTER_SECONDS,
} from "./commands.ts";
import { BatchAnswers, BatchWaiter, type ReportWaiters } from "./report_waiters.ts";
import { writeCommand } from "./write_command.ts";

/** What a gateway's frames are written with. */
export interface FrameWriting {
  readonly batcher: Batcher;
  readonly waiters: ReportWaiters;
  /** Of the batcher. */
  readonly nowMicros: number;
  /** How long reports are waited for; 0: not at all. */
  readonly waitMillis: number;
}

/** Commands that were written, and where their answers will be. */
export interface WrittenBatch {
  readonly answers: BatchAnswers;
  readonly written: number;
}

/**
 * Writes each command that there is room for. O(commands).
 *
 * @param down why only cancels may go; `null`: everything may
 */
export function writeBatch(
  { batcher, waiters, nowMicros, waitMillis }: FrameWriting,
  commands: readonly Command[],
  down: OrderPathDownError | null,
): WrittenBatch {
  const untilMillis = performance.now() + waitMillis;
  const answers = new BatchAnswers(commands.length);
  let written = 0;
  let open: OutgoingFrame | null = null;
  /** Neighbours in the open frame: the first one's place in the batch, and their number. */
  let from = 0;
  let count = 0;
  const endSpan = (frame: OutgoingFrame) => {
    const waiter = waitMillis === 0 ? null : new BatchWaiter(untilMillis, answers, from, count);
    waiters.add(frame.number, frame.count - count, count, waiter);
    if (waiter === null) answers.done(count);
    written += count;
    count = 0;
  };
  for (let at = 0; at < commands.length; at++) {
    const command = commands[at];
    const refusal = isCancel(command) ? null : down;
    const frame = refusal === null ? batcher.openFrame(isCancel(command), nowMicros) : null;
    if (open !== null && frame !== open) endSpan(open);
    open = frame;
    if (frame === null) {
      answers.answers[at] = refusal ??
        new OverloadedError(RETRY_AFTER_SECONDS, batcher.waitingRecords);
      answers.done(1);
      continue;
    }
    if (count++ === 0) from = at;
    writeCommand(frame, command);
    batcher.added();
  }
  if (open !== null) endSpan(open);
  return { answers, written };
}
