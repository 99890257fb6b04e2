import assert from "node:assert/strict";
import type { NatsConnection } from "nats.ws";
import { conflatedClasses } from "../../../core/market_data/conflated_classes.ts";
import type { BboMessage, BookMessage } from "../../../core/market_data/feed_messages.ts";
import { HEARTBEAT_SECONDS } from "../../../core/market_data/feed_messages.ts";
import { lotSnapshot } from "../../../core/market_data/lot_snapshot.ts";
import { LotBook } from "../../../core/market_data/lot_book.ts";
import { Side } from "../../../core/protocol/order_record.ts";
import { FeedKind } from "../../../core/market_data/feed_frame.ts";
import { jsonOfFrame, readFeedFrame } from "../../../core/market_data/feed_reader.ts";
import { HELD_LEVELS_MAX, InstrumentFeed } from "../../../core/market_data/instrument_feed.ts";
import { OrderQueues } from "../../../core/market_data/order_queues.ts";
import {
  ConflatedFeeds,
  SILENT_MILLIS,
  TRIES_PER_STEP_MAX,
} from "../../../workers/market_data/conflated_feeds.ts";
import { depthLevels } from "../../core/market_data/level_model.ts";
import { assertSide } from "../../core/market_data/lot_subscriber.ts";
import { newSeed, randomCommands, seededRandom } from "../../core/market_data/random_orders.ts";
import { buy, sell } from "../../support/commands.ts";
import { openListened, SECOND_STEPS } from "./listened_market.ts";
import { askSnapshot, MarketStream, startMarketData, until, withBroker } from "./market_stream.ts";

const FAST = "md.BTC-USD.book.5.20ms.json";
const SLOW = "md.BTC-USD.book.50.1s.json";

Deno.test("conflated feeds: a feed speaks once in its interval at most, and says the last state", () => {
  const { append, connection, steps } = openListened();
  connection.listened.add(FAST).add(SLOW);
  steps(2 * SECOND_STEPS);
  connection.heard.length = 0;
  for (let step = 0; step < 2 * SECOND_STEPS; step++) {
    append([buy(1, 4_000 + step)]);
    append([sell(1, 6_000 + step)]);
    steps(1);
  }
  steps(SECOND_STEPS);
  const of = (subject: string) => connection.heard.filter((one) => one.subject === subject);
  assert.equal(of(FAST).length, 2 * SECOND_STEPS);
  assert.ok(of(SLOW).length >= 2 && of(SLOW).length <= 3, `${of(SLOW).length} in three seconds`);
  for (const subject of [FAST, SLOW]) {
    const last = of(subject).at(-1)?.message;
    assert.deepEqual(last?.bids[0], ["40.99", "0.0001"]);
    assert.equal(last?.bids.length, subject === FAST ? 5 : 50);
  }
  const numbers = of(FAST).map(({ message }) => [message.prevSequence, message.sequence]);
  for (const [index, [prevSequence]] of numbers.entries()) {
    if (index > 0) assert.equal(prevSequence, numbers[index - 1]?.[1]);
  }
});

Deno.test("conflated feeds: what nobody hears is tried once a second, whatever happens to the book", () => {
  const { append, connection, steps } = openListened();
  const feeds = conflatedClasses.length * 2 * 2;
  const seconds = 10;
  for (let step = 0; step < seconds * SECOND_STEPS; step++) {
    append([buy(1, 4_000 + step)]);
    steps(1);
  }
  assert.ok(connection.published <= feeds * (seconds * 1_000 / SILENT_MILLIS + 1));
  assert.ok(connection.published >= feeds * (seconds / 2 - 1), `${connection.published} tries`);
});

Deno.test("conflated feeds: whoever comes late has the book though nothing happens any more", () => {
  const { append, connection, steps } = openListened();
  append([buy(7, 4_000), sell(3, 6_000)]);
  steps(5 * SECOND_STEPS);
  connection.listened.add(FAST);
  steps(SECOND_STEPS + 1);
  assert.deepEqual(connection.heard.map(({ message: { bids, asks } }) => [bids, asks]), [[
    [["40.00", "0.0007"]],
    [["60.00", "0.0003"]],
  ]]);
  steps(5 * SECOND_STEPS);
  assert.equal(connection.heard.length, 1, "and once is enough");
});

Deno.test("conflated feeds: a step tries no more than so many feeds, and each has its turn", () => {
  const { connection, market } = openListened();
  const [terms] = market.references;
  assert.ok(terms !== undefined);
  const queues = new OrderQueues(2);
  // More feeds than are tried before the first of them may be again.
  const instruments = Array.from({ length: 120 }, (_, index) => {
    const instrument = new InstrumentFeed({ ...terms, symbol: `A${index}-USD` }, queues);
    instrument.sequence = 1;
    return instrument;
  });
  const books = new ConflatedFeeds(connection as unknown as NatsConnection);
  for (let step = 0; step < 10 * SECOND_STEPS; step++) {
    const before = connection.published;
    books.step(instruments, 1);
    const tries = connection.published - before;
    assert.ok(tries <= TRIES_PER_STEP_MAX, `${tries} tries in step ${step}`);
  }
  // These have had no orders yet.
  assert.equal(connection.tried.size, instruments.length * (conflatedClasses.length - 1) * 2);
});

