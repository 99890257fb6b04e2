/**
 * The snapshots of a shard in one or more media: written, found again, and pruned.
 *
 * A snapshot is called `shard-<shard>-<journal sequence>.snapshot`, the sequence with leading zeros,
 * so that names sort by age.
 *
 * @module
 */
import { frameLength } from "../../core/protocol/frame.ts";
import type { Replica } from "../../core/sequencer/replica.ts";
import type { Capacities } from "../../core/matching/shard_state.ts";
import { SnapshotReader } from "../../core/snapshot/read_snapshot.ts";
import { SnapshotError } from "../../core/snapshot/snapshot_error.ts";
import { snapshotBlocks } from "../../core/snapshot/write_snapshot.ts";
import { sealCrc } from "../journal/crc.ts";
import { cutBlocks } from "./block_cutter.ts";
import type { SnapshotMedium } from "./snapshot_media.ts";

/** Digits of the journal sequence in a name. */
const SEQUENCE_DIGITS = 16;
const NAME_PATTERN = /^shard-(\d{1,3})-(\d{16})\.snapshot$/;
/** Valid snapshots that pruning never takes below. */
export const SNAPSHOTS_KEPT = 2;

/** A snapshot as it is kept. */
export interface StoredSnapshot {
  readonly medium: SnapshotMedium;
  readonly name: string;
  readonly journalSequence: number;
}

/** A snapshot that was written. */
export interface WrittenSnapshot {
  readonly name: string;
  readonly bytes: number;
}

/** The name of a snapshot. */
export function snapshotName(shard: number, journalSequence: number): string {
  const sequence = String(journalSequence).padStart(SEQUENCE_DIGITS, "0");
  return `shard-${shard}-${sequence}.snapshot`;
}

/** Writes the snapshot of a replica to a medium. The replica must not change meanwhile. */
export async function writeSnapshot(
  medium: SnapshotMedium,
  replica: Replica,
  shard: number,
): Promise<WrittenSnapshot> {
  const name = snapshotName(shard, replica.journalSequence);
  let bytes = 0;
  await medium.put(
    name,
    (function* () {
      for (const block of snapshotBlocks(replica, shard)) {
        const length = frameLength(block, 0);
        sealCrc(block, length);
        bytes += length;
        yield block.bytes.subarray(0, length);
      }
    })(),
  );
  return { name, bytes };
}

/** The snapshots of a shard in all media, the newest first. */
export async function listSnapshots(
  media: readonly SnapshotMedium[],
  shard: number,
): Promise<StoredSnapshot[]> {
  const found: StoredSnapshot[] = [];
  for (const medium of media) {
    for (const name of await medium.list()) {
      const parts = NAME_PATTERN.exec(name);
      if (parts === null || Number(parts[1]) !== shard) continue;
      found.push({ medium, name, journalSequence: Number(parts[2]) });
    }
  }
  return found.sort((one, other) => other.journalSequence - one.journalSequence);
}

/**
 * The replica that a snapshot makes.
 *
 * @throws {SnapshotError} when it is damaged
 */
export async function readSnapshot(
  { medium, name, journalSequence }: StoredSnapshot,
  shard: number,
  least: Partial<Capacities> = {},
): Promise<Replica> {
  const reader = new SnapshotReader(shard, least);
  for await (const block of cutBlocks(medium.read(name))) reader.take(block);
  const replica = reader.finish();
  if (replica.journalSequence === journalSequence) return replica;
  throw new SnapshotError(`${name} is of journal sequence ${replica.journalSequence}`);
}

/** What {@link loadNewest} goes by. */
export interface LoadRequest {
  readonly shard: number;
  /** Whether a replica is of use; else an older one is tried. Throws where no other can be either. */
  readonly accepts: (replica: Replica) => string | null | Promise<string | null>;
  /** Told of each snapshot that was passed over, and why. */
  readonly say: (line: string) => void;
  readonly least?: Partial<Capacities>;
  /** Snapshots behind a later append are not looked at. */
  readonly latest?: number;
}

/** The replica of the newest snapshot that is whole and accepted; `null` when there is none. */
export async function loadNewest(
  media: readonly SnapshotMedium[],
  { accepts, latest = Infinity, least, say, shard }: LoadRequest,
): Promise<Replica | null> {
  for (const stored of await listSnapshots(media, shard)) {
    if (stored.journalSequence > latest) continue;
    const where = `${stored.name} in ${stored.medium.name}`;
    let reason: string | null;
    try {
      const replica = await readSnapshot(stored, shard, least);
      reason = await accepts(replica);
      if (reason === null) return replica;
    } catch (error) {
      if (!(error instanceof SnapshotError)) throw error;
      reason = error.message;
    }
    say(`WARNING: ${where} is passed over: ${reason}`);
  }
  return null;
}

/**
 * Removes what is older than the newest {@link SNAPSHOTS_KEPT} valid snapshots of a shard in a
 * medium. Each of those is read to see that it is valid.
 *
 * @returns the names of what was removed
 */
export async function pruneSnapshots(
  medium: SnapshotMedium,
  shard: number,
  say: (line: string) => void,
): Promise<string[]> {
  const removed: string[] = [];
  let valid = 0;
  for (const stored of await listSnapshots([medium], shard)) {
    if (valid >= SNAPSHOTS_KEPT) {
      await medium.remove(stored.name);
      removed.push(stored.name);
      continue;
    }
    try {
      await readSnapshot(stored, shard);
      valid++;
    } catch (error) {
      if (!(error instanceof SnapshotError)) throw error;
      say(`WARNING: ${stored.name} in ${medium.name} is damaged: ${error.message}`);
    }
  }
  return removed;
}
