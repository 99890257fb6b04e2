/**
 * Every user of the broker against every kind of subject, on a real server: what is not listed as
 * allowed in tests/infra/nats/expected_rights.ts must be refused.
 *
 * @module
 */
import assert from "node:assert/strict";
import { connect } from "nats.ws";
import { KEYS_BUCKET } from "../../core/protocol/subjects.ts";
import { connectNats } from "../../infra/nats/connect.ts";
import { ConnectError } from "../../infra/nats/errors.ts";
import { inboxPrefixOf } from "../../infra/nats/inbox.ts";
import { formatCredentials, parseCredentials, readClaims, signJwt } from "../../infra/nats/jwt.ts";
import { Bucket } from "../../infra/nats/kv.ts";
import { mintAppUser, mintUser } from "../../infra/nats/mint.ts";
import { createNkey, importNkey, NkeyKind } from "../../infra/nats/nkey.ts";
import {
  appGrant,
  PUBLIC_PAYLOAD_BYTES_MAX,
  PUBLIC_SUBSCRIPTIONS_MAX,
  USER_NAMES,
} from "../../infra/nats/users.ts";
import {
  ALLOWED,
  ANSWERS,
  API,
  PUBLISHED,
  STREAMS,
  SUBSCRIBED,
  type Who,
} from "../infra/nats/expected_rights.ts";
import { RawClient } from "../infra/nats/raw_client.ts";
import { type TemporaryNats, withNats } from "../infra/nats/temporary_nats.ts";

async function credentialsOf(nats: TemporaryNats): Promise<Record<Who, string>> {
  const app = await mintAppUser(nats.server.appSigner, 7, 600, Date.now());
  return { ...nats.server.credentials, app7: app.creds };
}

const inboxOf = (credentials: string) => inboxPrefixOf(parseCredentials(credentials).jwt);

Deno.test("every user may do what its work needs and nothing else", async (t) => {
  await withNats(async (nats) => {
    const credentials = await credentialsOf(nats);
    const everybody = Object.keys(ALLOWED) as Who[];
    assert.deepEqual(everybody.filter((who) => who !== "app7"), [...USER_NAMES]);
    const inboxes = everybody.map((who) => `${inboxOf(credentials[who])}.x`);
    const published = [...PUBLISHED, ...inboxes];
    const subscribed = [...SUBSCRIBED, ...inboxes];
    for (const who of everybody) {
      await t.step(who, async () => {
        const client = await RawClient.connect(nats.server.ports.client, credentials[who]);
        const answers = ANSWERS[who].map((other) => `${inboxOf(credentials[other])}.x`);
        const mayPublish = new Set([...ALLOWED[who].publish, ...answers]);
        assert.deepEqual(
          await client.refusedToPublish(published),
          published.filter((subject) => !mayPublish.has(subject)),
          "refused to publish",
        );
        const maySubscribe = new Set([...ALLOWED[who].subscribe, `${inboxOf(credentials[who])}.x`]);
        for (const queue of ["", "some-group"]) {
          assert.deepEqual(
            await client.refusedToSubscribe(subscribed, queue),
            subscribed.filter((subject) => !maySubscribe.has(subject)),
            `refused to subscribe, queue ${JSON.stringify(queue)}`,
          );
        }
        await client.close();
      });
    }
  });
});

