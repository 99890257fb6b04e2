import assert from "node:assert/strict";
import { KeyStore } from "../../../infra/keys/key_store.ts";
import { MasterKeyError } from "../../../infra/keys/master_key.ts";
import { withNats } from "../nats/temporary_nats.ts";
import { NEW_MASTER, OLD_MASTER, someKey } from "./some_key.ts";

Deno.test("keys are stored sealed, listed, and written only by the admin", () =>
  withNats(async ({ connectAs }) => {
    const connection = await connectAs("gateway");
    const admin = await KeyStore.open(await connectAs("admin"), OLD_MASTER);
    const gateway = await KeyStore.open(connection, OLD_MASTER);
    const { record, secret } = await someKey();
    await admin.put(record);
    assert.deepEqual(await gateway.load(record.id), record);
    assert.equal(await gateway.load("no-such-key"), null);

    const stored = await gateway.read(record.id);
    assert.ok(stored !== null);
    assert.deepEqual([stored.record, stored.revision], [record, 1]);
    assert.ok(!new TextDecoder("latin1").decode(stored.sealed).includes(secret));

    await assert.rejects(gateway.put({ ...record, revoked: true }));
    assert.equal((await admin.load(record.id))?.revoked, false);
    await assert.rejects(KeyStore.open(connection, "too short"), MasterKeyError);
  }));

Deno.test("a list has each record once, as it was last, and names those that do not open", () =>
  withNats(async ({ connectAs }) => {
    const store = await KeyStore.open(await connectAs("admin"), OLD_MASTER);
    const keys = await Promise.all(Array.from({ length: 200 }, () => someKey()));
    for (const { record } of keys) await store.put(record);
    const [first, second, ...others] = keys.map(({ record }) => record);
    await store.put({ ...first, revoked: true });
    await store.bucket.delete(second.id);
    await store.bucket.put("damaged-key", new Uint8Array(100));
    const { records, damaged, truncated } = await store.list();
    const expected = [...others, { ...first, revoked: true }];
    assert.deepEqual(records.map(({ id }) => id), expected.map(({ id }) => id));
    assert.deepEqual(records, expected);
    assert.deepEqual([damaged, truncated], [["damaged-key"], false]);
  }));

Deno.test("records under an older master key are counted without being opened", () =>
  withNats(async ({ connectAs }) => {
    const connection = await connectAs("admin");
    const old = await KeyStore.open(connection, OLD_MASTER);
    const both = await KeyStore.open(connection, `${NEW_MASTER}\n${OLD_MASTER}`);
    assert.deepEqual(await both.countOlder(), { older: 0, all: 0, whole: true });
    for (let count = 0; count < 3; count++) await old.put((await someKey()).record);
    await both.put((await someKey()).record);
    assert.deepEqual(await both.countOlder(), { older: 3, all: 4, whole: true });
    assert.deepEqual(await old.countOlder(), { older: 1, all: 4, whole: true });
    const { whole } = await both.countOlder(AbortSignal.abort());
    assert.equal(whole, false);
  }));

Deno.test("a store seals under the newest key that there is, and keeps what it has where there is none", () =>
  withNats(async ({ connectAs }) => {
    const connection = await connectAs("admin");
    let file: string | null = OLD_MASTER;
    let reads = 0;
    const store = await KeyStore.open(connection, OLD_MASTER, () => {
      reads++;
      return Promise.resolve(file);
    });
    const old = store.masters;
    const { record } = await someKey();
    await store.put(record);
    assert.equal(store.masters, old, "the same text makes no new keys");
    file = `${NEW_MASTER}\n${OLD_MASTER}`;
    await store.put(record);
    const newest = await KeyStore.open(connection, NEW_MASTER);
    assert.deepEqual(await newest.load(record.id), record);
    file = null;
    await store.put({ ...record, revoked: true });
    assert.equal((await newest.load(record.id))?.revoked, true);
    const before = reads;
    assert.equal((await store.load(record.id))?.revoked, true);
    assert.equal(reads, before, "what opens asks for nothing");
  }));
