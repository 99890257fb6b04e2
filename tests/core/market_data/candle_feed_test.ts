import assert from "node:assert/strict";
import { FLAT_BARS_MAX } from "../../../core/market_data/candle_feed.ts";
import { candleIntervals } from "../../../core/market_data/candle_intervals.ts";
import { EventReader } from "../../../core/market_data/event_reader.ts";
import type {
  CandleEntry,
  CandlesMessage,
  TradesMessage,
} from "../../../core/market_data/feed_messages.ts";
import { MarketFeeds } from "../../../core/market_data/market_feeds.ts";
import { buy, by, type Command, on, sell } from "../../support/commands.ts";
import { newSeed, randomCommands, seededRandom } from "./random_orders.ts";
import {
  applyMessages,
  type SentMessage,
  sinkTo,
  START_MICROS,
  TestMarket,
} from "./test_market.ts";

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;

/** A market whose appends are stamped when the test says so. */
function opened() {
  const market = new TestMarket();
  const feeds = new MarketFeeds();
  const reader = new EventReader();
  const opening = market.open();
  for (const reference of market.references) feeds.learn(reference);
  applyMessages(feeds, reader, opening);
  return {
    feeds,
    /** Appends at a time after midnight; what it sends. */
    at: (micros: number, commands: readonly Command[]): SentMessage[] => {
      // The market takes a step of its own in front of each append.
      market.stampMicros = START_MICROS + micros - 1_000;
      return applyMessages(feeds, reader, market.append(commands));
    },
  };
}

/** The candles of an interval among what was sent. */
function candlesOf(sent: readonly SentMessage[], interval: string, symbol = "BTC-USD") {
  return sent
    .filter((one) => one.feed === `candles.${interval}` && one.symbol === symbol)
    .map(({ message }) => (message as CandlesMessage).candles);
}

/** A trade of some lots at a price. */
const trade = (lots: number, price: number) => [sell(lots, price), buy(lots, price, by(2))];

Deno.test("candle feed: a candle is sent once, in front of the events that show that it has ended", () => {
  const { at } = opened();
  assert.deepEqual(candlesOf(at(MINUTE, trade(2, 5_001)), "1m"), []);
  assert.deepEqual(candlesOf(at(MINUTE + 20 * SECOND, trade(3, 5_000)), "1m"), []);
  const sent = at(2 * MINUTE, trade(1, 5_002));
  assert.deepEqual(candlesOf(sent, "1m"), [[{
    startMicros: START_MICROS + MINUTE,
    open: "50.01",
    high: "50.01",
    low: "50.00",
    close: "50.00",
    volume: "0.0005",
    trades: 2,
    firstTradeId: "1",
    lastTradeId: "2",
    isFinal: true,
  }]]);
  const feeds = sent.map(({ feed }) => feed);
  assert.ok(feeds.indexOf("candles.1m") < feeds.indexOf("trades"));
  assert.deepEqual(candlesOf(at(2 * MINUTE + SECOND, trade(1, 5_002)), "1m"), []);
});

Deno.test("candle feed: minutes without trades are flat, by events of any instrument", () => {
  const { at } = opened();
  at(MINUTE, trade(2, 5_001));
  const sent = at(5 * MINUTE, [buy(1, 100, on(2))]);
  const [bars] = candlesOf(sent, "1m");
  assert.deepEqual(bars?.map(({ close, trades, volume }) => [close, trades, volume]), [
    ["50.01", 1, "0.0002"],
    ["50.01", 0, "0"],
    ["50.01", 0, "0"],
    ["50.01", 0, "0"],
  ]);
  assert.deepEqual(bars?.at(-1)?.firstTradeId, null);
  assert.deepEqual(candlesOf(sent, "1m", "ETH-USD"), [], "nobody ever traded it");
});

