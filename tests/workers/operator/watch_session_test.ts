import assert from "node:assert/strict";
import { WatchModel } from "../../../workers/operator/watch_model.ts";
import {
  NoMarketDataError,
  snapshotQuery,
  WatchSession,
} from "../../../workers/operator/watch_session.ts";
import { SPARK_INTERVAL } from "../../../workers/operator/watch_spark.ts";
import { buy, by, halt, sell } from "../../support/commands.ts";
import { randomCommands, seededRandom } from "../../core/market_data/random_orders.ts";
import {
  type Broker,
  MarketStream,
  startMarketData,
  until,
  withBroker,
} from "../market_data/market_stream.ts";

/** Watches a symbol as a subscriber. */
async function watch(
  broker: Broker,
  symbol: string,
  symbols: readonly string[] | null = null,
  hasSpark = false,
) {
  const connection = await broker.connectAs("subscriber");
  const model = new WatchModel(symbol);
  const seen: string[] = [];
  const session = new WatchSession({ connection, symbols: () => Promise.resolve(symbols) }, model, {
    hasSpark,
    message: (feed) => seen.push(feed),
    snapshot: () => seen.push("snapshot"),
    changed: () => seen.push("changed"),
  });
  const leaving = new AbortController();
  const running = session.run(leaving.signal);
  running.catch(() => {});
  const stop = async () => {
    leaving.abort();
    await running;
  };
  return { model, seen, running, stop };
}

/** The engine's book as a watcher sees it. */
const bookOf = (stream: MarketStream, side: number) =>
  stream.market.engineLevels(1, side).map(([price, lots]) => [
    (price / 100).toFixed(2),
    (lots / 10_000).toFixed(4),
  ]);

Deno.test("watch session: shows the book, the trades and the status as they are", async () => {
  await withBroker(async (broker) => {
    const stream = new MarketStream(await broker.connectAs("matcher"));
    await stream.open();
    await stream.append([sell(5, 50), buy(1, 50, by(2))]);
    const running = await startMarketData(broker);
    const { model, seen, stop } = await watch(broker, "BTC-USD");
    await until(() => model.replica.isLive, "the first snapshot");
    assert.deepEqual(model.tape.map(({ tradeId }) => tradeId), ["1"]);
    await stream.append([buy(2, 50, by(3)), buy(7, 49, by(3))]);
    await stream.append([halt()]);
    await until(() => model.status === "halted", "the halt");
    assert.deepEqual(model.replica.bids, bookOf(stream, 0));
    assert.deepEqual(model.replica.asks, bookOf(stream, 1));
    assert.deepEqual(model.tape.map(({ tradeId }) => tradeId), ["2", "1"]);
    assert.deepEqual(seen, ["snapshot", "trades", "orders", "depth", "bbo", "status"]);
    await stop();
    await running.stop();
  });
});

Deno.test("watch session: asks for the prices of the last minutes where they are shown", async () => {
  await withBroker(async (broker) => {
    const stream = new MarketStream(await broker.connectAs("matcher"));
    await stream.open();
    // More trades than a snapshot is asked for, so that the first one is in no more than a candle.
    for (const [price, count] of [[50, 1], [60, 110], [55, 1]] as const) {
      const buys = Array.from({ length: count }, () => buy(1, price, by(2)));
      await stream.append([sell(count, price), ...buys]);
      stream.market.stampMicros += SPARK_INTERVAL.micros;
    }
    const running = await startMarketData(broker);
    assert.equal(snapshotQuery({ hasSpark: false }).interval, null);
    const { model, stop } = await watch(broker, "BTC-USD", null, true);
    await until(() => model.replica.isLive, "the first snapshot");
    const text = () => model.spark.draw(stream.market.stampMicros, 4)?.text;
    assert.equal(text(), "▁█▄▄");
    await stream.append([sell(1, 50), buy(1, 50, by(2))]);
    await until(() => text() === "▁█▄▁", "the price of a new trade");
    await stop();
    await running.stop();
  });
});

Deno.test("watch session: is right again after the broker died under it", async () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const random = seededRandom(seed);
  await withBroker(async (broker) => {
    const stream = new MarketStream(await broker.connectAs("matcher"));
    await stream.open();
    const running = await startMarketData(broker);
    const { model, stop } = await watch(broker, "BTC-USD");
    await until(() => model.replica.isLive, "the first snapshot");
    for (let append = 0; append < 10; append++) await stream.append(randomCommands(random, 5));
    await broker.restart();
    for (let append = 0; append < 10; append++) await stream.append(randomCommands(random, 5));
    const isRight = () =>
      model.replica.isLive &&
      JSON.stringify(model.replica.bids) === JSON.stringify(bookOf(stream, 0)) &&
      JSON.stringify(model.replica.asks) === JSON.stringify(bookOf(stream, 1));
    await until(isRight, `the same book, seed ${seed}`);
    await stop();
    await running.stop();
  });
});

Deno.test("watch session: an unknown symbol is said to be one, with those that there are", async () => {
  await withBroker(async (broker) => {
    const stream = new MarketStream(await broker.connectAs("matcher"));
    await stream.open();
    const running = await startMarketData(broker);
    const known = await watch(broker, "LTC-USD", ["BTC-USD", "ETH-USD"]);
    await assert.rejects(known.running, (error) =>
      error instanceof NoMarketDataError &&
      error.message === "there is no instrument LTC-USD on this market; it has BTC-USD, ETH-USD");
    const unknown = await watch(broker, "LTC-USD");
    await assert.rejects(unknown.running, /nobody answers for LTC-USD: the market has no such/);
    await running.stop();
  });
});

Deno.test("watch session: waits for market data that is not there yet", async () => {
  await withBroker(async (broker) => {
    const stream = new MarketStream(await broker.connectAs("matcher"));
    await stream.open();
    const { model, stop } = await watch(broker, "BTC-USD", ["BTC-USD"]);
    await new Promise((done) => setTimeout(done, 300));
    assert.ok(!model.replica.isLive);
    const running = await startMarketData(broker);
    await until(() => model.replica.isLive, "the first snapshot");
    await stop();
    await running.stop();
  });
});
