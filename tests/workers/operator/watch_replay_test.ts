import assert from "node:assert/strict";
import { FeedKind } from "../../../core/market_data/feed_frame.ts";
import { readFeedFrame } from "../../../core/market_data/feed_reader.ts";
import { UsageError } from "../../../workers/operator/command_line.ts";
import { LEVELS_ASKED, WatchModel } from "../../../workers/operator/watch_model.ts";
import { LogForbiddenError } from "../../../workers/operator/watch_replay.ts";
import { BinaryTaker, ModelTaker } from "../../../workers/operator/watch_taker.ts";
import { newSeed, randomCommands, seededRandom } from "../../core/market_data/random_orders.ts";
import { START_MICROS } from "../../core/market_data/test_market.ts";
import { buy, by, halt, on, sell } from "../../support/commands.ts";
import {
  type Broker,
  MarketStream,
  startMarketData,
  until,
  withBroker,
} from "../market_data/market_stream.ts";
import { at, bookOf, linesTo, Recording, replayOf } from "./recorded_market.ts";

const START = at(0);

/** A market with some history and what subscribers to BTC-USD got of it. */
async function recordedMarket(broker: Broker, seed: number, appends: number) {
  const random = seededRandom(seed);
  const stream = new MarketStream(await broker.connectAs("matcher"));
  const running = await startMarketData(broker);
  const recording = await Recording.begin(await broker.connectAs("subscriber"), "BTC-USD");
  await stream.open();
  for (let append = 0; append < appends; append++) {
    // Candles end meanwhile, which are no feed that a watcher shows.
    if (append % 5 === 0) stream.market.stampMicros += 300_000;
    // Now and then the events of one append take several messages.
    await stream.append(randomCommands(random, 8), append % 7 === 0 ? 3 : undefined);
  }
  await stream.append([halt()]);
  const sequence = () => running.marketData.feeds.find("BTC-USD")?.sequence ?? -1;
  await until(
    () =>
      running.marketData.feeds.lastEvent === stream.market.state.events.sequence &&
      recording.lines.length === recording.frames.length &&
      recording.lines.some(({ line }) => JSON.parse(line).sequence === sequence()),
    `everything recorded, seed ${seed}`,
  );
  await running.stop();
  return { recording, stream };
}

/** The messages in what a watcher with --bin has written. */
function unpacked(chunks: readonly Uint8Array[]): Uint8Array[] {
  return chunks.map((chunk) => {
    const length = new DataView(chunk.buffer, chunk.byteOffset).getUint32(0, true);
    assert.equal(chunk.length, 4 + length);
    return chunk.subarray(4);
  });
}

Deno.test("watch replay: from the start it writes what was published live, line by line and byte by byte", async () => {
  const seed = newSeed();
  await withBroker(async (broker) => {
    const { recording, stream } = await recordedMarket(broker, seed, 60);
    const connection = await broker.connectAs("replay");
    const lines: string[] = [];
    const model = new WatchModel("BTC-USD");
    const taker = new ModelTaker(model, linesTo(lines));
    const replayed = await replayOf(connection, "BTC-USD", { from: START }, taker);
    const [opening, ...rest] = lines;
    assert.deepEqual(JSON.parse(opening ?? "").feed, "snapshot");
    assert.deepEqual(rest, recording.lines.map(({ line }) => line), `seed ${seed}`);
    assert.equal(replayed.messages, rest.length);
    assert.equal(replayed.events, stream.market.state.events.sequence);
    assert.ok(replayed.messages > 100, `seed ${seed}: ${replayed.messages} messages`);

    const chunks: Uint8Array[] = [];
    await replayOf(connection, "BTC-USD", { from: START }, new BinaryTaker((c) => chunks.push(c)));
    const [first, ...frames] = unpacked(chunks);
    assert.deepEqual(readFeedFrame(first ?? new Uint8Array()).kind, FeedKind.snapshot);
    assert.deepEqual(frames, recording.frames.map(({ bytes }) => bytes), `seed ${seed}`);
  });
});

