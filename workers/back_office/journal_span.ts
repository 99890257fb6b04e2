/**
 * Which appends of a journal are stamped within a window.
 *
 * @module
 */
import { POSITIONED_BODY_BYTES, positionStampMicros } from "../../core/protocol/position.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { JournalDamagedError, type JournalStream } from "../../infra/journal/journal_stream.ts";
import type { TradingWindow } from "./trading_window.ts";

/** Sequences of appends; none where `last` is below `first`. */
export interface JournalSpan {
  readonly first: number;
  readonly last: number;
}

/**
 * Finds the appends of a window. Stamps grow with every append, so it takes two searches of
 * O(log appends) reads. What the journal no longer has was written before everything that it has.
 *
 * @param lastSequence of the journal
 * @throws {JournalDamagedError} when an append that is looked at is too short to be one
 */
export async function journalSpan(
  journal: JournalStream,
  lastSequence: number,
  window: TradingWindow,
): Promise<JournalSpan> {
  const first = await firstStamped(journal, lastSequence, window.fromMicros);
  return { first, last: await firstStamped(journal, lastSequence, window.toMicros) - 1 };
}

/** The first append with a stamp of `micros` or later; one behind the last where there is none. */
async function firstStamped(
  journal: JournalStream,
  lastSequence: number,
  micros: number,
): Promise<number> {
  let least = 1;
  let most = lastSequence + 1;
  while (least < most) {
    const middle = Math.floor((least + most) / 2);
    if (await stampOf(journal, middle) >= micros) most = middle;
    else least = middle + 1;
  }
  return least;
}

async function stampOf(journal: JournalStream, sequence: number): Promise<number> {
  const data = await journal.get(sequence);
  if (data === null) return -Infinity;
  if (data.length < POSITIONED_BODY_BYTES) {
    throw new JournalDamagedError(journal.name, sequence, ResultCode.frameTruncated);
  }
  return positionStampMicros(WireBuffer.copyOf(data.subarray(0, POSITIONED_BODY_BYTES)), 0);
}
