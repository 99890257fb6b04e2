import assert from "node:assert/strict";
import { headers, type NatsConnection } from "nats.ws";
import {
  KEY_USE_BYTES_MAX,
  relayBuckets,
  RELAYED_BYTES_MAX,
} from "../../../infra/nats/bucket_relay.ts";
import { inboxPrefixOf } from "../../../infra/nats/inbox.ts";
import { parseCredentials } from "../../../infra/nats/jwt.ts";
import { Bucket, WRONG_LAST_SEQUENCE } from "../../../infra/nats/kv.ts";
import { withNats } from "./temporary_nats.ts";

/** The status of an answer: 0 for a plain one. */
async function statusOf(
  gateway: NatsConnection,
  subject: string,
  data: Uint8Array | string = "",
): Promise<number> {
  try {
    return (await gateway.request(subject, data, { timeout: 1_000 })).headers?.code ?? 0;
  } catch (error) {
    return Number((error as { code: string }).code);
  }
}

Deno.test("a gateway reads keys and reference data and writes listeners, and nothing else", async () => {
  await withNats(async ({ connectAs }) => {
    const admin = await connectAs("admin");
    await new Bucket(admin, "KEYS").put("k", "sealed");
    const gateway = await connectAs("gateway");
    assert.equal(
      new TextDecoder().decode((await new Bucket(gateway, "KEYS").get("k"))?.value),
      "sealed",
    );
    assert.equal((await new Bucket(gateway, "KEYS").next(1))?.key, "k");
    assert.equal(await new Bucket(gateway, "REFERENCE").get("BTC-USD"), undefined);

    const listeners = new Bucket(gateway, "LISTENERS");
    const revision = await listeners.put("7", "1700000000");
    await assert.rejects(
      listeners.put("7", "x", 0),
      (error) => (error as { code: number }).code === WRONG_LAST_SEQUENCE,
    );
    assert.equal(await listeners.put("7", "1800000000", revision), revision + 1);
    assert.equal(await listeners.delete("7"), revision + 2);

    for (
      const subject of [
        "bucket.get.LISTENERS",
        "bucket.get.PROGRESS",
        "bucket.put.KEYS.k",
        "bucket.put.LISTENERS",
        "bucket.take.KEYS",
      ]
    ) {
      // Refused by the server, so that the relay does not even see it.
      await assert.rejects(gateway.request(subject, "", { timeout: 300 }), subject);
    }
    assert.equal((await new Bucket(admin, "KEYS").get("k"))?.revision, 1);
  });
});

Deno.test("keys that are none and requests that are too long are refused by the relay itself", async () => {
  await withNats(async ({ connectAs }) => {
    const gateway = await connectAs("gateway");
    assert.equal(await statusOf(gateway, "bucket.get.KEYS.a,b"), 400);
    assert.equal(
      await statusOf(gateway, "bucket.get.KEYS", "x".repeat(RELAYED_BYTES_MAX + 1)),
      400,
    );
    assert.equal(await statusOf(gateway, "bucket.get.KEYS.unknown"), 404);
    assert.equal(
      await statusOf(gateway, "bucket.put.LISTENERS.x", new Uint8Array(RELAYED_BYTES_MAX)),
      0,
    );
  });
});

Deno.test("of the uses of keys a gateway writes short notes under ids of keys, and reads none", async () => {
  await withNats(async ({ connectAs }) => {
    const gateway = await connectAs("gateway");
    const uses = new Bucket(gateway, "KEY_USES");
    assert.equal(await uses.put("key_12345678", "used"), 1);
    assert.equal(await statusOf(gateway, "bucket.put.KEY_USES.short", "used"), 400);
    assert.equal(await statusOf(gateway, "bucket.put.KEY_USES.key=12345678", "used"), 400);
    const long = new Uint8Array(KEY_USE_BYTES_MAX);
    assert.equal(await statusOf(gateway, "bucket.put.KEY_USES.key_12345678", long), 0);
    const longer = new Uint8Array(KEY_USE_BYTES_MAX + 1);
    assert.equal(await statusOf(gateway, "bucket.put.KEY_USES.key_12345678", longer), 400);
    await assert.rejects(gateway.request("bucket.get.KEY_USES", "", { timeout: 300 }));
    const admin = new Bucket(await connectAs("admin"), "KEY_USES");
    assert.equal((await admin.get("key_12345678"))?.revision, 2);
    await assert.rejects(new Bucket(admin.connection, "KEY_USES", 300).put("key_12345678", "x"));
  });
});

Deno.test("headers that replace or expire what is stored are not passed on", async () => {
  await withNats(async ({ connectAs }) => {
    const gateway = await connectAs("gateway");
    const history = new Bucket(await connectAs("history"), "LISTENERS");
    await new Bucket(gateway, "LISTENERS").put("a", "1");
    const head = headers();
    head.set("Nats-Rollup", "all");
    await gateway.request("bucket.put.LISTENERS.b", "2", { timeout: 1_000, headers: head });
    assert.equal((await history.get("a"))?.revision, 1);
    assert.equal((await history.get("b"))?.revision, 2);
  });
});

Deno.test("an answer goes to a gateway's inbox or nowhere", async () => {
  await withNats(async ({ server, connectAs }) => {
    const gateway = await connectAs("gateway");
    const admin = await connectAs("admin");
    const manager = await admin.jetstreamManager();
    const inbox = inboxPrefixOf(parseCredentials(server.credentials.gateway).jwt);
    for (
      const reply of [
        "$JS.API.STREAM.DELETE.JOURNAL_0",
        "journal.0",
        "md.BTC-USD.trades.json",
        inbox.replace(".gateway.", ".admin."),
      ]
    ) {
      gateway.publish("bucket.get.KEYS.nothing", "", { reply });
      gateway.publish("bucket.put.LISTENERS.x", "", { reply });
    }
    await gateway.flush();
    assert.equal(await statusOf(gateway, "bucket.get.KEYS.nothing"), 404);
    assert.equal((await manager.streams.info("JOURNAL_0")).state.messages, 0);
  });
});

Deno.test("two relays share the requests, and one is enough", async () => {
  await withNats(async ({ connectAs }) => {
    const relay = relayBuckets(await connectAs("history"));
    const listeners = new Bucket(await connectAs("gateway"), "LISTENERS");
    const revisions = await Promise.all(
      Array.from({ length: 40 }, (_, index) => listeners.put(`k${index}`, "x")),
    );
    // Each request was carried out once.
    assert.deepEqual(revisions.sort((a, b) => a - b), Array.from({ length: 40 }, (_, i) => i + 1));
    const during = Array.from({ length: 40 }, () => listeners.put("during", "x"));
    await relay.stop();
    await Promise.all(during);
    assert.equal(await listeners.put("last", "x"), 81);
  });
});

Deno.test("without a relay a gateway is told at once", async () => {
  await withNats(async ({ connectAs }) => {
    const gateway = await connectAs("gateway");
    await assert.rejects(new Bucket(gateway, "KEYS").get("k"), { code: "503" });
  }, { streams: false });
});
