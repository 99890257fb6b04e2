import assert from "node:assert/strict";
import {
  alignedDoubles,
  integersOf,
  LINE_OFFSET_BYTES,
} from "../../../core/memory/aligned_doubles.ts";

Deno.test("doubles and integers are views of the same bytes, as many as were asked for", () => {
  const doubles = alignedDoubles(16);
  const integers = integersOf(doubles);
  assert.deepEqual([doubles.length, integers.length], [16, 32]);
  assert.equal(LINE_OFFSET_BYTES % 8, 0);
  doubles[15] = 1;
  assert.deepEqual([...integers.subarray(28)], [0, 0, 0, 0x3ff00000]);
});

Deno.test("a table in a buffer that begins 16 bytes behind a line begins on one", () => {
  const { byteOffset } = alignedDoubles(8);
  assert.equal((16 + byteOffset) % 64, 0);
});
