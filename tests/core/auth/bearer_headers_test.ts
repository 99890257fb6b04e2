import assert from "node:assert/strict";
import fc from "fast-check";
import { AuthCode } from "../../../core/auth/auth_code.ts";
import { parseBearerHeaders, TOKEN_LENGTH_MAX } from "../../../core/auth/bearer_headers.ts";
import { AuthHeader } from "../../../core/auth/header_problem.ts";

const parse = (headers: Record<string, string | undefined>) =>
  parseBearerHeaders((name) => headers[name]);

Deno.test("the token is what stands behind the scheme, in whatever case that is written", () => {
  for (const scheme of ["Bearer", "bearer", "BEARER ", "bEaReR   "]) {
    assert.deepEqual(parse({ [AuthHeader.authorization]: `${scheme} a.b.c` }), {
      code: AuthCode.ok,
      token: "a.b.c",
      recvWindowMillis: 5_000,
      idempotencyKey: null,
    });
  }
  const more = parse({
    [AuthHeader.authorization]: "Bearer a.b.c",
    [AuthHeader.recvWindow]: "60000",
    [AuthHeader.idempotencyKey]: "name",
  });
  assert.ok(more?.code === AuthCode.ok);
  assert.deepEqual([more.recvWindowMillis, more.idempotencyKey], [60_000, "name"]);
});

Deno.test("a request without the scheme bears no token", () => {
  for (const value of [undefined, "", "Basic YTpi", "Bearerx a.b.c", "a.b.c", "x, Bearer a"]) {
    assert.equal(parse({ [AuthHeader.authorization]: value }), null, value);
  }
});

Deno.test("a request that is signed as well is refused, with the headers named", () => {
  const both = parse({
    [AuthHeader.authorization]: "Bearer a.b.c",
    [AuthHeader.key]: "key_1234",
    [AuthHeader.signature]: "0",
  });
  assert.ok(both !== null && "field" in both);
  assert.equal(both.code, AuthCode.twoCredentials);
  assert.equal(both.field, "Authorization, X-Edgebook-Key, X-Edgebook-Signature");
  assert.equal(both.value, null);
});

Deno.test("what cannot be a token is one that is not valid, and is never repeated", () => {
  const longest = "x".repeat(TOKEN_LENGTH_MAX);
  assert.equal(parse({ [AuthHeader.authorization]: `Bearer ${longest}` })?.code, AuthCode.ok);
  for (const value of ["Bearer", "Bearer ", `Bearer ${longest}x`]) {
    const parsed = parse({ [AuthHeader.authorization]: value });
    assert.ok(parsed !== null && "value" in parsed, value);
    assert.deepEqual([parsed.code, parsed.value], [AuthCode.tokenInvalid, null]);
  }
});

Deno.test("window and name are refused outside their bounds, as those of a signed request are", () => {
  const cases = [
    [AuthHeader.recvWindow, "60001", AuthCode.recvWindowMalformed],
    [AuthHeader.recvWindow, "0", AuthCode.recvWindowMalformed],
    [AuthHeader.idempotencyKey, "a b", AuthCode.idempotencyKeyMalformed],
    [AuthHeader.idempotencyKey, "", AuthCode.idempotencyKeyMalformed],
  ] as const;
  for (const [field, value, code] of cases) {
    const parsed = parse({ [AuthHeader.authorization]: "Bearer a.b.c", [field]: value });
    assert.ok(parsed !== null && "field" in parsed, field);
    assert.deepEqual([parsed.code, parsed.field, parsed.value], [code, field, value]);
    assert.ok(parsed.limit.length > 0);
  }
});

Deno.test("any header values give a result, never a throw", () => {
  const value = fc.option(fc.string({ unit: "binary", maxLength: 200 }), { nil: undefined });
  const names = Object.values(AuthHeader);
  const headers = fc.array(value, { minLength: names.length, maxLength: names.length });
  fc.assert(fc.property(headers, fc.boolean(), (values, bears) => {
    const given = Object.fromEntries(names.map((name, at) => [name, values[at]]));
    if (bears) given[AuthHeader.authorization] = `Bearer ${given[AuthHeader.authorization]}`;
    const parsed = parse(given);
    assert.ok(bears || parsed === null || parsed.code !== undefined);
  }));
});
