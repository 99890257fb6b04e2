import assert from "node:assert/strict";
import {
  BookReplica,
  KEPT_MESSAGES_MAX,
  REPLICA_LEVELS_MAX,
} from "../../../core/market_data/book_replica.ts";
import { compareDecimals } from "../../../core/market_data/replica_side.ts";
import type { DepthMessage, Level } from "../../../core/market_data/feed_messages.ts";
import { EventReader } from "../../../core/market_data/event_reader.ts";
import { MarketFeeds } from "../../../core/market_data/market_feeds.ts";
import { snapshot } from "../../../core/market_data/snapshot.ts";
import { newSeed, randomCommands, seededRandom } from "./random_orders.ts";
import { applyMessages, TestMarket } from "./test_market.ts";
import { BTC_USD } from "../../support/btc_usd.ts";
import type { SnapshotAnswer } from "../../../core/protocol/queries.ts";

const LEVELS_ASKED = 4;
const LEVELS_LEAST = 2;

function delta(
  prevSequence: number,
  sequence: number,
  bids: readonly Level[] = [],
  asks: readonly Level[] = [],
): DepthMessage {
  return { symbol: "BTC-USD", prevSequence, sequence, timeMicros: 1, bids, asks, checksum: 0 };
}

function answer(
  sequence: number,
  bids: readonly Level[] = [],
  asks: readonly Level[] = [],
): SnapshotAnswer {
  return {
    symbol: "BTC-USD",
    sequence,
    eventSequence: sequence * 2,
    status: "trading",
    bids,
    asks,
    trades: [],
    ticker: {
      lastPrice: null,
      open24h: null,
      high24h: null,
      low24h: null,
      volume24h: "0",
      trades24h: 0,
    },
    definition: BTC_USD,
  };
}

const newReplica = () => new BookReplica(LEVELS_ASKED, LEVELS_LEAST, false);

Deno.test("book replica: a snapshot, then deltas", () => {
  const replica = newReplica();
  assert.ok(replica.needsSnapshot && !replica.isLive);
  assert.equal(replica.snapshot(answer(5, [["10.00", "1"]], [["11.00", "2"]])), "applied");
  assert.ok(replica.isLive && !replica.needsSnapshot);
  assert.equal(replica.depth(delta(5, 7, [["9.50", "3"], ["10.50", "4"]])), "applied");
  assert.equal(replica.depth(delta(7, 8, [["10.00", "0"]], [["11.00", "5"]])), "applied");
  assert.deepEqual(replica.bids, [["10.50", "4"], ["9.50", "3"]]);
  assert.deepEqual(replica.asks, [["11.00", "5"]]);
  assert.equal(replica.sequence, 8);
});

Deno.test("book replica: deltas before the snapshot are kept and applied behind it", () => {
  const replica = newReplica();
  assert.equal(replica.depth(delta(3, 5, [["10.00", "9"]])), "kept");
  assert.equal(replica.depth(delta(5, 7, [["10.00", "2"]])), "kept");
  assert.equal(replica.depth(delta(7, 9, [], [["12.00", "1"]])), "kept");
  assert.equal(replica.snapshot(answer(6, [["10.00", "8"]])), "applied");
  assert.deepEqual(replica.bids, [["10.00", "2"]]);
  assert.deepEqual(replica.asks, [["12.00", "1"]]);
  assert.equal(replica.sequence, 9);
});

Deno.test("book replica: a repeat is ignored", () => {
  const replica = newReplica();
  replica.snapshot(answer(5));
  replica.depth(delta(5, 7, [["10.00", "2"]]));
  assert.equal(replica.depth(delta(5, 7, [["10.00", "9"]])), "repeated");
  assert.equal(replica.depth(delta(3, 5, [["10.00", "9"]])), "repeated");
  assert.deepEqual(replica.bids, [["10.00", "2"]]);
});

Deno.test("book replica: a delta that reaches back behind the copy is applied", () => {
  // A snapshot lies between two messages of the depth feed wherever trades or halts came last.
  const replica = newReplica();
  replica.snapshot(answer(6));
  assert.equal(replica.depth(delta(4, 8, [["10.00", "2"]])), "applied");
});

Deno.test("book replica: a gap asks for a snapshot and what came since is not lost", () => {
  const replica = newReplica();
  replica.snapshot(answer(5, [["10.00", "1"]]));
  assert.equal(replica.depth(delta(6, 7, [["10.00", "2"]])), "gap");
  assert.ok(replica.needsSnapshot && !replica.isLive);
  assert.deepEqual(replica.bids, [["10.00", "1"]], "the old book is shown until the repair");
  assert.equal(replica.depth(delta(7, 8, [["9.00", "3"]])), "kept");
  assert.equal(replica.snapshot(answer(6, [["10.00", "5"]])), "applied");
  assert.deepEqual(replica.bids, [["10.00", "2"], ["9.00", "3"]]);
  assert.equal(replica.gapCount, 1);
});

Deno.test("book replica: a snapshot from before the kept deltas is not enough", () => {
  const replica = newReplica();
  replica.depth(delta(7, 8, [["10.00", "2"]]));
  replica.depth(delta(8, 9, [["9.00", "3"]]));
  assert.equal(replica.snapshot(answer(6, [["10.00", "5"]])), "gap");
  assert.ok(replica.needsSnapshot);
  assert.equal(replica.snapshot(answer(7)), "applied");
  assert.deepEqual(replica.bids, [["10.00", "2"], ["9.00", "3"]]);
});

