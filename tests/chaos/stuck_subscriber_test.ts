/**
 * One subscriber that stops reading beside two hundred that go on: the broker cuts it off, and nobody
 * else's messages are late.
 *
 * @module
 */
import assert from "node:assert/strict";
import { RawClient } from "../infra/nats/raw_client.ts";
import { Crowd } from "../support/client_crowd.ts";
import { FeedSocket } from "../support/feed_socket.ts";
import { pause, Venue } from "../support/venue.ts";
import { audit } from "../support/venue_audit.ts";
import { chaosRandom } from "./chaos_seed.ts";
import { standstill } from "./standstill.ts";

const CLIENTS = 4;
const HEALTHY = 200;
/** What a healthy one listens to; the place is the number of its subscription. */
const FEEDS = ["md.BTC-USD.trades.bin", "md.BTC-USD.depth.bin", "md.BTC-USD.bbo.bin"];
/** The stuck one listens this often to everything, so that it has megabytes a second to take. */
const STUCK_SUBSCRIPTIONS = 80;
/** Time between two orders of a client. */
const PACE_MILLIS = 20;
/** How long the healthy ones are watched alone, and again when the stuck one is gone. */
const ALONE_MILLIS = 3_000;
const AFTER_MILLIS = 500;
/** How long the broker may take to cut off the stuck one: 3 s to write, and its buffers to fill. */
const CUT_MILLIS_MAX = 10_000;
/** How much later than without the stuck one the latest message may come: a stalled feed is seconds. */
const LATER_MILLIS_MAX = 1_000;
/** Longest time in which no order at all may be answered meanwhile. */
const STANDSTILL_MILLIS_MAX = 2_000;

/** What all healthy subscribers together saw. */
class Watch {
  /** Latest arrival after the time that the message carries, in milliseconds. */
  lateMillis = 0;
  messages = 0;
  readonly faults: string[] = [];
  /** Last sequence of each feed, for each subscriber. */
  readonly last: Float64Array[] = [];

  /** One more subscriber. */
  async add(port: number, credentials: string): Promise<FeedSocket> {
    const last = new Float64Array(FEEDS.length).fill(-1);
    const number = this.last.push(last);
    const socket = await FeedSocket.connect(port, credentials, (feed, bytes, start) => {
      const head = new DataView(bytes.buffer, start, 32);
      const [sequence, previous, micros] = [8, 16, 24].map((at) => u64(head, at));
      if (last[feed] >= 0 && previous !== last[feed]) {
        this.faults.push(`${number}: ${FEEDS[feed]} ${previous} after ${last[feed]}`);
      }
      last[feed] = sequence;
      this.messages++;
      this.lateMillis = Math.max(this.lateMillis, Date.now() - micros / 1_000);
    });
    for (const [sid, feed] of FEEDS.entries()) await socket.subscribe(feed, sid);
    await socket.flush();
    return socket;
  }

  /** The latest arrival since the last call. */
  take(): number {
    const late = this.lateMillis;
    this.lateMillis = 0;
    return late;
  }
}

const u64 = (view: DataView, at: number) =>
  view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;

async function monitor(venue: Venue, path: string) {
  return await (await fetch(`${venue.nats.monitorUrl}/${path}`)).json();
}

/** Lets one stand still until the broker has cut it off; what the broker says of it. */
async function standStill(venue: Venue) {
  const { credentials, ports } = venue.nats;
  const stuck = await RawClient.connect(ports.client, credentials.subscriber);
  const { port } = stuck.socket.localAddr as Deno.NetAddr;
  const lines = Array.from({ length: STUCK_SUBSCRIPTIONS }, (_, sid) => `SUB md.> ${sid + 1}\r\n`);
  await stuck.exchange(lines.join(""));
  const since = performance.now();
  while ((await monitor(venue, "varz")).slow_consumers === 0) {
    assert.ok(performance.now() - since < CUT_MILLIS_MAX, "the broker keeps the stuck subscriber");
    await pause(50);
  }
  const millis = performance.now() - since;
  await pause(AFTER_MILLIS);
  // Its end comes through as well: what was in the kernel's buffers, and then nothing.
  await stuck.rest();
  await stuck.close();
  return { millis, port };
}

Deno.test("one stuck subscriber is cut off, and 200 others get everything, in order and in time", async () => {
  await using venue = await Venue.open({ accounts: CLIENTS });
  await venue.killMatcher();
  await venue.startMatcher({
    EDGEBOOK_PROJECTIONS: "on",
    EDGEBOOK_MARKET_DATA_CREDENTIALS: venue.nats.credentials.marketData,
    EDGEBOOK_HISTORY_CREDENTIALS: venue.nats.credentials.history,
    EDGEBOOK_HISTORY_PATH: `${venue.directory}/history.db`,
  });
  const { credentials, ports } = venue.nats;
  const watch = new Watch();
  const healthy: FeedSocket[] = [];
  for (let count = 0; count < HEALTHY; count++) {
    healthy.push(await watch.add(ports.client, credentials.subscriber));
  }
  const gateway = await venue.openGateway();
  const random = chaosRandom("stuck subscriber");
  const crowd = new Crowd(CLIENTS, random, () => async (command, waitMillis) => {
    await pause(PACE_MILLIS);
    return await gateway.submit(command, waitMillis);
  });
  crowd.start();
  await crowd.settle(50);
  watch.take();
  await pause(ALONE_MILLIS);
  const alone = watch.take();

  const cut = standStill(venue);
  const longest = await standstill(crowd, cut);
  const { millis, port } = await cut;
  const beside = watch.take();
  console.log(
    `cut off after ${millis.toFixed(0)} ms; the latest message ${alone.toFixed(0)} ms alone and ` +
      `${beside.toFixed(0)} ms beside it; no order answered for ${longest.toFixed(0)} ms`,
  );
  assert.equal((await monitor(venue, "varz")).slow_consumers, 1, "it is the only one");
  const open = (await monitor(venue, "connz?limit=1024")).connections;
  assert.ok(!open.some((one: { port: number }) => one.port === port), "its connection is gone");
  const closed = (await monitor(venue, "connz?state=closed&limit=1024")).connections;
  const { reason } = closed.find((one: { port: number }) => one.port === port);
  assert.equal(reason, "Slow Consumer (Write Deadline)");

  assert.ok(beside < alone + LATER_MILLIS_MAX, `the latest came ${beside} ms late, else ${alone}`);
  assert.ok(longest < STANDSTILL_MILLIS_MAX, `orders stood still for ${longest} ms`);
  await crowd.rest();
  await pause(AFTER_MILLIS);
  await Promise.all(healthy.map((one) => one.flush()));
  assert.deepEqual(watch.faults.slice(0, 3), [], `${watch.faults.length} out of order or missing`);
  assert.deepEqual(healthy.flatMap(({ errors }) => errors), []);
  for (const last of watch.last) assert.deepEqual(last, watch.last[0], "all are at one end");
  assert.ok(watch.messages > 100 * HEALTHY, `only ${watch.messages} messages`);
  await audit(venue, crowd.clients);
  await Promise.all(healthy.map((one) => one.close()));
});
