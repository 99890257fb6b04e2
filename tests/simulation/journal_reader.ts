/**
 * Reads the journal back over the simulated network: what infra/journal does.
 *
 * @module
 */
import { ResultCode } from "../../core/protocol/result_code.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { APPEND_BYTES_MAX } from "../../core/sequencer/append_buffer.ts";
import { checkAppend } from "../../core/sequencer/read_append.ts";
import type { Replica } from "../../core/sequencer/replica.ts";
import { hasValidCrc } from "../../infra/journal/crc.ts";
import { JournalDamagedError, JournalGapError } from "../../infra/journal/journal_stream.ts";
import type { SimulatedBroker } from "./simulated_broker.ts";
import type { SimulatedProcess, Task } from "./simulated_process.ts";

/** Messages that are asked for at once. */
const FETCH_MESSAGES = 24;
const JOURNAL = "JOURNAL_0";

/** One message of the journal on its way to a reader. */
export interface ReadMessage {
  readonly sequence: number;
  readonly message: Uint8Array;
}

/** Some messages from a sequence on; those that are lost are not among them. */
export function messagesFrom(broker: SimulatedBroker, first: number): ReadMessage[] {
  const found: ReadMessage[] = [];
  for (let at = first - 1; at < broker.journal.length && found.length < FETCH_MESSAGES; at++) {
    const stored = broker.journal[at];
    if (stored !== null) found.push({ sequence: at + 1, message: stored.message });
  }
  return found;
}

/**
 * Checks a message and applies it to a replica that stands right before it.
 *
 * @throws {JournalDamagedError} when it is no valid append
 */
export function applyMessage(replica: Replica, sequence: number, message: Uint8Array): void {
  const isIntact = message.length <= APPEND_BYTES_MAX && hasValidCrc(message);
  if (!isIntact) throw new JournalDamagedError(JOURNAL, sequence, ResultCode.frameCrc);
  const wire = WireBuffer.copyOf(message);
  const code = checkAppend(wire, message.length, replica.state.commandCount);
  if (code !== ResultCode.ok) throw new JournalDamagedError(JOURNAL, sequence, code);
  replica.apply(wire);
}

/**
 * Applies the journal to a replica up to `lastSequence`.
 *
 * @throws {JournalGapError} when a message is missing
 */
export function* followJournal(
  process: SimulatedProcess,
  broker: SimulatedBroker,
  replica: Replica,
  lastSequence: number,
  applied: () => Task<void> | undefined = () => undefined,
): Task<void> {
  while (replica.journalSequence < lastSequence) {
    const first = replica.journalSequence + 1;
    const messages = yield* process.connection.answerOf(() => messagesFrom(broker, first));
    for (const { message, sequence } of messages) {
      if (sequence > lastSequence) break;
      if (sequence !== replica.journalSequence + 1) break;
      applyMessage(replica, sequence, message);
      process.world.count("append replayed");
      const more = applied();
      if (more !== undefined) yield* more;
    }
    if (replica.journalSequence + 1 === first) {
      throw new JournalGapError(JOURNAL, first, lastSequence);
    }
  }
}
