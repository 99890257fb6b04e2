import assert from "node:assert/strict";
import { OutgoingFrame } from "../../../core/batcher/outgoing_frame.ts";
import { checkRecordFrame, FrameKind } from "../../../core/protocol/frame.ts";
import { frameAuthor } from "../../../core/protocol/frame_author.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import { defineAsset, deposit } from "../../support/commands.ts";
import { type NumberedCommand, textOf, writeCommand } from "../../support/frames.ts";

/** A frame of administration with a text that is of no record. */
function frameWith(commands: readonly NumberedCommand[], text: string): OutgoingFrame {
  const frame = new OutgoingFrame(8);
  frame.open(1, 0);
  for (const command of commands) {
    const at = frame.addRecord();
    writeCommand(frame.wire, at, command);
    if (textOf(command) !== "") frame.addText(at, textOf(command));
  }
  frame.addFrameText(text);
  frame.seal(FrameKind.administration, 1);
  const code = checkRecordFrame(frame.wire, 0, frame.byteLength, FrameKind.administration);
  assert.equal(code, ResultCode.ok);
  return frame;
}

const paid = { ...deposit(1, 2, 3), requestId: "1" };
const named = { ...defineAsset(1, "USD", 6), requestId: "2" };

Deno.test("the author of a frame stands behind the texts of its records", () => {
  for (const commands of [[paid], [named], [named, paid, named], [paid, named]]) {
    assert.equal(frameAuthor(frameWith(commands, "@ada").wire, 0), "ada");
    assert.equal(frameAuthor(frameWith(commands, "").wire, 0), "");
  }
});

Deno.test("what is no name is none", () => {
  for (const text of ["ada", "@", "@a b", `@${"x".repeat(33)}`, "@a\0b", "@\x7f"]) {
    assert.equal(frameAuthor(frameWith([paid], text).wire, 0), "", JSON.stringify(text));
  }
  assert.equal(frameAuthor(frameWith([paid], `@${"x".repeat(32)}`).wire, 0).length, 32);
});
