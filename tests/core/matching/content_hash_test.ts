import assert from "node:assert/strict";
import { contentHash } from "../../../core/matching/content_hash.ts";
import { frameTextBytes } from "../../../core/protocol/frame.ts";
import type { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import { buy, called, type Command, market, until } from "../../support/commands.ts";
import { FrameSource } from "../../support/frames.ts";

const AT = 32;

/** Frame with this command alone. */
const frameOf = (command: Command): WireBuffer => new FrameSource().frame([command]);

/** Content hash of the first record of a frame. */
function hashOf(frame: WireBuffer): number {
  return contentHash(frame, AT, frame.bytes.length - frameTextBytes(frame, 0));
}

/** Offsets of the record that change the hash when one of their bits changes. */
function offsetsThatCount(frame: WireBuffer, length: number): number[] {
  const hash = hashOf(frame);
  const offsets: number[] = [];
  for (let offset = 0; offset < length; offset++) {
    frame.bytes[AT + offset] ^= 1;
    if (hashOf(frame) !== hash) offsets.push(offset);
    frame.bytes[AT + offset] ^= 1;
  }
  return offsets;
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

Deno.test("every byte of an order counts but for its key, its deadline and its text's place", () => {
  const order = buy(5, 100, called("77"), until(123_456_789));
  assert.deepEqual(offsetsThatCount(frameOf(order), 64), [...range(0, 16), ...range(32, 56)]);
});

Deno.test("every byte of an instrument counts, also those of its second half", () => {
  const terms = market().asset("BTC", 8).asset("USD", 6).instrument("BTC-USD").commands[2];
  // The kind says how long the record is; the length and place of a text lead to other text.
  const others = [0, 6, 7, ...range(56, 60)];
  const counting = offsetsThatCount(frameOf({ ...terms, requestId: "77" }), 128);
  assert.deepEqual(counting.filter((offset) => !others.includes(offset)), [
    ...range(1, 6),
    ...range(8, 16),
    ...range(32, 56),
    ...range(64, 128),
  ]);
});

Deno.test("the text counts, where it stands does not", () => {
  const one = new FrameSource().frame([buy(5, 100, called("other")), buy(5, 100, called("mine"))]);
  const textAt = one.bytes.length - frameTextBytes(one, 0);
  const second = contentHash(one, AT + 64, textAt);
  assert.equal(second, hashOf(frameOf(buy(5, 100, called("mine")))));
  assert.notEqual(second, hashOf(frameOf(buy(5, 100, called("mind")))));
  assert.notEqual(second, contentHash(one, AT, textAt));
});
