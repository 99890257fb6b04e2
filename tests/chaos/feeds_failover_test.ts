import assert from "node:assert/strict";
import type { HistoryAnswer } from "../../workers/history/answer_query.ts";
import type { SnapshotAnswer } from "../../core/protocol/queries.ts";
import { historySubject, snapshotSubject } from "../../core/protocol/subjects.ts";
import { Crowd } from "../support/client_crowd.ts";
import { pause, SHARD, Venue } from "../support/venue.ts";
import { audit } from "../support/venue_audit.ts";
import type { VenueProcess } from "../support/venue_process.ts";
import { chaosRandom } from "./chaos_seed.ts";
import { FeedListeners } from "./feed_listeners.ts";
import { noteHealed } from "./heal_time.ts";

const CLIENTS = 8;
const KILLS = 3;
const ORDERS = 300;
const LISTENED_ACCOUNT = 1;
const SETTLE_MILLIS_MAX = 10_000;

/** Environment of a matching process with market data and a history of its own. */
function withProjections(venue: Venue, number: number): Record<string, string> {
  const { credentials } = venue.nats;
  return {
    EDGEBOOK_PROJECTIONS: "on",
    EDGEBOOK_MARKET_DATA_CREDENTIALS: credentials.marketData,
    EDGEBOOK_HISTORY_CREDENTIALS: credentials.history,
    EDGEBOOK_HISTORY_PATH: `${venue.directory}/history-${number}.db`,
  };
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const untilMillis = performance.now() + SETTLE_MILLIS_MAX;
  while (!await holds()) {
    assert.ok(performance.now() < untilMillis, what);
    await pause(5);
  }
}

/** Kills the leader and waits until both feeds and history go on with news. */
async function failOver(venue: Venue, leader: VenueProcess, listeners: FeedListeners) {
  const admin = await venue.admin();
  const since = performance.now();
  await leader.kill();
  const { messages } = listeners.fresh;
  await until("the depth goes on", () => listeners.fresh.messages > messages + 20);
  noteHealed("kill -9 of the leader: public feeds go on", performance.now() - since);
  const query = JSON.stringify({ kind: "order", account: 1, orderId: 1, minSequence: 0 });
  await until("history answers", async () => {
    const answer = await admin.request(historySubject(SHARD), query, { timeout: 500 })
      .then((message) => message.json<HistoryAnswer>(), () => null);
    return answer !== null && !("error" in answer);
  });
  noteHealed("kill -9 of the leader: history answers", performance.now() - since);
}

Deno.test("feeds and private reports go on behind a failover without a gap", async () => {
  const random = chaosRandom("feeds through failovers");
  await using venue = await Venue.open({ accounts: CLIENTS });
  await venue.killMatcher();
  let leader = await venue.startMatcher(withProjections(venue, 0));
  await using listeners = await FeedListeners.open(venue, LISTENED_ACCOUNT);
  const gateway = await venue.openGateway();
  const crowd = Crowd.through([gateway], CLIENTS, random);
  crowd.start();
  for (let kill = 1; kill <= KILLS; kill++) {
    const standby = venue.launchMatcher(withProjections(venue, kill));
    await until("a standby", () => standby.log.some((line) => line.includes("standing by for")));
    await crowd.settle(ORDERS);
    await pause(random() * 50);
    await failOver(venue, leader, listeners);
    leader = standby;
    await crowd.settle(ORDERS);
  }
  await crowd.rest();
  const { state } = await audit(venue, crowd.clients);
  await checkFeeds(venue, listeners, state.events.sequence);
});

/** Nobody had to act on anything, and everybody has come to where the market is. */
async function checkFeeds(venue: Venue, listeners: FeedListeners, lastEvent: number) {
  const admin = await venue.connectAs("subscriber");
  const query = JSON.stringify({ levels: 1_000, trades: 1_000, minSequence: lastEvent });
  const message = await admin.request(snapshotSubject("BTC-USD"), query, { timeout: 5_000 });
  const snapshot = message.json<SnapshotAnswer>();
  const { book, reports, trades } = listeners;
  await until("the book is that of the snapshot", () => book.sequence >= snapshot.sequence - 1);
  await pause(200);
  assert.deepEqual([book.gapCount, book.isLive], [0, true], "no gap in the depth");
  assert.deepEqual([book.bids, book.asks], [snapshot.bids, snapshot.asks]);
  assert.deepEqual([trades.gaps, trades.failures], [0, []], "no gap in the trades");
  const newest = snapshot.trades.map(({ tradeId }) => tradeId);
  assert.deepEqual(newest.filter((id) => !trades.trades.has(id)), [], "every trade was seen");
  assert.ok(reports.last > 100, `${reports.last} reports`);
  assert.equal(reports.gaps, 0, "no gap in the private reports");
}
