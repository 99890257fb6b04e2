import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { signingText } from "../../../core/auth/signing_text.ts";
import { newKey } from "../../../infra/keys/new_key.ts";
import {
  ed25519Verifier,
  hmacVerifier,
  verifyingKeyOf,
} from "../../../infra/keys/verify_signature.ts";
import { AUDIENCE, ISSUER_SECRET, issuerRecord, revokedToken } from "../../support/token_issuer.ts";

const LONG_KEY_TEXT = "Test Using Larger Than Block-Size Key - Hash Key First";
const LONG_BOTH_TEXT = "This is a test using a larger than block-size key and a larger than " +
  "block-size data. The key needs to be hashed before being used by the HMAC algorithm.";

/** RFC 4231, section 4, test cases 1, 2, 6 and 7: key, text, HMAC-SHA-256. */
const RFC_4231: readonly (readonly [Uint8Array, string, string])[] = [
  [
    new Uint8Array(20).fill(0x0b),
    "Hi There",
    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
  ],
  [
    new TextEncoder().encode("Jefe"),
    "what do ya want for nothing?",
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  ],
  [
    new Uint8Array(131).fill(0xaa),
    LONG_KEY_TEXT,
    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
  ],
  [
    new Uint8Array(131).fill(0xaa),
    LONG_BOTH_TEXT,
    "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
  ],
];

/** RFC 8032, section 7.1, tests 1 and 2: public key, text, signature, in hexadecimal. */
const RFC_8032: readonly (readonly [string, string, string])[] = [
  [
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  ],
  [
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "r",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  ],
];
/** Order of the curve's base point. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const base64OfHex = (hex: string) => Buffer.from(hex, "hex").toString("base64");

/** The signature with its character at `at` replaced by another one. */
const changedAt = (signature: string, at: number) =>
  signature.slice(0, at) + (signature[at] === "0" ? "1" : "0") + signature.slice(at + 1);

Deno.test("HMAC-SHA256 agrees with RFC 4231, also when a key is used again", () => {
  for (const [secret, text, signature] of RFC_4231) {
    const verify = hmacVerifier(secret);
    assert.ok(verify(text, signature));
    assert.ok(verify(text, signature));
    assert.ok(!verify(`${text} `, signature));
    for (let at = 0; at < signature.length; at++) {
      assert.ok(!verify(text, changedAt(signature, at)), `character ${at}`);
    }
  }
});

Deno.test("HMAC-SHA256 of texts of every length and script, by keys in turn, is node:crypto's", () => {
  const secrets = ["one", "the other"].map((text) => new TextEncoder().encode(text));
  const verifiers = secrets.map(hmacVerifier);
  for (const text of ["", "a", "ä€𝄞", "x".repeat(1_024), "€".repeat(1_024), "€".repeat(1_025)]) {
    for (const [index, verify] of verifiers.entries()) {
      const signed = (other: number) =>
        createHmac("sha256", secrets[(index + other) % 2]).update(text).digest("hex");
      assert.ok(verify(text, signed(0)), `${text.length} characters`);
      assert.ok(!verify(text, signed(1)));
      assert.ok(!verify(text, signed(0).toUpperCase()) || !/[a-f]/.test(signed(0)));
    }
  }
});

Deno.test("Ed25519 agrees with RFC 8032", () => {
  for (const [publicKey, text, signature] of RFC_8032) {
    const verify = ed25519Verifier(base64OfHex(publicKey));
    assert.ok(verify(text, base64OfHex(signature)));
    assert.ok(!verify(`${text}x`, base64OfHex(signature)));
    for (let at = 0; at < signature.length; at += 7) {
      assert.ok(!verify(text, base64OfHex(changedAt(signature, at))), `digit ${at}`);
    }
  }
});

Deno.test("a second signature made from a valid one, with S + L, is refused", () => {
  const [publicKey, text, signature] = RFC_8032[1];
  const bytes = Buffer.from(signature, "hex");
  let scalar = ORDER;
  for (let index = 0; index < 32; index++) scalar += BigInt(bytes[32 + index]) << BigInt(8 * index);
  for (let index = 0; index < 32; index++) {
    bytes[32 + index] = Number((scalar >> BigInt(8 * index)) & 0xffn);
  }
  const verify = ed25519Verifier(base64OfHex(publicKey));
  assert.ok(!verify(text, bytes.toString("base64")));
});

