/**
 * A gateway's link to a real broker.
 *
 * @module
 */

import assert from "node:assert/strict";
import { LeaderClock } from "../../core/auth/leader_clock.ts";
import { REFERENCE_BUCKET } from "../../core/protocol/subjects.ts";
import { KeyStore } from "../../infra/keys/key_store.ts";
import { newKey } from "../../infra/keys/new_key.ts";
import { Bucket } from "../../infra/nats/kv.ts";
import { BackendLink } from "../../routes/backend_link.ts";
import type { Backend } from "../../routes/gateway.ts";
import { type TemporaryNats, withNats } from "../infra/nats/temporary_nats.ts";
import { termsWith } from "../infra/reference/terms.ts";

const MASTER_KEY = "0a".repeat(32);

/** Waits until the condition holds. */
async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    assert.ok(performance.now() < deadline, "it did not come about in 10 s");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The backend, once there is one. */
async function backendOf(link: BackendLink): Promise<Backend> {
  await until(() => link.backend !== null);
  const { backend } = link;
  assert.ok(backend !== null);
  return backend;
}

function linkTo(nats: TemporaryNats, credentials: string) {
  const logged: string[] = [];
  const link = new BackendLink({
    connect: { servers: nats.server.webSocketUrl, credentials, name: "gateway-test" },
    shard: 0,
    masterKey: MASTER_KEY,
    steadyMicros: () => Math.floor(performance.now() * 1_000),
    clock: new LeaderClock(),
    ownMicros: () => Date.now() * 1_000,
    log: (level, message) => logged.push(`${level}: ${message}`),
  });
  return { link, logged };
}

Deno.test("a link has instruments and keys as soon as it has a backend", () =>
  withNats(async (nats) => {
    const bucket = new Bucket(await nats.connectAs("matcher"), REFERENCE_BUCKET);
    await bucket.put("BTC-USD", JSON.stringify(termsWith()));
    const { record } = await newKey({
      kind: "hmac",
      account: 7,
      scopes: ["read"],
      createdMicros: 0,
      expiresMicros: null,
    });
    const store = await KeyStore.open(await nats.connectAs("admin"), MASTER_KEY);
    await store.put(record);
    const { link, logged } = linkTo(nats, nats.server.credentials.gateway);
    assert.ok(link.backend === null);
    const running = link.run();
    const backend = await backendOf(link);
    assert.equal(backend.reference.bySymbol("BTC-USD")?.instrument, 1);
    assert.equal((await backend.keys.get(record.id))?.account, 7);
    assert.equal(await backend.keys.get("key_that_is_none"), null);
    await backend.listeners.put("7", JSON.stringify({ expiresMicros: 1 }));
    assert.equal(backend.isConnected(), true);
    assert.match(logged.join("\n"), /^info: connected to NATS at 127\.0\.0\.1:\d+$/);

    nats.server.kill();
    await until(() => !backend.isConnected());
    await link.stop();
    await running;
    assert.equal(link.backend, null);
  }));

Deno.test("a refusal by the broker is said, and does not end the link", () =>
  withNats(async (nats) => {
    // A user of another installation: the server does not know its account.
    await withNats(async (other) => {
      const { link, logged } = linkTo(nats, other.server.credentials.gateway);
      const running = link.run();
      await until(() => logged.length >= 2);
      assert.match(logged[0], /^warn: cannot connect to NATS at ws:.*[Aa]uthorization/);
      assert.equal(link.backend, null);
      assert.doesNotMatch(logged.join(), /SU[A-Z2-7]{20}|eyJ/, "no secret in the log");
      await link.stop();
      await running;
    }, { streams: false });
  }, { streams: false }));
