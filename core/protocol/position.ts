/**
 * The position block: where in the log a frame stands. It follows the header of appends, events
 * and reports.
 *
 * ```text
 * offset | bytes | type | field
 *     32 |     8 | u64  | stamp: microseconds since the epoch, given by the sequencer
 *     40 |     8 | u64  | appends: number of the first command; events, reports: journal sequence
 *     48 |     8 | u64  | events, reports: sequence of the append's first event; appends: the
 *        |       |      | leader's state hash, see writeStateHash
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

/** Bits of the high half of a state hash that an append has room for. */
const HASH_HIGH_MASK = 0x3fffffff;
const BEHIND_SHIFT = 30;

/**
 * Puts the leader's state hash into the append at `at`: of its state behind the append `behind` ones
 * before this one, 1 or 2, for the next append is sealed while the last one is still applied. Of the
 * 64 bits two make place for that number; 0: the append has none.
 */
export function writeStateHash(
  frame: WireBuffer,
  at: number,
  hashLow: number,
  hashHigh: number,
  behind: number,
): void {
  const word = (at >> 2) + 12;
  frame.words[word] = hashLow;
  frame.words[word + 1] = (hashHigh & HASH_HIGH_MASK) | (behind << BEHIND_SHIFT);
}

/** How many appends before this one the leader's state hash is of; 0: there is none. */
export const stateHashBehind = (frame: WireBuffer, at: number): number =>
  frame.words[(at >> 2) + 13] >>> BEHIND_SHIFT;

/** Whether the leader's state hash in the append at `at` is this one. */
export function isStateHash(
  frame: WireBuffer,
  at: number,
  hashLow: number,
  hashHigh: number,
): boolean {
  const { integers } = frame;
  return integers[(at >> 2) + 12] === (hashLow | 0) &&
    (integers[(at >> 2) + 13] & HASH_HIGH_MASK) === (hashHigh & HASH_HIGH_MASK);
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