Deno.test("what has the form of another kind of signature is wrong, not an error", () => {
  const [secret, text, hex] = RFC_4231[0];
  const hmac = hmacVerifier(secret);
  const ed25519 = ed25519Verifier(base64OfHex(RFC_8032[0][0]));
  for (const signature of ["", hex, base64OfHex(RFC_8032[1][2]), "z".repeat(64), "é".repeat(88)]) {
    assert.ok(!ed25519(text, signature));
    if (signature !== hex) assert.ok(!hmac(text, signature));
  }
});

Deno.test("a request signed with a new key of either kind verifies, with another key it does not", async () => {
  const request = { account: 7, scopes: ["trade"], createdMicros: 1, expiresMicros: null } as const;
  const text = signingText(1_700_000_000_000, 5_000, "POST", "/v1/orders?ü=1", '{"a":"é"}');
  const hmac = await newKey({ ...request, kind: "hmac" });
  const raw = new TextEncoder().encode(hmac.secret);
  const usages: KeyUsage[] = ["sign"];
  const hmacKey = await crypto.subtle.importKey(
    "raw",
    raw,
    { name: "HMAC", hash: "SHA-256" },
    false,
    usages,
  );
  const bytes = new TextEncoder().encode(text);
  const hex = Buffer.from(await crypto.subtle.sign("HMAC", hmacKey, bytes)).toString("hex");

  const ed25519 = await newKey({ ...request, kind: "ed25519" });
  const body = ed25519.secret.split("\n")[1];
  const pkcs8 = Buffer.from(body, "base64");
  const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", false, usages);
  const signed = await crypto.subtle.sign("Ed25519", privateKey, bytes);
  const base64 = Buffer.from(signed).toString("base64");

  const [one, other] = [verifyingKeyOf(hmac.record), verifyingKeyOf(ed25519.record)];
  assert.deepEqual([one.verify(text, hex), one.verify(text, base64)], [true, false]);
  assert.deepEqual([other.verify(text, base64), other.verify(text, hex)], [true, false]);
  const third = await newKey({ ...request, kind: "hmac" });
  assert.ok(!verifyingKeyOf(third.record).verify(text, hex));
  assert.ok(!JSON.stringify(one).includes(hmac.secret));
});

Deno.test("a key is used from its addresses; from none where they cannot be read", async () => {
  const request = { kind: "hmac", account: 7, scopes: ["read"], createdMicros: 1 } as const;
  const rangesOf = async (addresses: string[]) => {
    const { record } = await newKey({ ...request, expiresMicros: null, addresses });
    return verifyingKeyOf(record).ranges;
  };
  assert.equal(await rangesOf([]), null);
  const ranges = await rangesOf(["192.0.2.0/24", "2001:db8::/32"]);
  assert.deepEqual(["192.0.2.9", "198.51.100.1", "2001:db8::9"].map((one) => ranges?.has(one)), [
    true,
    false,
    true,
  ]);
  for (const wrong of [["192.0.2.0/24", "nowhere"], ["0.0.0.0/33"]]) {
    assert.equal((await rangesOf(wrong))?.has("192.0.2.9"), false, wrong.join());
  }
});

Deno.test("an issuer and a revoked token sign nothing", () => {
  const issuer = verifyingKeyOf(issuerRecord({ by: "secret", secret: ISSUER_SECRET }));
  const revoked = verifyingKeyOf(revokedToken("t1"));
  const [secret, text, hex] = RFC_4231[1];
  for (const key of [issuer, revoked]) {
    assert.ok(!key.verify(text, hex));
    assert.ok(!key.verify(text, createHmac("sha256", ISSUER_SECRET).update(text).digest("hex")));
    assert.ok(!key.verify(text, createHmac("sha256", secret).update(text).digest("hex")));
  }
  assert.equal(issuer.issuer?.audience, AUDIENCE);
  assert.equal(revoked.issuer, null);
});
