import assert from "node:assert/strict";
import fc from "fast-check";
import { applyFrame, beginAppend } from "../../../core/matching/apply.ts";
import type { ShardState } from "../../../core/matching/shard_state.ts";
import {
  checkRecordFrame,
  FRAME_HEADER_BYTES,
  FrameKind,
  frameKind,
  frameTextBytes,
  recordBytes,
  writeFrameHeader,
} from "../../../core/protocol/frame.ts";
import { CommandKind } from "../../../core/protocol/order_record.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import { type RecordedAppend, recordScript } from "../../model/recorded_script.ts";
import { scripts } from "../../model/script.ts";
import { guardedBuffer } from "../protocol/guarded_buffer.ts";
import { readEvents } from "./event_view.ts";
import { checkInvariants } from "./invariants.ts";
import { plainMarket, Venue } from "./venue.ts";

const CODES: ReadonlySet<number> = new Set(Object.values(ResultCode));

/** Applies a frame from a buffer in which nothing outside it can be read, if it passes the check. */
function applyIfChecked(state: ShardState, frame: WireBuffer, stampMicros: number): boolean {
  const { length } = frame.bytes;
  if (checkRecordFrame(frame, 0, length, frameKind(frame, 0)) !== ResultCode.ok) return false;
  const around = WireBuffer.allocate(length + 256);
  around.bytes.fill(0xff);
  around.bytes.set(frame.bytes, 128);
  beginAppend(state, stampMicros, 1);
  applyFrame(state, guardedBuffer(around, 128, 128 + length), 128, length);
  for (const { code } of readEvents(state.events)) assert.ok(CODES.has(code), `code ${code}`);
  return true;
}

/** Offsets of a frame's bytes that may be anything: those of its records but kind and text. */
function freeOffsets(frame: WireBuffer): number[] {
  const offsets: number[] = [];
  const end = frame.bytes.length - frameTextBytes(frame, 0);
  for (let at = FRAME_HEADER_BYTES; at < end; at += recordBytes(frame, at)) {
    for (let offset = 1; offset < recordBytes(frame, at); offset++) {
      const isText = offset === 6 || offset === 7 || (offset >= 56 && offset < 60);
      if (!isText) offsets.push(at + offset);
    }
  }
  return offsets;
}

/** The frames of appends with some of their free bytes changed. */
function changed(appends: readonly RecordedAppend[], edits: readonly [number, number][]) {
  let next = 0;
  return appends.flatMap(({ frames, stampMicros }) =>
    frames.map((frame) => {
      const copy = WireBuffer.copyOf(frame.bytes);
      const offsets = freeOffsets(copy);
      const [where, value] = edits[next++ % edits.length];
      if (where % 3 !== 0) copy.bytes[offsets[where % offsets.length]] = value;
      return { frame: copy, stampMicros };
    })
  );
}

Deno.test("fuzz: commands with changed bytes never throw, and the invariants hold", () => {
  const edits = fc.array(fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 255))), {
    minLength: 50,
    maxLength: 400,
    size: "max",
  });
  let applied = 0;
  fc.assert(
    fc.property(scripts, edits, (script, bytes) => {
      const { state } = new Venue(plainMarket());
      for (const { frame, stampMicros } of changed(recordScript(script.slice(0, 100)), bytes)) {
        assert.ok(applyIfChecked(state, frame, stampMicros), "free bytes do not fail the check");
        applied++;
      }
      checkInvariants(state);
    }),
    { numRuns: 40 },
  );
  assert.ok(applied > 1_000, `${applied} frames`);
});

const kinds = fc.oneof(
  fc.constantFrom(...Object.values(CommandKind)),
  fc.integer({ min: 0, max: 255 }),
);

/** A frame that passes the check and whose records are random but for kind and text. */
const randomFrames = fc.record({
  records: fc.array(fc.tuple(kinds, fc.uint8Array({ minLength: 128, maxLength: 128 })), {
    minLength: 1,
    maxLength: 6,
  }),
  text: fc.uint8Array({ minLength: 40, maxLength: 40 }),
  zeroes: fc.array(fc.nat(127), { maxLength: 128, size: "max" }),
}).map(({ records, text, zeroes }) => {
  const isOrders = records[0][0] < 64;
  const kindOf = (kind: number): number => {
    const own = isOrders ? kind % 64 : 64 + kind % 192;
    return own === CommandKind.claim ? CommandKind.account : own;
  };
  const lengths = records.map(([kind]) => kindOf(kind) >= 128 ? 128 : 64);
  const end = FRAME_HEADER_BYTES + lengths.reduce((sum, length) => sum + length, 0);
  const frame = WireBuffer.allocate(end + 40);
  const kind = isOrders ? FrameKind.orders : FrameKind.administration;
  writeFrameHeader(frame, 0, kind, records.length, 1, 1, 40, end + 40);
  let at = FRAME_HEADER_BYTES;
  for (const [index, [kind, bytes]] of records.entries()) {
    const body = bytes.slice(0, lengths[index]);
    for (const offset of zeroes) if (offset < body.length) body[offset] = 0;
    frame.bytes.set(body, at);
    frame.bytes[at] = kindOf(kind);
    frame.halves[(at >> 1) + 3] = bytes[6] % 37;
    frame.words[(at >> 2) + 14] = bytes[6] % 37 === 0 ? 0 : bytes[56] % 4;
    at += lengths[index];
  }
  frame.bytes.set(text, end);
  return frame;
});

Deno.test("fuzz: random records in frames that pass the check never throw", () => {
  fc.assert(
    fc.property(fc.array(randomFrames, { minLength: 1, maxLength: 30, size: "max" }), (frames) => {
      const { state } = new Venue(plainMarket());
      for (const frame of frames) assert.ok(applyIfChecked(state, frame, 1_700_000_001_000_000));
      checkInvariants(state);
    }),
    { numRuns: 100 },
  );
});
