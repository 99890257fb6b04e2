import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import {
  checkRecordFrame,
  FRAME_BYTES_MAX,
  FRAME_RECORDS_MAX,
  frameCode,
  frameCount,
  frameCrc,
  FrameKind,
  frameKind,
  frameLength,
  frameNumber,
  framesBehind,
  frameSender,
  frameTextBytes,
  TEXT_BYTES_MAX,
  writeFrameCrc,
  writeFrameHeader,
  writeFramesBehind,
} from "../../../core/protocol/frame.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import {
  buy,
  by,
  called,
  cancelAll,
  claim,
  defineAsset,
  deposit,
  market,
  sell,
} from "../../support/commands.ts";
import { encodeFrame, FrameSource } from "../../support/frames.ts";
import { codeName } from "../matching/story.ts";
import { assertFields, hexLines } from "./layout.ts";

const { orders, administration } = FrameKind;

/** The check's answer for a whole buffer, by name. */
function check(wire: WireBuffer, kind: number = orders): string {
  return codeName(checkRecordFrame(wire, 0, wire.bytes.length, kind));
}

/** The check's answer for a good frame of two orders with texts, after a change to its bytes. */
function checkChanged(change: (view: DataView) => void): string {
  const commands = [buy(1, 100, called("one")), sell(1, 101, called("three"))];
  const frame = new FrameSource().frame(commands);
  assert.equal(check(frame), "ok");
  change(new DataView(frame.bytes.buffer));
  return check(frame);
}

Deno.test("golden: a frame with two orders and a text, every field at its offset", () => {
  const commands = [
    { ...buy(5, 100, by(2)), requestId: "7" },
    { ...sell(3, 101, by(3)), requestId: "a1" },
  ];
  const frame = encodeFrame(commands, {
    sender: 0xa1b2c3d4,
    frameNumber: 2 ** 32 + 9,
    framesBehind: 3,
  });
  assert.deepEqual(hexLines(frame.bytes), [
    "4544424b01010200" + "3f253457" + "d4c3b2a1",
    "0900000001000000" + "01000300a8000000",
    "0100010100000000" + "0100000002000000",
    "0700000000000000" + "0000000000000000",
    "6400000000000000" + "0500000000000000",
    "0000000000000000" + "0000000000000000",
    "0101010100000200" + "0100000003000000",
    "e423f73ddfc88fb3" + "0000000000000000",
    "6500000000000000" + "0300000000000000",
    "0000000000000000" + "0000000000000000",
    "6131000000000000",
  ]);
  assertFields(frame.bytes, [
    [4, "u8", 1],
    [5, "u8", FrameKind.orders],
    [6, "u16", 2],
    [8, "u32", crc32(frame.bytes.subarray(12))],
    [12, "u32", 0xa1b2c3d4],
    [16, "u64", 2 ** 32 + 9],
    [24, "u16", 1],
    [26, "u16", 3],
    [28, "u32", frame.bytes.length],
  ]);
  assert.equal(new TextDecoder().decode(frame.bytes.subarray(0, 4)), "EDBK");
});

Deno.test("what the header was written with is read back, at any offset", () => {
  for (const at of [0, 8, 64]) {
    const frame = WireBuffer.allocate(at + 40);
    frame.bytes.fill(0xee);
    writeFrameHeader(frame, at, FrameKind.refusal, 0, 4_000_000_000, 2 ** 53 - 1, 524_280, 32, 304);
    assert.equal(frameKind(frame, at), FrameKind.refusal);
    assert.equal(frameCount(frame, at), 0);
    assert.equal(frameCrc(frame, at), 0);
    assert.equal(frameSender(frame, at), 4_000_000_000);
    assert.equal(frameNumber(frame, at), 2 ** 53 - 1);
    assert.equal(frameTextBytes(frame, at), 524_280);
    assert.equal(frameLength(frame, at), 32);
    assert.equal(frameCode(frame, at), 304);
    writeFrameCrc(frame, at, 0xdeadbeef);
    assert.equal(frameCrc(frame, at), 0xdeadbeef);
    writeFramesBehind(frame, at, 65_535);
    assert.equal(framesBehind(frame, at), 65_535);
    assert.equal(frameTextBytes(frame, at), 524_280);
    const around = [...frame.bytes.slice(0, at), ...frame.bytes.slice(at + 32)];
    assert.ok(around.every((byte) => byte === 0xee), "nothing is written outside the header");
  }
});

Deno.test("a frame of each kind passes the check, and only as what it is", () => {
  const opening = market().asset("BTC", 8).asset("USD", 6).instrument("BTC-USD").commands;
  const source = new FrameSource();
  const frames = [
    [orders, source.frame([buy(1, 100), cancelAll()])],
    [administration, source.frame(opening)],
    [FrameKind.claim, source.frame([claim(1)])],
  ] as const;
  for (const [kind, frame] of frames) {
    assert.equal(check(frame, kind), "ok");
    for (const [other] of frames) {
      if (other !== kind) assert.equal(check(frame, other), "frameKind");
    }
  }
});

