import assert from "node:assert/strict";
import { KeysUnavailableError, STALE_MICROS } from "../../../infra/keys/key_cache.ts";
import { KeyChanges } from "../../../infra/keys/key_changes.ts";
import { isSigningKey } from "../../../infra/keys/key_record.ts";
import { KeyStore } from "../../../infra/keys/key_store.ts";
import { FOLLOW_ANSWER_MILLIS, followKeys, type KeyView } from "../../../infra/keys/key_view.ts";
import { type VerifyingKey, verifyingKeyOf } from "../../../infra/keys/verify_signature.ts";
import { Bucket, BUCKET_ANSWER_MILLIS_MAX } from "../../../infra/nats/kv.ts";
import { ensureStreams } from "../../../infra/nats/streams.ts";
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
  const followed = new Bucket(connection, "KEYS", FOLLOW_ANSWER_MILLIS);
  // As if every announcement were lost: it listens to a key that nobody writes.
  if (isDeaf) Object.defineProperty(followed, "announcements", { value: "$KV.KEYS.nobody-writes" });
  const read: string[] = [];
  const errors: Error[] = [];
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
      followed,
      onError: (error) => errors.push(error),
    });
  return { admin, view: await open(), read, errors, followed };
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

Deno.test("an answer that is lost does not make the view too old", () =>
  withNats(async (nats) => {
    const { admin, view, followed, errors } = await viewOf(nats);
    const { record } = await someKey();
    await admin.put(record);
    const held = await view.get(record.id);
    const next = followed.next.bind(followed);
    let isLost = true;
    // Nobody answers there, which takes as long as an answer that is lost.
    followed.next = async (revision) => {
      if (!isLost) return await next(revision);
      isLost = false;
      await pause(FOLLOW_ANSWER_MILLIS);
      throw new Error("no answer");
    };
    for (const until = performance.now() + 2 * STALE_MILLIS; performance.now() < until;) {
      assert.equal(view.get(record.id), held);
      await pause(10);
    }
    assert.equal(errors.length, 1);
    await view.stop();
  }));

Deno.test("a bucket that was made anew is not taken for the one before", () =>
  withNats(async (nats) => {
    const { admin, view, errors } = await viewOf(nats);
    const keys = await Promise.all(Array.from({ length: 5 }, () => someKey()));
    const [{ record }, { record: other }] = keys;
    for (const one of keys) await admin.put(one.record);
    for (const one of keys) await view.get(one.record.id);
    const connection = await nats.connectAs("admin");
    await (await connection.jetstreamManager()).streams.delete("KV_KEYS");
    await ensureStreams(connection, { shards: [0], replicas: 1 });
    await admin.put({ ...record, revoked: true });
    // Refused, or as it is now: what was held is not used once it is too old.
    await pause(STALE_MILLIS + 500);
    assert.equal((await view.get(record.id))?.revoked, true);
    assert.equal(await view.get(other.id), null, "the others are gone");
    const said = errors.map(({ message }) => message).join("\n");
    assert.match(said, /ends at revision \d, though there was 5/);
    await admin.put(other);
    await pause(200);
    assert.equal((await view.get(other.id))?.id, other.id, "changes are heard of again");
    await admin.put({ ...other, revoked: true });
    await untilRevoked(view, other.id);
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
