import assert from "node:assert/strict";
import { eventsStream } from "../../core/protocol/subjects.ts";
import { queryLeader } from "../../infra/administration/leader_query.ts";
import { assertSameJournal } from "../support/journal_copies.ts";
import { RouteProxies } from "../support/route_proxies.ts";
import { startLoad, ThreeServers } from "../support/three_servers.ts";
import { pause, SHARD } from "../support/venue.ts";
import { chaosRandom } from "./chaos_seed.ts";
import { noteHealed } from "./heal_time.ts";

const CLIENTS = 8;
const ORDERS = 200;
/** Exit code of a matching process that was deposed: start it again, as a standby. */
const EXIT_AGAIN = 3;
/** How long a follower is cut off. */
const CUT_MILLIS = 3_000;
/** Answers that were on their way when the roads were cut have arrived after this. */
const ARRIVED_MILLIS = 300;
/** How long nobody may be answered while a follower is cut off: nothing waits for it. */
const SILENCE_MILLIS_MAX = 3_000;
const QUERY_MILLIS_MAX = 2_000;

/**
 * On nats-server 2.9.10 the cut-off server keeps, at the place of what the others wrote meanwhile, the
 * append that it never acknowledged, and says that it is current. So it is rebuilt from the others.
 */
Deno.test("a cut-off follower is not missed, and a cut-off stream leader answers nobody", async () => {
  const random = chaosRandom("partition");
  await using proxies = new RouteProxies();
  await using servers = await ThreeServers.open({ accounts: CLIENTS, route: proxies.route });
  const { venue } = servers;
  await servers.makeLeader(0);
  // Who loses the leader of the events stream goes on for 512 messages only.
  await servers.makeLeader(0, eventsStream(SHARD));
  // The matching leader and one gateway are on the stream leader's side, all others on the other.
  await venue.killMatcher();
  const leader = await venue.startMatcher({ EDGEBOOK_NATS_URL: servers.urlOf(0) });
  const cutOff = await venue.openGateway(servers.urlOf(0));
  const gateway = await venue.openGateway(servers.urlOf(1));
  const near = await venue.connectAs("admin", servers.urlOf(0));
  const { crowd, silence } = startLoad(CLIENTS, random, [cutOff, gateway]);
  await crowd.settle(ORDERS);

  silence.take();
  proxies.isolate(2);
  await pause(CUT_MILLIS);
  await crowd.settle(ORDERS);
  proxies.heal();
  const millis = silence.take();
  noteHealed("three servers: another one is cut off", millis);
  assert.ok(millis < SILENCE_MILLIS_MAX, `${millis} ms without an answer`);
  await servers.current();
  await servers.makeLeader(0);

  const standby = venue.launchMatcher({ EDGEBOOK_NATS_URL: servers.urlOf(1) });
  while (!standby.log.some((line) => line.includes("standing by for"))) await crowd.settle(1);
  await crowd.settle(ORDERS);
  silence.take();
  proxies.isolate(0);
  await pause(ARRIVED_MILLIS);
  const { answered } = cutOff.status;
  await standby.ready();
  await crowd.settle(ORDERS / 4);
  noteHealed("three servers: the journal's is cut off", silence.take());
  assert.equal(cutOff.status.answered, answered, "nobody is answered on the side of the one");
  await assert.rejects(
    queryLeader(near, SHARD, { kind: "state" }, QUERY_MILLIS_MAX),
    Error,
    "a leader that may have been deposed does not answer from its state",
  );
  assert.ok(leader.isAlive, "it waits to hear what became of it");
  proxies.heal();
  assert.equal((await leader.ended).code, EXIT_AGAIN, leader.log.join("\n"));
  await crowd.settle(ORDERS);
  await crowd.rest();
  assert.ok(cutOff.status.answered > answered, "and goes on once the roads are there again");
  await servers.rebuild(0);
  await assertSameJournal(servers);
  const { claims } = await servers.audit(crowd);
  assert.equal(claims.length, 3);
});