Deno.test("requests are answered, and subscribers see no requests", async () => {
  await withNats(async (nats) => {
    const gateway = await nats.connectAs("gateway");
    const matcher = await nats.connectAs("matcher");
    const marketData = await nats.connectAs("marketData");
    const subscriber = await nats.connectAs("subscriber");
    const app = await nats.connectWith((await credentialsOf(nats)).app7);
    const history = await nats.connectAs("history");
    const backOffice = await nats.connectAs("backOffice");
    history.subscribe("repair.*", { callback: (_, message) => void message.respond("copy") });
    const copied: string[] = [];
    backOffice.subscribe("dropcopy.>", { callback: (_, one) => void copied.push(one.subject) });
    matcher.subscribe("orders.0", { callback: (_, message) => void message.respond("done") });
    marketData.subscribe("md.snapshot.*", {
      callback: (_, message) => void message.respond("book"),
    });
    const seen: string[] = [];
    for (const connection of [subscriber, app]) {
      connection.subscribe("md.>", { callback: (_, { subject }) => void seen.push(subject) });
      connection.subscribe("md.*.*", { callback: (_, { subject }) => void seen.push(subject) });
    }
    app.subscribe("user.7.>", { callback: (_, { subject }) => void seen.push(subject) });
    const all = [matcher, marketData, subscriber, app, history, backOffice];
    await Promise.all(all.map((one) => one.flush()));

    assert.equal((await gateway.request("orders.0", "frame")).string(), "done");
    assert.equal((await backOffice.request("repair.0", "{}")).string(), "copy");
    for (const connection of [gateway, subscriber, app, backOffice]) {
      assert.equal((await connection.request("md.snapshot.BTC-USD")).string(), "book");
    }
    marketData.publish("md.BTC-USD.trades.json", "{}");
    await marketData.flush();
    history.publish("user.7.reports", "{}");
    history.publish("user.8.reports", "{}");
    history.publish("dropcopy.0", "{}");
    await history.flush();
    await backOffice.flush();
    assert.deepEqual(copied, ["dropcopy.0"]);
    await Promise.all([subscriber.flush(), app.flush()]);
    // Both patterns match the requests to md.snapshot.* as well, and user.8 is somebody else.
    const trades = "md.BTC-USD.trades.json";
    assert.deepEqual(seen.sort(), [trades, trades, "user.7.reports"]);
    await assert.rejects(gateway.request("query.0"), { code: "503" });
  });
});

Deno.test("an answer cannot be sent to a subject that its sender may not publish to", async () => {
  await withNats(async (nats) => {
    const { ports, credentials } = nats.server;
    const matcher = await RawClient.connect(ports.client, credentials.matcher);
    const gateway = await RawClient.connect(ports.client, credentials.gateway);
    await matcher.exchange("SUB orders.0 1\r\n");
    const elsewhere = [
      "admin.0",
      "md.BTC-USD.trades.json",
      "$KV.KEYS.x",
      `${inboxOf(credentials.history)}.x`,
    ];
    for (const reply of elsewhere) {
      assert.deepEqual(await gateway.refusedToPublish(["orders.0"], reply), []);
      // The request arrives with whatever reply subject it was given; the answer is refused.
      assert.match(
        await matcher.exchange(""),
        new RegExp(`MSG orders\\.0 1 ${RegExp.escape(reply)} 0`),
      );
      assert.deepEqual(await matcher.refusedToPublish([reply]), [reply]);
    }
    await matcher.close();
    await gateway.close();
  });
});

Deno.test("no reply subject that an outsider names changes a stream or stops the broker", async () => {
  await withNats(async (nats) => {
    const { server } = nats;
    const admin = await nats.connectAs("admin");
    const manager = await admin.jetstreamManager();
    const matcher = await nats.connectAs("matcher");
    await matcher.jetstream().publish("journal.0", "one");
    await new Bucket(admin, KEYS_BUCKET).put("k", "v");
    const credentials = await credentialsOf(nats);
    const replies = [
      "journal.0",
      "events.0",
      "admin.0",
      "$KV.KEYS.k",
      ...["JOURNAL_0", "EVENTS_0", "KV_KEYS"].flatMap((stream) => [
        `${API}.STREAM.DELETE.${stream}`,
        `${API}.STREAM.PURGE.${stream}`,
      ]),
      ...[">", "*", "journal.*", "_INBOX.>", "_INBOX.gateway.*.x", "$JS.>", "_R_.x.y", "$SYS.>"],
    ];
    for (const who of ["backOffice", "gateway", "subscriber", "app7"] as const) {
      const client = await RawClient.connect(server.ports.client, credentials[who]);
      for (const reply of replies) await client.refusedToPublish(ALLOWED[who].publish, reply);
      await client.close();
    }
    const names = (await manager.streams.list().next()).map(({ config }) => config.name);
    assert.deepEqual(names.sort(), [...STREAMS].sort());
    const messages = async (stream: string) => (await manager.streams.info(stream)).state.messages;
    assert.equal(await messages("JOURNAL_0"), 1);
    assert.equal(await messages("EVENTS_0"), 0);
    assert.equal(await messages("KV_KEYS"), 1);
    assert.equal((await matcher.jetstream().publish("journal.0", "two")).seq, 2);
  });
});

