import assert from "node:assert/strict";
import fc from "fast-check";
import {
  CLIENT_ORDER_ID_PATTERN,
  clientOrderIdOfKey,
  derivedKeyOfItem,
  isNumericClientOrderId,
  KeyClass,
  type RequestKey,
  requestKeyOfClientOrderId,
  requestKeyOfSignedRequest,
} from "../../../core/protocol/request_key.ts";
import { SAFE_MAX } from "../../../core/protocol/wire_buffer.ts";

const texts = fc.stringMatching(/^[A-Za-z0-9._:/-]{1,36}$/);
const CLASS_BITS = 0xc0000000;

const classOf = ({ high }: RequestKey): number => (high & CLASS_BITS) >>> 0;
const textOf = ({ low, high }: RequestKey): string => `${high}/${low}`;

Deno.test("a number is its own key and comes back from it", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: SAFE_MAX }), (value) => {
    const id = String(value);
    assert.ok(isNumericClientOrderId(id));
    const { low, high } = requestKeyOfClientOrderId(id);
    assert.equal(high * 2 ** 32 + low, value);
    assert.equal(clientOrderIdOfKey(low, high), id);
  }));
});

Deno.test("what only looks like a number is a text", () => {
  for (const id of ["0", "007", "1.0", "-1", "1e3", "9007199254740992", "99999999999999999"]) {
    assert.ok(!isNumericClientOrderId(id), id);
    assert.equal(classOf(requestKeyOfClientOrderId(id)), KeyClass.text, id);
  }
  assert.ok(isNumericClientOrderId(String(SAFE_MAX)));
});

Deno.test("the classes of keys never meet, and no key is zero", () => {
  fc.assert(fc.property(texts, (text) => {
    const placed = requestKeyOfClientOrderId(text);
    const derived = requestKeyOfSignedRequest(text);
    assert.equal(classOf(derived), KeyClass.derived);
    assert.equal(clientOrderIdOfKey(derived.low, derived.high), null);
    if (isNumericClientOrderId(text)) return;
    assert.equal(classOf(placed), KeyClass.text);
    assert.equal(clientOrderIdOfKey(placed.low, placed.high), null);
    for (const { low, high } of [placed, derived]) {
      assert.ok(low === low >>> 0 && high === high >>> 0 && (low | high) !== 0);
    }
  }));
  assert.equal(clientOrderIdOfKey(0, 0), null);
});

Deno.test("a hundred thousand ids of the usual shapes have a hundred thousand keys", () => {
  const keys = new Set<string>();
  const shapes = [
    (n: number) => `order-${n}`,
    (n: number) => `${n}a`,
    (n: number) => `a${n.toString(36).padStart(10, "0")}`,
    (n: number) => `${n.toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`,
  ];
  for (const shape of shapes) {
    for (let n = 0; n < 25_000; n++) keys.add(textOf(requestKeyOfClientOrderId(shape(n))));
  }
  assert.equal(keys.size, 100_000);
});

Deno.test("every bit of a hashed key differs for about half of all ids", () => {
  const ones = new Array<number>(64).fill(0);
  const count = 20_000;
  for (let n = 0; n < count; n++) {
    const { low, high } = requestKeyOfClientOrderId(`id-${n}`);
    for (let bit = 0; bit < 32; bit++) {
      ones[bit] += (low >>> bit) & 1;
      ones[32 + bit] += (high >>> bit) & 1;
    }
  }
  // Ten standard deviations of a fair coin; the two class bits are fixed.
  const slack = 10 * Math.sqrt(count) / 2;
  for (let bit = 0; bit < 62; bit++) {
    assert.ok(Math.abs(ones[bit] - count / 2) < slack, `bit ${bit}: ${ones[bit]} of ${count}`);
  }
});

Deno.test("golden: keys that clients and archives depend on", () => {
  assert.deepEqual(requestKeyOfClientOrderId("4294967296"), { low: 0, high: 1 });
  assert.equal(textOf(requestKeyOfClientOrderId("a1")), "3012544735/1039606756");
  assert.equal(textOf(requestKeyOfSignedRequest("a1")), "4086286559/1039606756");
});

Deno.test("client order ids are one to 36 characters of the allowed ones, but no part of a path", () => {
  for (const id of ["a", "A.b_c:d/e-9", "x".repeat(36)]) assert.match(id, CLIENT_ORDER_ID_PATTERN);
  for (const id of [".a", "..a", "...", "a.", "a..", "./.", "../", ".-"]) {
    assert.match(id, CLIENT_ORDER_ID_PATTERN);
  }
  for (const head of ["", ".", ".."]) {
    for (const filling of ["x", "."]) {
      assert.match(`${head}x`.padEnd(36, filling), CLIENT_ORDER_ID_PATTERN);
      assert.doesNotMatch(`${head}x`.padEnd(37, filling), CLIENT_ORDER_ID_PATTERN);
    }
  }
  assert.match(".".repeat(36), CLIENT_ORDER_ID_PATTERN);
  assert.doesNotMatch(".".repeat(37), CLIENT_ORDER_ID_PATTERN);
  for (const id of [".", "..", "", "x".repeat(37), "a b", "é", "a\n", "a\u0000"]) {
    assert.doesNotMatch(id, CLIENT_ORDER_ID_PATTERN);
  }
});

Deno.test("the commands of a request have keys of their own, of the derived class, and always the same", () => {
  const ITEMS = 2_048;
  const seen = new Set<string>();
  for (const request of ["one", "the other"].map(requestKeyOfSignedRequest)) {
    seen.add(textOf(request));
    for (let index = 0; index < ITEMS; index++) {
      const key = derivedKeyOfItem(request, index);
      assert.equal(classOf(key), KeyClass.derived);
      assert.deepEqual(derivedKeyOfItem(request, index), key);
      seen.add(textOf(key));
    }
  }
  assert.equal(seen.size, 2 * (ITEMS + 1));
});
