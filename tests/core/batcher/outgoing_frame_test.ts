import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import { OutgoingFrame } from "../../../core/batcher/outgoing_frame.ts";
import { checkRecordFrame, CRC_START_BYTES, FrameKind } from "../../../core/protocol/frame.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import { buy, called } from "../../support/commands.ts";
import { encodeFrame, type NumberedCommand, textOf, writeCommand } from "../../support/frames.ts";

/** Fills the frame with commands, seals it and gives what goes out. */
function fill(
  frame: OutgoingFrame,
  number: number,
  commands: readonly NumberedCommand[],
): Uint8Array {
  frame.open(number, 1_000);
  for (const command of commands) {
    const at = frame.addRecord();
    writeCommand(frame.wire, at, command);
    if (textOf(command) !== "") frame.addText(at, textOf(command));
  }
  frame.seal(FrameKind.orders, 7);
  frame.setCrc(crc32(frame.message.subarray(CRC_START_BYTES)));
  return frame.message;
}

const named = (name: string) => buy(1, 100, called(name)) as NumberedCommand;

Deno.test("makes the same bytes as a frame that is written in one go", () => {
  const frame = new OutgoingFrame(4);
  for (const names of [["a", "22", "long-name-of-an-order"], ["7"], ["x".repeat(36), "y"]]) {
    const commands = names.map(named);
    const message = fill(frame, 3, commands);
    assert.deepEqual(message, encodeFrame(commands, { sender: 7, frameNumber: 3 }).bytes);
  }
});

Deno.test("a frame that was used before carries nothing over", () => {
  const frame = new OutgoingFrame(4);
  const long = [named("x".repeat(36)), named("y".repeat(36)), named("z".repeat(36))];
  fill(frame, 1, long);
  for (const name of ["5", "abc"]) {
    const again = fill(frame, 2, [named(name)]);
    assert.deepEqual(again, encodeFrame([named(name)], { sender: 7, frameNumber: 2 }).bytes);
  }
});

Deno.test("has room for a text with every record", () => {
  const frame = new OutgoingFrame();
  const commands = Array.from({ length: 512 }, (_, at) => named(`${at}-`.padEnd(36, "n")));
  const message = fill(frame, 1, commands);
  assert.equal(
    checkRecordFrame(frame.wire, 0, message.length, FrameKind.orders),
    ResultCode.ok,
  );
});
