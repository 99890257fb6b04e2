/**
 * Patience with a broker of several servers: for some seconds a stream may have no leader, and then
 * nobody answers for it; and a new leader may say for a moment that the stream is shorter than the
 * one before it had said. Neither is a reason to give up, let alone to distrust the log.
 *
 * @module
 */
import { ErrorCode, NatsError } from "nats.ws";
import { LOSS_MILLIS } from "../../core/sequencer/journal_patience.ts";
import type { JournalStream } from "../../infra/journal/journal_stream.ts";

/** How long the broker may answer nothing; then this process ends, and another one asks on. */
export const PATIENCE_MILLIS_MAX = 5 * 60_000;
/** Pause between two questions. */
const PAUSE_MILLIS = 100;
/** The API's code for what is not to be had at the moment. */
const UNAVAILABLE = 503;

/**
 * Asks until it is answered.
 *
 * @param ask may be repeated
 * @throws whatever `ask` throws that is no silence, and its silence after {@link PATIENCE_MILLIS_MAX}
 */
export async function whenAnswered<T>(
  ask: () => Promise<T>,
  say: (line: string) => void,
): Promise<T> {
  const untilMillis = performance.now() + PATIENCE_MILLIS_MAX;
  for (let isFirst = true;; isFirst = false) {
    try {
      return await ask();
    } catch (error) {
      if (!isSilence(error) || performance.now() > untilMillis) throw error;
      if (isFirst) say(`the broker does not answer (${error.message}); waiting for it`);
    }
    await pause(PAUSE_MILLIS);
  }
}

/**
 * Sequence of the journal's last message, which should be at least `least`: until it is, or for
 * {@link LOSS_MILLIS}, it is read again.
 */
export async function journalEnd(journal: JournalStream, least: number): Promise<number> {
  const untilMillis = performance.now() + LOSS_MILLIS;
  for (;;) {
    const { sequence } = await journal.last();
    if (sequence >= least || performance.now() > untilMillis) return sequence;
    await pause(PAUSE_MILLIS);
  }
}

/** Whether an error only says that nobody answers now. */
export function isSilence(error: unknown): error is NatsError {
  if (!(error instanceof NatsError)) return false;
  const code: string = error.code;
  return code === ErrorCode.Timeout || code === ErrorCode.NoResponders ||
    code === ErrorCode.JetStream408RequestTimeout || error.api_error?.code === UNAVAILABLE;
}

const pause = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis));
