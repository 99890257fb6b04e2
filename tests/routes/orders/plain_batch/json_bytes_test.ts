/**
 * Numbers, decimals and texts as bytes.
 *
 * @module
 */

import fc from "fast-check";
import assert from "node:assert/strict";
import { formatDecimal } from "../../../../core/protocol/decimal.ts";
import { JsonBytes } from "../../../../routes/orders/plain_batch/json_bytes.ts";
import { asciiOf } from "../../../../routes/orders/plain_batch/json_cursor.ts";

function written(write: (out: JsonBytes) => void): string {
  const out = new JsonBytes();
  write(out);
  return new TextDecoder().decode(out.copy());
}

const number = fc.oneof(fc.maxSafeNat(), fc.nat(), fc.nat(9), fc.constantFrom(...around()));

function around(): number[] {
  return [1e7, 1e8, 1e9, 1e15, 1e16 / 2, Number.MAX_SAFE_INTEGER].flatMap((one) =>
    [one - 1, one, one + 1].filter(Number.isSafeInteger)
  );
}

Deno.test("an integer is written as String does it", () => {
  fc.assert(
    fc.property(number, (value) => {
      assert.equal(written((out) => out.integer(value)), String(value));
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("a decimal is written as formatDecimal does it, negative ones too", () => {
  fc.assert(
    fc.property(
      number,
      fc.integer({ min: 0, max: 18 }),
      fc.boolean(),
      (value, scale, isNegative) => {
        const signed = isNegative ? -value : value;
        if (signed === 0 && isNegative) return;
        assert.equal(written((out) => out.decimal(signed, scale)), formatDecimal(signed, scale));
      },
    ),
    { numRuns: 2_000 },
  );
  assert.equal(written((out) => out.decimal(1e21, 2)), formatDecimal(1e21, 2));
});

Deno.test("there is room for whatever comes, and nothing of what was written before", () => {
  const long = "é€😀x".repeat(20_000);
  const out = new JsonBytes();
  out.text(long);
  out.clear();
  for (let index = 0; index < 40_000; index++) {
    out.makeRoom(2);
    out.piece(asciiOf("ab"));
  }
  out.makeRoom(60_000);
  out.ascii(`..${"c".repeat(60_000)}..`, 2, 60_000);
  out.text(long);
  out.makeRoom(2);
  out.integer(7);
  out.byte(0x2e);
  const expected = "ab".repeat(40_000) + "c".repeat(60_000) + long + "7.";
  assert.equal(new TextDecoder().decode(out.copy()), expected);
});
