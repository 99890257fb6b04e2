import assert from "node:assert/strict";
import type { Outcome } from "../support/client.ts";
import { Crowd } from "../support/client_crowd.ts";
import { SERVERS, ThreeServers } from "../support/three_servers.ts";
import { pause } from "../support/venue.ts";
import { chaosRandom } from "./chaos_seed.ts";

/** Longer than the duplicate window of the streams, which is 100 ms. */
const QUIET_MILLIS = 250;
const ORDERS = 3;

/**
 * What lost acknowledged messages where appends were fenced by the id of the last message: a follower
 * that was restarted in a quiet time had forgotten it, refused every later append in silence, was
 * reported current, and then led.
 */
Deno.test("followers that were restarted in quiet times lead, and have all that was answered", async () => {
  await using servers = await ThreeServers.open({ accounts: 1 });
  const { cluster, venue } = servers;
  const gateway = await venue.openGateway();
  const crowd = Crowd.through([gateway], 1, chaosRandom("quiet restarts"));
  const [client] = crowd.clients;
  const first = await servers.leaderOf();
  const followers = Array.from({ length: SERVERS }, (_, at) => at).filter((at) => at !== first);
  const placed: Outcome[] = [];
  const place = async () => {
    for (let order = 0; order < ORDERS; order++) placed.push(await client.place(client.draw()));
    await pause(QUIET_MILLIS);
  };

  await place();
  for (const [kill, follower] of followers.entries()) {
    await servers.kill(follower);
    // One is away while orders are placed, the other in between.
    if (kill === 1) await place();
    await cluster.launch(follower);
    await pause(QUIET_MILLIS);
    await place();
    await servers.current();
  }
  for (const follower of followers) {
    await servers.makeLeader(follower);
    const { state } = await servers.info();
    const before = await servers.audit(crowd);
    assert.equal(state.last_seq, before.appends, `${cluster.nameOf(follower)} has every append`);
    for (const { order, report } of placed) {
      const again = await client.place(order);
      client.outcomes.pop();
      assert.ok(again.report.isDuplicate, `order ${order.clientOrderId} is known`);
      assert.equal(again.report.orderId, report.orderId);
    }
    await place();
  }
  const { claims } = await servers.audit(crowd);
  assert.equal(claims.length, 1);
});
