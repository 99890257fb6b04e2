/**
 * Checks a frame of events once, so that its records and texts can be read in place.
 *
 * @module
 */
import { EventKind, EventWord } from "./event_record.ts";
import {
  FRAME_MAGIC,
  FRAME_VERSION,
  frameCount,
  FrameKind,
  frameKind,
  frameLength,
  frameTextBytes,
  RECORD_BYTES,
  TEXT_BYTES_MAX,
} from "./frame.ts";
import { POSITIONED_BODY_BYTES, positionFirstEvent } from "./position.ts";
import { ResultCode } from "./result_code.ts";
import { isSafeU64, SAFE_MAX, type WireBuffer } from "./wire_buffer.ts";

/** Words of the position block whose 64-bit fields must be safe integers. */
const POSITION_WORDS = [8, 10, 12] as const;

/**
 * Checks the structure of the frame of events in `frame[0 .. byteLength)`: header, position, that
 * records and text end where the frame ends, that every kind is known and every text lies inside
 * the text section. The CRC is the caller's. Reads nothing outside. O(records).
 *
 * @returns `ok`, or the band-100 code of what is wrong
 */
export function checkEventsFrame(frame: WireBuffer, byteLength: number): ResultCode {
  if (byteLength < POSITIONED_BODY_BYTES || byteLength > frame.bytes.length) {
    return ResultCode.frameTruncated;
  }
  if (frame.words[0] !== FRAME_MAGIC) return ResultCode.frameMagic;
  if (frame.bytes[4] !== FRAME_VERSION) return ResultCode.frameVersion;
  if (frameKind(frame, 0) !== FrameKind.events) return ResultCode.frameKind;
  for (const word of POSITION_WORDS) {
    if (!isSafeU64(frame.words, word)) return ResultCode.frameNumberUnsafe;
  }
  if (frameLength(frame, 0) !== byteLength) return ResultCode.frameTruncated;
  const count = frameCount(frame, 0);
  const textBytes = frameTextBytes(frame, 0);
  if (POSITIONED_BODY_BYTES + count * RECORD_BYTES + textBytes !== byteLength) {
    return ResultCode.frameTruncated;
  }
  if (positionFirstEvent(frame, 0) + count > SAFE_MAX) return ResultCode.frameNumberUnsafe;
  for (let index = 0; index < count; index++) {
    const at = POSITIONED_BODY_BYTES + index * RECORD_BYTES;
    const kind = frame.bytes[at];
    if (kind < EventKind.accepted || kind > EventKind.amended) return ResultCode.frameKind;
    if (kind === EventKind.accepted && !hasTextInside(frame, at, textBytes)) {
      return ResultCode.frameText;
    }
  }
  return ResultCode.ok;
}

/** Text of the `accepted` record at `at`, or `null` where it has none. The frame was checked. */
export function acceptedText(frame: WireBuffer, at: number, byteLength: number): string | null {
  const word = (at >> 2) + EventWord.leaves;
  const length = frame.words[word + 1];
  if (length === 0) return null;
  const from = byteLength - frameTextBytes(frame, 0) + frame.words[word];
  return String.fromCharCode(...frame.bytes.subarray(from, from + length));
}

function hasTextInside(frame: WireBuffer, at: number, textBytes: number): boolean {
  const word = (at >> 2) + EventWord.leaves;
  const length = frame.words[word + 1];
  return length <= TEXT_BYTES_MAX && frame.words[word] + length <= textBytes;
}
