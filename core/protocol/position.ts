/**
 * The position block: where in the log a frame stands. It follows the header of appends, events
 * and reports.
 *
 * ```text
 * offset | bytes | type | field
 *     32 |     8 | u64  | stamp: microseconds since the epoch, given by the sequencer
 *     40 |     8 | u64  | appends: number of the first command; events, reports: journal sequence
 *     48 |     8 | u64  | events, reports: sequence of the append's first event; appends: 0
 *     56 |     4 | u32  | epoch of the leader
 *     60 |     4 | u32  | appends: number of commands; events: events of the append; reports: same
 * ```
 *
 * @module
 */
import { FRAME_HEADER_BYTES } from "./frame.ts";
import { readU64, type WireBuffer, writeU64 } from "./wire_buffer.ts";

/** Length of the position block. */
export const POSITION_BYTES = 32;
/** Offset of the first record, or of the first inner frame, behind a position block. */
export const POSITIONED_BODY_BYTES = FRAME_HEADER_BYTES + POSITION_BYTES;

/** Writes the position block of the frame at `at`. */
export function writePosition(
  frame: WireBuffer,
  at: number,
  stampMicros: number,
  number: number,
  firstEventSequence: number,
  epoch: number,
  total: number,
): void {
  const word = (at + FRAME_HEADER_BYTES) >> 2;
  writeU64(frame.words, word, stampMicros);
  writeU64(frame.words, word + 2, number);
  writeU64(frame.words, word + 4, firstEventSequence);
  frame.words[word + 6] = epoch;
  frame.words[word + 7] = total;
}

/** Stamp in microseconds. */
export const positionStampMicros = (frame: WireBuffer, at: number): number =>
  readU64(frame.words, (at >> 2) + 8);
/** First command number (appends) or journal sequence (events, reports). */
export const positionNumber = (frame: WireBuffer, at: number): number =>
  readU64(frame.words, (at >> 2) + 10);
/** Sequence of the append's first event. */
export const positionFirstEvent = (frame: WireBuffer, at: number): number =>
  readU64(frame.words, (at >> 2) + 12);
/** Epoch of the leader that wrote the frame. */
export const positionEpoch = (frame: WireBuffer, at: number): number => frame.words[(at >> 2) + 14];
/** Commands of an append, or events of an append. */
export const positionTotal = (frame: WireBuffer, at: number): number => frame.words[(at >> 2) + 15];
