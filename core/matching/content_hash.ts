/**
 * A hash over what a command asks for: everything but its deadline, where its text stands, and what a
 * change of terms has seen before. Two commands with the same request key and the same content are
 * one command that came twice.
 *
 * @module
 */
import * as frames from "../protocol/frame.ts";
import * as orderRecord from "../protocol/order_record.ts";
import { SEEN_WORD_FIRST } from "../protocol/terms_change.ts";
import type { WireBuffer } from "../protocol/wire_buffer.ts";

const { EXTENDED_KIND_LEAST, EXTENDED_RECORD_BYTES, RECORD_BYTES } = frames;
const { CommandKind, OrderWord } = orderRecord;

/**
 * Hash of the content of the command at `at`, as a signed 32-bit number: a sum of products, each
 * with an odd factor of its own, so that contents which differ in one word always differ in their
 * hash, and the products do not wait for each other. Every sum is cut to 32 bits at once, or the
 * compiler adds doubles. O(1).
 */
export function contentHash(frame: WireBuffer, at: number, textAt: number): number {
  const { bytes, integers } = frame;
  const word = at >> 2;
  let hash = Math.imul(integers[word], 0x9e3779b1);
  hash = (hash + Math.imul(integers[word + 1], 0x85ebca77)) | 0;
  hash = (hash + Math.imul(integers[word + OrderWord.instrument], 0xc2b2ae3d)) | 0;
  hash = (hash + Math.imul(integers[word + OrderWord.account], 0x27d4eb2f)) | 0;
  hash = (hash + Math.imul(integers[word + OrderWord.price], 0x165667b1)) | 0;
  hash = (hash + Math.imul(integers[word + OrderWord.price + 1], 0xd3a2646d)) | 0;
  hash = (hash + Math.imul(integers[word + OrderWord.quantity], 0xfd7046c5)) | 0;
  hash = (hash + Math.imul(integers[word + OrderWord.quantity + 1], 0xb55a4f09)) | 0;
  hash = (hash + Math.imul(integers[word + OrderWord.target], 0x2545f491)) | 0;
  hash = (hash + Math.imul(integers[word + OrderWord.target + 1], 0x7feb352d)) | 0;
  if (bytes[at] >= EXTENDED_KIND_LEAST) hash = mixExtension(hash, integers, word);
  const textBytes = frame.halves[(at >> 1) + 3];
  const from = textAt + integers[word + OrderWord.textOffset];
  for (let index = 0; index < textBytes; index++) hash = mix(hash, bytes[from + index]);
  return hash ^ (hash >>> 16);
}

/** The second half of an extended record; of a change of terms only what it changes them to. */
function mixExtension(hash: number, integers: Int32Array, word: number): number {
  const isChange = (integers[word] & 0xff) === CommandKind.instrumentTerms;
  const end = isChange ? SEEN_WORD_FIRST : EXTENDED_RECORD_BYTES / 4;
  for (let offset = RECORD_BYTES / 4; offset < end; offset++) {
    hash = mix(hash, integers[word + offset]);
  }
  return hash;
}

function mix(hash: number, value: number): number {
  const product = Math.imul(hash ^ value, 0x9e3779b1);
  return product ^ (product >>> 15);
}
