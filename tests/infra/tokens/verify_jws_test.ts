import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import {
  PUBLIC_KEY_ALGORITHMS,
  readTokenHeader,
  SECRET_ALGORITHMS,
  verifyJws,
} from "../../../infra/tokens/verify_jws.ts";
import { base64url, claimsOf, TokenSigner } from "../../support/token_issuer.ts";

/** The payload of RFC 7515, A.1 and A.3, with the line ends that it has there. */
const JOE = '{"iss":"joe",\r\n "exp":1300819380,\r\n "http://example.com/is_root":true}';

/** Token, key and payload of an example of an RFC. */
interface Example {
  readonly source: string;
  readonly token: string;
  readonly jwk: JsonWebKey;
  readonly algorithm: HmacImportParams | EcKeyImportParams | { readonly name: string };
  readonly algorithms: readonly string[];
  readonly payload: string;
}

const EXAMPLES: readonly Example[] = [
  {
    source: "RFC 7515, A.1 (HS256)",
    token: "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." +
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt" +
      "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    jwk: {
      kty: "oct",
      k: "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
    },
    algorithm: { name: "HMAC", hash: "SHA-256" },
    algorithms: SECRET_ALGORITHMS,
    payload: JOE,
  },
  {
    source: "RFC 7515, A.3 (ES256)",
    token: "eyJhbGciOiJFUzI1NiJ9." +
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt" +
      "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ." +
      "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
    jwk: {
      kty: "EC",
      crv: "P-256",
      x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
      y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    },
    algorithm: { name: "ECDSA", namedCurve: "P-256" },
    algorithms: PUBLIC_KEY_ALGORITHMS,
    payload: JOE,
  },
  {
    source: "RFC 8037, A.4 (EdDSA)",
    token: "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc." +
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
    jwk: { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
    algorithm: { name: "Ed25519" },
    algorithms: PUBLIC_KEY_ALGORITHMS,
    payload: "Example of Ed25519 signing",
  },
];

/** The bytes of all parts. */
const hex = (token: string) =>
  token.split(".").map((part) => Buffer.from(part, "base64url").toString("hex")).join(".");

const keyOf = ({ jwk, algorithm }: Example) =>
  crypto.subtle.importKey("jwk", jwk, algorithm, true, ["verify"]);

/** The token with one bit of one of its parts flipped. */
function changed(token: string, part: number): string {
  const parts = token.split(".").map((one) => Buffer.from(one, "base64url"));
  parts[part][parts[part].length >> 1] ^= 1;
  return parts.map((one) => one.toString("base64url")).join(".");
}

Deno.test("the examples of the RFCs verify, and none of them with a bit changed", async () => {
  for (const example of EXAMPLES) {
    const { source, token, algorithms, payload } = example;
    const key = await keyOf(example);
    const verified = await verifyJws(token, key, algorithms);
    assert.ok(verified !== null, source);
    assert.equal(new TextDecoder().decode(verified), payload, source);
    for (const part of [0, 1, 2]) {
      assert.equal(await verifyJws(changed(token, part), key, algorithms), null, source);
    }
  }
});

Deno.test("a token cannot choose between a secret and a public key", async () => {
  const [hs256, es256, eddsa] = EXAMPLES;
  const secret = await keyOf(hs256);
  assert.equal(await verifyJws(es256.token, secret, SECRET_ALGORITHMS), null);
  for (const example of [es256, eddsa]) {
    const key = await keyOf(example);
    assert.equal(await verifyJws(hs256.token, key, PUBLIC_KEY_ALGORITHMS), null, example.source);
    // The classic: the public key, which everybody has, taken for a secret.
    const { x = "" } = example.jwk;
    for (const bytes of [Buffer.from(x, "base64url"), Buffer.from(JSON.stringify(example.jwk))]) {
      const hmac = { name: "HMAC", hash: "SHA-256" };
      const forger = await crypto.subtle.importKey("raw", bytes, hmac, false, ["sign"]);
      const text = `${base64url('{"alg":"HS256"}')}.${base64url(JOE)}`;
      const signed = await crypto.subtle.sign("HMAC", forger, Buffer.from(text));
      const token = `${text}.${Buffer.from(signed).toString("base64url")}`;
      assert.equal(await verifyJws(token, key, PUBLIC_KEY_ALGORITHMS), null, example.source);
    }
  }
});

