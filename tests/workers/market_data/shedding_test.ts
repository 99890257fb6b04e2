import assert from "node:assert/strict";
import type { FeedMessage, StatusMessage } from "../../../core/market_data/feed_messages.ts";
import {
  FrameRingConsumer,
  FrameRingProducer,
  makeFrameRing,
} from "../../../core/memory/frame_ring.ts";
import { buy, by, sell } from "../../support/commands.ts";
import { askSnapshot, MarketStream, startMarketData, until, withBroker } from "./market_stream.ts";

const RING_SLOTS = 1_024;
const SLOT_BYTES = 64;

Deno.test("feeds that a full ring presses merge depth, say so, lose no trade and end where the market is", async () => {
  await withBroker(async (broker) => {
    const memory = makeFrameRing(RING_SLOTS);
    const producer = new FrameRingProducer(memory);
    const stream = new MarketStream(await broker.connectAs("matcher"), producer);
    await stream.open();
    const ring = new FrameRingConsumer(memory, 1_000);
    const running = await startMarketData(broker, { ring });
    const messages: Record<string, FeedMessage[]> = { depth: [], status: [], trades: [] };
    const subscriber = await broker.connectAs("subscriber");
    for (const [feed, list] of Object.entries(messages)) {
      const callback = (_: unknown, message: { json<T>(): T }) => list.push(message.json());
      subscriber.subscribe(`md.BTC-USD.${feed}.json`, { callback });
    }
    await subscriber.flush();
    // One by one: each makes a message.
    await stream.append([sell(5, 100, by(1))]);
    await until(() => messages.depth.length === 1, "the first depth");
    // All at once: nobody reads the ring in between.
    const before = messages.depth.length;
    const appended: Uint8Array[] = [];
    let appends = 0;
    for (let slots = 0; slots < RING_SLOTS * 0.92; appends++) {
      const made = appended.length;
      appended.push(...stream.market.append([sell(1, 101, by(1)), buy(1, 101, by(2))]));
      for (const { length } of appended.slice(made)) slots += 1 + Math.ceil(length / SLOT_BYTES);
    }
    await stream.publish(appended);
    const { state } = stream.market;
    const query = { levels: 10, trades: 1_000, minSequence: state.events.sequence };
    await until(async () => "sequence" in await askSnapshot(subscriber, query), "all events");
    const snapshot = await askSnapshot(subscriber, query);
    const ends = () => messages.depth.at(-1)?.sequence === snapshot.sequence;
    await until(ends, "the last state of the book");
    const merged = messages.depth.length - before;
    assert.ok(merged < appends * 0.6, `${merged} messages of depth for ${appends} appends`);
    const trades = messages.trades.flatMap((message) => "trades" in message ? message.trades : []);
    assert.equal(trades.length, appends, "every trade came");
    // Said again with the number that it had.
    const told = () =>
      (messages.status as StatusMessage[]).filter(({ prevSequence, sequence }) =>
        prevSequence === sequence
      );
    await until(() => told().length >= 2, "what the feeds say of it");
    assert.deepEqual(told().slice(0, 2).map(({ detail }) => detail), ["merged", "full"]);
    assert.match(running.said[0], /^detail of the feeds: merged, was full \(9\d % of the ring/);
    await running.stop();
  });
});

/** Trades of an append, and appends after which the feeds must be pressed. */
const TRADES = 10;
const PRESSED_APPENDS_MAX = 30_000;
const APPENDS_PER_TURN = 100;

Deno.test("feeds behind a broker that stands still leave out more and more, and end where the market is", async () => {
  await withBroker(async (broker) => {
    const memory = makeFrameRing(2 ** 18);
    const producer = new FrameRingProducer(memory);
    const stream = new MarketStream(await broker.connectAs("matcher"), producer);
    await stream.open();
    const ring = new FrameRingConsumer(memory, 1_000);
    const running = await startMarketData(broker, { ring });
    const details: string[] = [];
    const asks = Array.from({ length: TRADES }, () => sell(1, 101, by(1)));
    let appends = 0;
    let depth = 0;
    let lots = 0;
    const subscriber = await broker.connectAs("subscriber");
    const read = (feed: string, take: (message: FeedMessage) => void) =>
      subscriber.subscribe(`md.BTC-USD.${feed}.json`, {
        callback: (_, message) => take(message.json()),
      });
    read("depth", ({ sequence }) => depth = sequence);
    read("status", (message) => details.push((message as StatusMessage).detail));
    read("trades", (message) => {
      if (!("trades" in message)) return;
      for (const { quantity } of message.trades) lots += Math.round(Number(quantity) * 10_000);
    });
    await subscriber.flush();
    await stream.append([sell(5, 100, by(1))]);
    await until(() => depth > 0, "the first depth");
    Deno.kill(broker.server.pid, "SIGSTOP");
    try {
      while (!running.said.some((line) => line.includes("reduced"))) {
        assert.ok(appends < PRESSED_APPENDS_MAX, "most is left out");
        for (let count = 0; count < APPENDS_PER_TURN; count++, appends++) {
          stream.handOver(stream.market.append([...asks, buy(TRADES, 101, by(2))]));
        }
        // It is the broker that presses here.
        await until(() => ring.fill < 0.3, "the ring is read");
      }
    } finally {
      Deno.kill(broker.server.pid, "SIGCONT");
    }
    await until(() => lots === appends * TRADES, "every trade");
    const last = running.marketData.feeds.find("BTC-USD");
    await until(() => depth === last?.sequence, "the last state of the book");
    await until(() => details.at(-1) === "full", "all detail again");
    assert.deepEqual(details.slice(0, 2), ["merged", "reduced"], "in this order");
    await running.stop();
  });
});
