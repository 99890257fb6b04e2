import assert from "node:assert/strict";
import fc from "fast-check";
import { AuthCode } from "../../../core/auth/auth_code.ts";
import { AuthHeader } from "../../../core/auth/header_problem.ts";
import { parseSignedHeaders } from "../../../core/auth/signed_headers.ts";

const HEX = "0123456789abcdef".repeat(4);
const BASE64 = `${"Ab+/".repeat(21)}Ag==`;
const VALID: Readonly<Record<string, string>> = {
  [AuthHeader.key]: "demo-key_1",
  [AuthHeader.timestamp]: "1700000000000",
  [AuthHeader.signature]: HEX,
};
const parse = (more: Record<string, string | undefined> = {}) => {
  const headers: Record<string, string | undefined> = { ...VALID, ...more };
  return parseSignedHeaders((name) => headers[name]);
};

Deno.test("the headers of a signed request become numbers, with the default window", () => {
  assert.deepEqual(parse(), {
    code: AuthCode.ok,
    keyId: "demo-key_1",
    timestampMillis: 1_700_000_000_000,
    recvWindowMillis: 5_000,
    signature: HEX,
    encoding: "hex",
    idempotencyKey: null,
  });
  const ed25519 = parse({ [AuthHeader.signature]: BASE64, [AuthHeader.recvWindow]: "60000" });
  assert.ok(ed25519.code === AuthCode.ok);
  assert.deepEqual([ed25519.encoding, ed25519.recvWindowMillis], ["base64", 60_000]);
});

Deno.test("a name for what is asked may come along, in visible ASCII and bounded", () => {
  for (const name of ["a", "!~", '"8e03978e-40d5-43e8-bc93-6894a57f9324"', "x".repeat(64)]) {
    const parsed = parse({ [AuthHeader.idempotencyKey]: name });
    assert.ok(parsed.code === AuthCode.ok && parsed.idempotencyKey === name, name);
  }
});

Deno.test("an absent header is named", () => {
  for (const name of [AuthHeader.key, AuthHeader.timestamp, AuthHeader.signature]) {
    const parsed = parse({ [name]: undefined });
    assert.ok(parsed.code === AuthCode.headerMissing && parsed.field === name, name);
  }
});

const REFUSED: readonly (readonly [string, AuthCode, readonly string[]])[] = [
  [AuthHeader.key, AuthCode.keyMalformed, [
    "",
    "short",
    "a".repeat(65),
    "with space",
    "a.b.c.d.e",
  ]],
  [
    AuthHeader.timestamp,
    AuthCode.timestampMalformed,
    ["", "1700000000", "01700000000000", "1.7e12", "-1700000000000", "170000000000000", "NaN"],
  ],
  [
    AuthHeader.recvWindow,
    AuthCode.recvWindowMalformed,
    ["", "0", "-1", "60001", "99999", "100000", "05000", "5e3", "5000, 5000"],
  ],
  [
    AuthHeader.signature,
    AuthCode.signatureMalformed,
    ["", HEX.slice(1), `${HEX}0`, HEX.toUpperCase(), BASE64.slice(4), BASE64.replace("==", "=A")],
  ],
  [
    AuthHeader.idempotencyKey,
    AuthCode.idempotencyKeyMalformed,
    ["", " ", "a b", "a, a", "ä", "a\n", "\x7f", "x".repeat(65)],
  ],
];

Deno.test("each header is refused outside its bounds, by name, with what is allowed", () => {
  for (const [name, code, values] of REFUSED) {
    for (const value of values) {
      const parsed = parse({ [name]: value });
      assert.ok(parsed.code === code, `${name}: ${value}`);
      assert.ok("field" in parsed && parsed.field === name && parsed.limit.length > 0);
    }
  }
});

Deno.test("a refused value is repeated, but never at length, and never a signature", () => {
  const long = parse({ [AuthHeader.key]: "x y".repeat(1_000) });
  assert.ok("value" in long && long.value !== null && long.value.length <= 65);
  const signature = parse({ [AuthHeader.signature]: "secret?" });
  assert.ok("value" in signature && signature.value === null);
});

Deno.test("any header values give a result, never a throw", () => {
  const value = fc.option(fc.string({ unit: "binary", maxLength: 200 }), { nil: undefined });
  const headers = fc.record({
    [AuthHeader.key]: value,
    [AuthHeader.timestamp]: value,
    [AuthHeader.recvWindow]: value,
    [AuthHeader.signature]: value,
    [AuthHeader.authorization]: value,
    [AuthHeader.idempotencyKey]: value,
  });
  fc.assert(fc.property(headers, (more) => {
    const parsed = parseSignedHeaders((name) => more[name]);
    assert.notEqual(parsed.code, AuthCode.ok);
  }));
});
