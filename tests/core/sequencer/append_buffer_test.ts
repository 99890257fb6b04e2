import assert from "node:assert/strict";
import { FrameKind } from "../../../core/protocol/frame.ts";
import { POSITIONED_BODY_BYTES } from "../../../core/protocol/position.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import {
  APPEND_BYTES_MAX,
  APPEND_FRAMES_MAX,
  AppendBuffer,
} from "../../../core/sequencer/append_buffer.ts";
import { checkAppend } from "../../../core/sequencer/read_append.ts";
import { frameOf, order } from "./test_frames.ts";

Deno.test("holds the frames as they came, behind header and position", () => {
  const append = new AppendBuffer();
  const frames = [frameOf(7, 1), frameOf(8, 1, [order(1), order(2)])];
  for (const frame of frames) assert.equal(append.add(frame, FrameKind.orders, ""), ResultCode.ok);
  append.seal(1_000, 4, 11);
  assert.deepEqual(
    append.message.subarray(POSITIONED_BODY_BYTES),
    new Uint8Array([...frames[0], ...frames[1]]),
  );
  assert.equal(checkAppend(append.wire, append.byteLength, 10), ResultCode.ok);
  assert.equal(checkAppend(append.wire, append.byteLength, 11), ResultCode.frameGap);
  for (const [index, frame] of frames.entries()) {
    const at = append.offsets[index];
    assert.deepEqual(append.wire.bytes.subarray(at, at + append.lengths[index]), frame);
  }
  assert.equal(append.commandCount, 3);
});

Deno.test("takes as many bytes as it may, and not one more", () => {
  const append = new AppendBuffer();
  assert.ok(append.hasRoom(APPEND_BYTES_MAX - POSITIONED_BODY_BYTES));
  assert.ok(!append.hasRoom(APPEND_BYTES_MAX - POSITIONED_BODY_BYTES + 1));
});

Deno.test("takes as many frames as it may, and not one more", () => {
  const append = new AppendBuffer();
  const frame = frameOf(7, 1);
  for (let count = 0; count < APPEND_FRAMES_MAX; count++) {
    assert.ok(append.hasRoom(frame.length));
    append.add(frame, FrameKind.orders, "");
  }
  assert.ok(!append.hasRoom(frame.length));
});

Deno.test("the frame added last can be taken out, and a used buffer begins anew", () => {
  const append = new AppendBuffer();
  append.add(frameOf(7, 1), FrameKind.orders, "one");
  const { byteLength } = append;
  append.add(frameOf(7, 2, [order(2), order(3)]), FrameKind.orders, "two");
  append.removeLast();
  assert.deepEqual(
    [append.byteLength, append.frameCount, append.commandCount, append.replies],
    [byteLength, 1, 1, ["one"]],
  );
  append.reset();
  assert.deepEqual(
    [append.byteLength, append.frameCount, append.commandCount, append.replies],
    [POSITIONED_BODY_BYTES, 0, 0, []],
  );
});
