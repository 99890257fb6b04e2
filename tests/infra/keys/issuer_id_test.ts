import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { KEY_ID_PATTERN } from "../../../core/auth/signed_headers.ts";
import { issuerKeyId } from "../../../infra/keys/issuer_id.ts";
import { revokedToken, revokedTokenId } from "../../../infra/keys/revoked_token.ts";
import { importMasterKey, openKey, sealKey } from "../../../infra/keys/sealed_key.ts";
import { ISSUER, issuerRecord } from "../../support/token_issuer.ts";

/** The same by the platform's other implementation. */
async function hashOf(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Buffer.from(bytes).toString("base64url").slice(0, 22);
}

Deno.test("an issuer and a revoked token have ids that follow from what a token says", async () => {
  assert.equal(issuerKeyId(ISSUER), `iss_${await hashOf(ISSUER)}`);
  assert.equal(revokedTokenId(ISSUER, "t1"), `jti_${await hashOf(`${ISSUER}\nt1`)}`);
  // FIPS 180-4's example "abc", whose hash begins with ba7816bf.
  assert.ok(
    issuerKeyId("abc").startsWith(
      `iss_${Buffer.from("ba7816bf8f01", "hex").toString("base64url")}`,
    ),
  );
});

Deno.test("their ids are ids of keys, and their records can be sealed", async () => {
  const master = await importMasterKey("0c".repeat(32));
  const records = [
    issuerRecord({ by: "url", url: "https://id.example/jwks" }),
    revokedToken(ISSUER, "t1", 1, null),
    revokedToken(ISSUER, "any jti: é\n", 1, 2),
  ];
  for (const record of records) {
    assert.match(record.id, KEY_ID_PATTERN);
    assert.deepEqual(await openKey(master, record.id, await sealKey(master, record)), record);
  }
});
