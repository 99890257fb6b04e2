import assert from "node:assert/strict";
import { FrameKind } from "../../../core/protocol/frame.ts";
import type { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import { AppendBuffer } from "../../../core/sequencer/append_buffer.ts";
import { FrameSource } from "../../support/frames.ts";
import {
  buy,
  by,
  called,
  cancelAll,
  claim,
  type Command,
  ioc,
  sell,
} from "../../support/commands.ts";
import { plainMarket } from "../matching/venue.ts";
import { frameOf } from "../sequencer/test_frames.ts";
import { apply, blocksOf, readBlocks, replicaOf } from "./replica_script.ts";
import { VERSION_1 } from "./version_1.ts";

const STAMP_MICROS = 1_700_000_000_000_000;

function append(number: number, firstCommand: number, commands: readonly Command[]): WireBuffer {
  const buffer = new AppendBuffer();
  if (number === 1) {
    buffer.add(frameOf(0, 1, [claim(1)]), FrameKind.claim, "");
    const market = new FrameSource(9).frame(plainMarket().commands).bytes;
    buffer.add(market, FrameKind.administration, "");
  }
  buffer.add(frameOf(7, number, commands), FrameKind.orders, "");
  buffer.seal(STAMP_MICROS + number, 1, firstCommand);
  return buffer.wire;
}

const FIRST = append(1, 1, [
  sell(5, 101, by(1), called("a text")),
  sell(7, 102, by(2), called("2")),
  buy(3, 100, by(2), called("3")),
  buy(4, 101, by(2), called("4"), ioc),
]);

/**
 * The snapshot that the first version of the layout made of a small market, byte for byte. When this
 * fails the layout has changed: it needs a new version then, and code that still reads this one.
 */
Deno.test("a snapshot of version 1 is written as ever, read as ever, and gone on from", () => {
  const blocks = VERSION_1.map((block) => Uint8Array.fromBase64(block));
  const original = replicaOf([FIRST]);
  assert.deepEqual(blocksOf(original), blocks);
  const restored = readBlocks(blocks);
  const second = append(2, original.state.commandCount + 1, [cancelAll(by(2), called("5"))]);
  assert.equal(apply(restored, second), apply(original, second));
  assert.deepEqual(blocksOf(restored), blocksOf(original));
});
