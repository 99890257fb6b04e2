import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey } from "node:crypto";
import * as v from "valibot";
import { KEY_ID_PATTERN } from "../../../core/auth/signed_headers.ts";
import { KeyRecordSchema, summaryOf } from "../../../infra/keys/key_record.ts";
import { newKey } from "../../../infra/keys/new_key.ts";

const REQUEST = {
  account: 1,
  scopes: ["read", "trade"],
  createdMicros: 1_700_000_000_000_000,
  expiresMicros: null,
} as const;

Deno.test("new keys are valid records with ids of their own", async () => {
  const ids = new Set<string>();
  for (const kind of ["hmac", "ed25519"] as const) {
    for (let repeat = 0; repeat < 20; repeat++) {
      const { record, secret } = await newKey({ ...REQUEST, kind });
      assert.ok(v.is(KeyRecordSchema, record));
      assert.match(record.id, KEY_ID_PATTERN);
      assert.equal(record.revoked, false);
      assert.ok(!JSON.stringify(summaryOf(record)).includes(secret.slice(0, 30)));
      ids.add(record.id);
    }
  }
  assert.equal(ids.size, 40);
});

Deno.test("an HMAC secret has 256 bits, an Ed25519 key is a pair that belongs together", async () => {
  const hmac = await newKey({ ...REQUEST, kind: "hmac" });
  assert.match(hmac.secret, /^[A-Za-z0-9_-]{43}$/);
  assert.ok(hmac.record.kind === "hmac" && hmac.record.secret === hmac.secret);

  const ed25519 = await newKey({ ...REQUEST, kind: "ed25519" });
  const jwk = createPublicKey(createPrivateKey(ed25519.secret)).export({ format: "jwk" });
  assert.ok(ed25519.record.kind === "ed25519");
  const stored = ed25519.record.publicKey.replaceAll("+", "-").replaceAll("/", "_");
  assert.equal(`${jwk.x}=`, stored);
});
