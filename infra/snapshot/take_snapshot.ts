/**
 * Takes a snapshot beside a running market: a replica of its own follows the journal from the last
 * snapshot to the end, and is written. The leader does not notice.
 *
 * @module
 */
import { JournalStream } from "../journal/journal_stream.ts";
import { replayJournal } from "../journal/replay.ts";
import type { NatsConnection } from "nats.ws";
import { openReplica } from "./open_replica.ts";
import type { SnapshotMedium } from "./snapshot_media.ts";
import { listSnapshots, pruneSnapshots, writeSnapshot } from "./snapshots.ts";

/** Time between two lines of progress. */
const PROGRESS_MILLIS = 1_000;

/** What {@link takeSnapshot} goes by. */
export interface TakeRequest {
  /** Of the user `snapshots`. */
  readonly connection: NatsConnection;
  readonly shard: number;
  /** Where it is put; each is pruned after. */
  readonly media: readonly SnapshotMedium[];
  /** Told of the progress, and of snapshots that are damaged. */
  readonly say: (line: string) => void;
}

/** What was taken. */
export interface TakenSnapshot {
  readonly name: string;
  readonly journalSequence: number;
  readonly commands: number;
  readonly orders: number;
  readonly stateHash: string;
  /** Appends that were replayed behind the snapshot before. */
  readonly replayed: number;
  readonly bytes: number;
  readonly millis: number;
  /** Names of older ones that were removed, by medium. */
  readonly removed: readonly string[];
}

/**
 * Takes a snapshot behind the journal's last append, unless there is one.
 *
 * @returns `null` when every medium has that snapshot, or the journal is empty
 */
export async function takeSnapshot(request: TakeRequest): Promise<TakenSnapshot | null> {
  const { connection, media, say, shard } = request;
  const began = performance.now();
  const journal = new JournalStream(connection, shard);
  const { sequence: last } = await journal.last();
  const replica = await openReplica({ shard, journal, media, lastSequence: last, say });
  const first = replica.journalSequence;
  const stored = (await listSnapshots(media, shard)).filter((one) => one.journalSequence === last);
  if (last === 0 || (first === last && stored.length === media.length)) return null;
  let saidAt = performance.now();
  await replayJournal(journal, last, replica, {
    applied: (sequence) => {
      if (performance.now() - saidAt < PROGRESS_MILLIS) return;
      saidAt = performance.now();
      say(`replayed ${sequence - first} of ${last - first} appends`);
    },
  });
  let name = "";
  let bytes = 0;
  const removed: string[] = [];
  for (const medium of media) {
    ({ name, bytes } = await writeSnapshot(medium, replica, shard));
    removed.push(...await pruneSnapshots(medium, shard, say));
  }
  const { commandCount: commands, events, orders } = replica.state;
  return {
    name,
    journalSequence: last,
    commands,
    orders: orders.liveCount,
    stateHash: events.stateHash,
    replayed: last - first,
    bytes,
    millis: Math.round(performance.now() - began),
    removed,
  };
}
