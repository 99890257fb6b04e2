/**
 * Random scripts of the model as appends of a journal, and replicas that apply them.
 *
 * @module
 */
import { frameKind } from "../../../core/protocol/frame.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import type { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import { AppendBuffer } from "../../../core/sequencer/append_buffer.ts";
import { checkAppend } from "../../../core/sequencer/read_append.ts";
import { Replica } from "../../../core/sequencer/replica.ts";
import { SnapshotReader } from "../../../core/snapshot/read_snapshot.ts";
import { snapshotBlocks } from "../../../core/snapshot/write_snapshot.ts";
import { frameLength } from "../../../core/protocol/frame.ts";
import { recordScript } from "../../model/recorded_script.ts";
import type { AppendDraft } from "../../model/script.ts";
import { eventBytes } from "../matching/event_view.ts";

/** Shard of every replica here. */
export const SHARD = 3;
/** Epoch of every append. */
const EPOCH = 7;

/** The appends of a script, as they stand in a journal but for their CRC. */
export function appendsOf(script: readonly AppendDraft[]): WireBuffer[] {
  let commands = 0;
  return recordScript(script).map(({ frames, stampMicros }) => {
    const append = new AppendBuffer();
    for (const frame of frames) append.add(frame.bytes, frameKind(frame, 0), "");
    append.seal(stampMicros, EPOCH, commands + 1);
    commands += append.commandCount;
    return append.wire;
  });
}

/** Applies an append to a replica, and returns the bytes of its events with the state hash. */
export function apply(replica: Replica, append: WireBuffer): string {
  const code = checkAppend(append, frameLength(append, 0), replica.state.commandCount);
  if (code !== ResultCode.ok) throw new Error(`the test's append is refused: code ${code}`);
  replica.apply(append);
  const { events } = replica.state;
  return `${events.stateHash} ${eventBytes(events).toHex()}`;
}

/** A replica behind these appends. */
export function replicaOf(appends: readonly WireBuffer[]): Replica {
  const replica = new Replica();
  for (const append of appends) apply(replica, append);
  return replica;
}

/** The blocks of a snapshot, each exactly as long as it is. */
export function blocksOf(replica: Replica, shard = SHARD): Uint8Array<ArrayBuffer>[] {
  const blocks = [...snapshotBlocks(replica, shard)];
  return blocks.map((block) => block.bytes.slice(0, frameLength(block, 0)));
}

/** The replica that blocks make. */
export function readBlocks(blocks: readonly Uint8Array[], shard = SHARD): Replica {
  const reader = new SnapshotReader(shard);
  for (const block of blocks) reader.take(block);
  return reader.finish();
}
