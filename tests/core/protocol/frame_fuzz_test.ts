import assert from "node:assert/strict";
import fc from "fast-check";
import {
  checkRecordFrame,
  FRAME_HEADER_BYTES,
  FRAME_MAGIC,
  FrameKind,
  frameKind,
} from "../../../core/protocol/frame.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import {
  buy,
  called,
  cancel,
  claim,
  type Command,
  deposit,
  market,
  sell,
} from "../../support/commands.ts";
import { FrameSource } from "../../support/frames.ts";
import { guardedBuffer } from "./guarded_buffer.ts";

const CODES: ReadonlySet<number> = new Set(Object.values(ResultCode));
const KINDS = Object.values(FrameKind);
const kinds = fc.constantFrom(...KINDS);

/**
 * Checks `frame` in the middle of a buffer whose surroundings are poisoned: once guarded, so that a
 * read outside fails, and with two poisons, so that one that slips through would show.
 */
function checkSurrounded(frame: Uint8Array, length: number, kind: number): number {
  const codes = [0x00, 0xff].map((poison) => {
    const around = WireBuffer.allocate(frame.length + 512);
    around.bytes.fill(poison);
    around.bytes.set(frame, 256);
    const guarded = guardedBuffer(around, 256, 256 + length);
    return checkRecordFrame(guarded, 256, length, kind);
  });
  assert.equal(codes[0], codes[1], "what stands around a frame does not matter");
  assert.ok(CODES.has(codes[0]), `${codes[0]} is a result code`);
  return codes[0];
}

const instruments = market().asset("BTC", 8).asset("USD", 6).instrument("BTC-USD").commands;
const good: readonly (readonly Command[])[] = [
  [buy(1, 100)],
  [buy(1, 100, called("one")), sell(2, 101, called("two")), cancel("one"), cancel(5)],
  Array.from({ length: 20 }, (_, index) => sell(1, 100 + index, called(`order-${index}`))),
  instruments,
  [...instruments, deposit(1, 1, 1_000)],
  [claim(3)],
];
const goodFrames = fc.constantFrom(...good).map((commands) =>
  new FrameSource().frame(commands).bytes
);

Deno.test("fuzz: random bytes give a result code and nothing outside is read", () => {
  const bytes = fc.uint8Array({ minLength: 0, maxLength: 300 });
  fc.assert(
    fc.property(bytes, kinds, fc.boolean(), (random, kind, hasMagic) => {
      const frame = random.slice();
      if (hasMagic && frame.length >= FRAME_HEADER_BYTES) {
        const view = new DataView(frame.buffer);
        view.setUint32(0, FRAME_MAGIC, true);
        view.setUint8(4, 1);
        view.setUint8(5, kind);
        view.setUint16(6, view.getUint16(6, true) & 3, true);
        view.setUint32(28, frame.length, true);
      }
      checkSurrounded(frame, frame.length, kind);
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("fuzz: good frames with changed bytes give a result code and nothing outside is read", () => {
  const changes = fc.array(
    fc.tuple(fc.nat(), fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255))),
    { minLength: 1, maxLength: 8 },
  );
  let passed = 0;
  let refused = 0;
  fc.assert(
    fc.property(goodFrames, changes, fc.boolean(), (original, edits, inHead) => {
      const frame = original.slice();
      const reach = inHead ? FRAME_HEADER_BYTES + 64 : frame.length;
      for (const [at, value] of edits) frame[at % reach] = value;
      const kind = frameKind(WireBuffer.copyOf(original), 0);
      if (checkSurrounded(frame, frame.length, kind) === ResultCode.ok) passed++;
      else refused++;
    }),
    { numRuns: 3_000 },
  );
  assert.ok(passed > 300 && refused > 300, `${passed} passed and ${refused} were refused`);
});

Deno.test("fuzz: good frames cut, prolonged or of another kind are refused", () => {
  fc.assert(
    fc.property(goodFrames, fc.integer({ min: -300, max: 64 }), kinds, (frame, change, kind) => {
      const own = frameKind(WireBuffer.copyOf(frame), 0);
      const length = Math.max(0, frame.length + change);
      const bytes = new Uint8Array(length);
      bytes.set(frame.subarray(0, length));
      const code = checkSurrounded(bytes, length, kind);
      assert.equal(code === ResultCode.ok, change === 0 && kind === own);
    }),
    { numRuns: 2_000 },
  );
});
