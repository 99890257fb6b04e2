import assert from "node:assert/strict";
import { RawClient } from "../infra/nats/raw_client.ts";
import { Crowd } from "../support/client_crowd.ts";
import { Venue } from "../support/venue.ts";
import { audit } from "../support/venue_audit.ts";
import { chaosRandom } from "./chaos_seed.ts";
import { noteHealed } from "./heal_time.ts";
import { standstill } from "./standstill.ts";

const CLIENTS = 8;
const FEED = "md.BTC-USD.trades.bin";
/** More than the kernel takes for a subscriber that does not read, so that the server waits for it. */
const MESSAGES = 100;
const MESSAGE_BYTES = 1_000_000;
/** Longest time in which no order at all may be answered meanwhile. */
const STANDSTILL_MILLIS_MAX = 2_000;

Deno.test("a subscriber that never reads is cut off, and nobody else notices", async () => {
  await using venue = await Venue.open({ accounts: CLIENTS });
  const gateway = await venue.openGateway();
  const crowd = Crowd.through([gateway], CLIENTS, chaosRandom("slow consumer"));
  const { credentials, monitorUrl, ports } = venue.nats;
  const slow = await RawClient.connect(ports.client, credentials.subscriber);
  await slow.exchange(`SUB ${FEED} 1\r\n`);
  const reader = await venue.connectAs("subscriber");
  let received = 0;
  reader.subscribe(FEED, { callback: () => received++ });
  await reader.flush();
  const feed = await venue.connectAs("marketData");
  crowd.start();
  await crowd.settle(100);
  const message = new Uint8Array(MESSAGE_BYTES);
  const flood = (async () => {
    for (let count = 0; count < MESSAGES; count++) {
      feed.publish(FEED, message);
      await feed.flush();
    }
  })();
  const longest = await standstill(crowd, flood);
  // Comes back only once the server has ended the connection.
  await slow.rest();
  const varz = await (await fetch(`${monitorUrl}/varz`)).json();
  assert.equal(varz.slow_consumers, 1, "it is the only one that is cut off");
  await reader.flush();
  assert.equal(received, MESSAGES, "whoever reads gets everything");
  assert.ok(longest < STANDSTILL_MILLIS_MAX, `orders stood still for ${longest} ms`);
  noteHealed("a subscriber that never reads (longest standstill)", longest);
  await crowd.settle(100);
  await crowd.rest();
  await audit(venue, crowd.clients);
  await slow.close();
});
