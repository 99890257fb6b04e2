import assert from "node:assert/strict";
import { EventReader } from "../../../core/market_data/event_reader.ts";
import { FeedKind } from "../../../core/market_data/feed_frame.ts";
import type { FeedMessage } from "../../../core/market_data/feed_messages.ts";
import { jsonOfFrame, readFeedFrame } from "../../../core/market_data/feed_reader.ts";
import { MarketFeeds } from "../../../core/market_data/market_feeds.ts";
import { marketDataSubject } from "../../../core/protocol/subjects.ts";
import { buy, by, sell } from "../../support/commands.ts";
import { randomCommands, seededRandom } from "../../core/market_data/random_orders.ts";
import { applyMessages, TestMarket } from "../../core/market_data/test_market.ts";
import {
  askSnapshot,
  MarketStream,
  openRings,
  type Received,
  type Rings,
  startMarketData,
  subscribe,
  until,
  withBroker,
} from "./market_stream.ts";

/** What subscribers must get of these messages of the stream. */
function expectedOf(market: TestMarket, stream: readonly Uint8Array[]): Received[] {
  const feeds = new MarketFeeds();
  for (const reference of market.references) feeds.learn(reference);
  return applyMessages(feeds, new EventReader(), stream)
    .map(({ symbol, feed, message }) => ({ subject: marketDataSubject(symbol, feed), message }));
}

/** Without what came again: each message at its first place. */
function withoutRepeats(received: readonly Received[]): Received[] {
  const seen = new Set<string>();
  return received.filter(({ subject, message }) => {
    const name = `${subject} ${message.sequence}`;
    return !seen.has(name) && seen.add(name);
  });
}

/** A test by the stream alone, and by a ring in which nothing is ever pressed. */
function forEachRing(promise: string, body: (rings: Rings) => Promise<void>): void {
  for (const slots of [0, 4_096]) {
    Deno.test(`market data: ${promise} (a ring of ${slots} slots)`, () => body(openRings(slots)));
  }
}

forEachRing("subscribers get exactly what the events make, in order", async (rings) => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const random = seededRandom(seed);
  await withBroker(async (nats) => {
    const stream = new MarketStream(await nats.connectAs("matcher"), rings.producer);
    const running = await startMarketData(nats, { ring: rings.consumer() });
    const received = await subscribe(await nats.connectAs("subscriber"));
    const messages = stream.market.open();
    await stream.publishReferences();
    for (let append = 0; append < 30; append++) {
      messages.push(...stream.market.append(randomCommands(random, 12), append % 3 === 0 ? 7 : 99));
    }
    await stream.publish(messages);
    const expected = expectedOf(stream.market, messages);
    await until(() => received.length >= expected.length, "all messages");
    assert.deepEqual(received, expected, `seed ${seed}`);
    await running.stop();
    assert.deepEqual(running.said, []);
  });
});

Deno.test("market data: waits for the terms of an instrument that the events define", async () => {
  await withBroker(async (nats) => {
    const stream = new MarketStream(await nats.connectAs("matcher"));
    await stream.publish(stream.market.open());
    const running = await startMarketData(nats, { waitUntilReady: false });
    const isReady = { yes: false };
    running.marketData.ready.then(() => isReady.yes = true);
    await new Promise((done) => setTimeout(done, 200));
    assert.ok(!isReady.yes, "it cannot know the instrument yet");
    await stream.publishReferences();
    await running.marketData.ready;
    assert.equal((await askSnapshot(await nats.connectAs("subscriber"))).status, "trading");
    await running.stop();
  });
});

Deno.test("market data: an ordinary restart repeats nothing and skips nothing", async () => {
  await withBroker(async (nats) => {
    const stream = new MarketStream(await nats.connectAs("matcher"));
    await stream.open();
    const subscriber = await nats.connectAs("subscriber");
    const received = await subscribe(subscriber);
    const first = await startMarketData(nats);
    await stream.append([sell(5, 50), sell(5, 51)]);
    await until(() => received.length === 7, "definitions, statuses, orders, depth and bbo");
    await first.stop();
    await stream.append([buy(3, 50, by(2))]);
    const second = await startMarketData(nats);
    await until(() => received.length >= 11, "trades, orders, depth and bbo");
    await second.stop();
    const third = await startMarketData(nats);
    const { sequence, asks } = await askSnapshot(subscriber);
    assert.equal(sequence, 4);
    assert.deepEqual(asks, [["0.50", "0.0002"], ["0.51", "0.0005"]]);
    await third.stop();
    assert.equal(received.length, 11);
    assert.deepEqual(
      received.slice(4).map(({ subject, message }) =>
        `${subject.split(".")[2]} ${message.prevSequence} ${message.sequence}`
      ),
      ["orders 0 3", "depth 0 3", "bbo 0 3", "trades 0 4", "orders 3 4", "depth 3 4", "bbo 3 4"],
    );
  });
});

