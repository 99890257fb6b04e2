import assert from "node:assert/strict";
import { KeyCache, KeysUnavailableError, STALE_MICROS } from "../../../infra/keys/key_cache.ts";
import { KeyStore } from "../../../infra/keys/key_store.ts";
import { newKey } from "../../../infra/keys/new_key.ts";
import { MasterKeyError } from "../../../infra/keys/sealed_key.ts";
import { verifyingKeyOf } from "../../../infra/keys/verify_signature.ts";
import { relayBuckets } from "../../../infra/nats/bucket_relay.ts";
import { connectNats } from "../../../infra/nats/connect.ts";
import { BUCKET_ANSWER_MILLIS_MAX } from "../../../infra/nats/kv.ts";
import { launchNats } from "../../../infra/nats/launch.ts";
import { ensureStreams } from "../../../infra/nats/streams.ts";

const MASTER_KEY = "0123456789abcdef".repeat(4);
const nowMicros = () => Math.round((performance.timeOrigin + performance.now()) * 1_000);
const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));

/** A key of account 1 that is valid for ever. */
const someKey = () =>
  newKey({
    kind: "hmac",
    account: 1,
    scopes: ["read", "trade"],
    createdMicros: nowMicros(),
    expiresMicros: null,
  });

/** A gateway's view of the keys in `store`. */
const cacheOver = (store: KeyStore) =>
  new KeyCache({
    nowMicros,
    load: async (id) => {
      const record = await store.load(id);
      return record === null || record.kind === "issuer" ? null : verifyingKeyOf(record);
    },
  });

/** A real broker with its buckets, and the store as the admin and as a gateway see it. */
async function installation() {
  const dataDirectory = await Deno.makeTempDir({ prefix: "edgebook-keys-" });
  const nats = await launchNats({ dataDirectory, say() {} });
  const connections = await Promise.all(
    (["admin", "gateway", "history"] as const).map((user) =>
      connectNats({
        servers: nats.webSocketUrl,
        credentials: nats.credentials[user],
        name: `keys-test-${user}`,
      })
    ),
  );
  await ensureStreams(connections[0], { shards: [0], replicas: 1 });
  // What a gateway reads of buckets, the user history reads for it.
  relayBuckets(connections[2]);
  await connections[2].flush();
  const [admin, gateway] = await Promise.all(
    connections.slice(0, 2).map((connection) => KeyStore.open(connection, MASTER_KEY)),
  );
  return {
    admin,
    gateway,
    connections,
    pid: nats.pid,
    async [Symbol.asyncDispose]() {
      await Promise.all(connections.map((connection) => connection.close()));
      nats.kill();
      await nats.exited;
      await Deno.remove(dataDirectory, { recursive: true });
    },
  };
}

Deno.test("keys are stored sealed, listed without secrets, revoked, and only by the admin", async () => {
  await using keys = await installation();
  const { record, secret } = await someKey();
  await keys.admin.put(record);
  assert.deepEqual(await keys.gateway.load(record.id), record);
  assert.equal(await keys.gateway.load("no-such-key"), null);

  const stored = await keys.admin.bucket.get(record.id);
  assert.ok(stored !== undefined);
  assert.ok(!new TextDecoder("latin1").decode(stored.value).includes(secret));

  await keys.admin.bucket.put("damaged-key", new Uint8Array(100));
  const listing = await keys.admin.list();
  assert.deepEqual(listing.keys.map(({ id }) => id), [record.id]);
  assert.ok(!JSON.stringify(listing).includes(secret));
  assert.deepEqual([listing.damaged, listing.truncated], [["damaged-key"], false]);

  const revocations = await Promise.all([1, 2, 3].map(() => keys.admin.revoke(record.id)));
  assert.deepEqual(revocations, [true, true, true], "at the same time, each of them takes hold");
  assert.equal((await keys.gateway.load(record.id))?.revoked, true);
  assert.equal(await keys.admin.revoke("no-such-key"), false);

  await assert.rejects(keys.gateway.put({ ...record, revoked: false }));
  assert.equal((await keys.gateway.load(record.id))?.revoked, true);
  const refused = KeyStore.open(keys.connections[1], "too short");
  await assert.rejects(refused, (error) => error instanceof MasterKeyError);
});

Deno.test("a gateway sees a revocation within two seconds, while it keeps using the key", async () => {
  await using keys = await installation();
  const { record } = await someKey();
  await keys.admin.put(record);
  const cache = cacheOver(keys.gateway);
  assert.equal((await cache.get(record.id))?.revoked, false);
  await keys.admin.revoke(record.id);
  const storedAt = nowMicros();
  let askedAt = nowMicros();
  while (!(await cache.get(record.id))?.revoked) {
    await pause(20);
    askedAt = nowMicros();
    assert.ok(askedAt - storedAt <= STALE_MICROS, "used two seconds after its revocation");
  }
});

Deno.test("a broker that does not answer makes keys unavailable, and comes back", async () => {
  await using keys = await installation();
  const { record } = await someKey();
  await keys.admin.put(record);
  const cache = cacheOver(keys.gateway);
  await cache.get(record.id);
  Deno.kill(keys.pid, "SIGSTOP");
  try {
    await pause(STALE_MICROS / 1_000);
    const started = performance.now();
    await assert.rejects(
      async () => await cache.get(record.id),
      (error) => error instanceof KeysUnavailableError && error.reason === "failed",
    );
    const waited = performance.now() - started;
    assert.ok(waited < BUCKET_ANSWER_MILLIS_MAX + 500, `waited ${waited} ms`);
  } finally {
    Deno.kill(keys.pid, "SIGCONT");
  }
  assert.equal((await cache.get(record.id))?.id, record.id);
});
