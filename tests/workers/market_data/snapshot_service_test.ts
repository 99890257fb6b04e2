import assert from "node:assert/strict";
import { NatsError } from "nats.ws";
import { FeedKind } from "../../../core/market_data/feed_frame.ts";
import { readFeedFrame } from "../../../core/market_data/feed_reader.ts";
import type { QueryError } from "../../../core/protocol/queries.ts";
import { SNAPSHOT_WAIT_MILLIS_MAX } from "../../../workers/market_data/snapshot_service.ts";
import { buy, by, defineInstrument, sell } from "../../support/commands.ts";
import { askSnapshot, MarketStream, startMarketData, until, withBroker } from "./market_stream.ts";

Deno.test("snapshot service: answers subscribers with book, trades and ticker", async () => {
  await withBroker(async (broker) => {
    const stream = new MarketStream(await broker.connectAs("matcher"));
    await stream.open();
    await stream.append([sell(5, 50), buy(2, 50, by(2)), buy(1, 40)]);
    const running = await startMarketData(broker);
    for (const user of ["subscriber", "gateway"] as const) {
      const connection = await broker.connectAs(user);
      const answer = await askSnapshot(connection, { levels: 20, trades: 5 });
      assert.equal(answer.eventSequence, stream.market.state.events.sequence);
      assert.deepEqual([answer.bids, answer.asks], [[["0.40", "0.0001"]], [["0.50", "0.0003"]]]);
      assert.deepEqual(answer.trades.map(({ tradeId, takerSide }) => [tradeId, takerSide]), [
        ["1", "buy"],
      ]);
      // The trade was long before today, so that only its price is left of it.
      assert.deepEqual([answer.ticker.lastPrice, answer.ticker.trades24h], ["0.50", 0]);
      assert.deepEqual(await askSnapshot(connection, { levels: 20, trades: 5 }), answer);
      assert.deepEqual((await askSnapshot(connection, { levels: 0, trades: 0 })).bids, []);
      const query = JSON.stringify({ format: "bin", levels: 20 });
      const { data } = await connection.request("md.snapshot.BTC-USD", query, { timeout: 5_000 });
      const frame = readFeedFrame(data);
      assert.ok(frame.kind === FeedKind.snapshot);
      assert.deepEqual([frame.bids, frame.asks], [[[40, 1]], [[50, 3]]]);
      assert.deepEqual([frame.sequence, frame.eventSequence], [
        answer.sequence,
        answer.eventSequence,
      ]);
    }
    await running.stop();
  });
});

Deno.test("snapshot service: nobody answers for a symbol that does not exist", async () => {
  await withBroker(async (broker) => {
    const stream = new MarketStream(await broker.connectAs("matcher"));
    await stream.open();
    const running = await startMarketData(broker);
    const subscriber = await broker.connectAs("subscriber");
    await assert.rejects(
      askSnapshot(subscriber, "", "LTC-USD"),
      (error) => error instanceof NatsError && error.code === "503",
    );
    await running.stop();
    await assert.rejects(askSnapshot(subscriber), NatsError, "nor after the end");
  });
});

Deno.test("snapshot service: a malformed query is told what is wrong", async () => {
  await withBroker(async (broker) => {
    const stream = new MarketStream(await broker.connectAs("matcher"));
    await stream.open();
    const running = await startMarketData(broker);
    const gateway = await broker.connectAs("gateway");
    for (
      const [query, detail] of [
        ['{"levels":5000}', /levels is 5000; it takes a whole number from 0 to 4000/],
        ["{", /not JSON/],
        [" ".repeat(2_000), /the query has 2000 bytes, at most 1024/],
      ] as const
    ) {
      const answer = await askSnapshot(gateway, query) as unknown as QueryError;
      assert.equal(answer.error, "malformed");
      assert.match(answer.detail, detail);
    }
    await running.stop();
  });
});

Deno.test("snapshot service: waits for the event that the query asks for, within a limit", async () => {
  await withBroker(async (broker) => {
    const stream = new MarketStream(await broker.connectAs("matcher"));
    await stream.open();
    const running = await startMarketData(broker);
    const subscriber = await broker.connectAs("subscriber");
    const { eventSequence } = await askSnapshot(subscriber);
    const later = askSnapshot(subscriber, { minSequence: eventSequence + 2 });
    const never = askSnapshot(subscriber, { minSequence: eventSequence + 1_000 });
    const askedAt = performance.now();
    await new Promise((done) => setTimeout(done, 30));
    await stream.append([buy(1, 40)]);
    await stream.append([buy(1, 41)]);
    assert.deepEqual((await later).bids.length, 2);
    const behind = await never as unknown as QueryError;
    assert.equal(behind.error, "behind");
    assert.equal(behind.sequence, eventSequence + 2);
    assert.match(behind.detail, new RegExp(`minSequence is ${eventSequence + 1_000}`));
    assert.ok(performance.now() - askedAt >= SNAPSHOT_WAIT_MILLIS_MAX - 1);
    await running.stop();
  });
});

Deno.test("snapshot service: says that it is starting while the log is read", async () => {
  await withBroker(async (broker) => {
    const stream = new MarketStream(await broker.connectAs("matcher"));
    await stream.open();
    const [terms] = stream.market.references;
    assert.ok(terms);
    // The terms of the last instrument come late: until then the start cannot go on.
    const late = { instrument: 3, symbol: "BTC-ETH", quoteAsset: 2, quantityLotsMax: 1_000_000 };
    await stream.append([defineInstrument({ ...terms, ...late })]);
    const running = await startMarketData(broker, { waitUntilReady: false });
    const subscriber = await broker.connectAs("subscriber");
    const answers: unknown[] = [];
    await until(async () => {
      answers.push(await askSnapshot(subscriber).catch(() => null));
      return answers.at(-1) !== null;
    }, "an answer");
    assert.deepEqual((answers.at(-1) as QueryError).error, "starting");
    await stream.publishReferences();
    await running.marketData.ready;
    assert.equal((await askSnapshot(subscriber, "", "BTC-ETH")).status, "trading");
    await running.stop();
  });
});

Deno.test("snapshot service: answers inboxes only, whatever reply a request names", async () => {
  await withBroker(async (broker) => {
    const stream = new MarketStream(await broker.connectAs("matcher"));
    await stream.open();
    const running = await startMarketData(broker);
    const gateway = await broker.connectAs("gateway");
    const subscriber = await broker.connectAs("subscriber");
    let forged = 0;
    gateway.subscribe("md.BTC-USD.trades.json", { callback: () => forged++ });
    await gateway.flush();
    subscriber.publish("md.snapshot.BTC-USD", "", { reply: "md.BTC-USD.trades.json" });
    await subscriber.flush();
    await askSnapshot(subscriber);
    await gateway.flush();
    assert.equal(forged, 0);
    await running.stop();
  });
});