const DEPTH = "md.BTC-USD.depth.100ms.bin";

Deno.test("conflated depth: a copy is exact at every message, whatever is lost, and once it is quiet", async () => {
  const seed = newSeed();
  const random = seededRandom(seed);
  const { append, connection, feeds, steps } = openListened();
  append(randomCommands(random, 60));
  steps(SECOND_STEPS);
  connection.listened.add(DEPTH);
  const instrument = feeds.find("BTC-USD");
  assert.ok(instrument !== undefined);
  const copy = new LotBook(instrument.terms.instrument);
  let [checked, lost] = [0, 0];
  const read = (share: number) => {
    for (const { message } of connection.bytes.splice(0)) {
      if (random() < share) {
        lost++;
        continue;
      }
      copy.depth(message);
      if (copy.needsSnapshot) {
        const { book: { asks, bids }, sequence } = instrument;
        copy.snapshot({
          sequence,
          levelsAsked: 1_000,
          bids: depthLevels(bids),
          asks: depthLevels(asks),
        });
      }
      assert.ok(copy.isLive, `seed ${seed}`);
      if (copy.sequence !== instrument.sequence) continue;
      assertSide(copy.bids, depthLevels(instrument.book.bids), `seed ${seed}`);
      assertSide(copy.asks, depthLevels(instrument.book.asks), `seed ${seed}`);
      checked++;
    }
  };
  for (let round = 0; round < 600; round++) {
    append(randomCommands(random, 1 + Math.floor(random() * 10)));
    if (round === 300) {
      connection.breaks();
      await new Promise((done) => setTimeout(done, 0));
      connection.bytes.length = 0;
    }
    steps(1 + Math.floor(random() * 4));
    read(0.1);
  }
  // The last one is lost, and nothing happens any more.
  append(randomCommands(random, 10));
  steps(SECOND_STEPS);
  read(1);
  steps(HEARTBEAT_SECONDS * SECOND_STEPS + 1);
  read(0);
  assert.equal(copy.sequence, instrument.sequence, `seed ${seed}`);
  assert.equal(copy.mismatchCount, 0);
  assert.ok(checked > 100 && lost > 10 && copy.gapCount > 5, `${checked} ${lost} ${copy.gapCount}`);
});

Deno.test("conflated depth that changed more than a message has room for begins anew", () => {
  const { append, connection, feeds, steps, books } = openListened();
  connection.listened.add(DEPTH);
  append([buy(1, 4_000)]);
  steps(SECOND_STEPS);
  connection.bytes.length = 0;
  const instrument = feeds.find("BTC-USD");
  assert.ok(instrument !== undefined);
  // What no step has published, as while the feeds are pressed.
  for (let price = 1; price <= HELD_LEVELS_MAX + 1; price++) {
    instrument.book.touched.add(Side.buy, price);
  }
  books.changed(instrument);
  instrument.book.touched.clear();
  append([buy(1, 4_001)]);
  steps(SECOND_STEPS);
  const [frame] = connection.bytes.map(({ message }) => readFeedFrame(message));
  assert.ok(frame.kind === FeedKind.depth);
  assert.deepEqual([frame.prevSequence, frame.sequence, frame.bids], [3, 3, []]);
  connection.bytes.length = 0;
  append([buy(1, 4_002)]);
  steps(SECOND_STEPS);
  const [next] = connection.bytes.map(({ message }) => readFeedFrame(message));
  assert.ok(next.kind === FeedKind.depth);
  assert.deepEqual([next.prevSequence, next.bids], [3, [[4_002, 1]]]);
});

Deno.test("conflated depth waits while levels are held back: no message has them yet", () => {
  const { append, connection, release, steps } = openListened();
  connection.listened.add(DEPTH);
  steps(SECOND_STEPS);
  connection.bytes.length = 0;
  append([buy(1, 4_000)]);
  append([buy(1, 4_001)], true);
  steps(SECOND_STEPS);
  assert.equal(connection.bytes.length, 0);
  release();
  steps(SECOND_STEPS);
  const [frame] = connection.bytes.map(({ message }) => readFeedFrame(message));
  assert.ok(frame.kind === FeedKind.depth);
  assert.deepEqual([frame.prevSequence, frame.bids], [1, [[4_001, 1], [4_000, 1]]]);
});

