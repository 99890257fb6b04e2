import assert from "node:assert/strict";
import fc from "fast-check";
import { utf8Bytes } from "../../../routes/client/utf8.ts";

Deno.test("UTF-8 of any text, halves of pairs as well, is what TextEncoder makes of it", () => {
  const encoder = new TextEncoder();
  for (
    const text of ["", "BTC-USD", "é€😀", "\ud800", "a\udc00b", "\uffff\u07ff\u0800\u007f\u0080"]
  ) {
    assert.deepEqual(utf8Bytes(text), encoder.encode(text), JSON.stringify(text));
  }
  const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 });
  fc.assert(fc.property(units, (codes) => {
    const text = String.fromCharCode(...codes);
    assert.deepEqual(utf8Bytes(text), encoder.encode(text));
  }));
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    assert.deepEqual(utf8Bytes(text), encoder.encode(text));
  }));
});
