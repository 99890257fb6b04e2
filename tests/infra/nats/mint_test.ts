import assert from "node:assert/strict";
import { decode } from "@nats-io/jwt";
import { CredentialsError } from "../../../infra/nats/errors.ts";
import { mintAppUser, MINTED_TTL_SECONDS_MAX, mintUser } from "../../../infra/nats/mint.ts";
import { createNkey, NkeyKind } from "../../../infra/nats/nkey.ts";
import { appGrant } from "../../../infra/nats/users.ts";
import { RawClient } from "./raw_client.ts";
import { withNats } from "./temporary_nats.ts";

const NOW_MILLIS = 1_700_000_000_999;

async function signer() {
  const signing = await createNkey(NkeyKind.account);
  const account = await createNkey(NkeyKind.account);
  return {
    signing,
    request: { signingSeed: signing.seed, accountPublicKey: account.publicKey },
  };
}

Deno.test("a minted app user says whose it is, for which account and until when", async () => {
  const { signing, request } = await signer();
  const minted = await mintAppUser(request, 42, 600, NOW_MILLIS);
  const claims = decode<{ issuer_account: string; tags: string[]; type: string }>(minted.jwt);
  assert.equal(claims.iss, signing.publicKey);
  assert.equal(claims.sub, minted.publicKey);
  assert.equal(claims.name, "app-42");
  assert.equal(claims.exp, 1_700_000_600);
  assert.equal(minted.expiresSeconds, 1_700_000_600);
  assert.deepEqual(claims.nats, {
    tags: ["account:42"],
    issuer_account: request.accountPublicKey,
    type: "user",
    version: 2,
  });
});

Deno.test("each minted user has a key of its own", async () => {
  const { request } = await signer();
  const users = await Promise.all([1, 2, 3].map(() => mintAppUser(request, 1, 60, NOW_MILLIS)));
  assert.equal(new Set(users.map(({ publicKey }) => publicKey)).size, 3);
  assert.equal(new Set(users.map(({ seed }) => seed)).size, 3);
});

Deno.test("a request that makes no sense is refused with field, limit and value", async () => {
  const { request } = await signer();
  for (const ttl of [0, -1, 1.5, NaN, MINTED_TTL_SECONDS_MAX + 1]) {
    await assert.rejects(
      mintAppUser(request, 1, ttl, NOW_MILLIS),
      (error) =>
        error instanceof CredentialsError && error.message.includes(`ttlSeconds ${ttl}`) &&
        error.message.includes(String(MINTED_TTL_SECONDS_MAX)),
    );
  }
  for (const account of [-1, 1.5, NaN]) {
    assert.throws(() => mintAppUser(request, account, 60, NOW_MILLIS), CredentialsError);
  }
  await assert.rejects(
    mintAppUser({ ...request, accountPublicKey: "A" }, 1, 60, NOW_MILLIS),
    CredentialsError,
  );
  await assert.rejects(
    mintAppUser({ ...request, signingSeed: "SA" }, 1, 60, NOW_MILLIS),
    CredentialsError,
  );
});

Deno.test("the server holds an app user to its account and drops it when it expires", async () => {
  await withNats(async ({ server }) => {
    const { creds } = await mintAppUser(server.appSigner, 7, 1, Date.now());
    const client = await RawClient.connect(server.ports.client, creds);
    assert.deepEqual(
      await client.refusedToSubscribe([
        "user.7.>",
        "user.7.reports",
        "user.77.reports",
        "user.8.>",
      ]),
      ["user.77.reports", "user.8.>"],
    );
    await new Promise((done) => setTimeout(done, 2_100));
    assert.match(await client.exchange("").catch(() => "closed"), /Expired|closed/i);
    await client.close();
  }, { streams: false });
});

Deno.test("whatever tags the holder of the edge's key mints, they open private feeds at most", async () => {
  await withNats(async ({ server }) => {
    const beyond = [">", "orders.0", "journal.0", "$KV.>", "$JS.>", "_INBOX.>", "md.snapshot.*"];
    for (const tags of [["account:*"], ["account:>"], ["account:7.>"], ["account:7", "b:c"], []]) {
      const { creds } = await mintUser({
        ...server.appSigner,
        name: "x",
        grant: { tags },
        ttlSeconds: 60,
        nowMillis: Date.now(),
      });
      const client = await RawClient.connect(server.ports.client, creds);
      const first = await client.exchange("").catch(() => "-ERR closed");
      // The server does not even admit a user whose tags make no subject.
      if (!first.includes("-ERR")) {
        assert.deepEqual(await client.refusedToSubscribe(beyond), beyond, tags.join());
        assert.deepEqual(await client.refusedToPublish(["orders.0"]), ["orders.0"], tags.join());
      }
      await client.close();
    }
  }, { streams: false });
});

Deno.test("for a plain signing key the permissions stand in the user's own JWT", async () => {
  const { request } = await signer();
  const grant = { permissions: appGrant("7") };
  const minted = await mintUser({
    ...request,
    name: "plain",
    grant,
    ttlSeconds: 60,
    nowMillis: Date.now(),
  });
  const { sub } = decode<{ sub: { allow: string[] } }>(minted.jwt).nats;
  assert.ok(sub?.allow.includes(`_INBOX.app.${minted.publicKey}.>`));
});
