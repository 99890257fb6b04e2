/**
 * What each class of connections may do, as a person would ask it: one row a right, one column a
 * class, every cell tried on a real server. `expected_rights.ts` has every user and every subject;
 * this is what is promised to outsiders.
 *
 * @module
 */
import assert from "node:assert/strict";
import { mintAppUser } from "../../infra/nats/mint.ts";
import { RawClient } from "../infra/nats/raw_client.ts";
import { type TemporaryNats, withNats } from "../infra/nats/temporary_nats.ts";

/** How one of a class connects. A class that comes is one more line here and one more column below. */
const CLASSES: Readonly<Record<string, (nats: TemporaryNats) => Promise<string>>> = {
  public: ({ server }) => Promise.resolve(server.credentials.subscriber),
  account: async ({ server }) => (await mintAppUser(server.appSigner, 7, 60, Date.now())).creds,
  "back office": ({ server }) => Promise.resolve(server.credentials.backOffice),
};
type Verb = "hears" | "sends";

const NAMES = Object.keys(CLASSES);
const ALL = NAMES;
const ACCOUNT = ["account"];
const OFFICE = ["back office"];
const NOBODY: readonly string[] = [];

const TABLE: readonly (readonly [Verb, string, readonly string[]])[] = [
  ["hears", "md.>", ALL],
  ["hears", "md.BTC-USD.trades.bin", ALL],
  ["hears", "md.*.book.10.100ms.json", ALL],
  ["hears", "md.snapshot.BTC-USD", NOBODY],
  ["hears", "md.snapshot.*", NOBODY],
  ["hears", "user.7.reports", ACCOUNT],
  ["hears", "user.7.>", ACCOUNT],
  ["hears", "user.8.reports", NOBODY],
  ["hears", "user.*.reports", NOBODY],
  ["hears", "user.>", NOBODY],
  ["hears", "dropcopy.>", OFFICE],
  ["hears", "dropcopy.0", OFFICE],
  ["hears", "repair.0", NOBODY],
  ["hears", "events.0", NOBODY],
  ["hears", "journal.0", NOBODY],
  ["hears", "orders.0", NOBODY],
  ["hears", "leader.0", NOBODY],
  ["hears", "$KV.KEYS.>", NOBODY],
  ["hears", "_INBOX.>", NOBODY],
  ["hears", "$SYS.>", NOBODY],
  ["hears", ">", NOBODY],
  ["sends", "md.snapshot.BTC-USD", ALL],
  ["sends", "md.BTC-USD.trades.bin", NOBODY],
  ["sends", "user.7.reports", NOBODY],
  ["sends", "orders.0", NOBODY],
  ["sends", "admin.0", NOBODY],
  ["sends", "query.0", NOBODY],
  ["sends", "history.0", NOBODY],
  ["sends", "dropcopy.0", NOBODY],
  ["sends", "repair.0", OFFICE],
  ["sends", "bucket.get.KEYS", NOBODY],
  ["sends", "bucket.put.LISTENERS.7", NOBODY],
  ["sends", "journal.0", NOBODY],
  ["sends", "$JS.API.INFO", NOBODY],
  ["sends", "$JS.API.STREAM.DELETE.JOURNAL_0", NOBODY],
  ["sends", "$SYS.REQ.USER.INFO", NOBODY],
  ["sends", "_INBOX.gateway.UX.x", NOBODY],
];

Deno.test("each class of connections has the rights of its column, and no other", async () => {
  await withNats(async (nats) => {
    const seen: string[] = [];
    const expected: string[] = [];
    for (const [name, credentialsOf] of Object.entries(CLASSES)) {
      const client = await RawClient.connect(nats.server.ports.client, await credentialsOf(nats));
      for (const [verb, subject, who] of TABLE) {
        const refused = verb === "hears"
          ? await client.refusedToSubscribe([subject])
          : await client.refusedToPublish([subject]);
        seen.push(`${name} ${verb} ${subject}: ${refused.length === 0 ? "yes" : "no"}`);
        expected.push(`${name} ${verb} ${subject}: ${who.includes(name) ? "yes" : "no"}`);
      }
      await client.close();
    }
    assert.deepEqual(seen, expected);
  }, { streams: false });
});

Deno.test("nobody's interest in feeds passes for an answer to a snapshot request", async () => {
  await withNats(async (nats) => {
    const listeners = [await nats.connectAs("gateway")];
    for (const credentialsOf of Object.values(CLASSES)) {
      listeners.push(await nats.connectWith(await credentialsOf(nats)));
    }
    for (const listener of listeners) {
      listener.subscribe("md.>");
      await listener.flush();
    }
    for (const asker of listeners) {
      await assert.rejects(asker.request("md.snapshot.BTC-USD"), { code: "503" });
    }
  }, { streams: false });
});