Deno.test("book replica: a late snapshot does not turn the copy back", () => {
  const replica = newReplica();
  replica.snapshot(answer(5));
  replica.depth(delta(5, 9, [["10.00", "2"]]));
  assert.equal(replica.snapshot(answer(7)), "repeated");
  assert.deepEqual(replica.bids, [["10.00", "2"]]);
  assert.equal(replica.sequence, 9);
});

Deno.test("book replica: after a lost connection nothing counts before the next snapshot", () => {
  const replica = newReplica();
  replica.snapshot(answer(5));
  replica.invalidate();
  assert.ok(replica.needsSnapshot);
  assert.equal(replica.depth(delta(5, 6, [["10.00", "2"]])), "kept");
  replica.snapshot(answer(5));
  assert.deepEqual(replica.bids, [["10.00", "2"]]);
});

Deno.test("book replica: keeps a bounded number of deltas, the newest", () => {
  const replica = newReplica();
  const count = KEPT_MESSAGES_MAX + 10;
  for (let sequence = 1; sequence <= count; sequence++) {
    replica.depth(delta(sequence - 1, sequence));
  }
  assert.equal(replica.snapshot(answer(5)), "gap", "those from 6 to 10 are gone");
  assert.equal(replica.snapshot(answer(10)), "applied");
  assert.equal(replica.sequence, count);
});

Deno.test("book replica: levels beyond a full snapshot's last one are not known", () => {
  const replica = newReplica();
  const bids: Level[] = [["10.00", "1"], ["9.00", "1"], ["8.00", "1"], ["7.00", "1"]];
  replica.snapshot(answer(5, bids, [["11.00", "1"]]));
  replica.depth(delta(5, 6, [["6.00", "9"], ["7.50", "2"]], [["99.00", "9"]]));
  assert.deepEqual(replica.bids.map(([price]) => price), ["10.00", "9.00", "8.00", "7.50", "7.00"]);
  assert.deepEqual(replica.asks.map(([price]) => price), ["11.00", "99.00"]);
});

Deno.test("book replica: asks for more levels before it runs out of known ones", () => {
  const replica = newReplica();
  const bids: Level[] = [["10.00", "1"], ["9.00", "1"], ["8.00", "1"], ["7.00", "1"]];
  replica.snapshot(answer(5, bids));
  replica.depth(delta(5, 7, [["10.00", "0"], ["9.00", "0"]]));
  assert.ok(!replica.needsSnapshot);
  replica.depth(delta(7, 8, [["8.00", "0"]]));
  assert.ok(replica.needsSnapshot && replica.isLive, "it goes on with what it has");
  assert.equal(replica.depth(delta(8, 9, [["7.50", "3"]])), "applied");
  replica.snapshot(answer(9, [["7.50", "3"], ["7.00", "1"], ["6.00", "1"], ["5.00", "1"]]));
  assert.ok(!replica.needsSnapshot);
});

Deno.test("book replica: grows to a bound, then starts again from a snapshot", () => {
  const replica = newReplica();
  replica.snapshot(answer(5));
  const many: Level[] = Array.from({ length: REPLICA_LEVELS_MAX + 1 }, (_, index) => [
    `${100_000 + index}.00`,
    "1",
  ]);
  replica.depth(delta(5, 6, many));
  assert.ok(replica.needsSnapshot);
});

Deno.test("book replica: decimal strings of one scale are compared as numbers", () => {
  const sorted = ["0.50", "9.99", "10.00", "10.01", "100.00"];
  assert.deepEqual([...sorted].reverse().sort(compareDecimals), sorted);
  assert.equal(compareDecimals("1.00", "1.00"), 0);
});

Deno.test("book replica: a message that the copy does not fit is found by its checksum, and repaired", () => {
  const seed = newSeed();
  const random = seededRandom(seed);
  const market = new TestMarket();
  const feeds = new MarketFeeds();
  const reader = new EventReader();
  const opening = market.open();
  for (const reference of market.references) feeds.learn(reference);
  applyMessages(feeds, reader, opening);
  const instrument = feeds.find("BTC-USD");
  assert.ok(instrument !== undefined);
  const query = { levels: 30, trades: 0, minSequence: 0 };
  const replica = new BookReplica(query.levels, 1);
  const outcomes = new Map<string, number>();
  const count = (outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  const ask = () => count(replica.snapshot(snapshot(instrument, query, 1, 1)));
  ask();
  for (let append = 0; append < 400; append++) {
    const sent = applyMessages(feeds, reader, market.append(randomCommands(random, 6)));
    for (const { feed, message, symbol } of sent) {
      if (feed !== "depth" || symbol !== "BTC-USD") continue;
      const depth = message as DepthMessage;
      // A level that nobody has sent, and one that was lost out of a message.
      const bids = random() < 0.05 ? [...depth.bids, ["77.00", "0.0001"] as const] : depth.bids;
      count(replica.depth({ ...depth, bids: random() < 0.05 ? bids.slice(1) : bids }));
      if (replica.needsSnapshot) ask();
      assert.equal(replica.sequence, depth.sequence, `seed ${seed}`);
    }
    const { asks, bids } = snapshot(instrument, { ...query, levels: 10 }, 1, 1);
    assert.deepEqual(replica.bids.slice(0, 10), bids, `seed ${seed}`);
    assert.deepEqual(replica.asks.slice(0, 10), asks, `seed ${seed}`);
  }
  assert.ok((outcomes.get("mismatch") ?? 0) > 5, `${[...outcomes]}`);
  assert.equal(replica.mismatchCount, outcomes.get("mismatch"));
});
