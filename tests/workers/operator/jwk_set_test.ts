import assert from "node:assert/strict";
import { UsageError } from "../../../workers/operator/command_line.ts";
import { publicKeysOf } from "../../../workers/operator/jwk_set.ts";

const OKP = { kty: "OKP", crv: "Ed25519", x: "x".repeat(43), kid: "one", alg: "EdDSA", use: "sig" };
const EC = { kty: "EC", crv: "P-256", x: "x".repeat(43), y: "y".repeat(43) };
const read = (value: unknown) => publicKeysOf(JSON.stringify(value), "keys.json");

Deno.test("public keys are taken out of a set, a list or by themselves, without what is not used", () => {
  assert.deepEqual(read({ keys: [{ ...OKP, ext: true, key_ops: ["verify"], x5c: ["a"] }, EC] }), [
    OKP,
    EC,
  ]);
  assert.deepEqual(read([EC]), [EC]);
  assert.deepEqual(read(OKP), [OKP]);
});

Deno.test("a private key or a shared secret is refused, and no error shows it", () => {
  for (const member of ["d", "p", "q", "dp", "dq", "qi", "k"]) {
    const secret = "the-secret-itself";
    assert.throws(() => read({ keys: [EC, { ...OKP, [member]: secret }] }), (error: Error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, new RegExp(`key 2 of keys.json has the member "${member}"`));
      return !error.message.includes(secret);
    });
  }
  assert.throws(() => publicKeysOf("{secret", "keys.json"), (error: Error) => {
    return error instanceof UsageError && !error.message.includes("secret");
  });
});

Deno.test("what is no key that is used here is refused by its place", () => {
  for (
    const [value, says] of [
      [{ keys: [] }, /has 0 keys; it takes 1 to 8/],
      [Array(9).fill(EC), /has 9 keys/],
      [{ kty: "RSA", n: "n", e: "AQAB" }, /of type "RSA"; it takes EC or OKP/],
      [{}, /of type undefined/],
      [[null], /key 1 of keys.json is no JSON Web Key/],
      [{ ...EC, y: undefined }, /no text as its member "y"/],
      [{ ...OKP, kid: 5 }, /no text as its member "kid"/],
    ] as const
  ) assert.throws(() => read(value), says);
});