Deno.test("a token without a signature, or with an extension that nobody knows, is none", async () => {
  const signer = await TokenSigner.make("HS256");
  const claims = claimsOf(1, 0);
  const good = await signer.sign(claims);
  assert.ok(await verifyJws(good, signer.key, SECRET_ALGORITHMS) !== null);
  const [, payload, signature] = good.split(".");
  const none = ["none", "None", "NONE", ""].flatMap((alg) => {
    const header = base64url(JSON.stringify({ alg }));
    return [`${header}.${payload}.`, `${header}.${payload}.${signature}`];
  });
  const extended = await Promise.all([
    signer.sign(claims, { crit: ["exp"], exp: 1 }),
    signer.sign(claims, { crit: ["b64"], b64: false }),
    signer.sign(claims, { crit: ["b64"], b64: true }),
    signer.sign(claims, { crit: [] }),
    signer.sign(claims, { crit: ["urn:example:unknown"], "urn:example:unknown": 1 }),
  ]);
  for (const token of [...none, ...extended]) {
    assert.equal(await verifyJws(token, signer.key, SECRET_ALGORITHMS), null, token);
    assert.equal(await verifyJws(token, signer.key, [...SECRET_ALGORITHMS, "none"]), null);
  }
});

Deno.test("a header is read as far as it says how the token is verified", async () => {
  const signer = await TokenSigner.make("HS256", "k1");
  assert.deepEqual(readTokenHeader(await signer.sign({})), { alg: "HS256", kid: "k1" });
  for (const changes of [{ alg: 1 }, { kid: 7 }, { kid: null }, { alg: undefined }]) {
    assert.equal(readTokenHeader(await signer.sign({}, changes)), null, JSON.stringify(changes));
  }
});

Deno.test("a token has one text: without white space, padding or a fourth part", async () => {
  const signer = await TokenSigner.make("ES256");
  const good = await signer.sign(claimsOf(1, 0));
  const [header, payload, signature] = good.split(".");
  const others = [
    `${good} `,
    `${good}=`,
    `${good}.`,
    `${header}.${payload}.${signature.slice(0, 40)} ${signature.slice(40)}`,
    `${header}.${payload}.${signature.replaceAll("-", "+").replaceAll("_", "/")}=`,
    `${header}.${payload}`,
    `${header}..${signature}`,
    "..",
    "",
  ];
  for (const token of others) assert.equal(readTokenHeader(token), null, token);
});

Deno.test("any text is a token or none, never a throw", async () => {
  const signer = await TokenSigner.make("ES256");
  const { jwk } = signer;
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const key = await crypto.subtle.importKey("jwk", jwk, algorithm, true, ["verify"]);
  const good = await signer.sign(claimsOf(1, 0));
  assert.ok(await verifyJws(good, key, PUBLIC_KEY_ALGORITHMS) !== null);
  const cut = fc.tuple(fc.nat(good.length), fc.nat(good.length), fc.string({ maxLength: 4 }))
    .map(([from, to, put]) => good.slice(0, from) + put + good.slice(to));
  const parts = fc.tuple(fc.json(), fc.json(), fc.base64String())
    .map(([head, claims, end]) => `${base64url(head)}.${base64url(claims)}.${end}`);
  await fc.assert(
    fc.asyncProperty(fc.oneof(cut, parts, fc.string({ maxLength: 80 })), async (token) => {
      const header = readTokenHeader(token);
      const verified = header && await verifyJws(token, key, PUBLIC_KEY_ALGORITHMS);
      // The last character of a signature has bits that say nothing.
      assert.ok(verified === null || hex(token) === hex(good), token);
    }),
    { numRuns: 1_000 },
  );
});
