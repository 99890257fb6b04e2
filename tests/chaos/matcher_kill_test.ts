import assert from "node:assert/strict";
import { audit } from "../support/venue_audit.ts";
import { Crowd } from "../support/client_crowd.ts";
import { pause, Venue } from "../support/venue.ts";
import { chaosRandom } from "./chaos_seed.ts";
import { untilHealed } from "./heal_time.ts";

const CLIENTS = 16;
const KILLS = 3;
/** Orders between two kills. */
const ORDERS = 400;
/** Longer than the duplicate window of the streams, which is 100 ms. */
const QUIET_MILLIS = 250;

Deno.test("kill -9 of the matcher under load loses nothing and doubles nothing", async () => {
  const random = chaosRandom("matcher under load");
  await using venue = await Venue.open({ accounts: CLIENTS });
  const gateways = [await venue.openGateway(), await venue.openGateway()];
  const crowd = Crowd.through(gateways, CLIENTS, random);
  crowd.start();
  for (let kill = 1; kill <= KILLS; kill++) {
    await crowd.settle(ORDERS);
    await pause(random() * 20);
    const since = performance.now();
    await venue.killMatcher();
    await pause(QUIET_MILLIS);
    await venue.startMatcher();
    await untilHealed("kill -9 of the matcher, started again", crowd, since);
  }
  await crowd.settle(ORDERS);
  await crowd.rest();
  const { claims } = await audit(venue, crowd.clients);
  assert.equal(claims.length, 1 + KILLS);
});