Deno.test("orders, administration and claims do not mix", () => {
  const source = new FrameSource();
  assert.equal(check(source.frame([buy(1, 100), deposit(1, 1, 1)])), "frameCommandKind");
  const mixed = source.frame([deposit(1, 1, 1), buy(1, 100)]);
  assert.equal(check(mixed, administration), "frameCommandKind");
  assert.equal(
    check(source.frame([deposit(1, 1, 1), claim(1)]), administration),
    "frameCommandKind",
  );
  assert.equal(check(source.frame([claim(1), buy(1, 1)]), FrameKind.claim), "frameCommandKind");
});

Deno.test("each field of the header is checked, and the refusal says which it was", () => {
  assert.equal(checkChanged((view) => view.setUint8(0, 0)), "frameMagic");
  assert.equal(checkChanged((view) => view.setUint8(4, 2)), "frameVersion");
  assert.equal(checkChanged((view) => view.setUint8(5, FrameKind.reports)), "frameKind");
  assert.equal(checkChanged((view) => view.setUint16(6, 0, true)), "frameRecordCount");
  assert.equal(checkChanged((view) => view.setUint16(6, 1, true)), "frameTruncated");
  assert.equal(checkChanged((view) => view.setUint16(6, 3, true)), "frameTruncated");
  assert.equal(
    checkChanged((view) => view.setUint16(6, FRAME_RECORDS_MAX + 1, true)),
    "frameRecordCount",
  );
  assert.equal(checkChanged((view) => view.setUint32(20, 0x200000, true)), "frameNumberUnsafe");
  assert.equal(checkChanged((view) => view.setUint16(24, 0, true)), "frameText");
  assert.equal(checkChanged((view) => view.setUint16(24, 2, true)), "frameTruncated");
  assert.equal(checkChanged((view) => view.setUint16(24, 65_535, true)), "frameText");
  assert.equal(checkChanged((view) => view.setUint32(28, 167, true)), "frameTruncated");
  assert.equal(checkChanged((view) => view.setUint32(28, 2 ** 32 - 1, true)), "frameTruncated");
});

Deno.test("a record's text lies inside the text section, or the frame is refused", () => {
  const textBytes = 32 + 6;
  const textOffset = 32 + 56;
  assert.equal(checkChanged((view) => view.setUint16(textBytes, 8, true)), "ok");
  assert.equal(checkChanged((view) => view.setUint16(textBytes, 9, true)), "frameText");
  assert.equal(
    checkChanged((view) => view.setUint16(textBytes, TEXT_BYTES_MAX + 1, true)),
    "frameText",
  );
  assert.equal(checkChanged((view) => view.setUint32(textOffset, 5, true)), "ok");
  assert.equal(checkChanged((view) => view.setUint32(textOffset, 6, true)), "frameText");
  assert.equal(checkChanged((view) => view.setUint32(textOffset, 2 ** 32 - 1, true)), "frameText");
  assert.equal(
    checkChanged((view) => {
      view.setUint16(textBytes, 0, true);
      view.setUint32(textOffset, 1, true);
    }),
    "frameText",
  );
});

Deno.test("a frame shorter than it says is refused, wherever it ends", () => {
  const opening = market().asset("BTC", 8).asset("USD", 6).instrument("BTC-USD").commands;
  const frame = new FrameSource().frame(opening);
  for (let length = 0; length < frame.bytes.length; length++) {
    const code = checkRecordFrame(frame, 0, length, administration);
    assert.equal(codeName(code), "frameTruncated", `${length} bytes`);
  }
  const { length } = frame.bytes;
  assert.equal(checkRecordFrame(frame, 8, length, administration), ResultCode.frameTruncated);
});

Deno.test("the longest frame passes, a longer one does not", () => {
  const text = (index: number) => `${index}`.padStart(TEXT_BYTES_MAX - 1, "0") + "x";
  const commands = (count: number) =>
    Array.from({ length: count }, (_, index) => buy(1, 100, called(text(index))));
  const source = new FrameSource();
  const longest = source.frame(commands(FRAME_RECORDS_MAX));
  assert.ok(longest.bytes.length <= FRAME_BYTES_MAX);
  assert.equal(check(longest), "ok");
  const longer = source.frame(commands(FRAME_RECORDS_MAX + 1));
  assert.equal(check(longer), "frameRecordCount");
  const extended = market().asset("BTC", 8).asset("USD", 6).instrument("BTC-USD").commands.slice(2);
  const many = Array.from(
    { length: FRAME_RECORDS_MAX },
    () => extended[0] ?? defineAsset(1, "A", 0),
  );
  assert.equal(check(source.frame(many), administration), "frameTooLong");
});
