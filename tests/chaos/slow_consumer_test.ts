import assert from "node:assert/strict";
import { RawClient } from "../infra/nats/raw_client.ts";
import { Crowd } from "../support/client_crowd.ts";
import { pause, Venue } from "../support/venue.ts";
import { audit } from "../support/venue_audit.ts";
import { chaosRandom } from "./chaos_seed.ts";
import { noteHealed } from "./heal_time.ts";

const CLIENTS = 8;
const FEED = "md.BTC-USD.trades";
/** More than the server keeps for a subscriber that does not read, and the kernel beside it. */
const MESSAGES = 100;
const MESSAGE_BYTES = 1_000_000;
/** Longest time in which no order at all may be answered meanwhile. */
const STANDSTILL_MILLIS_MAX = 2_000;

/** The longest time between two answers of the crowd while `during` runs. */
async function standstill(crowd: Crowd, during: Promise<unknown>): Promise<number> {
  let isOver = false;
  void during.finally(() => isOver = true);
  let [settled, since, longest] = [crowd.settledCount, performance.now(), 0];
  while (!isOver) {
    await pause(2);
    if (crowd.settledCount !== settled) {
      settled = crowd.settledCount;
      since = performance.now();
    }
    longest = Math.max(longest, performance.now() - since);
  }
  return longest;
}

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
