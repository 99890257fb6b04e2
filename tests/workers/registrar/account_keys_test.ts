import assert from "node:assert/strict";
import { AccountKeys, followAccountKeys } from "../../../workers/registrar/account_keys.ts";
import { KeyStore } from "../../../infra/keys/key_store.ts";
import { NEW_MASTER, OLD_MASTER, someKey } from "../../infra/keys/some_key.ts";
import { withNats } from "../../infra/nats/temporary_nats.ts";
import { eventually } from "../supervisor/started_market.ts";

Deno.test("an account's keys are listed newest first, as they stand now", async () => {
  const keys = new AccountKeys();
  const { record: first } = await someKey();
  const { record: second } = await someKey();
  const { record: foreign } = await someKey();
  keys.note({ ...first, createdMicros: 1 }, 1);
  keys.note({ ...second, createdMicros: 2 }, 2);
  keys.note({ ...foreign, account: 9 }, 3);
  assert.deepEqual(keys.of(first.account).map(({ id }) => id), [second.id, first.id]);
  assert.deepEqual(keys.of(9).map(({ id }) => id), [foreign.id]);
  assert.deepEqual(keys.of(10), []);
  assert.equal(keys.count, 3);
  keys.note({ ...first, revoked: true }, 5);
  keys.note({ ...first, revoked: false }, 4);
  const shown = keys.of(first.account).find(({ id }) => id === first.id);
  assert.equal(shown?.revoked, true, "an older revision changes nothing");
  assert.ok(shown !== undefined && !("secret" in shown));
  assert.equal(keys.count, 3);
});

Deno.test("keys are followed from the bucket's beginning, and what does not open is passed over", () =>
  withNats(async ({ connectAs }) => {
    const admin = await KeyStore.open(await connectAs("admin"), OLD_MASTER);
    const foreign = await KeyStore.open(await connectAs("admin"), NEW_MASTER);
    const { record: before } = await someKey();
    const { record: sealedByOthers } = await someKey();
    await admin.put(before);
    await foreign.put(sealedByOthers);
    const connection = await connectAs("registrar");
    const errors: Error[] = [];
    const store = await KeyStore.open(connection, OLD_MASTER);
    const { follower, keys } = followAccountKeys(connection, store, (error) => errors.push(error));
    await follower.caughtUp;
    await eventually(
      "the key",
      () => Promise.resolve(keys.of(before.account).length > 0 || undefined),
    );
    assert.deepEqual(keys.of(before.account).map(({ id }) => id), [before.id]);
    await eventually("the error", () => Promise.resolve(errors.length === 1 || undefined));
    await admin.put({ ...before, revoked: true });
    await eventually("the revocation", () => {
      return Promise.resolve(keys.of(before.account)[0].revoked || undefined);
    });
    await follower.stop();
  }));

Deno.test("what was sealed anew under a key that came meanwhile is read, and nothing else is counted", () =>
  withNats(async ({ connectAs }) => {
    const both = await KeyStore.open(await connectAs("admin"), `${NEW_MASTER}\n${OLD_MASTER}`);
    const { record } = await someKey();
    let file: string | null = null;
    const connection = await connectAs("registrar");
    const store = await KeyStore.open(connection, OLD_MASTER, () => Promise.resolve(file));
    const { follower, keys } = followAccountKeys(connection, store, () => {});
    await follower.caughtUp;
    await both.put(record);
    await eventually(
      "it is counted",
      () => Promise.resolve(keys.unreadableCount === 1 || undefined),
    );
    await assert.rejects(store.load(record.id));
    file = `${NEW_MASTER}\n${OLD_MASTER}`;
    assert.deepEqual(await store.load(record.id), record);
    await both.put({ ...record, revoked: true });
    await eventually("it is read", () => Promise.resolve(keys.unreadableCount === 0 || undefined));
    assert.equal(keys.of(record.account)[0].revoked, true);
    await follower.stop();
  }));
