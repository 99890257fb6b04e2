/**
 * What the processes of the simulation take from outside, so that a run can be given something that
 * is wrong (see plants.ts) without a switch in what is tested.
 *
 * @module
 */
import { applyFrame } from "../../core/matching/apply.ts";
import { frameLength } from "../../core/protocol/frame.ts";
import type { Replica } from "../../core/sequencer/replica.ts";
import { snapshotBlocks } from "../../core/snapshot/write_snapshot.ts";
import { sealCrc } from "../../infra/journal/crc.ts";

/** Shard of every run. */
export const SHARD = 0;

/** Parts that a run may have others of. */
export interface Glue {
  /** What a leader applies a frame with. */
  readonly applyFrame: typeof applyFrame;
  /** The last sequence that an append expects; `null`: whatever it is. */
  readonly expectedSequence: (lastSequence: number) => number | null;
  /** Whether a leader takes an append for stored when it has sent it. */
  readonly isStoredWhenSent: () => boolean;
  /** Whether a process claims the lead that has caught up, and holds the lease or does not. */
  readonly mayClaim: (holdsLease: boolean) => boolean;
  /** Whether a leader answers a query, who holds the lease or does not. */
  readonly mayAnswer: (holdsLease: boolean) => boolean;
  /** The blocks of a snapshot, each with its CRC. */
  readonly snapshotBlocks: (replica: Replica) => Uint8Array[];
}

/** The right parts. */
export const SOUND: Glue = {
  applyFrame,
  expectedSequence: (lastSequence) => lastSequence,
  isStoredWhenSent: () => false,
  mayClaim: (holdsLease) => holdsLease,
  mayAnswer: (holdsLease) => holdsLease,
  snapshotBlocks: (replica) => {
    const blocks: Uint8Array[] = [];
    for (const block of snapshotBlocks(replica, SHARD)) {
      const length = frameLength(block, 0);
      sealCrc(block, length);
      blocks.push(block.bytes.slice(0, length));
    }
    return blocks;
  },
};
