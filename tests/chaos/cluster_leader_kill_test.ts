import assert from "node:assert/strict";
import { pause } from "../support/venue.ts";
import { assertSameJournal } from "../support/journal_copies.ts";
import { startLoad, ThreeServers } from "../support/three_servers.ts";
import { chaosRandom } from "./chaos_seed.ts";
import { noteHealed } from "./heal_time.ts";

const CLIENTS = 8;
const KILLS = 2;
const ORDERS = 300;
/**
 * Longest time without an answer: the servers' elections take 4 to 9 s, and more where two of them
 * stand for the same one. The rest is for a machine that is busy.
 */
const SILENCE_MILLIS_MAX = 25_000;

Deno.test("kill -9 of the stream leader under load: the others go on, nothing is lost", async () => {
  const random = chaosRandom("stream leader");
  await using servers = await ThreeServers.open({ accounts: CLIENTS });
  const { cluster, venue } = servers;
  const gateways = [await venue.openGateway(), await venue.openGateway()];
  const { crowd, silence } = startLoad(CLIENTS, random, gateways);
  for (let kill = 1; kill <= KILLS; kill++) {
    await crowd.settle(ORDERS);
    await pause(random() * 20);
    const leader = await servers.leaderOf();
    silence.take();
    await servers.kill(leader);
    await crowd.settle(ORDERS);
    const millis = silence.take();
    noteHealed("three servers: kill -9 of the journal's", millis);
    assert.ok(millis < SILENCE_MILLIS_MAX, `${millis} ms without an answer`);
    await cluster.launch(leader);
    await servers.current();
  }
  await crowd.settle(ORDERS);
  await crowd.rest();
  await assertSameJournal(servers);
  const { claims } = await servers.audit(crowd);
  assert.ok(venue.matcher.isAlive, "the matching leader outlives the stream's");
  assert.equal(claims.length, 1, "and leads on without a new claim");
});
