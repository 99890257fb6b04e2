/**
 * Reads a message of the journal back: what a follower, a replay and a starting leader do.
 *
 * @module
 */
import { applyFrame, beginAppend } from "../matching/apply.ts";
import type { ShardState } from "../matching/shard_state.ts";
import {
  checkRecordFrame,
  FRAME_HEADER_BYTES,
  FRAME_MAGIC,
  FRAME_VERSION,
  frameCount,
  FrameKind,
  frameKind,
  frameLength,
  frameNumber,
  frameSender,
} from "../protocol/frame.ts";
import {
  POSITIONED_BODY_BYTES,
  positionEpoch,
  positionNumber,
  positionStampMicros,
} from "../protocol/position.ts";
import { ResultCode } from "../protocol/result_code.ts";
import type { WireBuffer } from "../protocol/wire_buffer.ts";
import type { SenderOrder } from "./sender_order.ts";

/**
 * Checks the structure of an append of `byteLength` bytes, whose CRC has been checked, and that it
 * follows `commandCount` commands. Reads nothing outside.
 *
 * @returns `ok`, or what is wrong with it
 */
export function checkAppend(
  wire: WireBuffer,
  byteLength: number,
  commandCount: number,
): ResultCode {
  if (byteLength < POSITIONED_BODY_BYTES || byteLength > wire.bytes.length) {
    return ResultCode.frameTruncated;
  }
  if (wire.words[0] !== FRAME_MAGIC) return ResultCode.frameMagic;
  if (wire.bytes[4] !== FRAME_VERSION) return ResultCode.frameVersion;
  if (frameKind(wire, 0) !== FrameKind.append) return ResultCode.frameKind;
  if (frameLength(wire, 0) !== byteLength) return ResultCode.frameTruncated;
  if (positionNumber(wire, 0) !== commandCount + 1) return ResultCode.frameGap;
  let at = POSITIONED_BODY_BYTES;
  for (let index = 0; index < frameCount(wire, 0); index++) {
    if (at + FRAME_HEADER_BYTES > byteLength) return ResultCode.frameTruncated;
    const length = frameLength(wire, at);
    if (length > byteLength - at || (length & 7) !== 0) return ResultCode.frameTruncated;
    const kind = frameKind(wire, at);
    if (
      kind !== FrameKind.orders && kind !== FrameKind.administration && kind !== FrameKind.claim
    ) {
      return ResultCode.frameKind;
    }
    const code = checkRecordFrame(wire, at, length, kind);
    if (code !== ResultCode.ok) return code;
    at += length;
  }
  return at === byteLength ? ResultCode.ok : ResultCode.frameTruncated;
}

/** Applies a checked append and remembers its senders. */
export function applyAppend(state: ShardState, senders: SenderOrder, wire: WireBuffer): void {
  beginAppend(state, positionStampMicros(wire, 0), positionEpoch(wire, 0));
  let at = POSITIONED_BODY_BYTES;
  for (let index = 0; index < frameCount(wire, 0); index++) {
    const length = frameLength(wire, at);
    applyFrame(state, wire, at, length);
    senders.remember(frameSender(wire, at), frameNumber(wire, at));
    at += length;
  }
}
