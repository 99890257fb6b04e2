import assert from "node:assert/strict";
import { BookReplica } from "../../../core/market_data/book_replica.ts";
import { EventReader } from "../../../core/market_data/event_reader.ts";
import type { DepthMessage, FeedMessage } from "../../../core/market_data/feed_messages.ts";
import { EventsError, MarketFeeds } from "../../../core/market_data/market_feeds.ts";
import { parseSnapshotQuery, snapshot } from "../../../core/market_data/snapshot.ts";
import { buy, by, cancel, on, sell } from "../../support/commands.ts";
import { newSeed, randomCommands, seededRandom } from "./random_orders.ts";
import { applyMessages, type SentMessage, sinkTo, TestMarket } from "./test_market.ts";

/** Feeds that know the market's instruments and have seen nothing yet. */
function newFeeds(market: TestMarket): MarketFeeds {
  const feeds = new MarketFeeds();
  for (const reference of market.references) feeds.learn(reference);
  return feeds;
}

/** A random market as the messages of its stream. */
function randomStream(seed: number): { market: TestMarket; stream: Uint8Array[] } {
  const random = seededRandom(seed);
  const market = new TestMarket();
  const stream = market.open();
  for (let append = 0; append < 60; append++) {
    const eventsMax = random() < 0.3 ? 1 + Math.floor(random() * 10) : undefined;
    stream.push(...market.append(randomCommands(random, 1 + Math.floor(random() * 12)), eventsMax));
  }
  return { market, stream };
}

/** The books of the feeds as snapshots, which hold all that a subscriber can see. */
function visible(feeds: MarketFeeds): string {
  const query = parseSnapshotQuery("");
  assert.ok(typeof query !== "string");
  return JSON.stringify(
    [...feeds.instruments].map((feed) => snapshot(feed, query, feeds.lastEvent, 0)),
  );
}

Deno.test("market feeds: the same stream gives the same messages, silently read or not", () => {
  const seed = newSeed();
  const { market, stream } = randomStream(seed);
  const reader = new EventReader();
  const first = newFeeds(market);
  const all = stream.map((message) => applyMessages(first, reader, [message]));
  for (const silent of [0, 10, Math.floor(stream.length / 2), stream.length - 1]) {
    const again = newFeeds(market);
    for (const message of stream.slice(0, silent)) {
      reader.load(message);
      again.apply(reader, null, false);
    }
    const rest = applyMessages(again, reader, stream.slice(silent));
    assert.deepEqual(rest, all.slice(silent).flat(), `seed ${seed}, silent for ${silent}`);
    assert.equal(visible(again), visible(first), `seed ${seed}, silent for ${silent}`);
  }
});

Deno.test("market feeds: every feed is a chain without a gap", () => {
  const seed = newSeed();
  const { market, stream } = randomStream(seed);
  const last = new Map<string, number>();
  for (
    const { symbol, feed, message } of applyMessages(newFeeds(market), new EventReader(), stream)
  ) {
    const name = `${symbol} ${feed}`;
    assert.equal(message.prevSequence, last.get(name) ?? 0, `seed ${seed}, ${name}`);
    assert.ok(message.sequence > message.prevSequence, `seed ${seed}, ${name}`);
    last.set(name, message.sequence);
  }
  assert.equal(last.size, 12, `seed ${seed}: not every feed of both instruments had a message`);
});

Deno.test("market feeds: repeated messages change nothing, overlapping ones only what is new", () => {
  const market = new TestMarket();
  const reader = new EventReader();
  const opening = market.open();
  const feeds = newFeeds(market);
  applyMessages(feeds, reader, opening);
  const commands = [sell(1, 50), sell(2, 51), buy(3, 51, by(2))];
  const whole = market.append(commands);
  assert.equal(whole.length, 1);
  const expected = newFeeds(market);
  applyMessages(expected, reader, [...opening, ...whole]);

  const other = new TestMarket();
  other.open();
  const chunks = other.append(commands, 2);
  applyMessages(feeds, reader, chunks.slice(0, 1));
  const before = visible(feeds);
  assert.deepEqual(applyMessages(feeds, reader, [...opening, ...chunks.slice(0, 1)]), []);
  assert.equal(visible(feeds), before);
  // A new leader publishes the append as one message, of which two events are known.
  applyMessages(feeds, reader, whole);
  assert.equal(visible(feeds), visible(expected));
  assert.equal(reader.load(whole[0] ?? new Uint8Array()), 0);
  assert.equal(feeds.apply(reader, null, false), "repeated");
});

Deno.test("market feeds: a frame behind a gap waits until the gap is filled", () => {
  const market = new TestMarket();
  const reader = new EventReader();
  const opening = market.open();
  const feeds = newFeeds(market);
  applyMessages(feeds, reader, opening);
  const missing = market.append([buy(1, 50)]);
  const later = market.append([buy(1, 51)]);
  const [message] = later;
  assert.ok(message);
  reader.load(message);
  const { lastEvent } = feeds;
  assert.equal(feeds.apply(reader, null, false), "gap");
  assert.equal(feeds.lastEvent, lastEvent);
  applyMessages(feeds, reader, [...missing, ...later]);
  assert.equal(feeds.find("BTC-USD")?.book.bids.countUpTo(9), 2);
});

Deno.test("market feeds: an instrument's terms are asked for before its definition is applied", () => {
  const market = new TestMarket();
  const reader = new EventReader();
  const [opening] = market.open();
  assert.ok(opening);
  const feeds = new MarketFeeds();
  reader.load(opening);
  assert.equal(feeds.missingTerms(reader), 1);
  const [btc, eth] = market.references;
  assert.ok(btc && eth);
  feeds.learn(btc);
  assert.equal(feeds.missingTerms(reader), 2);
  feeds.learn(eth);
  assert.equal(feeds.missingTerms(reader), 0);
  feeds.apply(reader, null, false);
  assert.deepEqual([...feeds.instruments].map(({ terms }) => terms.symbol), ["BTC-USD", "ETH-USD"]);
  assert.equal(feeds.find("LTC-USD"), undefined);
});

