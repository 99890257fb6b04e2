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

Deno.test("kill -9 of nats-server under load loses nothing, and the leader stays", async () => {
  const random = chaosRandom("broker under load");
  await using venue = await Venue.open({ accounts: CLIENTS });
  const gateways = [await venue.openGateway(), await venue.openGateway()];
  const crowd = Crowd.through(gateways, CLIENTS, random);
  crowd.start();
  for (let kill = 1; kill <= KILLS; kill++) {
    await crowd.settle(ORDERS);
    await pause(random() * 20);
    const since = performance.now();
    await venue.killNats();
    if (kill > 1) await pause(QUIET_MILLIS);
    await venue.startNats();
    await untilHealed("kill -9 of the broker, started again", crowd, since);
  }
  await crowd.settle(ORDERS);
  await crowd.rest();
  const { claims } = await audit(venue, crowd.clients);
  assert.ok(venue.matcher.isAlive, "the leader outlives its broker");
  assert.equal(claims.length, 1, "and leads on without a new claim");
});

Deno.test("kill -9 of nats-server and the matcher at once, and of the matcher while it replays", async () => {
  const random = chaosRandom("broker and matcher");
  await using venue = await Venue.open({ accounts: CLIENTS });
  const gateway = await venue.openGateway();
  const crowd = Crowd.through([gateway], CLIENTS, random);
  crowd.start();
  await crowd.settle(ORDERS);
  const since = performance.now();
  await Promise.all([venue.killNats(), venue.killMatcher()]);
  await pause(QUIET_MILLIS);
  await venue.startNats();
  const early = venue.launchMatcher();
  await pause(100 + random() * 400);
  await early.kill();
  await venue.startMatcher();
  await untilHealed("kill -9 of broker and matcher, and of the matcher again", crowd, since);
  await crowd.settle(ORDERS);
  await crowd.rest();
  await audit(venue, crowd.clients);
});