Deno.test("watch replay: a window is the messages from its begin on and before its end, behind the book", async () => {
  const seed = newSeed();
  await withBroker(async (broker) => {
    const { recording, stream } = await recordedMarket(broker, seed, 40);
    const connection = await broker.connectAs("replay");
    // Stamps of messages: the first is in the window, the one at its end is not.
    const stamps = [...new Set(recording.lines.map(({ timeMicros }) => timeMicros))];
    const third = Math.floor(stamps.length / 3);
    const [from = 0, to = 0, last = 0] = [stamps[third], stamps[2 * third], stamps.at(-1)];
    const before = (micros: number, since = 0) =>
      recording.lines.filter(({ timeMicros }) => timeMicros >= since && timeMicros < micros)
        .map(({ line }) => line);
    const expected = before(to, from);
    const lines: string[] = [];
    const model = new WatchModel("BTC-USD");
    const shares: number[] = [];
    const replayed = await replayOf(
      connection,
      "BTC-USD",
      { from: at(from), to: at(to) },
      new ModelTaker(model, linesTo(lines)),
      { reading: (_, share) => shares.push(share) },
    );
    const [opening = "", ...rest] = lines;
    assert.deepEqual(rest, expected, `seed ${seed}`);
    assert.ok(rest.length > 0 && rest.length < recording.lines.length, `seed ${seed}`);
    assert.deepEqual(shares, shares.toSorted((a, b) => a - b));
    assert.equal(shares.at(-1), 1, "all of what was before");
    assert.ok(replayed.silentEvents > 0 && replayed.silentEvents < replayed.events);
    assert.ok(replayed.firstMicros >= from && replayed.lastMicros < to);
    // The messages fit the snapshot in front, and what both windows show in the end is one book.
    const depth = rest.map((line) => JSON.parse(line)).filter(({ feed }) => feed === "depth");
    assert.ok(depth[0].prevSequence <= JSON.parse(opening).sequence);
    assert.ok(depth[0].sequence > JSON.parse(opening).sequence);
    assert.equal(model.replica.gapCount, 0);
    const further = new WatchModel("BTC-USD");
    await replayOf(connection, "BTC-USD", { from: at(to) }, new ModelTaker(further, linesTo([])));
    const levels = (side: number) =>
      stream.market.engineLevels(1, side).map(([price, lots]) => [
        (price / 100).toFixed(2),
        (lots / 10_000).toFixed(4),
      ]);
    assert.deepEqual(bookOf(further), { bids: levels(0), asks: levels(1) }, `seed ${seed}`);
    // What lies at the end itself is not in a window that ends there.
    const all: string[] = [];
    const upToLast = { from: START, to: at(last) };
    const fresh = new ModelTaker(new WatchModel("BTC-USD"), linesTo(all));
    await replayOf(connection, "BTC-USD", upToLast, fresh);
    assert.ok(all.slice(1).every((line) => JSON.parse(line).timeMicros < last));
    assert.deepEqual(all.slice(1), before(last), `seed ${seed}`);
  });
});

Deno.test("watch replay: the log may grow meanwhile, a replay ends where it ended at first", async () => {
  await withBroker(async (broker) => {
    const stream = new MarketStream(await broker.connectAs("matcher"));
    await stream.open();
    await stream.append([sell(5, 50)]);
    const connection = await broker.connectAs("replay");
    const lines: string[] = [];
    const model = new WatchModel("BTC-USD");
    const listener = linesTo(lines);
    let more: Promise<void> | undefined;
    const replayed = await replayOf(
      connection,
      "BTC-USD",
      { from: START },
      new ModelTaker(model, {
        ...listener,
        snapshot: () => more ??= stream.append([buy(2, 50, by(2))]),
      }),
    );
    await more;
    assert.deepEqual(lines.map((line) => JSON.parse(line).feed), [
      "definition",
      "status",
      "orders",
      "depth",
      "bbo",
    ]);
    assert.equal(replayed.messages, 5);
  });
});

