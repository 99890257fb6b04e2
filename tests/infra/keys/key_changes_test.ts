import assert from "node:assert/strict";
import { AuditAct } from "../../../core/protocol/administration.ts";
import {
  type AuditEntry,
  KeyChanges,
  KeyConflictError,
  sealedDigest,
} from "../../../infra/keys/key_changes.ts";
import { KeyStore } from "../../../infra/keys/key_store.ts";
import { isSealedAnew } from "../../../infra/keys/sealed_key.ts";
import { type TemporaryNats, withNats } from "../nats/temporary_nats.ts";
import { NEW_MASTER, OLD_MASTER, someKey } from "./some_key.ts";

/** A store and changes to it, with a journal that the test reads. */
async function changesOver({ connectAs }: TemporaryNats, masters = OLD_MASTER) {
  const store = await KeyStore.open(await connectAs("admin"), masters);
  const journal: AuditEntry[] = [];
  const meanwhile = { do: (_entry: AuditEntry): void | Promise<void> => {} };
  const changes = new KeyChanges(store, async (entry) => {
    journal.push(entry);
    await meanwhile.do(entry);
  });
  return { store, journal, changes, meanwhile };
}

const died = () => {
  throw new Error("the process died");
};

Deno.test("a key is created where there was none, and nowhere else", () =>
  withNats(async (nats) => {
    const { store, journal, changes } = await changesOver(nats);
    const { record } = await someKey();
    assert.equal(await changes.create(record, AuditAct.keyCreate), true);
    assert.equal(await changes.create({ ...record, tier: "gold" }, AuditAct.keyCreate), false);
    assert.deepEqual(await store.load(record.id), record);
    assert.equal(journal.length, 2, "what was to be written stands in the journal first");
  }));

Deno.test("every change stands in the journal before the bucket, with the digest of what is written", () =>
  withNats(async (nats) => {
    const { store, journal, changes, meanwhile } = await changesOver(nats);
    const { record } = await someKey();
    const { id } = record;
    const seen: (string | null)[] = [];
    meanwhile.do = async () => {
      const stored = await store.load(id);
      seen.push(stored === null ? null : `${stored.tier} ${stored.revoked}`);
    };
    const written: AuditEntry["digest"][] = [];
    const note = async () => written.push(sealedDigest((await store.read(id))!.sealed));
    await changes.put(record, AuditAct.keyCreate);
    await note();
    await changes.change(id, AuditAct.keyChange, (one) => ({ ...one, tier: "gold" }));
    await note();
    assert.equal(await changes.revoke(id), true);
    await note();
    assert.deepEqual(seen, [null, "null false", "gold false"]);
    assert.deepEqual(journal.map(({ digest }) => digest), written);
    assert.deepEqual(journal.map(({ act }) => act), [
      AuditAct.keyCreate,
      AuditAct.keyChange,
      AuditAct.keyRevoke,
    ]);
    assert.deepEqual(journal.map(({ account, subject }) => [account, subject]), [
      [1, id],
      [1, id],
      [1, id],
    ]);
    assert.deepEqual(await store.load(id), { ...record, tier: "gold", revoked: true });
  }));

Deno.test("what changes nothing is not journaled, nor what there is not", () =>
  withNats(async (nats) => {
    const { journal, changes } = await changesOver(nats);
    const { record } = await someKey();
    assert.equal(await changes.revoke("no-such-key"), false);
    await changes.put({ ...record, revoked: true }, AuditAct.keyCreate);
    assert.equal(await changes.revoke(record.id), true);
    assert.equal((await changes.change(record.id, AuditAct.keyChange, () => null))?.id, record.id);
    assert.equal(journal.length, 1);
  }));

Deno.test("a process that dies between journal and bucket leaves an entry, and a repeat completes it", () =>
  withNats(async (nats) => {
    const { store, journal, changes, meanwhile } = await changesOver(nats);
    const { record } = await someKey();
    await changes.put(record, AuditAct.keyCreate);
    meanwhile.do = died;
    await assert.rejects(changes.revoke(record.id), /died/);
    assert.equal((await store.load(record.id))?.revoked, false);
    meanwhile.do = () => {};
    assert.equal(await changes.revoke(record.id), true);
    assert.equal((await store.load(record.id))?.revoked, true);
    assert.deepEqual(journal.map(({ act }) => act), [1, 4, 4]);
    const { sealed } = (await store.read(record.id))!;
    assert.deepEqual(journal[2].digest, sealedDigest(sealed));
    assert.notDeepEqual(journal[1].digest, journal[2].digest, "tells which of them was written");
  }));