Deno.test("market data: every message comes in both formats, tickers by themselves", async () => {
  await withBroker(async (nats) => {
    const stream = new MarketStream(await nats.connectAs("matcher"));
    await stream.open();
    const subscriber = await nats.connectAs("subscriber");
    const [asJson, asBinary] = [new Map<string, FeedMessage[]>(), new Map<string, FeedMessage[]>()];
    const terms = new Map(stream.market.references.map((one) => [one.instrument, one]));
    const keep = (all: Map<string, FeedMessage[]>, subject: string, message: FeedMessage) => {
      const feed = subject.slice(0, subject.lastIndexOf("."));
      all.set(feed, [...all.get(feed) ?? [], message]);
    };
    subscriber.subscribe("md.*.*.json", {
      callback: (_, message) => keep(asJson, message.subject, message.json()),
    });
    subscriber.subscribe("md.*.*.bin", {
      callback: (_, { data, subject }) => {
        const frame = readFeedFrame(data);
        const reference = terms.get(frame.instrument);
        assert.ok(reference !== undefined);
        assert.ok(frame.kind !== FeedKind.snapshot && frame.kind !== FeedKind.orderSnapshot);
        keep(asBinary, subject, jsonOfFrame(frame, reference));
      },
    });
    await subscriber.flush();
    const running = await startMarketData(nats);
    await stream.append([sell(5, 50), sell(5, 51), buy(7, 51, by(2))]);
    await until(() => asJson.has("md.BTC-USD.ticker"), "a ticker");
    await running.stop();
    await subscriber.flush();
    assert.deepEqual(asBinary, asJson);
    assert.deepEqual([...asJson.keys()].toSorted(), [
      "md.BTC-USD.bbo",
      "md.BTC-USD.definition",
      "md.BTC-USD.depth",
      "md.BTC-USD.orders",
      "md.BTC-USD.status",
      "md.BTC-USD.ticker",
      "md.BTC-USD.trades",
      "md.ETH-USD.definition",
      "md.ETH-USD.status",
    ]);
  });
});

forEachRing("after a crash what may be lost comes again with the same numbers", async (rings) => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const random = seededRandom(seed);
  await withBroker(async (nats) => {
    const stream = new MarketStream(await nats.connectAs("matcher"), rings.producer);
    const messages = stream.market.open();
    await stream.publishReferences();
    await stream.publish(messages);
    const received = await subscribe(await nats.connectAs("subscriber"));
    for (let run = 0; run < 4; run++) {
      const running = await startMarketData(nats, { ring: rings.consumer() });
      for (let append = 0; append < 20; append++) {
        const more = stream.market.append(randomCommands(random, 5));
        messages.push(...more);
        await stream.publish(more);
        if (append === 10 && run % 2 === 1) await new Promise((done) => setTimeout(done, 300));
      }
      await running.crash();
    }
    const last = await startMarketData(nats, { ring: rings.consumer() });
    const expected = expectedOf(stream.market, messages);
    await until(() => withoutRepeats(received).length >= expected.length, "all messages");
    assert.deepEqual(withoutRepeats(received), expected, `seed ${seed}`);
    await last.stop();
  });
});

forEachRing("survives the broker's death and goes on without a gap", async (rings) => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const random = seededRandom(seed);
  await withBroker(async (nats) => {
    const stream = new MarketStream(await nats.connectAs("matcher"), rings.producer);
    const messages = stream.market.open();
    await stream.publishReferences();
    await stream.publish(messages);
    const running = await startMarketData(nats, { ring: rings.consumer() });
    const subscriber = await nats.connectAs("subscriber");
    const received = await subscribe(subscriber);
    for (let round = 0; round < 2; round++) {
      for (let append = 0; append < 10; append++) {
        const more = stream.market.append(randomCommands(random, 5));
        messages.push(...more);
        await stream.publish(more);
      }
      await nats.restart();
    }
    const isBack = () => subscriber.flush().then(() => true, () => false);
    await until(isBack, "the subscriber is back");
    const more = stream.market.append([buy(1, 1), sell(1, 9_999)]);
    messages.push(...more);
    await stream.publish(more);
    const final = expectedOf(stream.market, messages).at(-1);
    const arrived = () => received.some((one) => JSON.stringify(one) === JSON.stringify(final));
    await until(arrived, `the last message, seed ${seed}`);
    // What the subscriber itself missed while it was away is in the snapshot.
    const answer = await askSnapshot(subscriber);
    assert.equal(answer.eventSequence, stream.market.state.events.sequence);
    assert.deepEqual(
      withoutRepeats(received).filter(({ subject }) => subject === "md.BTC-USD.depth.json").at(-1)
        ?.message.sequence,
      answer.sequence,
    );
    await running.stop();
  });
});

Deno.test("market data: a frame behind a gap is left alone until the gap is filled", async () => {
  await withBroker(async (nats) => {
    const stream = new MarketStream(await nats.connectAs("matcher"));
    await stream.open();
    const running = await startMarketData(nats);
    const subscriber = await nats.connectAs("subscriber");
    const missing = stream.market.append([buy(1, 50)]);
    const later = stream.market.append([buy(1, 51)]);
    await stream.publish(later);
    await until(() => running.said.length > 0, "a line about the gap");
    assert.match(running.said[0] ?? "", /EVENTS_0 message 2 begins with event \d+/);
    assert.deepEqual((await askSnapshot(subscriber)).bids, []);
    await stream.publish([...missing, ...later]);
    await until(async () => (await askSnapshot(subscriber)).bids.length === 2, "both orders");
    await running.stop();
  });
});

Deno.test("market data: a message that is no frame of events ends it, by stream and number", async () => {
  await withBroker(async (nats) => {
    const stream = new MarketStream(await nats.connectAs("matcher"));
    await stream.open();
    const running = await startMarketData(nats);
    await stream.publish([new Uint8Array(128)]);
    await assert.rejects(running.ended, /EVENTS_0 message 2 is no valid frame of events/);
  });
});
