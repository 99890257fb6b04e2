import assert from "node:assert/strict";
import type { NatsConnection } from "nats.ws";
import { EventReader } from "../../../core/market_data/event_reader.ts";
import { FeedEncoder } from "../../../core/market_data/feed_encoder.ts";
import { FeedKind } from "../../../core/market_data/feed_frame.ts";
import { type FeedFrame, readFeedFrame } from "../../../core/market_data/feed_reader.ts";
import { MarketFeeds } from "../../../core/market_data/market_feeds.ts";
import { BinaryWatch } from "../../../workers/operator/watch_binary.ts";
import type { WatchedMarket } from "../../../workers/operator/watch_connection.ts";
import { NoMarketDataError } from "../../../workers/operator/watch_session.ts";
import { newSeed, randomCommands, seededRandom } from "../../core/market_data/random_orders.ts";
import { applyMessages, TestMarket } from "../../core/market_data/test_market.ts";
import { type BotReport, PythonBot } from "../../support/python_bot.ts";
import { resume, sell } from "../../support/commands.ts";
import { MarketStream, startMarketData, until, withBroker } from "../market_data/market_stream.ts";

/** What the page's decoder makes of the bytes; `null` where there is no Python. */
async function decodeByPage(bytes: Uint8Array): Promise<BotReport | null> {
  const bot = await PythonBot.start();
  if (bot === null) return null;
  await bot.write(bytes);
  return await bot.end();
}

