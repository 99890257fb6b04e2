import assert from "node:assert/strict";
import fc from "fast-check";
import {
  DECIMAL_LENGTH_MAX,
  DecimalError,
  formatDecimal,
  formatQuotient,
  parseDecimal,
} from "../../../core/protocol/decimal.ts";
import { SAFE_MAX } from "../../../core/protocol/wire_buffer.ts";

const scales = fc.integer({ min: 0, max: 12 });
const PLAIN = /^\d+(\.\d+)?$/;

/** What a decimal text is worth, the obvious way: every digit in one BigInt. */
function exactly(text: string, scale: number): number {
  if (!PLAIN.test(text) || text.length > DECIMAL_LENGTH_MAX) return DecimalError.malformed;
  const [whole = "", decimals = ""] = text.split(".");
  const value = BigInt(whole + decimals.slice(0, scale).padEnd(scale, "0"));
  if (/[1-9]/.test(decimals.slice(scale))) return DecimalError.precision;
  return value > SAFE_MAX ? DecimalError.range : Number(value);
}

Deno.test("a decimal comes back as it was, at every scale", () => {
  fc.assert(fc.property(fc.maxSafeNat(), scales, (value, scale) => {
    const text = formatDecimal(value, scale);
    assert.match(text, PLAIN);
    assert.equal(parseDecimal(text, scale), value);
    assert.equal(scale === 0 ? undefined : text.split(".")[1].length, scale || undefined);
  }));
});

Deno.test("a decimal text is worth what its digits say, or is refused for the right reason", () => {
  const digits = (maxLength: number) =>
    fc.array(fc.constantFrom(..."0123456789"), { minLength: 1, maxLength }).map((d) => d.join(""));
  const plain = fc.tuple(digits(16), fc.option(digits(14), { nil: undefined }))
    .map(([whole, decimals]) => decimals === undefined ? whole : `${whole}.${decimals}`);
  fc.assert(
    fc.property(plain, scales, (text, scale) => {
      const value = parseDecimal(text, scale);
      const expected = exactly(text, scale);
      // A text that is both too precise and too large may be refused for either.
      if (expected < 0) assert.ok(value < 0, `${text} at ${scale}: ${value}`);
      else assert.equal(value, expected, `${text} at ${scale}`);
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("excess precision is refused, trailing zeros are not excess", () => {
  assert.equal(parseDecimal("0.001", 2), DecimalError.precision);
  assert.equal(parseDecimal("1.5", 0), DecimalError.precision);
  assert.equal(parseDecimal("1.500", 1), 15);
  assert.equal(parseDecimal("7.000", 0), 7);
  assert.equal(parseDecimal("0.0000000000001", 12), DecimalError.precision);
});

Deno.test("what is above the safe integers is refused, the largest one is not", () => {
  assert.equal(parseDecimal("9007199254740991", 0), SAFE_MAX);
  assert.equal(parseDecimal("9007199254740992", 0), DecimalError.range);
  assert.equal(parseDecimal("90071992547409.91", 2), SAFE_MAX);
  assert.equal(parseDecimal("90071992547409.92", 2), DecimalError.range);
  assert.equal(parseDecimal("9007199254740991", 1), DecimalError.range);
  assert.equal(parseDecimal("9".repeat(DECIMAL_LENGTH_MAX), 12), DecimalError.range);
});

Deno.test("only plain decimals are decimals", () => {
  const malformed = [
    ["", ".", "1.", ".5", "1..2", "1.2.3", "-1", "+1", "-0", " 1", "1 ", "1e3", "1E3"],
    ["NaN", "Infinity", "0x10", "1,000", "1_000", "１", "٣", "1n", "null", "0".repeat(33)],
    ["1\n", "1\u0000", "\u00a01"],
  ].flat();
  for (const text of malformed) {
    assert.equal(parseDecimal(text, 2), DecimalError.malformed, JSON.stringify(text));
  }
});

Deno.test("any text at all gives a value or a reason", () => {
  const texts = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.stringMatching(/^[\d.]*$/));
  fc.assert(fc.property(texts, scales, (text, scale) => {
    const value = parseDecimal(text, scale);
    if (PLAIN.test(text) && text.length <= DECIMAL_LENGTH_MAX) {
      assert.notEqual(value, DecimalError.malformed);
    } else assert.ok(value < 0);
    assert.ok(Number.isSafeInteger(value) && value >= DecimalError.range);
  }));
});

Deno.test("values below one and below zero are written with every zero and sign", () => {
  assert.equal(formatDecimal(5, 3), "0.005");
  assert.equal(formatDecimal(0, 2), "0.00");
  assert.equal(formatDecimal(-5, 2), "-0.05");
  assert.equal(formatDecimal(-12345, 2), "-123.45");
  assert.equal(formatDecimal(7, 0), "7");
});

Deno.test("a quotient is rounded half to even", () => {
  const rounded = [[1n, 8n], [3n, 8n], [5n, 8n], [7n, 8n], [1n, 3n], [2n, 3n]];
  const texts = rounded.map(([numerator, denominator]) =>
    formatQuotient(numerator, denominator, 2)
  );
  assert.deepEqual(texts, ["0.12", "0.38", "0.62", "0.88", "0.33", "0.67"]);
  assert.equal(formatQuotient(5n, 2n, 0), "2");
  assert.equal(formatQuotient(7n, 2n, 0), "4");
});

Deno.test("a quotient is never further from the truth than half of its last decimal", () => {
  const positive = fc.bigInt({ min: 1n, max: 2n ** 70n });
  fc.assert(fc.property(positive, positive, scales, (numerator, denominator, scale) => {
    const unit = 10n ** BigInt(scale);
    const value = BigInt(formatQuotient(numerator, denominator, scale).replace(".", ""));
    const error = value * denominator - numerator * unit;
    assert.ok(2n * (error < 0n ? -error : error) <= denominator);
  }));
});
