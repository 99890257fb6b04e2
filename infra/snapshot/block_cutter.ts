/**
 * Cuts the bytes of a snapshot, which come in pieces of any length, into its blocks, and checks the
 * CRC of each.
 *
 * @module
 */
import { FRAME_HEADER_BYTES } from "../../core/protocol/frame.ts";
import { SnapshotError } from "../../core/snapshot/snapshot_error.ts";
import { BLOCK_BYTES_MAX } from "../../core/snapshot/snapshot_layout.ts";
import { hasValidCrc } from "../journal/crc.ts";

/** Where a block says how long it is. */
const LENGTH_OFFSET = 28;

/**
 * The blocks in `pieces`, in order.
 *
 * @throws {SnapshotError} when a block is damaged, or the bytes end within one
 */
export async function* cutBlocks(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const block = new Uint8Array(BLOCK_BYTES_MAX);
  const view = new DataView(block.buffer);
  let filled = 0;
  let wanted = FRAME_HEADER_BYTES;
  let count = 0;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      const taken = Math.min(piece.length - at, wanted - filled);
      block.set(piece.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
      if (filled < wanted) break;
      if (filled === FRAME_HEADER_BYTES) wanted = view.getUint32(LENGTH_OFFSET, true);
      if (wanted > FRAME_HEADER_BYTES && wanted <= BLOCK_BYTES_MAX && filled < wanted) continue;
      const bytes = block.subarray(0, filled);
      if (filled !== wanted || !hasValidCrc(bytes)) {
        throw new SnapshotError(`block ${count + 1} is damaged`);
      }
      yield bytes;
      count++;
      filled = 0;
      wanted = FRAME_HEADER_BYTES;
    }
  }
  if (filled > 0) throw new SnapshotError(`the snapshot ends within block ${count + 1}`);
}
