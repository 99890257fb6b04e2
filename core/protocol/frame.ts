/**
 * A frame: what one NATS message carries.
 *
 * ```text
 * offset | bytes | type | field
 *      0 |     4 | u32  | magic "EDBK"
 *      4 |     1 | u8   | version, 1
 *      5 |     1 | u8   | kind (FrameKind)
 *      6 |     2 | u16  | record count
 *      8 |     4 | u32  | CRC-32 of the bytes from 12 to the end
 *     12 |     4 | u32  | sender: a random number that a gateway draws at start
 *     16 |     8 | u64  | frame number of the sender, from 1, without gaps
 *     24 |     2 | u16  | length of the text section in units of 8 bytes
 *     26 |     2 | u16  | orders: frames of the sender before this one that have no answer yet;
 *        |       |      | refusals: the result code; else 0
 *     28 |     4 | u32  | length of the whole frame in bytes
 *     32 |    32 | -    | position block, in appends, events and reports only (see position.ts)
 *      - |    -  | -    | the records, then the text section
 * ```
 *
 * An extended record (kind from 128 on) takes 128 bytes, every other record 64. The CRC is
 * computed and checked by the platform at the edges of a process (`node:zlib`), never in `core`.
 *
 * @module
 */
import * as orderRecord from "./order_record.ts";
import * as resultCode from "./result_code.ts";
import type { WireBuffer } from "./wire_buffer.ts";
import * as wireBuffer from "./wire_buffer.ts";

const { ADMINISTRATION_KIND_LEAST, CommandKind } = orderRecord;
const { ResultCode } = resultCode;
const { padToEight, readU64, writeU64 } = wireBuffer;
type ResultCode = resultCode.ResultCode;

/** "EDBK" in ASCII, read little-endian. */
export const FRAME_MAGIC = 0x4b424445;
/** The one version that this code writes and reads. */
export const FRAME_VERSION = 1;
/** Length of the frame header. */
export const FRAME_HEADER_BYTES = 32;
/** Offset from which on the CRC-32 covers the frame. */
export const CRC_START_BYTES = 12;
/** Length of a plain record. */
export const RECORD_BYTES = 64;
/** Length of an extended record. */
export const EXTENDED_RECORD_BYTES = 128;
/** First record kind that is extended. */
export const EXTENDED_KIND_LEAST = 128;
/** Most records that a frame of orders may carry. */
export const FRAME_RECORDS_MAX = 2048;
/** Longest text of a record: a client order id, or an administrative text. */
export const TEXT_BYTES_MAX = 36;
/** Longest frame: every record plain and with a text. Of extended records fewer may come at once. */
export const FRAME_BYTES_MAX = FRAME_HEADER_BYTES +
  FRAME_RECORDS_MAX * (RECORD_BYTES + padToEight(TEXT_BYTES_MAX));

/** What a frame carries. */
export const FrameKind = {
  /** Order records, gateway to leader. */
  orders: 1,
  /** Administrative records, operator to leader. */
  administration: 2,
  /** Event records of one frame's commands, leader to sender; the text section holds offsets. */
  reports: 3,
  /** Whole frames of orders and administration: one message of the journal. */
  append: 4,
  /** Every event of one append. */
  events: 5,
  /** No records: the frame was refused as a whole, for the reason that the result code says. */
  refusal: 6,
  /** The one record with which a leader claims its epoch. Never taken from outside. */
  claim: 7,
  /** A block of a snapshot (core/snapshot). */
  snapshot: 8,
} as const;

/** Writes a frame header without its CRC. */
export function writeFrameHeader(
  frame: WireBuffer,
  at: number,
  kind: number,
  count: number,
  sender: number,
  frameNumber: number,
  textBytes: number,
  byteLength: number,
  code = 0,
): void {
  const word = at >> 2;
  frame.words[word] = FRAME_MAGIC;
  frame.bytes[at + 4] = FRAME_VERSION;
  frame.bytes[at + 5] = kind;
  frame.halves[(at >> 1) + 3] = count;
  frame.words[word + 2] = 0;
  frame.words[word + 3] = sender;
  writeU64(frame.words, word + 4, frameNumber);
  frame.words[word + 6] = (textBytes >> 3) | (code << 16);
  frame.words[word + 7] = byteLength;
}

