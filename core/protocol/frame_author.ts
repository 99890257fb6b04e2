/**
 * Who sent a frame of administration: `@` and a name behind the texts of its records, in the text
 * section. No record refers to it, so it is no part of what a command asks for: the same command
 * from somebody else is a repeat. The journal has it, for it has the frame as it came.
 *
 * @module
 */
import {
  FRAME_HEADER_BYTES,
  frameCount,
  frameLength,
  frameTextBytes,
  recordBytes,
} from "./frame.ts";
import { OrderWord } from "./order_record.ts";
import type { WireBuffer } from "./wire_buffer.ts";

/** What stands before the name. */
export const AUTHOR_MARK = "@";
/** Longest name. */
export const AUTHOR_BYTES_MAX = 32;
/** Names: printable ASCII without blanks. */
export const AUTHOR_PATTERN: RegExp = new RegExp(`^[\\x21-\\x7e]{1,${AUTHOR_BYTES_MAX}}$`);

/** The name of who sent the checked frame at `at`; empty where it says none. O(records). */
export function frameAuthor(frame: WireBuffer, at: number): string {
  let texts = 0;
  let record = at + FRAME_HEADER_BYTES;
  for (let index = 0; index < frameCount(frame, at); index++) {
    const offset = frame.words[(record >> 2) + OrderWord.textOffset];
    texts = Math.max(texts, offset + frame.halves[(record >> 1) + 3]);
    record += recordBytes(frame, record);
  }
  const end = at + frameLength(frame, at);
  const from = end - frameTextBytes(frame, at) + texts;
  if (from >= end || frame.bytes[from] !== AUTHOR_MARK.charCodeAt(0)) return "";
  const name = String.fromCharCode(...frame.bytes.subarray(from + 1, end)).replace(/\0+$/, "");
  return AUTHOR_PATTERN.test(name) ? name : "";
}
