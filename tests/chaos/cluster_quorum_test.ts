import assert from "node:assert/strict";
import { queryLeader } from "../../infra/administration/leader_query.ts";
import { OrderPathDownError } from "../../infra/orders/commands.ts";
import { SILENCE_MICROS_MAX } from "../../infra/orders/order_gateway.ts";
import { commandOf } from "../support/client.ts";
import { assertSameJournal } from "../support/journal_copies.ts";
import { SERVERS, startLoad, ThreeServers } from "../support/three_servers.ts";
import { pause, SHARD } from "../support/venue.ts";
import { chaosRandom } from "./chaos_seed.ts";
import { noteHealed } from "./heal_time.ts";

const CLIENTS = 8;
const ORDERS = 200;
/** How long only one server is there. */
const DOWN_MILLIS = SILENCE_MICROS_MAX / 1_000 + 2_000;
/** Answers that were on their way have arrived after this. */
const ARRIVED_MILLIS = 500;
const QUERY_MILLIS_MAX = 2_000;
/** How long a refusal may take. */
const REFUSAL_MILLIS_MAX = 200;

Deno.test("with two of three servers gone nobody is answered, and all goes on when they return", async () => {
  const random = chaosRandom("quorum");
  await using servers = await ThreeServers.open({ accounts: CLIENTS });
  const { cluster, venue } = servers;
  const gateway = await venue.openGateway();
  const standby = venue.launchMatcher();
  const { crowd } = startLoad(CLIENTS, random, [gateway]);
  while (!standby.log.some((line) => line.includes("standing by for"))) await crowd.settle(1);
  await crowd.settle(ORDERS);
  const admin = await venue.admin();
  const gone = [0, 1, 2].sort(() => random() - 0.5).slice(0, SERVERS - 1);
  await Promise.all(gone.map((server) => servers.kill(server)));
  await pause(ARRIVED_MILLIS);
  const { answered } = gateway.status;
  await pause(DOWN_MILLIS);
  assert.equal(gateway.status.answered, answered, "one server alone acknowledges nothing");
  const began = performance.now();
  const [client] = crowd.clients;
  await assert.rejects(gateway.submit(commandOf(1, client.draw()), 10_000), OrderPathDownError);
  assert.ok(performance.now() - began < REFUSAL_MILLIS_MAX, "new orders are refused at once");
  await assert.rejects(
    queryLeader(admin, SHARD, { kind: "state" }, QUERY_MILLIS_MAX),
    Error,
    "nobody says what may not be so any more",
  );
  const returned = performance.now();
  await Promise.all(gone.map((server) => cluster.launch(server)));
  await crowd.settle(1);
  noteHealed("three servers: two were gone, and start again", performance.now() - returned);
  await crowd.settle(ORDERS);
  await crowd.rest();
  await servers.current();
  await assertSameJournal(servers);
  await servers.audit(crowd);
});
