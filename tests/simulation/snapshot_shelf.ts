/**
 * Snapshots in the simulated broker's object store, and the replicas that begin with them: what
 * infra/snapshot does, with core/snapshot, over the simulated network.
 *
 * @module
 */
import type { Capacities } from "../../core/matching/shard_state.ts";
import { FRAME_HEADER_BYTES } from "../../core/protocol/frame.ts";
import {
  positionEpoch,
  positionNumber,
  positionStampMicros,
  positionTotal,
} from "../../core/protocol/position.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { Replica } from "../../core/sequencer/replica.ts";
import { SnapshotReader } from "../../core/snapshot/read_snapshot.ts";
import { SnapshotError } from "../../core/snapshot/snapshot_error.ts";
import { hasValidCrc } from "../../infra/journal/crc.ts";
import { JournalBehindError } from "../../infra/snapshot/open_replica.ts";
import { snapshotName, SNAPSHOTS_KEPT } from "../../infra/snapshot/snapshots.ts";
import { SMALL_CAPACITIES } from "../core/matching/venue.ts";
import { type Glue, SHARD } from "./glue.ts";
import { followJournal } from "./journal_reader.ts";
import type { SimulatedBroker } from "./simulated_broker.ts";
import type { SimulatedProcess, Task } from "./simulated_process.ts";

/**
 * Capacities of every replica in a run: small, but for what would have to grow before the first
 * command.
 */
export const CAPACITIES: Capacities = { ...SMALL_CAPACITIES, balances: 2 ** 12, events: 2 ** 14 };

/** Where a replica is to begin. */
export interface OpenRequest {
  readonly process: SimulatedProcess;
  readonly broker: SimulatedBroker;
  readonly lastSequence: number;
  /** Messages of the events stream, where the replica is to make the next ones. */
  readonly storedEventMessages?: number;
}

/** The replica of the newest snapshot that is of use, or an empty one. */
export function* openReplica(request: OpenRequest): Task<Replica> {
  const { broker, process } = request;
  const { connection, world } = process;
  for (const name of yield* connection.answerOf(() => namesOf(broker))) {
    const bytes = yield* connection.answerOf(() => broker.objects.get(name));
    if (bytes === undefined) continue;
    try {
      const replica = readSnapshot(name, bytes);
      if (!(yield* isOfUse(request, replica))) continue;
      world.count("snapshot restored");
      return replica;
    } catch (error) {
      if (!(error instanceof SnapshotError)) throw error;
      world.count("damaged snapshot passed over");
    }
  }
  return new Replica(CAPACITIES);
}

/** Takes a snapshot behind the journal's last append, and prunes older ones. */
export function* takeSnapshot(
  process: SimulatedProcess,
  broker: SimulatedBroker,
  glue: Glue,
): Task<void> {
  const { connection, world } = process;
  const lastSequence = yield* connection.answerOf(() => broker.journal.length);
  const replica = yield* openReplica({ process, broker, lastSequence });
  if (replica.journalSequence === lastSequence) return;
  yield* followJournal(process, broker, replica, lastSequence);
  const blocks = glue.snapshotBlocks(replica);
  // Each block is a write of its own; what the last one does not follow is not there.
  for (const _ of blocks.slice(1)) yield* connection.answerOf(() => true, true);
  const name = snapshotName(SHARD, lastSequence);
  const whole = joined(blocks);
  yield* connection.answerOf(() => broker.objects.set(name, whole), true);
  world.count("snapshot taken");
  yield* prune(process, broker);
}

function* prune(process: SimulatedProcess, broker: SimulatedBroker): Task<void> {
  const { connection } = process;
  let valid = 0;
  for (const name of yield* connection.answerOf(() => namesOf(broker))) {
    if (valid >= SNAPSHOTS_KEPT) {
      yield* connection.answerOf(() => broker.objects.delete(name), true);
      continue;
    }
    const bytes = yield* connection.answerOf(() => broker.objects.get(name));
    try {
      readSnapshot(name, bytes ?? new Uint8Array());
      valid++;
    } catch (error) {
      if (!(error instanceof SnapshotError)) throw error;
    }
  }
}

/** Names of the snapshots, the newest first. */
function namesOf({ objects }: SimulatedBroker): string[] {
  return [...objects.keys()].sort().reverse();
}

function readSnapshot(name: string, bytes: Uint8Array): Replica {
  const reader = new SnapshotReader(SHARD, CAPACITIES);
  for (let at = 0; at < bytes.length;) {
    const left = bytes.length - at;
    const view = new DataView(bytes.buffer, bytes.byteOffset + at);
    const length = left < FRAME_HEADER_BYTES ? 0 : view.getUint32(28, true);
    const block = bytes.subarray(at, at + length);
    const isWhole = length >= FRAME_HEADER_BYTES && length <= left && hasValidCrc(block);
    if (!isWhole) throw new SnapshotError("a block is damaged");
    reader.take(block);
    at += length;
  }
  const replica = reader.finish();
  if (snapshotName(SHARD, replica.journalSequence) === name) return replica;
  throw new SnapshotError(`${name} is of journal sequence ${replica.journalSequence}`);
}

function* isOfUse(request: OpenRequest, replica: Replica): Task<boolean> {
  const { broker, lastSequence, process, storedEventMessages } = request;
  const { journalSequence, state } = replica;
  if (journalSequence > lastSequence) {
    const endsAt = yield* process.connection.answerOf(() => broker.journal.length);
    if (journalSequence <= endsAt) {
      process.world.count("snapshot behind a later append passed over");
      return false;
    }
    throw new JournalBehindError(
      `the journal ends at ${endsAt}, but there is a snapshot behind ${journalSequence}`,
    );
  }
  const stored = yield* process.connection.answerOf(() => broker.journal[journalSequence - 1]);
  if (stored !== undefined && stored !== null) {
    const wire = WireBuffer.copyOf(stored.message);
    const isSame = positionStampMicros(wire, 0) === state.stampMicros &&
      positionEpoch(wire, 0) === state.epoch &&
      positionNumber(wire, 0) + positionTotal(wire, 0) - 1 === state.commandCount;
    if (!isSame) {
      throw new JournalBehindError(`the journal has another append at ${journalSequence}`);
    }
  }
  return storedEventMessages === undefined || replica.eventMessages <= storedEventMessages;
}

function joined(blocks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    whole.set(block, at);
    at += block.length;
  }
  return whole;
}
