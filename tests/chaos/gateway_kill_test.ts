import assert from "node:assert/strict";
import { Crowd } from "../support/client_crowd.ts";
import { audit } from "../support/venue_audit.ts";
import { pause, Venue } from "../support/venue.ts";
import { ReplaceableGateway } from "./replaceable_gateway.ts";
import { chaosRandom } from "./chaos_seed.ts";
import { untilHealed } from "./heal_time.ts";

const CLIENTS = 16;
const KILLS = 3;
const ORDERS = 300;
/** Longer than the duplicate window of the streams, which is 100 ms. */
const QUIET_MILLIS = 250;

Deno.test("kill -9 of the gateway under load loses nothing and doubles nothing", async () => {
  const random = chaosRandom("gateway under load");
  await using venue = await Venue.open({ accounts: CLIENTS });
  const gateways = [new ReplaceableGateway(venue), new ReplaceableGateway(venue)];
  await Promise.all(gateways.map((gateway) => gateway.start()));
  const crowd = new Crowd(CLIENTS, random, (account) => gateways[account % 2].submit);
  crowd.start();
  for (let kill = 1; kill <= KILLS; kill++) {
    await crowd.settle(ORDERS);
    await pause(random() * 20);
    const since = performance.now();
    await gateways[kill % 2].kill();
    await pause(QUIET_MILLIS);
    await gateways[kill % 2].start();
    await untilHealed("kill -9 of a gateway, started again", crowd, since);
  }
  await crowd.settle(ORDERS);
  await crowd.rest();
  await audit(venue, crowd.clients);
  const repeated = crowd.clients.flatMap((client) => client.outcomes)
    .filter((outcome) => outcome.attempts > 1);
  assert.ok(repeated.length > 0, "some orders were on their way when their gateway died");
});