Deno.test("watch replay: a watcher that knows too little of the book gets another snapshot", async () => {
  await withBroker(async (broker) => {
    const stream = new MarketStream(await broker.connectAs("matcher"));
    await stream.open();
    const prices = Array.from({ length: LEVELS_ASKED + 100 }, (_, index) => 1_000 + index);
    await stream.append(prices.map((price) => sell(1, price)));
    // All but a hundred of the levels that the first snapshot has are bought.
    await stream.append([buy(LEVELS_ASKED - 100, 5_000, by(2))]);
    const from = at(stream.market.stampMicros);
    const connection = await broker.connectAs("replay");
    const model = new WatchModel("BTC-USD");
    const lines: string[] = [];
    await replayOf(connection, "BTC-USD", { from }, new ModelTaker(model, linesTo(lines)));
    assert.deepEqual(lines.map((line) => JSON.parse(line).feed), [
      ...["snapshot", "trades", "orders", "depth", "bbo"],
      "snapshot",
    ]);
    assert.ok(!model.needsSnapshot);
    assert.equal(model.replica.asks.length, 200);
  });
});

Deno.test("watch replay: a window without anything is refused, with where the log is", async () => {
  await withBroker(async (broker) => {
    const connection = await broker.connectAs("replay");
    const taker = new BinaryTaker(() => assert.fail("nothing is written"));
    const refused = async (symbol: string, from: number, to: number | null, reason: RegExp) => {
      const window = { from: at(from), ...(to === null ? {} : { to: at(to) }) };
      await assert.rejects(replayOf(connection, symbol, window, taker), (error) => {
        assert.ok(error instanceof UsageError, String(error));
        assert.match(error.message, reason);
        return true;
      });
    };
    await refused(
      "BTC-USD",
      0,
      null,
      /^there is no instrument BTC-USD on this market; it has none$/,
    );
    const stream = new MarketStream(await broker.connectAs("matcher"));
    await stream.publishReferences();
    stream.market.open();
    await stream.publishReferences();
    await refused("BTC-USD", 0, null, /^--from start: the log is empty$|: the log is empty$/);
    await refused(
      "LTC-USD",
      0,
      null,
      /^there is no instrument LTC-USD .* it has BTC-USD, ETH-USD$/,
    );
  });
  await withBroker(async (broker) => {
    const connection = await broker.connectAs("replay");
    const stream = new MarketStream(await broker.connectAs("matcher"));
    await stream.open();
    await stream.append([sell(5, 50)]);
    const btc = stream.market.stampMicros;
    await stream.append([sell(5, 50, on(2))]);
    const eth = stream.market.stampMicros;
    const refusal = async (from: number, to?: number) => {
      const window = { from: at(from), ...(to === undefined ? {} : { to: at(to) }) };
      const taker = new BinaryTaker(() => assert.fail("nothing is written"));
      try {
        await replayOf(connection, "BTC-USD", window, taker);
      } catch (error) {
        assert.ok(error instanceof UsageError, String(error));
        return error.message;
      }
      assert.fail("it was replayed");
    };
    assert.match(
      await refusal(eth + 1),
      /^--from \d+ .*: nothing happened since; the log ends 2023-11-15T/,
    );
    assert.match(
      await refusal(btc + 1, eth),
      /^--from .* --to .*: nothing happened in that window; the log begins 2023\S+Z and goes on/,
    );
    assert.match(await refusal(START_MICROS - 10, START_MICROS), /nothing happened in that window/);
    assert.match(
      await refusal(btc + 1),
      /: no message of BTC-USD in that window, .* with the log$/,
    );
    assert.match(
      await refusal(btc + 1, eth + 1),
      /no message of BTC-USD in that window, .* at --to/,
    );
  });
});

Deno.test("watch replay: the credentials of subscribers are of no use", async () => {
  await withBroker(async (broker) => {
    const stream = new MarketStream(await broker.connectAs("matcher"));
    await stream.open();
    const connection = await broker.connectAs("subscriber");
    const taker = new BinaryTaker(() => assert.fail("nothing is written"));
    const replaying = replayOf(connection, "BTC-USD", { from: START }, taker);
    await assert.rejects(replaying, (error) => error instanceof LogForbiddenError);
  });
});