Deno.test("public credentials are limited in subscriptions and in what they send", async () => {
  await withNats(async ({ server }) => {
    const client = await RawClient.connect(server.ports.client, server.credentials.subscriber);
    const lines = Array.from(
      { length: PUBLIC_SUBSCRIPTIONS_MAX + 1 },
      (_, index) => `SUB md.A-${index}.trades.json ${index + 1}\r\n`,
    );
    assert.match(await client.exchange(lines.join("")), /-ERR 'Maximum Subscriptions Exceeded'/i);
    const long = "x".repeat(PUBLIC_PAYLOAD_BYTES_MAX + 1);
    const answer = await client.exchange(`PUB md.snapshot.A-B ${long.length}\r\n${long}\r\n`);
    assert.match(answer, /-ERR 'Maximum Payload Violation'/i);
    await client.close();
  }, { streams: false });
});

Deno.test("nobody connects without a valid signed user", async (t) => {
  await withNats(async ({ server }) => {
    const servers = server.webSocketUrl;
    const refuses = async (credentials: string) => {
      await assert.rejects(
        connectNats({ servers, credentials, name: "intruder", inboxPrefix: "_INBOX.intruder" }),
        (error) => error instanceof ConnectError && /AUTHORIZATION_VIOLATION/.test(error.code),
      );
    };
    const { jwt } = parseCredentials(server.credentials.gateway);
    const now = Math.floor(Date.now() / 1_000);

    await t.step("anonymous, over WebSocket and over TCP", async () => {
      await assert.rejects(connect({ servers }), { code: "AUTHORIZATION_VIOLATION" });
      await assert.rejects(connect({ servers, user: "a", pass: "b" }), {
        code: "AUTHORIZATION_VIOLATION",
      });
      const client = await RawClient.connect(server.ports.client);
      assert.match(await client.rest(), /-ERR 'Authorization Violation'/);
      await client.close();
    });
    await t.step("a valid JWT with the seed of another user", async () => {
      const { seed } = parseCredentials(server.credentials.subscriber);
      await refuses(formatCredentials(jwt, seed));
    });
    await t.step("a valid JWT with a new seed", async () => {
      await refuses(formatCredentials(jwt, (await createNkey(NkeyKind.user)).seed));
    });
    await t.step("a user signed by a stranger's account key", async () => {
      const { creds } = await mintUser({
        signingSeed: (await createNkey(NkeyKind.account)).seed,
        accountPublicKey: server.appSigner.accountPublicKey,
        name: "stranger",
        grant: { permissions: appGrant("7") },
        ttlSeconds: 60,
        nowMillis: Date.now(),
      });
      await refuses(creds);
    });
    await t.step("an app user that has expired", async () => {
      const { creds } = await mintAppUser(server.appSigner, 7, 60, Date.now() - 120_000);
      await refuses(creds);
    });
    await t.step("a user of the edge's key that grants itself more", async () => {
      const signer = await importNkey(server.appSigner.signingSeed);
      const user = await createNkey(NkeyKind.user);
      const nats = {
        pub: { allow: [">"] },
        sub: { allow: [">"] },
        subs: -1,
        data: -1,
        payload: -1,
        issuer_account: server.appSigner.accountPublicKey,
        type: "user",
        version: 2,
      };
      const own = await signJwt({ sub: user.publicKey, name: "greedy", nats }, signer, now);
      await refuses(formatCredentials(own, user.seed));
    });
    await t.step("an altered JWT", async () => {
      const [head, , signature] = jwt.split(".");
      const claims = { ...readClaims(jwt), nats: { type: "user", version: 2 } };
      const altered = btoa(JSON.stringify(claims)).replaceAll("=", "");
      const { seed } = parseCredentials(server.credentials.gateway);
      await refuses(formatCredentials(`${head}.${altered}.${signature}`, seed));
    });
  }, { streams: false });
});
