import assert from "node:assert/strict";
import { VerifyingKeys } from "../../../infra/keys/verifying_keys.ts";
import { issuerRecord } from "../../support/token_issuer.ts";

const record = (id: string, changes = {}) => ({
  ...issuerRecord({ by: "url", url: "https://id.example/jwks" }, changes),
  id,
});

Deno.test("the same record gives the same object, and a changed one another", () => {
  const keys = new VerifyingKeys();
  const one = keys.of(record("iss_one_"));
  assert.equal(keys.of(record("iss_one_")), one);
  assert.notEqual(keys.of(record("iss_two_")), one);
  const revoked = keys.of(record("iss_one_", { revoked: true }));
  assert.deepEqual([revoked === one, revoked.revoked, one.revoked], [false, true, false]);
  assert.notEqual(keys.of(record("iss_one_")), one, "only the latest is remembered");
});

Deno.test("so many are remembered, and no more", () => {
  const keys = new VerifyingKeys(2);
  const [one, two] = ["iss_one_", "iss_two_"].map((id) => keys.of(record(id)));
  keys.of(record("iss_three"));
  assert.equal(keys.of(record("iss_two_")), two);
  assert.notEqual(keys.of(record("iss_one_")), one);
});
