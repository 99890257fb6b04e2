import assert from "node:assert/strict";
import { EventReader } from "../../../core/market_data/event_reader.ts";
import { FeedKind } from "../../../core/market_data/feed_frame.ts";
import { readFeedFrame } from "../../../core/market_data/feed_reader.ts";
import type {
  DefinitionMessage,
  DepthMessage,
  StatusMessage,
  TradesMessage,
} from "../../../core/market_data/feed_messages.ts";
import {
  type FeedSink,
  HELD_LEVELS_MAX,
  InstrumentFeed,
} from "../../../core/market_data/instrument_feed.ts";
import { EventFlag, EventKind } from "../../../core/protocol/event_record.ts";
import { OrderQueues } from "../../../core/market_data/order_queues.ts";
import { MarketFeeds } from "../../../core/market_data/market_feeds.ts";
import {
  buy,
  by,
  cancel,
  changeTerms,
  claim,
  type Command,
  deposit,
  halt,
  on,
  resume,
  sell,
} from "../../support/commands.ts";
import {
  APPEND_MICROS,
  applyMessages,
  type SentMessage,
  START_MICROS,
  TestMarket,
} from "./test_market.ts";

/** A market that is open, and a way to see what an append publishes. */
function opened() {
  const market = new TestMarket();
  const feeds = new MarketFeeds();
  const reader = new EventReader();
  const opening = market.open();
  for (const reference of market.references) feeds.learn(reference);
  const first = applyMessages(feeds, reader, opening);
  // The book order by order has tests of its own.
  const publish = (commands: readonly Command[], eventsMax?: number) =>
    applyMessages(feeds, reader, market.append(commands, eventsMax))
      .filter(({ feed }) => feed !== "orders");
  return { first, publish, feeds };
}

/** The message of one feed, without what each has, and what depth has to check it by. */
function bodies(sent: readonly SentMessage[]): unknown[] {
  const left: ReadonlySet<string> = new Set(["symbol", "timeMicros", "checksum"]);
  return sent.map(({ feed, message }) => {
    const body = Object.entries(message).filter(([field]) => !left.has(field));
    return { feed, ...Object.fromEntries(body) };
  });
}

Deno.test("instrument feed: a definition is the first public event: trading", () => {
  const { first } = opened();
  assert.deepEqual(
    first.filter(({ feed }) => feed === "status").map(({ bytes: _bytes, ...sent }) => sent),
    ["BTC-USD", "ETH-USD"].map((symbol) => ({
      symbol,
      feed: "status",
      message: {
        symbol,
        sequence: 1,
        prevSequence: 0,
        timeMicros: START_MICROS + APPEND_MICROS,
        status: "trading",
        detail: "full",
      },
    })),
  );
});

Deno.test("instrument feed: a definition says the terms, in front of the status", () => {
  const { first } = opened();
  assert.deepEqual(first.map(({ symbol, feed }) => `${symbol} ${feed}`), [
    "BTC-USD definition",
    "BTC-USD status",
    "ETH-USD definition",
    "ETH-USD status",
  ]);
  assert.deepEqual(first[2]?.message, {
    symbol: "ETH-USD",
    sequence: 1,
    prevSequence: 0,
    timeMicros: START_MICROS + APPEND_MICROS,
    instrument: 2,
    base: "ETH",
    quote: "USD",
    tickSize: "0.01",
    lotSize: "0.001",
    priceMax: "10000.00",
    quantityMax: "100000.000",
    priceScale: 2,
    quantityScale: 3,
    makerFeeRate: "0.000000",
    takerFeeRate: "0.000000",
    collarRate: "0.050000",
  });
});

