/**
 * Bans of a started market: from the operator's words to the gateway, and in the journal.
 *
 * @module
 */
import assert from "node:assert/strict";
import { RestClient } from "../support/client_rest.ts";
import {
  eventually,
  runTask,
  StartedMarket,
  withDataDirectory,
} from "../workers/supervisor/started_market.ts";

Deno.test("an operator bans an address and lifts the ban; both stand in the journal", () =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    const client = new RestClient(line.gateway, line.keys[0]);
    const admin = async (...words: string[]) => {
      const { code, stdout, stderr } = await runTask("admin", [...words, "--data", data]);
      return { code, text: stdout + stderr };
    };
    const becomes = (status: number) =>
      eventually(
        `the gateway answers ${status}`,
        async () => (await client.request("GET", "/v1/balances")).status === status || undefined,
      );

    assert.match((await admin("bans", "list")).text, /nobody is banned/);
    const added = await admin(
      ...["bans", "add", "127.0.0.1", "--hours", "1", "--reason", "it floods", "--as", "ada"],
    );
    assert.equal(added.code, 0, added.text);
    await becomes(403);
    assert.match((await admin("bans", "list")).text, /127\.0\.0\.1 .*it floods/);
    assert.equal((await admin("bans", "lift", "127.0.0.1")).code, 0);
    await becomes(200);

    const refused = await admin("bans", "add", "127.0.0.1/8", "--hours", "1");
    assert.deepEqual([refused.code, /bits set/.test(refused.text)], [2, true], refused.text);
    assert.equal((await admin("bans", "lift", "192.0.2.1")).code, 2);
    const { text } = await admin("audit", "--limit", "2");
    assert.match(text, /ban .*127\.0\.0\.1.*ada[^]*lift .*127\.0\.0\.1|ada.*ban[^]*lift/);
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));
