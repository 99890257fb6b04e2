import assert from "node:assert/strict";
import type { Msg, NatsConnection } from "nats.ws";
import { BOOK_STEP_MILLIS, bookClasses } from "../../../core/market_data/book_classes.ts";
import { EventReader } from "../../../core/market_data/event_reader.ts";
import type { BookMessage } from "../../../core/market_data/feed_messages.ts";
import { FeedKind } from "../../../core/market_data/feed_frame.ts";
import { jsonOfFrame, readFeedFrame } from "../../../core/market_data/feed_reader.ts";
import { InstrumentFeed } from "../../../core/market_data/instrument_feed.ts";
import { MarketFeeds } from "../../../core/market_data/market_feeds.ts";
import {
  BookFeeds,
  SILENT_MILLIS,
  TRIES_PER_STEP_MAX,
} from "../../../workers/market_data/book_feeds.ts";
import { newSeed, randomCommands, seededRandom } from "../../core/market_data/random_orders.ts";
import { applyMessages, TestMarket } from "../../core/market_data/test_market.ts";
import { buy, type Command, sell } from "../../support/commands.ts";
import { MarketStream, startMarketData, until, withBroker } from "./market_stream.ts";

/** A connection on which the test says who listens. */
class ListenedConnection {
  readonly options = { inboxPrefix: "_INBOX.test" };
  readonly listened = new Set<string>();
  readonly heard: { readonly subject: string; readonly message: BookMessage }[] = [];
  readonly tried = new Set<string>();
  published = 0;
  #answer: (error: null, message: Msg) => void = () => {};

  subscribe(_subject: string, { callback }: { callback: (error: null, message: Msg) => void }) {
    this.#answer = callback;
  }

  publish(subject: string, payload: string | Uint8Array, { reply }: { reply: string }): void {
    this.published++;
    this.tried.add(subject);
    if (!this.listened.has(subject)) {
      return this.#answer(null, { subject: reply, headers: { code: 503 } } as unknown as Msg);
    }
    if (typeof payload === "string") this.heard.push({ subject, message: JSON.parse(payload) });
  }
}

function opened() {
  const market = new TestMarket();
  const feeds = new MarketFeeds();
  const reader = new EventReader();
  const opening = market.open();
  for (const reference of market.references) feeds.learn(reference);
  applyMessages(feeds, reader, opening);
  const connection = new ListenedConnection();
  const books = new BookFeeds(connection as unknown as NatsConnection);
  return {
    connection,
    market,
    append: (commands: readonly Command[]) => applyMessages(feeds, reader, market.append(commands)),
    steps: (count: number) => {
      for (let step = 0; step < count; step++) books.step(feeds.instruments, 1);
    },
  };
}

const SECOND_STEPS = 1_000 / BOOK_STEP_MILLIS;
const FAST = "md.BTC-USD.book.5.20ms.json";
const SLOW = "md.BTC-USD.book.50.1s.json";

Deno.test("book feeds: a feed speaks once in its interval at most, and says the last state", () => {
  const { append, connection, steps } = opened();
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

Deno.test("book feeds: what nobody hears is tried once a second, whatever happens to the book", () => {
  const { append, connection, steps } = opened();
  const feeds = bookClasses.length * 2 * 2;
  const seconds = 10;
  for (let step = 0; step < seconds * SECOND_STEPS; step++) {
    append([buy(1, 4_000 + step)]);
    steps(1);
  }
  assert.ok(connection.published <= feeds * (seconds * 1_000 / SILENT_MILLIS + 1));
  assert.ok(connection.published >= feeds * (seconds / 2 - 1), `${connection.published} tries`);
});

Deno.test("book feeds: whoever comes late has the book though nothing happens any more", () => {
  const { append, connection, steps } = opened();
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

Deno.test("book feeds: a step tries no more than so many feeds, and each has its turn", () => {
  const { connection, market } = opened();
  const [terms] = market.references;
  assert.ok(terms !== undefined);
  // More feeds than are tried before the first of them may be again.
  const instruments = Array.from({ length: 120 }, (_, index) => {
    const instrument = new InstrumentFeed({ ...terms, symbol: `A${index}-USD` });
    instrument.sequence = 1;
    return instrument;
  });
  const books = new BookFeeds(connection as unknown as NatsConnection);
  for (let step = 0; step < 10 * SECOND_STEPS; step++) {
    const before = connection.published;
    books.step(instruments, 1);
    const tries = connection.published - before;
    assert.ok(tries <= TRIES_PER_STEP_MAX, `${tries} tries in step ${step}`);
  }
  assert.equal(connection.tried.size, instruments.length * bookClasses.length * 2);
});

Deno.test("book feeds: a subscriber of a real broker has the best levels, in both formats", async () => {
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
    for (const { asks, bids } of [asJson.at(-1), asBinary.at(-1)] as BookMessage[]) {
      assert.deepEqual([bids, asks], [expected(0), expected(1)], `seed ${seed}`);
    }
    await running.stop();
  });
});
