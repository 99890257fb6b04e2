import assert from "node:assert/strict";
import {
  POSITION_BYTES,
  POSITIONED_BODY_BYTES,
  positionEpoch,
  positionFirstEvent,
  positionNumber,
  positionStampMicros,
  positionTotal,
  writePosition,
} from "../../../core/protocol/position.ts";
import { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import { assertFields, hexLines } from "./layout.ts";

Deno.test("golden: the position block, behind the header of a frame at any offset", () => {
  for (const at of [0, 8, 64]) {
    const frame = WireBuffer.allocate(at + POSITIONED_BODY_BYTES + 8);
    frame.bytes.fill(0xee);
    writePosition(frame, at, 1_700_000_000_123_456, 2 ** 33 + 1, 77, 3, 12);
    const bytes = frame.bytes.slice(at + 32, at + 32 + POSITION_BYTES);
    assert.deepEqual(hexLines(bytes), [
      "40222018240a0600" + "0100000002000000",
      "4d00000000000000" + "030000000c000000",
    ]);
    assertFields(frame.bytes.slice(at), [
      [32, "u64", 1_700_000_000_123_456],
      [40, "u64", 2 ** 33 + 1],
      [48, "u64", 77],
      [56, "u32", 3],
      [60, "u32", 12],
    ]);
    assert.equal(positionStampMicros(frame, at), 1_700_000_000_123_456);
    assert.equal(positionNumber(frame, at), 2 ** 33 + 1);
    assert.equal(positionFirstEvent(frame, at), 77);
    assert.equal(positionEpoch(frame, at), 3);
    assert.equal(positionTotal(frame, at), 12);
    const around = [...frame.bytes.slice(0, at + 32), ...frame.bytes.slice(at + 64)];
    assert.ok(around.every((byte) => byte === 0xee), "nothing is written outside the block");
  }
});
