import assert from "node:assert/strict";
import { acceptedText, checkEventsFrame } from "../../../core/protocol/events_frame.ts";
import { POSITIONED_BODY_BYTES } from "../../../core/protocol/position.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import { buy, called, sell } from "../../support/commands.ts";
import { EventSource, seededRandom } from "../history/event_source.ts";

function exampleMessage(): Uint8Array {
  const source = new EventSource();
  source.open();
  return source.append([sell(3, 5_000, called("first:one")), buy(3, 5_000, called("second"))])[0];
}

/** The verdict on the example after a change to its bytes. */
function verdict(change: (frame: WireBuffer) => void): number {
  const message = exampleMessage();
  const frame = WireBuffer.copyOf(message);
  change(frame);
  return checkEventsFrame(frame, message.length);
}

Deno.test("a leader's frame is taken and its texts are read", () => {
  const message = exampleMessage();
  const frame = WireBuffer.copyOf(message);
  assert.equal(checkEventsFrame(frame, message.length), ResultCode.ok);
  assert.equal(acceptedText(frame, POSITIONED_BODY_BYTES, message.length), "first:one");
  assert.equal(acceptedText(frame, POSITIONED_BODY_BYTES + 64, message.length), "second");
});

Deno.test("every damage to the structure is refused with its code", () => {
  const at = POSITIONED_BODY_BYTES;
  assert.equal(verdict((frame) => frame.bytes[0] ^= 1), ResultCode.frameMagic);
  assert.equal(verdict((frame) => frame.bytes[4] = 2), ResultCode.frameVersion);
  assert.equal(verdict((frame) => frame.bytes[5] = 1), ResultCode.frameKind);
  assert.equal(verdict((frame) => frame.halves[3]++), ResultCode.frameTruncated);
  assert.equal(verdict((frame) => frame.halves[12]++), ResultCode.frameTruncated);
  assert.equal(verdict((frame) => frame.words[7] += 8), ResultCode.frameTruncated);
  for (const word of [9, 11, 13]) {
    assert.equal(
      verdict((frame) => frame.words[word] = 0x200000),
      ResultCode.frameNumberUnsafe,
    );
  }
  assert.equal(verdict((frame) => frame.bytes[at] = 0), ResultCode.frameKind);
  assert.equal(verdict((frame) => frame.bytes[at] = 12), ResultCode.frameKind);
  assert.equal(verdict((frame) => frame.words[(at >> 2) + 12] = 16), ResultCode.frameText);
  assert.equal(verdict((frame) => frame.words[(at >> 2) + 13] = 37), ResultCode.frameText);
});

Deno.test("whatever the bytes are, the check gives a code and reads nothing outside", () => {
  const seed = Date.now();
  console.log(`seed ${seed}`);
  const random = seededRandom(seed);
  const message = exampleMessage();
  for (let round = 0; round < 2_000; round++) {
    const frame = WireBuffer.copyOf(message);
    for (let change = 0; change <= random() * 4; change++) {
      frame.bytes[Math.floor(random() * message.length)] = Math.floor(random() * 256);
    }
    const length = random() < 0.5 ? message.length : Math.floor(random() * message.length);
    const code = checkEventsFrame(frame, length);
    assert.equal(typeof code, "number");
    if (code !== ResultCode.ok) continue;
    for (
      let at = POSITIONED_BODY_BYTES;
      at < POSITIONED_BODY_BYTES + 64 * frame.halves[3];
      at += 64
    ) {
      if (frame.bytes[at] === 1) acceptedText(frame, at, length);
    }
  }
});