/** Kind of the frame at `at`. */
export const frameKind = (frame: WireBuffer, at: number): number => frame.bytes[at + 5];
/** Record count of the frame at `at`. */
export const frameCount = (frame: WireBuffer, at: number): number => frame.halves[(at >> 1) + 3];
/** CRC-32 that the frame at `at` claims. */
export const frameCrc = (frame: WireBuffer, at: number): number => frame.words[(at >> 2) + 2];
/** Sets the CRC-32 of the frame at `at`. */
export const writeFrameCrc = (frame: WireBuffer, at: number, crc: number): void => {
  frame.words[(at >> 2) + 2] = crc;
};
/** Sender of the frame at `at`. */
export const frameSender = (frame: WireBuffer, at: number): number => frame.words[(at >> 2) + 3];
/** Frame number of the frame at `at`. */
export const frameNumber = (frame: WireBuffer, at: number): number =>
  readU64(frame.words, (at >> 2) + 4);
/** Low word of the frame number of the frame at `at`. */
export const frameNumberLow = (frame: WireBuffer, at: number): number => frame.words[(at >> 2) + 4];
/** Bytes of the text section of the frame at `at`. */
export const frameTextBytes = (frame: WireBuffer, at: number): number =>
  frame.halves[(at >> 1) + 12] << 3;
/** Result code of the refusal at `at`. */
export const frameCode = (frame: WireBuffer, at: number): number => frame.halves[(at >> 1) + 13];
/** Unanswered frames of the sender before the frame at `at`. */
export const framesBehind = (frame: WireBuffer, at: number): number => frame.halves[(at >> 1) + 13];
/** Sets the number of unanswered frames before the frame at `at`. */
export const writeFramesBehind = (frame: WireBuffer, at: number, count: number): void => {
  frame.halves[(at >> 1) + 13] = count;
};
/** Length in bytes that the frame at `at` claims. */
export const frameLength = (frame: WireBuffer, at: number): number => frame.words[(at >> 2) + 7];

/** Length of the record that begins at `at`. */
export function recordBytes(frame: WireBuffer, at: number): number {
  return frame.bytes[at] >= EXTENDED_KIND_LEAST ? EXTENDED_RECORD_BYTES : RECORD_BYTES;
}

/**
 * Checks the structure of the frame of records in `frame[at .. at + byteLength)`: magic, version,
 * kind, counts, that records and text end exactly where the frame ends, and that every record's
 * text lies inside the text section. Reads nothing outside. O(records).
 *
 * @returns `ResultCode.ok`, or why the frame is refused.
 */
export function checkRecordFrame(
  frame: WireBuffer,
  at: number,
  byteLength: number,
  kind: number,
): ResultCode {
  if (byteLength < FRAME_HEADER_BYTES || at + byteLength > frame.bytes.length) {
    return ResultCode.frameTruncated;
  }
  if (frame.words[at >> 2] !== FRAME_MAGIC) return ResultCode.frameMagic;
  if (frame.bytes[at + 4] !== FRAME_VERSION) return ResultCode.frameVersion;
  if (frame.bytes[at + 5] !== kind) return ResultCode.frameKind;
  if (byteLength > FRAME_BYTES_MAX) return ResultCode.frameTooLong;
  const count = frameCount(frame, at);
  if (count === 0 || count > FRAME_RECORDS_MAX) return ResultCode.frameRecordCount;
  if (frame.words[(at >> 2) + 5] >= 0x200000) return ResultCode.frameNumberUnsafe;
  const textBytes = frameTextBytes(frame, at);
  const end = at + byteLength;
  if (frameLength(frame, at) !== byteLength) return ResultCode.frameTruncated;
  if (textBytes > byteLength) return ResultCode.frameText;
  const textStart = end - textBytes;
  let record = at + FRAME_HEADER_BYTES;
  for (let index = 0; index < count; index++) {
    if (record + RECORD_BYTES > textStart) return ResultCode.frameTruncated;
    const length = recordBytes(frame, record);
    if (record + length > textStart) return ResultCode.frameTruncated;
    if (!belongsIn(kind, frame.bytes[record])) return ResultCode.frameCommandKind;
    const recordText = frame.halves[(record >> 1) + 3];
    const textOffset = frame.words[(record >> 2) + 14];
    if (recordText > TEXT_BYTES_MAX) return ResultCode.frameText;
    if (recordText === 0 ? textOffset !== 0 : textOffset + recordText > textBytes) {
      return ResultCode.frameText;
    }
    record += length;
  }
  return record === textStart ? ResultCode.ok : ResultCode.frameTruncated;
}

/** Whether a command may come in a frame of this kind: orders and administration do not mix. */
function belongsIn(kind: number, commandKind: number): boolean {
  if (kind === FrameKind.orders) return commandKind < ADMINISTRATION_KIND_LEAST;
  const isClaim = commandKind === CommandKind.claim;
  return kind === FrameKind.claim ? isClaim : commandKind >= ADMINISTRATION_KIND_LEAST && !isClaim;
}
