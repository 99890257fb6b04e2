import assert from "node:assert/strict";
import { decode, parseCreds } from "@nats-io/jwt";
import { CredentialsError } from "../../../infra/nats/errors.ts";
import {
  formatCredentials,
  parseCredentials,
  readClaims,
  signJwt,
} from "../../../infra/nats/jwt.ts";
import { createNkey, NkeyKind } from "../../../infra/nats/nkey.ts";

const NATS = { pub: { allow: ["a.>"] }, sub: {}, subs: -1, data: -1, payload: -1, version: 2 };

async function sample() {
  const account = await createNkey(NkeyKind.account);
  const user = await createNkey(NkeyKind.user);
  const claims = { sub: user.publicKey, name: "näme", nats: { ...NATS, type: "user" } };
  return { account, user, jwt: await signJwt(claims, account, 1_700_000_000) };
}

Deno.test("the reference implementation accepts the signature and reads the same claims", async () => {
  const { account, user, jwt } = await sample();
  // It checks the signature against the issuer's key and throws when it does not hold.
  const claims = decode(jwt);
  assert.equal(claims.iss, account.publicKey);
  assert.equal(claims.sub, user.publicKey);
  assert.equal(claims.iat, 1_700_000_000);
  assert.match(claims.jti, /^[A-Z2-7]{52}$/);
  // It reads the bytes of a name as Latin-1; the server and this project read UTF-8.
  assert.deepEqual(readClaims(jwt), { ...claims, name: "näme" });
});

Deno.test("the reference implementation refuses a JWT that was changed", async () => {
  const { jwt } = await sample();
  const [head, body, signature] = jwt.split(".");
  const other = body.slice(0, 30) + (body[30] === "A" ? "B" : "A") + body.slice(31);
  assert.throws(() => decode(`${head}.${other}.${signature}`));
});

Deno.test("credentials are read by the reference implementation and come back as they were", async () => {
  const { user, jwt } = await sample();
  const text = formatCredentials(jwt, user.seed);
  const theirs = await parseCreds(new TextEncoder().encode(text));
  assert.equal(theirs.jwt, jwt);
  assert.deepEqual(parseCredentials(text), { jwt, seed: user.seed });
  assert.deepEqual(parseCredentials(text.replaceAll("\n", "\r\n")), { jwt, seed: user.seed });
  // As in an environment variable.
  assert.deepEqual(parseCredentials(text.replaceAll("\n", "\\n")), { jwt, seed: user.seed });
});

Deno.test("texts that are no credentials are refused without being shown", async () => {
  const { user, jwt } = await sample();
  const text = formatCredentials(jwt, user.seed);
  for (const bad of ["", "x", text.slice(0, text.indexOf("-----BEGIN USER"))]) {
    assert.throws(() => parseCredentials(bad), (error) => {
      assert.ok(error instanceof CredentialsError);
      return !error.message.includes(jwt);
    });
  }
  for (const bad of ["", "a", "a.b.c", `a.${btoa("[]")}.c`, `a.${btoa("{}")}.c`]) {
    assert.throws(() => readClaims(bad), CredentialsError);
  }
});
