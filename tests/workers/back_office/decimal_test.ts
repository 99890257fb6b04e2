import assert from "node:assert/strict";
import fc from "fast-check";
import { decimalText, roundedQuotient } from "../../../workers/back_office/decimal.ts";

Deno.test("an amount of any size is written exactly", () => {
  assert.equal(decimalText(0n, 0), "0");
  assert.equal(decimalText(-5n, 2), "-0.05");
  assert.equal(decimalText(2n ** 70n, 6), "1180591620717411.303424");
  fc.assert(fc.property(fc.bigInt(), fc.nat(15), (units, scale) => {
    const text = decimalText(units, scale);
    assert.equal(BigInt(text.replace(".", "")), units);
    assert.equal(text.split(".")[1]?.length ?? 0, scale);
  }));
});

Deno.test("a quotient is rounded half to even", () => {
  const quotients = [5n, 15n, 25n, 14n, 16n, 0n].map((one) => roundedQuotient(one, 10n));
  assert.deepEqual(quotients, [0n, 2n, 2n, 1n, 2n, 0n]);
});
