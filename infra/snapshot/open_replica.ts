/**
 * A replica to begin with: that of the newest snapshot that is whole and belongs to the journal, or
 * an empty one where there is none.
 *
 * @module
 */
import { type Capacities, DEFAULT_CAPACITIES } from "../../core/matching/shard_state.ts";
import {
  positionEpoch,
  positionNumber,
  positionStampMicros,
  positionTotal,
} from "../../core/protocol/position.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { Replica } from "../../core/sequencer/replica.ts";
import type { JournalStream } from "../journal/journal_stream.ts";
import type { SnapshotMedium } from "./snapshot_media.ts";
import { loadNewest } from "./snapshots.ts";

/** A snapshot stands behind an append that the journal does not have. */
export class JournalBehindError extends Error {
  override readonly name = "JournalBehindError";
}

/** What {@link openReplica} goes by. */
export interface OpenRequest {
  readonly shard: number;
  readonly journal: JournalStream;
  readonly media: readonly SnapshotMedium[];
  /** Sequence of the journal's last append. */
  readonly lastSequence: number;
  /** Snapshots behind a later append are not looked at. */
  readonly latest?: number;
  /** Messages that the events stream has, where the replica is to make the next ones. */
  readonly storedEventMessages?: number;
  readonly least?: Partial<Capacities>;
  /** Told what was passed over, and why. */
  readonly say: (line: string) => void;
}

/**
 * Opens a replica; the journal behind it is the caller's to replay.
 *
 * @throws {JournalBehindError} when a snapshot that is whole is ahead of the journal, or of another
 * one: the broker has lost what it acknowledged, or the data of two installations were mixed
 */
export async function openReplica(request: OpenRequest): Promise<Replica> {
  const { least, media } = request;
  const accepts = (replica: Replica) => judgeReplica(request, replica);
  const found = await loadNewest(media, { ...request, accepts });
  return found ?? new Replica({ ...DEFAULT_CAPACITIES, ...least });
}

/**
 * Why a snapshot's replica is of no use beside the journal and the events stream; `null`: it is.
 *
 * @throws {JournalBehindError}
 */
export async function judgeReplica(
  request: OpenRequest,
  replica: Replica,
): Promise<string | null> {
  const { journal, lastSequence, storedEventMessages } = request;
  const { journalSequence } = replica;
  if (journalSequence > lastSequence) {
    // A leader goes on meanwhile, and snapshots are taken of it: read before, the end is no proof.
    const { sequence: endsAt } = await journal.last();
    if (journalSequence > endsAt) {
      throw new JournalBehindError(
        `${journal.name} ends at ${endsAt}, but there is a snapshot behind ${journalSequence}: ` +
          "the broker has lost what it acknowledged",
      );
    }
  }
  await assertSameJournal(journal, replica);
  if (journalSequence > lastSequence) return `append ${journalSequence} came after this began`;
  if (storedEventMessages !== undefined && replica.eventMessages > storedEventMessages) {
    return `the events stream has ${storedEventMessages} messages, it needs ${replica.eventMessages}`;
  }
  return null;
}

/** The append that the replica stands behind must be the one that the journal has. */
async function assertSameJournal(journal: JournalStream, replica: Replica): Promise<void> {
  const { journalSequence, state } = replica;
  if (journalSequence === 0) return;
  const data = await journal.get(journalSequence);
  if (data === null) return;
  const wire = WireBuffer.copyOf(data);
  const lastCommand = positionNumber(wire, 0) + positionTotal(wire, 0) - 1;
  const isSame = positionStampMicros(wire, 0) === state.stampMicros &&
    positionEpoch(wire, 0) === state.epoch && lastCommand === state.commandCount;
  if (isSame) return;
  throw new JournalBehindError(
    `${journal.name} has another append at ${journalSequence} than the one that a snapshot stands ` +
      "behind: the broker has lost what it acknowledged, or this is another installation's data",
  );
}