Deno.test("conflated feeds say where they stand after a connection that broke", async () => {
  const { append, connection, steps } = openListened();
  connection.listened.add(FAST).add(DEPTH);
  append([buy(1, 4_000)]);
  steps(2 * SECOND_STEPS);
  [connection.heard.length, connection.bytes.length] = [0, 0];
  connection.breaks();
  await new Promise((done) => setTimeout(done, 0));
  steps(SECOND_STEPS);
  assert.deepEqual(connection.heard.map(({ message }) => message.sequence), [2]);
  const frames = connection.bytes.map(({ message }) => readFeedFrame(message));
  assert.deepEqual(frames.map(({ prevSequence, sequence }) => [prevSequence, sequence]), [[2, 2]]);
});

Deno.test("conflated best prices come when they changed, and once an interval at most", () => {
  const { append, connection, steps } = openListened();
  const subject = "md.BTC-USD.bbo.100ms.json";
  connection.listened.add(subject);
  append([buy(5, 4_000), sell(5, 6_000)]);
  steps(2 * SECOND_STEPS);
  connection.heard.length = 0;
  // Behind the best prices.
  append([buy(1, 3_000)]);
  steps(SECOND_STEPS);
  assert.equal(connection.heard.length, 0);
  for (let step = 0; step < SECOND_STEPS; step++) {
    append([buy(1, 4_001 + step)]);
    steps(1);
  }
  steps(SECOND_STEPS);
  const bids = connection.heard.map(({ message }) => (message as unknown as BboMessage).bid);
  assert.ok(bids.length >= 9 && bids.length <= 11, `${bids.length} in a second`);
  assert.deepEqual(bids.at(-1), ["40.50", "0.0001"]);
});

Deno.test("conflated feeds say their last number again after fifteen quiet seconds", () => {
  const { append, connection, steps } = openListened();
  connection.listened.add(FAST).add("md.BTC-USD.depth.1s.json");
  append([buy(1, 4_000)]);
  steps(2 * SECOND_STEPS);
  connection.heard.length = 0;
  steps(HEARTBEAT_SECONDS * SECOND_STEPS + 1);
  const numbers = connection.heard.map(({ message }) => [message.prevSequence, message.sequence]);
  assert.deepEqual(numbers, [[2, 2], [2, 2]]);
});

Deno.test("conflated feeds: a subscriber of a real broker has the best levels, in both formats", async () => {
  const seed = newSeed();
  const random = seededRandom(seed);
  await withBroker(async (nats) => {
    const stream = new MarketStream(await nats.connectAs("matcher"));
    await stream.open();
    const running = await startMarketData(nats);
    const subscriber = await nats.connectAs("subscriber");
    const [asJson, asBinary]: [BookMessage[], BookMessage[]] = [[], []];
    subscriber.subscribe("md.BTC-USD.book.10.20ms.json", {
      callback: (_, message) => asJson.push(message.json()),
    });
    subscriber.subscribe("md.BTC-USD.book.10.20ms.bin", {
      callback: (_, { data }) => {
        const frame = readFeedFrame(data);
        assert.ok(frame.kind === FeedKind.book);
        const [terms] = stream.market.references;
        asBinary.push(jsonOfFrame(frame, terms) as BookMessage);
      },
    });
    const [terms] = stream.market.references;
    const copy = new LotBook(terms.instrument);
    subscriber.subscribe("md.BTC-USD.depth.20ms.bin", {
      callback: (_, { data }) => {
        copy.depth(data);
        if (!copy.needsSnapshot) return;
        void askSnapshot(subscriber, { levels: 1_000 }).then((answer) =>
          copy.snapshot(lotSnapshot(answer, terms, 1_000))
        );
      },
    });
    await subscriber.flush();
    for (let append = 0; append < 100; append++) {
      await stream.append(randomCommands(random, 20));
    }
    const sequenceOf = () => running.marketData.feeds.find("BTC-USD")?.sequence;
    const isWhole = (all: readonly BookMessage[]) =>
      running.marketData.feeds.lastEvent === stream.market.state.events.sequence &&
      all.at(-1)?.sequence === sequenceOf();
    await until(() => isWhole(asJson) && isWhole(asBinary), "the last book");
    const expected = (side: number) =>
      stream.market.engineLevels(1, side).slice(0, 10).map(([price, lots]) => [
        (price / 100).toFixed(2),
        (lots / 10_000).toFixed(4),
      ]);
    await until(() => copy.sequence === sequenceOf(), "the copy of the book");
    assert.equal(copy.mismatchCount, 0);
    for (const [side, levels] of [[0, copy.bids], [1, copy.asks]] as const) {
      assertSide(levels, stream.market.engineLevels(1, side), `seed ${seed}`);
    }
    for (const { asks, bids } of [asJson.at(-1), asBinary.at(-1)] as BookMessage[]) {
      assert.deepEqual([bids, asks], [expected(0), expected(1)], `seed ${seed}`);
    }
    await running.stop();
  });
});
