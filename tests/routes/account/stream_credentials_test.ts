import assert from "node:assert/strict";
import * as v from "valibot";
import { readClaims } from "../../../infra/nats/jwt.ts";
import { createNkey, NkeyKind } from "../../../infra/nats/nkey.ts";
import { StreamCredentialsSchema } from "../../../routes/schema/stream_credentials.ts";
import { LISTENING_SECONDS } from "../../../routes/streams/listener_notes.ts";
import { TestGateway, type TestGatewayOptions } from "../test_gateway.ts";

const PATH = "/v1/stream-credentials";

async function signingSettings(): Promise<TestGatewayOptions> {
  const [account, signer] = [
    await createNkey(NkeyKind.account),
    await createNkey(NkeyKind.account),
  ];
  const appSigner = { accountPublicKey: account.publicKey, signingSeed: signer.seed };
  return { settings: { appSigner } };
}

Deno.test("credentials are those of the account's app, and live for an hour", async () => {
  const gateway = new TestGateway(await signingSettings());
  const { status, body } = await gateway.signed(2, "POST", PATH);
  assert.equal(status, 201);
  const claims = readClaims(body.jwt);
  const seconds = Math.floor(gateway.nowMicros / 1_000_000) + LISTENING_SECONDS;
  assert.deepEqual([claims.exp, body.expiresMicros], [seconds, seconds * 1_000_000]);
  assert.deepEqual(claims.nats.tags, ["account:2"]);
  assert.ok(body.credentials.includes(body.jwt) && body.credentials.includes(body.seed));
  assert.equal(body.inboxPrefix, `_INBOX.app.${claims.sub}`);
  assert.deepEqual(body.servers, ["ws://127.0.0.1:8443"]);
  assert.equal(body.subjects.reports, "user.2.reports");
});

Deno.test("the account is noted as listening before anybody has its credentials", async () => {
  const gateway = new TestGateway(await signingSettings());
  const { body } = await gateway.signed(2, "POST", PATH);
  const { expiresMicros } = body;
  assert.deepEqual([...gateway.listeners], [["2", JSON.stringify({ expiresMicros })]]);
  gateway.listeners.set = () => {
    throw new Error("no answer");
  };
  const failed = await gateway.signed(2, "POST", PATH);
  assert.deepEqual([failed.status, failed.body.code], [503, "streams_unavailable"]);
  assert.doesNotMatch(failed.text + gateway.logged.join(), /SEED|SU[A-Z0-9]{20}/);
});

Deno.test("a gateway without a signing key says so", async () => {
  const { status, body } = await new TestGateway().signed(1, "POST", PATH);
  assert.deepEqual([status, body.code], [501, "streams_not_configured"]);
});

Deno.test("a stream token is the same by another name", async () => {
  const gateway = new TestGateway(await signingSettings());
  const { status, body } = await gateway.signed(2, "POST", "/v1/stream-token");
  assert.equal(status, 201);
  assert.ok(v.is(StreamCredentialsSchema, body));
  assert.deepEqual(readClaims(body.jwt).nats.tags, ["account:2"]);
  const older = await gateway.signed(2, "POST", PATH);
  assert.deepEqual(Object.keys(older.body), Object.keys(body));
});
