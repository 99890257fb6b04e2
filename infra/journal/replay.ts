/**
 * Rebuilds the state of a shard from its journal.
 *
 * @module
 */
import { frameCount } from "../../core/protocol/frame.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { APPEND_BYTES_MAX } from "../../core/sequencer/append_buffer.ts";
import { checkAppend } from "../../core/sequencer/read_append.ts";
import type { Replica } from "../../core/sequencer/replica.ts";
import { hasValidCrc } from "./crc.ts";
import { JournalDamagedError, type JournalStream } from "./journal_stream.ts";

/** Who wants to know how a replay goes on. */
export interface ReplayListener {
  /**
   * After each append: the replica's events are its events, and it carried so many frames. May take
   * its time.
   */
  readonly applied?: (sequence: number, frames: number) => void | Promise<void>;
}

/**
 * Applies the journal to a replica, from where the replica stands up to `lastSequence`.
 *
 * @throws {JournalDamagedError} when a message is no valid append
 * @throws {JournalGapError} when messages are missing
 */
export async function replayJournal(
  journal: JournalStream,
  lastSequence: number,
  replica: Replica,
  listener: ReplayListener = {},
): Promise<void> {
  const wire = WireBuffer.allocate(APPEND_BYTES_MAX);
  for await (const { sequence, data } of journal.read(replica.journalSequence + 1, lastSequence)) {
    applyMessage(journal, replica, wire, sequence, data);
    await listener.applied?.(sequence, frameCount(wire, 0));
  }
}

/**
 * Checks the journal's message `sequence` and applies it to a replica that stands right before it.
 *
 * @param wire where it is copied to: at least as long as the longest append
 * @throws {JournalDamagedError} when it is no valid append
 */
export function applyMessage(
  journal: JournalStream,
  replica: Replica,
  wire: WireBuffer,
  sequence: number,
  data: Uint8Array,
): void {
  const isIntact = data.length <= APPEND_BYTES_MAX && hasValidCrc(data);
  if (!isIntact) throw new JournalDamagedError(journal.name, sequence, ResultCode.frameCrc);
  wire.bytes.set(data);
  const code = checkAppend(wire, data.length, replica.state.commandCount);
  if (code !== ResultCode.ok) throw new JournalDamagedError(journal.name, sequence, code);
  replica.apply(wire);
}
