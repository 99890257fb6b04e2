/**
 * A hash over what a command asks for: everything but its deadline and where its text stands. Two
 * commands with the same request key and the same content are one command that came twice.
 *
 * @module
 */
import { EXTENDED_KIND_LEAST, EXTENDED_RECORD_BYTES, RECORD_BYTES } from "../protocol/frame.ts";
import { OrderWord } from "../protocol/order_record.ts";
import type { WireBuffer } from "../protocol/wire_buffer.ts";

/** Hash of the content of the command at `at`, as an unsigned 32-bit number. O(1). */
export function contentHash(frame: WireBuffer, at: number, textAt: number): number {
  const { bytes, words } = frame;
  const word = at >> 2;
  let hash = mix(0x811c9dc5, words[word]);
  hash = mix(hash, words[word + 1]);
  hash = mix(hash, words[word + OrderWord.instrument]);
  hash = mix(hash, words[word + OrderWord.account]);
  for (let offset: number = OrderWord.price; offset < OrderWord.textOffset; offset++) {
    hash = mix(hash, words[word + offset]);
  }
  if (bytes[at] >= EXTENDED_KIND_LEAST) {
    for (let offset = RECORD_BYTES / 4; offset < EXTENDED_RECORD_BYTES / 4; offset++) {
      hash = mix(hash, words[word + offset]);
    }
  }
  const textBytes = frame.halves[(at >> 1) + 3];
  const from = textAt + words[word + OrderWord.textOffset];
  for (let index = 0; index < textBytes; index++) hash = mix(hash, bytes[from + index]);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function mix(hash: number, value: number): number {
  const product = Math.imul(hash ^ value, 0x9e3779b1);
  return product ^ (product >>> 15);
}
