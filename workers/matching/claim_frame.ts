/**
 * The frame that claims the lead.
 *
 * @module
 */
import { OutgoingFrame } from "../../core/batcher/outgoing_frame.ts";
import { writeClaim } from "../../core/protocol/administration.ts";
import { FrameKind } from "../../core/protocol/frame.ts";
import { CommandKind, writeCommandHead } from "../../core/protocol/order_record.ts";

/**
 * The claim of an epoch. Its request key is random and names this leader: the claims of two that
 * start in the same millisecond must not be the same bytes, or each would take the other's for its
 * own.
 */
export function claimFrame(epoch: number): Uint8Array {
  const [low, high] = crypto.getRandomValues(new Uint32Array(2));
  const frame = new OutgoingFrame(1);
  frame.open(epoch, 0);
  const at = frame.addRecord();
  writeCommandHead(frame.wire, at, CommandKind.claim, 0, low, high, 0);
  writeClaim(frame.wire, at, epoch);
  frame.seal(FrameKind.claim, 0);
  return frame.message;
}
