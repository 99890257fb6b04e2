import assert from "node:assert/strict";
import { eventsStream } from "../../core/protocol/subjects.ts";
import { assertSameJournal } from "../support/journal_copies.ts";
import { SERVERS, startLoad, ThreeServers } from "../support/three_servers.ts";
import { SHARD } from "../support/venue.ts";
import { chaosRandom } from "./chaos_seed.ts";
import { noteHealed } from "./heal_time.ts";

const CLIENTS = 8;
const ORDERS = 300;
/** A server that is told to stop hands over what it leads: no election has to wait. */
const SILENCE_MILLIS_MAX = 10_000;

Deno.test("all three servers are restarted one after the other under load", async () => {
  await using servers = await ThreeServers.open({ accounts: CLIENTS });
  const { cluster, venue } = servers;
  const random = chaosRandom("rolling restart");
  const gateways = [await venue.openGateway(), await venue.openGateway()];
  const { crowd, silence } = startLoad(CLIENTS, random, gateways);
  await crowd.settle(ORDERS);
  for (let server = 0; server < SERVERS; server++) {
    const led = await servers.leaderOf() === server;
    silence.take();
    await cluster.server(server).stop();
    await cluster.launch(server);
    for (const stream of [undefined, eventsStream(SHARD)]) await servers.current(stream);
    await crowd.settle(ORDERS);
    const millis = silence.take();
    const which = led ? "the journal's" : "another one";
    noteHealed(`three servers: SIGTERM of ${which}`, millis);
    assert.ok(millis < SILENCE_MILLIS_MAX, `${millis} ms without an answer`);
  }
  await crowd.rest();
  await assertSameJournal(servers);
  const { claims } = await servers.audit(crowd);
  assert.ok(venue.matcher.isAlive, "the matching leader outlives all restarts");
  assert.equal(claims.length, 1, "and leads on without a new claim");
});