Deno.test("without the journal nothing is written", () =>
  withNats(async (nats) => {
    const { store, changes, meanwhile } = await changesOver(nats);
    meanwhile.do = () => Promise.reject(new Error("no leader answered"));
    const { record } = await someKey();
    await assert.rejects(changes.put(record, AuditAct.keyCreate), /no leader/);
    assert.equal(await store.load(record.id), null);
  }));

Deno.test("two who change a key at once both have their way, or are told", () =>
  withNats(async (nats) => {
    const { store, journal, changes, meanwhile } = await changesOver(nats);
    const { record } = await someKey();
    await changes.put(record, AuditAct.keyCreate);
    let others = 1;
    meanwhile.do = async () => {
      if (others-- <= 0) return;
      const now = await store.load(record.id);
      await store.put({ ...now!, tier: "theirs" });
    };
    await changes.revoke(record.id);
    assert.deepEqual(await store.load(record.id), { ...record, tier: "theirs", revoked: true });
    assert.equal(journal.length, 3, "the attempt that met the other is in the journal as well");
    others = Infinity;
    await assert.rejects(
      changes.change(record.id, AuditAct.keyChange, (one) => ({ ...one, addresses: ["::1"] })),
      (error) => error instanceof KeyConflictError && error.keyId === record.id,
    );
    others = 0;
    const revocations = await Promise.all([1, 2, 3].map(() => changes.revoke(record.id)));
    assert.deepEqual(revocations, [true, true, true]);
  }));

Deno.test("reseal brings every record under the newest master key, whatever is changed meanwhile", () =>
  withNats(async (nats) => {
    const old = await changesOver(nats);
    const keys = await Promise.all(Array.from({ length: 150 }, () => someKey()));
    for (const { record } of keys) await old.store.put(record);
    await old.store.bucket.put("damaged-key", new Uint8Array(100));
    await old.store.bucket.delete(keys[149].record.id);
    const { store, journal, changes, meanwhile } = await changesOver(
      nats,
      `${NEW_MASTER},${OLD_MASTER}`,
    );
    await store.put(keys[0].record);
    // Somebody who has the old key only changes some of them while they are sealed again.
    let changing: Promise<unknown> = Promise.resolve();
    meanwhile.do = () => {
      changing = Promise.all(
        keys.slice(1, 60).map(({ record }) => old.store.put({ ...record, tier: "changed" })),
      );
    };
    const first = await changes.reseal();
    await changing;
    meanwhile.do = () => {};
    const second = await changes.reseal();
    const { older, all } = await store.countOlder();
    assert.deepEqual([older, all], [1, 150], "all but the damaged one");
    assert.deepEqual([first.damaged, second.damaged], [["damaged-key"], ["damaged-key"]]);
    assert.ok(first.resealed >= 90, `${first.resealed} resealed`);
    const { records } = await (await changesOver(nats, NEW_MASTER)).store.list();
    const byId = new Map(records.map((record) => [record.id, record]));
    for (const [index, { record }] of keys.slice(0, 149).entries()) {
      const tier = index >= 1 && index < 60 ? "changed" : null;
      assert.deepEqual(byId.get(record.id), { ...record, tier });
    }
    const third = await changes.reseal();
    assert.deepEqual(third, { resealed: 0, current: 149, damaged: ["damaged-key"] });
    const entries = journal.map(({ act, subject, account }) => [act, subject, account]);
    assert.ok(entries.every(([act]) => act === AuditAct.reseal), "no record says anything else");
    assert.match(String(entries[0][1]), /^master-[0-9a-f]{8}$/);
    assert.ok(isSealedAnew(store.masters, (await store.read(keys[0].record.id))!.sealed));
  }));
