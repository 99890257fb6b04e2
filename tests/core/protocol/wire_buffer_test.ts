import assert from "node:assert/strict";
import fc from "fast-check";
import {
  isSafeU64,
  padToEight,
  readU64,
  SAFE_MAX,
  WireBuffer,
  writeU64,
} from "../../../core/protocol/wire_buffer.ts";

const safeIntegers = fc.oneof(
  fc.maxSafeNat(),
  fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, SAFE_MAX),
);

Deno.test("a 64-bit field gives back every safe integer, little-endian", () => {
  fc.assert(fc.property(safeIntegers, fc.integer({ min: 0, max: 3 }), (value, index) => {
    const wire = WireBuffer.allocate(32);
    wire.bytes.fill(0xff);
    writeU64(wire.words, index * 2, value);
    assert.equal(readU64(wire.words, index * 2), value);
    assert.ok(isSafeU64(wire.words, index * 2));
    const view = new DataView(wire.bytes.buffer);
    assert.equal(view.getBigUint64(index * 8, true), BigInt(value));
  }));
});

Deno.test("a 64-bit field is safe exactly up to the largest safe integer", () => {
  const view = new DataView(new ArrayBuffer(8));
  const words = new Uint32Array(view.buffer);
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
    view.setBigUint64(0, value, true);
    assert.equal(isSafeU64(words, 0), value <= BigInt(SAFE_MAX));
  }));
  view.setBigUint64(0, BigInt(SAFE_MAX), true);
  assert.ok(isSafeU64(words, 0));
  view.setBigUint64(0, BigInt(SAFE_MAX) + 1n, true);
  assert.ok(!isSafeU64(words, 0));
});

Deno.test("lengths are padded to the next multiple of eight", () => {
  const padded = [0, 1, 7, 8, 9, 36, 40].map(padToEight);
  assert.deepEqual(padded, [0, 8, 8, 8, 16, 40, 40]);
  assert.equal(WireBuffer.allocate(33).bytes.length, 40);
});

Deno.test("a copy is aligned wherever its source lay, and is its own", () => {
  const source = new Uint8Array([9, 9, 9, 1, 2, 3, 4, 5]);
  const copy = WireBuffer.copyOf(source.subarray(3));
  source.fill(0);
  assert.deepEqual([...copy.bytes], [1, 2, 3, 4, 5, 0, 0, 0]);
  assert.equal(copy.words[0], 0x04030201);
  assert.equal(copy.halves[2], 5);
});
