import assert from "node:assert/strict";
import {
  averageText,
  decimalText,
  differenceText,
  padded,
  percentText,
  productText,
} from "../../../routes/binance/decimal_text.ts";

Deno.test("a number has eight decimals at least, and all that it has", () => {
  assert.deepEqual(
    [padded("5"), padded("5.5"), padded("0.123456789"), padded(null)],
    ["5.00000000", "5.50000000", "0.123456789", "0.00000000"],
  );
  assert.deepEqual([decimalText(0, 2), decimalText(5, 10)], ["0.00000000", "0.0000000005"]);
});

Deno.test("products, differences and parts of a hundred are exact", () => {
  assert.equal(productText("50000.01", "0.0003"), "15.00000300");
  assert.equal(productText("0.00001", "0.00001"), "0.0000000001");
  assert.equal(productText("90000000.01", "90000000.01"), "8100000001800000.00010000");
  assert.equal(productText("3", "2"), "6.00000000");
  assert.equal(differenceText("1.00", "2.50"), "-1.50000000");
  assert.equal(percentText("100.00", "99.50"), "-0.500");
  assert.equal(percentText("3.00", "4.00"), "33.333");
  assert.equal(percentText("0.00", "4.00"), "0.000");
  assert.equal(percentText("100000.00", "99999.99"), "0.000", "no minus before nothing");
  assert.equal(averageText([]), null);
  assert.equal(
    averageText([{ price: "1.00", quantity: "1" }, { price: "2.00", quantity: "2" }]),
    "1.66666667",
  );
});
