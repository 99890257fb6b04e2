import assert from "node:assert/strict";
import { CredentialsError } from "../../../infra/nats/errors.ts";
import { inboxesOf, inboxPrefix, inboxPrefixOf, isInbox } from "../../../infra/nats/inbox.ts";
import { signJwt } from "../../../infra/nats/jwt.ts";
import { createNkey, NkeyKind } from "../../../infra/nats/nkey.ts";

async function jwtWith(nats: Record<string, unknown>) {
  const account = await createNkey(NkeyKind.account);
  const { publicKey } = await createNkey(NkeyKind.user);
  return { publicKey, jwt: await signJwt({ sub: publicKey, name: "x", nats }, account, 0) };
}

Deno.test("an inbox names the role and the key of its owner", () => {
  assert.equal(inboxPrefix("gateway", "UKEY"), "_INBOX.gateway.UKEY");
  assert.equal(inboxesOf("gateway"), "_INBOX.gateway.>");
});

Deno.test("the inbox of a user is the one that its JWT lets it subscribe to", async () => {
  const allow = ["md.>", "_INBOX.subscriber.UKEY.>"];
  assert.equal(inboxPrefixOf((await jwtWith({ sub: { allow } })).jwt), "_INBOX.subscriber.UKEY");
});

Deno.test("the inbox of a minted app user follows from its key", async () => {
  const { jwt, publicKey } = await jwtWith({ tags: ["account:7"] });
  assert.equal(inboxPrefixOf(jwt), `_INBOX.app.${publicKey}`);
});

Deno.test("a user without an inbox is refused", async () => {
  for (const nats of [{}, { sub: { allow: ["md.>"] } }, { tags: ["other:7"] }]) {
    const { jwt } = await jwtWith(nats);
    assert.throws(() => inboxPrefixOf(jwt), CredentialsError);
  }
});

Deno.test("a service can tell an inbox from other reply subjects", () => {
  assert.ok(isInbox("_INBOX.app.UKEY.abc.1"));
  for (const subject of [undefined, "", "md.BTC-USD.trades.json", "_INBOXES.x", "x._INBOX.y"]) {
    assert.ok(!isInbox(subject), String(subject));
  }
});
