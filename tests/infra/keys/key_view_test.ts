import assert from "node:assert/strict";
import { KeysUnavailableError, STALE_MICROS } from "../../../infra/keys/key_cache.ts";
import { KeyChanges } from "../../../infra/keys/key_changes.ts";
import { isSigningKey } from "../../../infra/keys/key_record.ts";
import { KeyStore } from "../../../infra/keys/key_store.ts";
import { followKeys, type KeyView } from "../../../infra/keys/key_view.ts";
import { type VerifyingKey, verifyingKeyOf } from "../../../infra/keys/verify_signature.ts";
import { BUCKET_ANSWER_MILLIS_MAX } from "../../../infra/nats/kv.ts";
import { type TemporaryNats, withNats } from "../nats/temporary_nats.ts";
import { NEW_MASTER, OLD_MASTER, someKey } from "./some_key.ts";

const nowMicros = () => Math.floor(performance.now() * 1_000);
const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));
const STALE_MILLIS = STALE_MICROS / 1_000;

/** The admin's store, and a gateway's view of it that counts what it reads. */
async function viewOf(
  { connectAs }: TemporaryNats,
  { masters = OLD_MASTER, isDeaf = false, everyMillis = 500 } = {},
) {
  const admin = await KeyStore.open(await connectAs("admin"), OLD_MASTER);
  const connection = await connectAs("gateway");
  const store = await KeyStore.open(connection, masters);
  const { bucket } = store;
  // As if every announcement were lost: it listens to a key that nobody writes.
  if (isDeaf) Object.defineProperty(bucket, "announcements", { value: "$KV.KEYS.nobody-writes" });
  const read: string[] = [];
  const last = bucket.last.bind(bucket);
  bucket.last = (id) => {
    read.push(id);
    return last(id);
  };
  const open = (): Promise<KeyView<VerifyingKey>> =>
    followKeys(connection, {
      store,
      hold: (record) => isSigningKey(record) ? verifyingKeyOf(record) : null,
      nowMicros,
      everyMillis,
    });
  return { admin, view: await open(), read };
}

/** Milliseconds until the view says that the key is revoked, asked again and again. */
async function untilRevoked(view: KeyView<VerifyingKey>, id: string): Promise<number> {
  const beganAt = performance.now();
  while (!(await view.get(id))?.revoked) {
    assert.ok(performance.now() - beganAt <= STALE_MILLIS, "used two seconds after its revocation");
    await pause(1);
  }
  return performance.now() - beganAt;
}

Deno.test("a key that is used is read once, and is the same object until it is changed", () =>
  withNats(async (nats) => {
    const { admin, view, read } = await viewOf(nats);
    const [{ record }, { record: other }] = [await someKey(), await someKey()];
    await admin.put(record);
    const first = await view.get(record.id);
    assert.equal(await view.get("no-such-key"), null);
    const until = performance.now() + STALE_MILLIS + 500;
    for (let uses = 0; performance.now() < until; uses++) {
      assert.equal(view.get(record.id), first, `use ${uses}`);
      assert.equal(view.get("no-such-key"), null);
      await pause(20);
    }
    await admin.put(other);
    assert.equal((await view.get(other.id))?.id, other.id, "a new key is found at once");
    await admin.put(record);
    await pause(100);
    assert.equal(await view.get(record.id), first, "written again with the same contents");
    assert.deepEqual(read, [record.id, "no-such-key", other.id]);
    await view.stop();
  }));

Deno.test("a revocation is seen in some milliseconds, for that is how long its announcement takes", () =>
  withNats(async (nats) => {
    const { admin, view } = await viewOf(nats, { everyMillis: 60_000 });
    const took: number[] = [];
    for (let round = 0; round < 20; round++) {
      const { record } = await someKey();
      await admin.put(record);
      await view.get(record.id);
      await admin.put({ ...record, revoked: true });
      took.push(await untilRevoked(view, record.id));
    }
    took.sort((one, other) => one - other);
    console.log(`revoked in ms: median ${took[10].toFixed(1)}, longest ${took[19].toFixed(1)}`);
    assert.ok(took[10] < 200, `median ${took[10]} ms`);
    await view.stop();
  }));

Deno.test("a revocation whose announcement is lost is seen within two seconds", () =>
  withNats(async (nats) => {
    const { admin, view, read } = await viewOf(nats, { isDeaf: true });
    const took: number[] = [];
    for (let round = 0; round < 6; round++) {
      const { record } = await someKey();
      await admin.put(record);
      await view.get(record.id);
      await pause(round * 90);
      await admin.put({ ...record, revoked: true });
      took.push(await untilRevoked(view, record.id));
    }
    console.log(`unannounced, in ms: ${took.map((millis) => millis.toFixed(0)).join(" ")}`);
    assert.equal(read.length, 6, "by the looks at the bucket, not by reading each key");
    await view.stop();
  }));

Deno.test("a broker that does not answer makes keys unavailable after two seconds, and comes back", () =>
  withNats(async (nats) => {
    const { admin, view } = await viewOf(nats);
    const { record } = await someKey();
    await admin.put(record);
    await view.get(record.id);
    Deno.kill(nats.server.pid, "SIGSTOP");
    try {
      assert.equal((await view.get(record.id))?.id, record.id, "used for two seconds more");
      await pause(STALE_MILLIS + 50);
      const started = performance.now();
      await assert.rejects(
        async () => await view.get(record.id),
        (error) => error instanceof KeysUnavailableError && error.reason === "failed",
      );
      const waited = performance.now() - started;
      assert.ok(waited < BUCKET_ANSWER_MILLIS_MAX + 500, `waited ${waited} ms`);
    } finally {
      Deno.kill(nats.server.pid, "SIGCONT");
    }
    await admin.put({ ...record, revoked: true });
    await untilRevoked(view, record.id);
    await view.stop();
  }));

Deno.test("while all records are sealed again a gateway refuses nobody and verifies nothing anew", () =>
  withNats(async (nats) => {
    const both = `${NEW_MASTER},${OLD_MASTER}`;
    const { admin, view, read } = await viewOf(nats, { masters: both });
    const keys = await Promise.all(Array.from({ length: 400 }, () => someKey()));
    const ids = keys.map(({ record }) => record.id);
    for (const { record } of keys) await admin.put(record);
    const before: (VerifyingKey | null)[] = [];
    for (const id of ids) before.push(await view.get(id));
    const newer = await KeyStore.open(await nats.connectAs("admin"), both);
    let isOver = false;
    const resealing = new KeyChanges(newer, () => Promise.resolve()).reseal()
      .finally(() => isOver = true);
    let uses = 0;
    while (!isOver || uses < 1_000) {
      const index = uses++ % ids.length;
      assert.equal(await view.get(ids[index]), before[index]);
      await pause(0);
    }
    assert.deepEqual(await resealing, { resealed: 400, current: 0, damaged: [] });
    await pause(50);
    for (const [index, id] of ids.entries()) assert.equal(view.get(id), before[index]);
    assert.ok(read.length < 500, `${read.length} readings`);
    await view.stop();
  }));
