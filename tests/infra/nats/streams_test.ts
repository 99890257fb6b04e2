import assert from "node:assert/strict";
import { StorageType } from "nats.ws";
import { StreamConfigurationError } from "../../../infra/nats/errors.ts";
import { ensureStreams, streamConfigs } from "../../../infra/nats/streams.ts";
import { withNats } from "./temporary_nats.ts";

const ALL = [
  "JOURNAL_0",
  "EVENTS_0",
  "KV_REFERENCE",
  "KV_KEYS",
  "KV_LISTENERS",
  "KV_PROGRESS",
  "KV_LEASES",
  "KV_KEY_USES",
  "OBJ_SNAPSHOTS",
];
const REQUEST = { shards: [0], replicas: 1 };

Deno.test("streams are made once, and a second call changes nothing", async () => {
  await withNats(async ({ connectAs }) => {
    const admin = await connectAs("admin");
    assert.deepEqual(await ensureStreams(admin, REQUEST), ALL);
    const manager = await admin.jetstreamManager();
    const before = await Promise.all(ALL.map((name) => manager.streams.info(name)));
    assert.deepEqual(await ensureStreams(admin, REQUEST), []);
    const after = await Promise.all(ALL.map((name) => manager.streams.info(name)));
    assert.deepEqual(after.map((one) => one.config), before.map((one) => one.config));
    assert.deepEqual(
      await ensureStreams(admin, { shards: [0, 1], replicas: 1 }),
      ["JOURNAL_1", "EVENTS_1"],
    );
  }, { streams: false });
});

Deno.test("a stream with another essential setting is refused by name, field and values", async () => {
  const wrong = {
    storage: StorageType.Memory,
    max_msgs: 10,
    max_age: 1_000_000_000,
    deny_delete: false,
    allow_direct: false,
    subjects: ["journal.9"],
  };
  for (const [field, value] of Object.entries(wrong)) {
    await withNats(async ({ connectAs }) => {
      const admin = await connectAs("admin");
      const [journal] = streamConfigs(REQUEST);
      const manager = await admin.jetstreamManager();
      await manager.streams.add({ ...journal, [field]: value });
      await assert.rejects(ensureStreams(admin, REQUEST), (error) => {
        assert.ok(error instanceof StreamConfigurationError, String(error));
        assert.equal(error.stream, "JOURNAL_0");
        assert.equal(error.field, field);
        return error.message.includes(JSON.stringify(value));
      });
      // Refused, not repaired: the stream is as it was found.
      const { config } = await manager.streams.info("JOURNAL_0");
      assert.deepEqual(config[field as "storage"] ?? false, value);
    }, { streams: false });
  }
});

Deno.test("nothing can be taken out of a log, not even by the admin", async () => {
  await withNats(async ({ connectAs }) => {
    const matcher = await connectAs("matcher");
    for (const subject of ["journal.0", "events.0"]) {
      for (const text of ["one", "two"]) await matcher.jetstream().publish(subject, text);
    }
    const admin = await connectAs("admin");
    const manager = await admin.jetstreamManager();
    for (const name of ["JOURNAL_0", "EVENTS_0"]) {
      await assert.rejects(manager.streams.purge(name));
      await assert.rejects(manager.streams.deleteMessage(name, 1));
      await assert.rejects(manager.streams.update(name, { deny_purge: false }));
      await assert.rejects(manager.streams.update(name, { deny_delete: false }));
      assert.equal((await manager.streams.info(name)).state.messages, 2);
    }
    // Deleting the journal is refused by the admin's permissions.
    await assert.rejects(
      admin.request("$JS.API.STREAM.DELETE.JOURNAL_0", "", { timeout: 300 }),
    );
    assert.equal((await manager.streams.info("JOURNAL_0")).state.messages, 2);
  });
});

Deno.test("a leader's append is fenced by the last sequence", async () => {
  await withNats(async ({ connectAs }) => {
    const stream = (await connectAs("matcher")).jetstream();
    const append = (text: string, lastSequence: number) =>
      stream.publish("journal.0", text, { expect: { lastSequence } });
    assert.equal((await append("one", 0)).seq, 1);
    assert.equal((await append("two", 1)).seq, 2);
    await assert.rejects(
      append("late", 1),
      (error) => (error as { api_error: { err_code: number } }).api_error.err_code === 10071,
    );
  });
});

Deno.test("a journal that is gone is not made anew while events of it are there", async () => {
  await withNats(async ({ connectAs }) => {
    const admin = await connectAs("admin");
    const manager = await admin.jetstreamManager();
    for (const config of streamConfigs(REQUEST).slice(1)) await manager.streams.add({ ...config });
    const matcher = await connectAs("matcher");
    await matcher.jetstream().publish("events.0", "one");
    await assert.rejects(
      ensureStreams(admin, REQUEST),
      /JOURNAL_0 does not exist, but EVENTS_0 has 1/,
    );
  }, { streams: false });
});
