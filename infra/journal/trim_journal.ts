/**
 * Cuts a journal off behind two valid snapshots, where that was allowed when it was made.
 *
 * What is cut off is gone: the state can then be rebuilt from a snapshot only, and no more from
 * nothing. The append that the older snapshot stands behind stays, so that a snapshot can still be
 * compared with its journal. The events stream is never cut off: history is made of it.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import { SnapshotError } from "../../core/snapshot/snapshot_error.ts";
import { judgeReplica } from "../snapshot/open_replica.ts";
import type { SnapshotMedium } from "../snapshot/snapshot_media.ts";
import { listSnapshots, readSnapshot, SNAPSHOTS_KEPT } from "../snapshot/snapshots.ts";
import { JournalStream } from "./journal_stream.ts";

/** What {@link trimJournal} goes by. */
export interface TrimRequest {
  /** Of the user `admin`. */
  readonly connection: NatsConnection;
  readonly shard: number;
  readonly media: readonly SnapshotMedium[];
  /** Told which snapshots were read, and which are damaged. */
  readonly say: (line: string) => void;
}

/** What was cut off. */
export interface Trimmed {
  readonly stream: string;
  /** Appends that were removed. */
  readonly removed: number;
  /** The first append that is left. */
  readonly firstSequence: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** The journal may not be cut off. */
export class TrimRefusedError extends Error {
  override readonly name = "TrimRefusedError";
}

/**
 * Reads snapshots from the newest on until two are whole and belong to the journal, and removes
 * the appends before the one that the older of them stands behind.
 *
 * @throws {TrimRefusedError} when the journal is to be kept whole, or there are no two such snapshots
 * @throws {JournalBehindError} when a snapshot is ahead of the journal, or of another one
 */
export async function trimJournal(request: TrimRequest): Promise<Trimmed> {
  const { connection, shard } = request;
  const journal = new JournalStream(connection, shard);
  const manager = await connection.jetstreamManager();
  const before = await manager.streams.info(journal.name);
  if (before.config.deny_purge) {
    throw new TrimRefusedError(
      `${journal.name} was made to be kept whole: EDGEBOOK_RETENTION=trim has to be set when a ` +
        "market is started for the first time",
    );
  }
  const firstSequence = await olderOfTwo(request, journal);
  if (firstSequence > before.state.first_seq) {
    await manager.streams.purge(journal.name, { seq: firstSequence });
  }
  const after = await manager.streams.info(journal.name);
  return {
    stream: journal.name,
    removed: before.state.messages - after.state.messages,
    firstSequence: after.state.first_seq,
    bytesBefore: before.state.bytes,
    bytesAfter: after.state.bytes,
  };
}

/** The append that the second newest valid snapshot stands behind. */
async function olderOfTwo(request: TrimRequest, journal: JournalStream): Promise<number> {
  const { media, say, shard } = request;
  const { sequence: lastSequence } = await journal.last();
  const valid = new Set<number>();
  for (const stored of await listSnapshots(media, shard)) {
    const { journalSequence, medium, name } = stored;
    if (valid.has(journalSequence)) continue;
    try {
      const replica = await readSnapshot(stored, shard);
      await judgeReplica({ shard, journal, media, lastSequence, say }, replica);
      say(`${name} in ${medium.name} is whole`);
      valid.add(journalSequence);
    } catch (error) {
      if (!(error instanceof SnapshotError)) throw error;
      say(`WARNING: ${name} in ${medium.name} is damaged: ${error.message}`);
    }
    if (valid.size === SNAPSHOTS_KEPT) return journalSequence;
  }
  throw new TrimRefusedError(
    `${SNAPSHOTS_KEPT} valid snapshots are needed, there are ${valid.size}; ` +
      "take one now and another one later: deno task snapshot",
  );
}