Deno.test("instrument feed: terms that change are told anew, behind what was before", () => {
  const { feeds, publish } = opened();
  publish([claim(1), sell(5, 5_001), sell(5, 5_002)]);
  const to = { makerFeePpm: 50, takerFeePpm: 400, priceTicksMax: 2_000_000 };
  const from = { makerFeePpm: 0, takerFeePpm: 0, priceTicksMax: 1_000_000 };
  const sent = publish([changeTerms(from, to)]);
  assert.deepEqual(bodies(sent), [{
    feed: "definition",
    sequence: 4,
    prevSequence: 1,
    instrument: 1,
    base: "BTC",
    quote: "USD",
    tickSize: "0.01",
    lotSize: "0.0001",
    priceMax: "20000.00",
    quantityMax: "100000.0000",
    priceScale: 2,
    quantityScale: 4,
    makerFeeRate: "0.000050",
    takerFeeRate: "0.000400",
    collarRate: "0.050000",
  }]);
  const frame = readFeedFrame(sent[0].bytes);
  assert.ok(frame.kind === FeedKind.definition);
  assert.deepEqual(
    [frame.terms.makerFeePpm, frame.terms.takerFeePpm, frame.terms.priceTicksMax],
    [50, 400, 2_000_000],
  );
  const { terms } = feeds.find("BTC-USD") as InstrumentFeed;
  assert.deepEqual([terms.makerFeePpm, terms.collarPpm, terms.tickSize], [50, 50_000, 1]);
  assert.equal(feeds.find("ETH-USD")?.terms.makerFeePpm, 0);
  // A refused one is told nobody, and the numbers go on.
  assert.deepEqual(publish([changeTerms(from, to)]), []);
  const status = publish([halt()]).find(({ feed }) => feed === "status");
  assert.deepEqual([status?.message.sequence, status?.message.prevSequence], [5, 1]);
});

Deno.test("instrument feed: whoever reads the events anew comes to the terms of now", () => {
  const market = new TestMarket();
  const messages = [
    ...market.open(),
    ...market.append([claim(1)]),
    ...market.append([changeTerms({ takerFeePpm: 0 }, { takerFeePpm: 400 })]),
    ...market.append([changeTerms({ takerFeePpm: 400 }, { takerFeePpm: 300, collarPpm: 7 })]),
    ...market.append([changeTerms({ takerFeePpm: 400 }, { takerFeePpm: 300 })]),
  ];
  const [now] = market.references;
  assert.equal(now.takerFeePpm, 300);
  const feeds = new MarketFeeds();
  for (const reference of market.references) feeds.learn(reference);
  const sent = applyMessages(feeds, new EventReader(), messages);
  assert.deepEqual(feeds.find("BTC-USD")?.terms, now);
  const told = sent.filter(({ feed, symbol }) => feed === "definition" && symbol === "BTC-USD");
  assert.deepEqual(
    told.map(({ message }) => (message as DefinitionMessage).takerFeeRate).slice(1),
    ["0.000400", "0.000300"],
  );
});

Deno.test("instrument feed: one depth and one bbo message for a batch, best first", () => {
  const { publish } = opened();
  const sent = publish([buy(10_000, 4_998), buy(5, 4_999), sell(1, 5_002), sell(2, 5_001)]);
  assert.deepEqual(bodies(sent), [
    {
      feed: "depth",
      sequence: 5,
      prevSequence: 0,
      bids: [["49.99", "0.0005"], ["49.98", "1.0000"]],
      asks: [["50.01", "0.0002"], ["50.02", "0.0001"]],
    },
    {
      feed: "bbo",
      sequence: 5,
      prevSequence: 0,
      bid: ["49.99", "0.0005"],
      ask: ["50.01", "0.0002"],
    },
  ]);
});

Deno.test("instrument feed: numbers are decimals by the scales of each instrument", () => {
  const { publish } = opened();
  const [sent] = publish([buy(1_234, 5, on(2))]);
  assert.equal(sent?.symbol, "ETH-USD");
  assert.deepEqual((sent?.message as DepthMessage).bids, [["0.05", "1.234"]]);
});

Deno.test("instrument feed: trades of a batch are one message, oldest first, taker's side", () => {
  const { publish } = opened();
  publish([sell(2, 5_000), sell(3, 5_001), buy(4, 4_000)]);
  const sent = publish([buy(4, 5_001, by(2)), sell(1, 4_000, by(3))]);
  const timeMicros = START_MICROS + 3 * APPEND_MICROS;
  assert.deepEqual(bodies(sent), [
    {
      feed: "trades",
      sequence: 7,
      prevSequence: 0,
      trades: [
        { tradeId: "1", price: "50.00", quantity: "0.0002", takerSide: "buy", timeMicros },
        { tradeId: "2", price: "50.01", quantity: "0.0002", takerSide: "buy", timeMicros },
        { tradeId: "3", price: "40.00", quantity: "0.0001", takerSide: "sell", timeMicros },
      ],
    },
    {
      feed: "depth",
      sequence: 7,
      prevSequence: 4,
      bids: [["40.00", "0.0003"]],
      asks: [["50.00", "0"], ["50.01", "0.0001"]],
    },
    {
      feed: "bbo",
      sequence: 7,
      prevSequence: 4,
      bid: ["40.00", "0.0003"],
      ask: ["50.01", "0.0001"],
    },
  ]);
});