/** The frames in what a watcher has written. */
function framesOf(bytes: Uint8Array): FeedFrame[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames: FeedFrame[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = view.getUint32(at, true);
    frames.push(readFeedFrame(bytes.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return frames;
}

/** What the book of whoever reads these stands for; below 0 where it has none. */
function bookSequence(frames: readonly FeedFrame[]): number {
  return frames.reduce((book, { kind, prevSequence, sequence }) => {
    if (kind === FeedKind.snapshot) return sequence;
    if (kind !== FeedKind.depth || book < 0 || sequence <= book) return book;
    return prevSequence > book ? -1 : sequence;
  }, -1);
}

/** The connection, with messages that do not arrive. */
function lossy(connection: NatsConnection, isLost: (data: Uint8Array) => boolean): NatsConnection {
  return new Proxy(connection, {
    get: (target, property) => {
      if (property === "subscribe") {
        const subscribe: NatsConnection["subscribe"] = (subject, options) =>
          target.subscribe(subject, {
            ...options,
            callback: (error, message) => {
              if (!isLost(message.data)) options?.callback?.(error, message);
            },
          });
        return subscribe;
      }
      const value = Reflect.get(target, property);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

const marketOf = (connection: NatsConnection): WatchedMarket => ({
  connection,
  symbols: () => Promise.resolve(["BTC-USD", "ETH-USD"]),
});

Deno.test("watch --bin: who reads only its bytes has the exact book, though messages are lost", async () => {
  const seed = newSeed();
  const random = seededRandom(seed);
  await withBroker(async (nats) => {
    const stream = new MarketStream(await nats.connectAs("matcher"));
    await stream.open();
    const running = await startMarketData(nats);
    const subscriber = await nats.connectAs("subscriber");
    const chunks: Uint8Array[] = [];
    const leaving = new AbortController();
    let lost = 0;
    let mayLose = true;
    const connection = lossy(subscriber, (data) => {
      const isLost = mayLose && data[0] === FeedKind.depth && random() < 0.1;
      if (isLost) lost++;
      return isLost;
    });
    const watch = new BinaryWatch(marketOf(connection), "BTC-USD", (bytes) => chunks.push(bytes));
    const done = watch.run(leaving.signal);
    const frames = () => framesOf(new Uint8Array(chunks.flatMap((chunk) => [...chunk])));
    await until(() => frames().some(({ kind }) => kind === FeedKind.snapshot), "a snapshot");
    for (let append = 0; append < 150; append++) {
      await stream.append(randomCommands(random, 10));
      // Time for a snapshot now and then, as a market has it.
      if (append % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    mayLose = false;
    await stream.append([resume(), sell(1, 9_000)]);
    const sequenceOf = () => running.marketData.feeds.find("BTC-USD")?.sequence ?? 0;
    const isApplied = () =>
      running.marketData.feeds.lastEvent === stream.market.state.events.sequence;
    await until(() => isApplied() && bookSequence(frames()) === sequenceOf(), "the whole book");
    leaving.abort();
    await done;
    await running.stop();
    assert.ok(lost > 0, `seed ${seed}: nothing was lost`);
    const snapshots = frames().filter(({ kind }) => kind === FeedKind.snapshot);
    assert.ok(snapshots.length > 1, `seed ${seed}: nothing was repaired`);
    const found = await decodeByPage(new Uint8Array(chunks.flatMap((chunk) => [...chunk])));
    if (found === null) return;
    const levels = (side: number) => stream.market.engineLevels(1, side);
    assert.deepEqual([found.bids, found.asks], [levels(0), levels(1)], `seed ${seed}`);
    assert.equal(found.mismatches, 0, `seed ${seed}`);
    assert.equal(found.messages, frames().length);
    assert.equal(found.snapshots, snapshots.length);
    assert.ok(Number(found.gaps) > 0);
  });
});

Deno.test("watch --bin: a snapshot stands before the messages that come right behind its answer", async () => {
  const market = new TestMarket();
  const feeds = new MarketFeeds();
  const reader = new EventReader();
  const depthOf = (messages: readonly Uint8Array[]) =>
    applyMessages(feeds, reader, messages)
      .filter(({ feed, symbol }) => feed === "depth" && symbol === "BTC-USD")
      .map(({ bytes }) => bytes);
  const opening = market.open();
  for (const reference of market.references) feeds.learn(reference);
  depthOf(opening);
  depthOf(market.append([sell(5, 50)]));
  const instrument = feeds.find("BTC-USD");
  assert.ok(instrument !== undefined);
  const answer = new FeedEncoder().snapshot(instrument, 100, feeds.lastEvent, 0);
  const behind = [1, 2, 3].flatMap((lots) => depthOf(market.append([sell(lots, 60)])));
  await withBroker(async (nats) => {
    const publisher = await nats.connectAs("marketData");
    let asked = 0;
    publisher.subscribe("md.snapshot.BTC-USD", {
      callback: (_, request) => {
        asked++;
        request.respond(answer);
        for (const message of behind) publisher.publish("md.BTC-USD.depth.bin", message);
      },
    });
    await publisher.flush();
    const connection = await nats.connectAs("subscriber");
    const chunks: Uint8Array[] = [];
    const leaving = new AbortController();
    const watch = new BinaryWatch(marketOf(connection), "BTC-USD", (bytes) => chunks.push(bytes));
    const done = watch.run(leaving.signal);
    await until(() => chunks.length > behind.length, "the snapshot and what is behind it");
    await new Promise((resolve) => setTimeout(resolve, 50));
    leaving.abort();
    await done;
    // What comes behind the end is not written any more.
    publisher.publish("md.BTC-USD.depth.bin", behind[0]);
    await publisher.flush();
    await connection.flush();
    const frames = framesOf(new Uint8Array(chunks.flatMap((chunk) => [...chunk])));
    assert.deepEqual(frames.map(({ kind }) => kind), [
      FeedKind.snapshot,
      FeedKind.depth,
      FeedKind.depth,
      FeedKind.depth,
    ]);
    assert.equal(asked, 1);
  });
});

Deno.test("watch --bin: says so where the market has no such instrument", async () => {
  await withBroker(async (nats) => {
    const stream = new MarketStream(await nats.connectAs("matcher"));
    await stream.open();
    const running = await startMarketData(nats);
    const connection = await nats.connectAs("subscriber");
    const watch = new BinaryWatch(marketOf(connection), "LTC-USD", () => {});
    await assert.rejects(watch.run(new AbortController().signal), (error) => {
      assert.ok(error instanceof NoMarketDataError);
      assert.match(error.message, /no instrument LTC-USD .* it has BTC-USD, ETH-USD/);
      return true;
    });
    await running.stop();
  });
});
