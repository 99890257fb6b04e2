import assert from "node:assert/strict";
import * as oracle from "@nats-io/nkeys";
import { CredentialsError } from "../../../infra/nats/errors.ts";
import {
  createNkey,
  decodeSeed,
  encodeBase32,
  importNkey,
  isPublicNkey,
  NkeyKind,
} from "../../../infra/nats/nkey.ts";

const KINDS = Object.entries(NkeyKind);

Deno.test("keys are those of the reference implementation, and so are their signatures", async () => {
  const text = new TextEncoder().encode("nonce");
  for (const [name, kind] of KINDS) {
    const ours = await createNkey(kind);
    const theirs = oracle.fromSeed(new TextEncoder().encode(ours.seed));
    assert.equal(ours.publicKey, theirs.getPublicKey(), name);
    assert.deepEqual(await ours.sign(text), new Uint8Array(theirs.sign(text)), name);
  }
});

Deno.test("seeds of the reference implementation can be read", async () => {
  for (const create of [oracle.createUser, oracle.createAccount, oracle.createOperator]) {
    const theirs = create();
    const ours = await importNkey(new TextDecoder().decode(theirs.getSeed()));
    assert.equal(ours.publicKey, theirs.getPublicKey());
  }
});

Deno.test("a public key is told from other texts by its kind, alphabet, length and checksum", async () => {
  const { publicKey, seed } = await createNkey(NkeyKind.user);
  assert.equal(publicKey[0], "U");
  assert.ok(isPublicNkey(NkeyKind.user, publicKey));
  assert.ok(!isPublicNkey(NkeyKind.account, publicKey));
  assert.ok(!isPublicNkey(NkeyKind.user, seed));
  assert.ok(!isPublicNkey(NkeyKind.user, publicKey.slice(1)));
  assert.ok(!isPublicNkey(NkeyKind.user, publicKey.toLowerCase()));
  const other = publicKey[20] === "A" ? "B" : "A";
  assert.ok(!isPublicNkey(NkeyKind.user, publicKey.slice(0, 20) + other + publicKey.slice(21)));
});

Deno.test("a text that is no seed is refused, and the error does not show it", async () => {
  const { publicKey, seed } = await createNkey(NkeyKind.user);
  const swapped = seed.slice(0, 30) + (seed[30] === "A" ? "B" : "A") + seed.slice(31);
  for (
    const text of ["", "SU", publicKey, swapped, seed.toLowerCase(), `${seed}A`, "S".repeat(58)]
  ) {
    assert.throws(() => decodeSeed(text), (error) => {
      assert.ok(error instanceof CredentialsError);
      return text === "" || text === "SU" || !error.message.includes(text);
    });
  }
});

Deno.test("base32 is that of RFC 4648, without padding", () => {
  const encode = (text: string) => encodeBase32(new TextEncoder().encode(text));
  assert.equal(encode(""), "");
  assert.equal(encode("f"), "MY");
  assert.equal(encode("fo"), "MZXQ");
  assert.equal(encode("foobar"), "MZXW6YTBOI");
});