Deno.test("instrument feed: no bbo message when only the depth changed", () => {
  const { publish } = opened();
  publish([buy(5, 4_999)]);
  assert.deepEqual(publish([buy(5, 4_998)]).map(({ feed }) => feed), ["depth"]);
  assert.deepEqual(publish([buy(5, 4_999)]).map(({ feed }) => feed), ["depth", "bbo"]);
});

Deno.test("instrument feed: an empty side has no best level", () => {
  const { publish } = opened();
  publish([buy(5, 4_999)]);
  const [, bbo] = bodies(publish([cancel(1)]));
  assert.deepEqual(bbo, { feed: "bbo", sequence: 3, prevSequence: 2, bid: null, ask: null });
});

Deno.test("instrument feed: what is private publishes nothing and counts nothing", () => {
  const { publish, feeds } = opened();
  assert.deepEqual(publish([deposit(1, 1, 5), cancel(99), buy(0, 5)]), []);
  assert.equal(feeds.find("BTC-USD")?.sequence, 1);
});

Deno.test("instrument feed: a status message when the status changes, and only then", () => {
  const { publish } = opened();
  assert.deepEqual(bodies(publish([halt()])), [
    { feed: "status", sequence: 2, prevSequence: 1, status: "halted", detail: "full" },
  ]);
  assert.deepEqual(publish([halt()]), []);
  const sent = publish([resume(), halt(), resume()]);
  const seen = sent.map(({ message }) => message as StatusMessage);
  assert.deepEqual(seen.map(({ status }) => status), ["trading", "halted", "trading"]);
  assert.deepEqual(seen.map(({ sequence }) => sequence), [3, 4, 5]);
});

Deno.test("instrument feed: more trades than a message holds go into the next, in sequence", () => {
  const { publish } = opened();
  const makers = Array.from({ length: 1_200 }, (_, index) => sell(1, 5_000, by(1 + index % 2)));
  publish(makers);
  const takers = [buy(700, 5_000, by(3)), buy(500, 5_000, by(4))];
  const trades = publish(takers).filter(({ feed }) => feed === "trades")
    .map(({ message }) => message as TradesMessage);
  assert.deepEqual(trades.map((message) => message.trades.length), [1_000, 200]);
  const [first, second] = trades;
  assert.deepEqual([first?.sequence, first?.prevSequence], [2_201, 0]);
  assert.deepEqual([second?.sequence, second?.prevSequence], [2_401, 2_201]);
  const ids = trades.flatMap((message) => message.trades.map(({ tradeId }) => Number(tradeId)));
  assert.deepEqual(ids, Array.from({ length: 1_200 }, (_, index) => index + 1));
});

Deno.test("instrument feed: an append in several messages is several batches of one count", () => {
  const { publish } = opened();
  const sent = publish([buy(1, 10), buy(2, 10), buy(3, 10)], 1);
  const depth = sent.filter(({ feed }) => feed === "depth").map(({ message }) => message);
  const numbers = depth.map(({ sequence, prevSequence }) => [sequence, prevSequence]);
  assert.deepEqual(numbers, [[2, 0], [3, 2], [4, 3]]);
});

Deno.test("instrument feed: depth is held until so many levels were touched, and no longer", () => {
  const market = new TestMarket();
  market.open();
  const [terms] = market.references;
  assert.ok(terms !== undefined);
  const feed = new InstrumentFeed(terms, new OrderQueues(2));
  const counts: number[] = [];
  const sink: FeedSink = (instrument, name) => {
    if (name === "depth") counts.push(instrument.book.touched.count);
  };
  // The engine of a test has no room for as many orders.
  const event = { kind: EventKind.accepted, flags: EventFlag.resting, quantityLots: 1, side: 0 };
  for (let priceTicks = 1; priceTicks <= 2 * HELD_LEVELS_MAX; priceTicks++) {
    const known = { instrument: 1, orderId: priceTicks, sequence: priceTicks, priceTicks };
    feed.apply({ ...event, ...known } as EventReader, sink);
    feed.close(1, sink, true);
  }
  assert.deepEqual(counts, [HELD_LEVELS_MAX, HELD_LEVELS_MAX]);
});