Deno.test("market feeds: events that contradict each other stop it, by event and instrument", () => {
  const market = new TestMarket();
  const reader = new EventReader();
  const opening = market.open();
  const [placed] = market.append([buy(1, 50)]);
  const [canceled] = market.append([cancel(1)]);
  const feeds = newFeeds(market);
  applyMessages(feeds, reader, opening);
  assert.ok(placed && canceled);
  // The cancel in the place of the order: its sequence is made to follow.
  const forged = canceled.slice();
  forged.set(placed.subarray(48, 56), 48);
  reader.load(forged);
  const sequence = reader.firstSequence;
  assert.throws(() => feeds.apply(reader, null, false), (error: unknown) => {
    assert.ok(error instanceof EventsError);
    assert.match(
      error.message,
      new RegExp(`event ${sequence} of instrument 1: order id is 1; it takes one that is`),
    );
    return true;
  });
});

Deno.test("market feeds: held depth is merged, trades and orders are not held", () => {
  const market = new TestMarket();
  const reader = new EventReader();
  const opening = market.open();
  const feeds = newFeeds(market);
  applyMessages(feeds, reader, opening);
  const settled = feeds.lastEvent;
  assert.equal(feeds.settledEvent, settled);
  const held: SentMessage[] = [];
  for (const commands of [[sell(5, 50)], [buy(2, 50, by(2))], [sell(1, 60), buy(1, 40, on(2))]]) {
    held.push(...applyMessages(feeds, reader, market.append(commands), true));
  }
  assert.deepEqual(held.map(({ feed }) => feed), [
    "orders",
    "trades",
    "orders",
    "orders",
    "orders",
  ]);
  assert.equal(feeds.settledEvent, settled, "what is held is not settled");
  const sent: SentMessage[] = [];
  feeds.release(sinkTo(sent));
  assert.equal(feeds.settledEvent, feeds.lastEvent);
  assert.deepEqual(sent.map(({ symbol, feed }) => `${symbol} ${feed}`), [
    "BTC-USD depth",
    "BTC-USD bbo",
    "ETH-USD depth",
    "ETH-USD bbo",
  ]);
  const [depth, bbo] = sent.map(({ message }) => message as FeedMessage & DepthMessage);
  assert.deepEqual(depth?.asks, [["0.50", "0.0003"], ["0.60", "0.0001"]]);
  assert.deepEqual([depth?.prevSequence, depth?.sequence], [0, 4]);
  // The best ask was last changed by the trade, before the order at 60 came.
  assert.deepEqual([bbo?.prevSequence, bbo?.sequence], [0, 3]);
  feeds.release(() => assert.fail("nothing is left to release"));
});

Deno.test("market feeds: trades and orders are the same messages, held or not", () => {
  const seed = newSeed();
  const random = seededRandom(seed);
  const { market, stream } = randomStream(seed);
  const neverHeld = (messages: readonly SentMessage[]) =>
    messages.filter(({ feed }) => feed === "trades" || feed === "orders");
  const plain = applyMessages(newFeeds(market), new EventReader(), stream);
  const feeds = newFeeds(market);
  const reader = new EventReader();
  const held = stream.flatMap((message) => applyMessages(feeds, reader, [message], random() < 0.7));
  assert.ok(held.length < plain.length, `seed ${seed}: nothing was merged`);
  assert.deepEqual(neverHeld(held), neverHeld(plain), `seed ${seed}`);
});

Deno.test("market feeds: replicas agree with the engine, however messages are held or repeated", () => {
  const seed = newSeed();
  const random = seededRandom(seed);
  const { market, stream } = randomStream(seed);
  const feeds = newFeeds(market);
  const reader = new EventReader();
  const query = parseSnapshotQuery("");
  assert.ok(typeof query !== "string");
  const replica = new BookReplica(query.levels, 1);
  const deliver = (messages: readonly SentMessage[]) => {
    for (const { symbol, feed, message } of messages) {
      if (symbol !== "BTC-USD" || feed !== "depth") continue;
      assert.notEqual(replica.depth(message as DepthMessage), "gap", `seed ${seed}`);
    }
  };
  const delivered: SentMessage[] = [];
  let isHeld = false;
  for (const message of stream) {
    if (random() < 0.2) isHeld = !isHeld;
    const sent: SentMessage[] = [];
    if (!isHeld) feeds.release(sinkTo(sent));
    sent.push(...applyMessages(feeds, reader, [message], isHeld));
    const feed = feeds.find("BTC-USD");
    if (feed !== undefined && replica.needsSnapshot) {
      replica.snapshot(snapshot(feed, query, feeds.lastEvent, 0));
    }
    // A subscriber sees some messages again: those that a restarted worker repeats.
    if (random() < 0.1) deliver(delivered.slice(Math.floor(random() * delivered.length)));
    deliver(sent);
    delivered.push(...sent);
  }
  const last: SentMessage[] = [];
  feeds.release(sinkTo(last));
  deliver(last);
  const decimals = (side: number) =>
    market.engineLevels(1, side).map(([price, lots]) => [
      (price / 100).toFixed(2),
      (lots / 10_000).toFixed(4),
    ]);
  assert.deepEqual(replica.bids, decimals(0), `seed ${seed}`);
  assert.deepEqual(replica.asks, decimals(1), `seed ${seed}`);
  assert.equal(replica.gapCount, 0);
});