Deno.test("candle feed: flat bars of less than a minute wait for one with trades", () => {
  const { at } = opened();
  at(0, trade(1, 5_000));
  assert.equal(candlesOf(at(SECOND, []), "1s").length, 0, "an append without events says nothing");
  const first = candlesOf(at(SECOND, [buy(1, 100)]), "1s");
  assert.deepEqual(first.map((bars) => bars.length), [1]);
  for (let second = 2; second < 5; second++) {
    assert.deepEqual(candlesOf(at(second * SECOND, [buy(1, 100)]), "1s"), []);
  }
  at(5 * SECOND, trade(1, 5_001));
  const [bars] = candlesOf(at(6 * SECOND, [buy(1, 100)]), "1s");
  assert.deepEqual(bars?.map(({ trades }) => trades), [0, 0, 0, 0, 1]);
});

Deno.test("candle feed: of a long gap the newest bars are sent, and every one with trades", () => {
  const { at } = opened();
  at(0, trade(1, 5_000));
  const sent = at(500 * MINUTE, [buy(1, 100)]);
  const [bars] = candlesOf(sent, "1m");
  assert.deepEqual(bars?.map(({ trades }) => trades), [1, ...Array(FLAT_BARS_MAX).fill(0)]);
  assert.equal(bars?.at(-1)?.startMicros, START_MICROS + 499 * MINUTE);
  assert.deepEqual(candlesOf(sent, "1s").map((some) => some.map(({ trades }) => trades)), [[1]]);
  at(501 * MINUTE, trade(1, 5_000));
  const [later] = candlesOf(at(502 * MINUTE, [buy(1, 100)]), "1s");
  assert.deepEqual(later?.map(({ trades }) => trades), [...Array(FLAT_BARS_MAX).fill(0), 1]);
});

Deno.test("candle feed: the open candle is told after trades, and is not final", () => {
  const { at, feeds } = opened();
  at(MINUTE, trade(2, 5_001));
  const feed = feeds.find("BTC-USD");
  assert.ok(feed !== undefined);
  const sent: SentMessage[] = [];
  feed.tick(START_MICROS + MINUTE, sinkTo(sent));
  const [[bar]] = candlesOf(sent, "1h") as [CandleEntry[]];
  assert.deepEqual([bar?.startMicros, bar?.trades, bar?.isFinal], [START_MICROS, 1, false]);
  assert.deepEqual(candlesOf(sent, "1s"), [], "it would be over before it is read");
  sent.length = 0;
  feed.tick(START_MICROS + MINUTE, sinkTo(sent));
  assert.deepEqual(sent, [], "nothing has happened since");
});

Deno.test("candle feed: final candles of every interval add up to the trades, without a gap", () => {
  const seed = newSeed();
  const random = seededRandom(seed);
  const { at } = opened();
  const sent: SentMessage[] = [];
  let micros = 0;
  for (let append = 0; append < 600; append++) {
    micros += 1_000 + Math.floor(random() ** 6 * 20 * MINUTE);
    sent.push(...at(micros, randomCommands(random, 10)));
  }
  // Two days later all of them have ended.
  sent.push(...at(micros + 2 * 24 * 60 * MINUTE, [sell(1, 9_000), buy(1, 9_000, by(2))]));
  sent.push(...at(micros + 4 * 24 * 60 * MINUTE, [buy(1, 100)]));
  const traded = sent.filter(({ feed, symbol }) => feed === "trades" && symbol === "BTC-USD")
    .flatMap(({ message }) => (message as TradesMessage).trades);
  for (const { micros: length, name } of candleIntervals) {
    const bars = candlesOf(sent, name).flat();
    assert.ok(bars.every(({ isFinal }) => isFinal));
    assert.equal(
      bars.reduce((sum, { trades }) => sum + trades, 0),
      traded.length,
      `seed ${seed}: trades in the candles of ${name}`,
    );
    const ids = bars.filter(({ trades }) => trades > 0);
    assert.equal(ids[0]?.firstTradeId, traded[0]?.tradeId);
    for (const [index, bar] of bars.entries()) {
      const before = bars[index - 1];
      if (before === undefined) continue;
      const steps = (bar.startMicros - before.startMicros) / length;
      // What is left out is in front of as many flat bars as are sent of one gap.
      const isGap = bars.slice(index, index + FLAT_BARS_MAX).every(({ trades }) => trades === 0);
      assert.ok(steps === 1 || isGap, `seed ${seed}: ${name} lacks ${steps - 1} bars`);
      if (bar.trades === 0) assert.equal(bar.open, bar.close);
    }
  }
});
