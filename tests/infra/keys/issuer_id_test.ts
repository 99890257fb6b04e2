import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import * as v from "valibot";
import { issuerKeyId, revokedTokenId } from "../../../infra/keys/issuer_id.ts";
import { KeyRecordSchema } from "../../../infra/keys/key_record.ts";
import { ISSUER, issuerRecord, revokedToken } from "../../support/token_issuer.ts";

/** The same by the platform's other implementation. */
async function hashOf(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Buffer.from(bytes).toString("base64url").slice(0, 22);
}

Deno.test("an issuer and a revoked token have ids that follow from what a token says", async () => {
  assert.equal(issuerKeyId(ISSUER), `iss_${await hashOf(ISSUER)}`);
  assert.equal(revokedTokenId(ISSUER, "t1"), `jti_${await hashOf(`${ISSUER}\nt1`)}`);
  // The example "abc" of FIPS 180-4, whose hash begins with ba7816bf8f01.
  const beginning = Buffer.from("ba7816bf8f01", "hex").toString("base64url");
  assert.ok(issuerKeyId("abc").startsWith(`iss_${beginning}`));
});

Deno.test("their ids are ids of keys, whatever a token says", () => {
  const record = issuerRecord({ by: "url", url: "https://id.example/jwks" });
  assert.deepEqual(v.parse(KeyRecordSchema, record), record);
  for (const tokenId of ["t1", "", "é\n\0", "x".repeat(4_000)]) {
    assert.deepEqual(v.parse(KeyRecordSchema, revokedToken(tokenId)), revokedToken(tokenId));
  }
});
