import assert from "node:assert/strict";
import { FeedHub, HUB_SUBJECTS_MAX } from "../../../../infra/streams/feed_hub.ts";
import type { StreamEventText } from "../../../../routes/binance/streams/stream_event_text.ts";
import { parseStreamName } from "../../../../routes/binance/streams/stream_name.ts";
import { TranslatedFeeds } from "../../../../routes/binance/streams/translated_feeds.ts";
import { FakeBroker } from "../../../infra/streams/fake_broker.ts";
import { MemoryExchange } from "../../memory_exchange.ts";

const { reference } = new MemoryExchange();
const millis = (micros: number) => Math.floor(micros / 1_000);
const micros = (one: number) => one;
const BBO = "md.BTC-USD.bbo.json";
const TRADES = "md.BTC-USD.trades.json";

const head = (sequence: number, prevSequence = sequence - 1) => ({
  symbol: "BTC-USD",
  sequence,
  prevSequence,
  timeMicros: 1_234_567,
});
const bbo = (sequence: number) => ({ ...head(sequence), bid: ["1.00", "2"], ask: null });
const trades = (sequence: number, prevSequence?: number) => ({
  ...head(sequence, prevSequence),
  trades: [{
    tradeId: String(sequence),
    price: "1.00",
    quantity: "1",
    takerSide: "buy",
    timeMicros: 1,
  }],
});

/** Feeds, and listeners to their streams. */
class FeedsRun implements Disposable {
  readonly broker = new FakeBroker();
  readonly hub = new FeedHub(this.broker, 0);
  readonly feeds = new TranslatedFeeds(this.hub);

  listen(name: string, time = millis) {
    const stream = parseStreamName(name, reference);
    assert.ok(stream !== null);
    const events: StreamEventText[] = [];
    const ended: string[] = [];
    const { leave, ready } = this.feeds.listen(stream, time, {
      take: (event) => void events.push(event),
      ended: (reason) => void ended.push(reason),
    });
    return { events, ended, leave, ready };
  }

  [Symbol.dispose](): void {
    this.hub.stop();
  }
}

Deno.test("a message is translated once for all who listen in the same unit of time", () => {
  using run = new FeedsRun();
  const names = ["btcusd@trade", "BTCUSD@trade", "btcusd@trade"];
  const listeners = names.map((name) => run.listen(name));
  const other = run.listen("btcusd@trade", micros);
  run.broker.publish(TRADES, trades(1));
  const [first, ...rest] = listeners.map(({ events }) => events[0]);
  for (const event of rest) assert.equal(event, first);
  assert.notEqual(other.events[0], first);
  assert.deepEqual([first, other.events[0]].map((event) => JSON.parse(event?.text ?? "").E), [
    1_234,
    1_234_567,
  ]);
  const combined = first?.of("btcusd@trade");
  assert.equal(combined, `{"stream":"btcusd@trade","data":${first?.text}}`);
  assert.equal(first?.of("BTCUSD@trade"), `{"stream":"BTCUSD@trade","data":${first?.text}}`);
  assert.deepEqual(run.broker.subscribed, [TRADES]);
  assert.equal(run.feeds.size, 2);
});

Deno.test("a stream is given up with its last listener, and a place is left once", async () => {
  using run = new FeedsRun();
  const [one, two] = [run.listen("btcusd@trade"), run.listen("btcusd@trade")];
  one.leave();
  one.leave();
  run.broker.publish(TRADES, trades(1));
  assert.deepEqual([one.events.length, two.events.length], [0, 1]);
  two.leave();
  assert.equal(run.feeds.size, 0);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(run.broker.open, []);
  const three = run.listen("btcusd@trade");
  two.leave();
  assert.equal(run.feeds.size, 1, "the place at the old one does not end the new one");
  run.broker.publish(TRADES, trades(2));
  assert.equal(three.events.length, 1);
});

Deno.test("whoever comes later has the last of a state at once, and no event twice", () => {
  using run = new FeedsRun();
  const first = run.listen("btcusd@bookTicker");
  run.broker.publish(BBO, bbo(7));
  const second = run.listen("btcusd@bookTicker");
  const ticker = run.listen("btcusd@ticker");
  assert.deepEqual(second.events, first.events);
  // The same again, as a quiet feed says it.
  run.broker.publish(BBO, bbo(7));
  assert.deepEqual([first.events.length, second.events.length], [1, 1]);
  const figures = { lastPrice: null, open24h: null, high24h: null, low24h: null };
  const day = { ...head(8), ...figures, volume24h: "0", trades24h: 0 };
  run.broker.publish("md.BTC-USD.ticker.json", day);
  assert.equal(JSON.parse(ticker.events[0]?.text ?? "").b, "1.00000000", "best of before");
  const trade = run.listen("btcusd@trade");
  run.broker.publish(TRADES, trades(8, 0));
  assert.deepEqual(run.listen("btcusd@trade").events, []);
  assert.equal(trade.events.length, 1);
});

Deno.test("a state that another dialect listens to is there at once", () => {
  using run = new FeedsRun();
  run.hub.listen(BBO, { take: () => {}, ended: () => {} });
  run.broker.publish(BBO, bbo(7));
  assert.equal(run.listen("btcusd@bookTicker").events.length, 1);
  assert.deepEqual(run.broker.subscribed, [BBO]);
});

Deno.test("where trades or candles are missing, their listeners are told by the end", () => {
  using run = new FeedsRun();
  const [stream, other, depth] = ["btcusd@trade", "btcusd@kline_1m", "btcusd@depth@100ms"]
    .map((name) => run.listen(name));
  run.broker.publish(TRADES, trades(5, 2));
  run.broker.publish(TRADES, { ...head(5, 5), trades: [] });
  run.broker.publish(TRADES, trades(9, 5));
  run.broker.publish(TRADES, trades(9, 5));
  // An older one that comes late leaves the place where it is.
  run.broker.publish(TRADES, trades(5, 2));
  run.broker.publish(TRADES, trades(10, 9));
  assert.deepEqual([stream?.events.length, stream?.ended], [3, []]);
  // What a quiet feed says tells of a loss as well.
  run.broker.publish(TRADES, { ...head(12, 12), trades: [] });
  assert.deepEqual(stream?.ended, ["unavailable"]);
  const candles = { interval: "1m", candles: [] };
  run.broker.publish("md.BTC-USD.candles.1m.json", { ...head(3), ...candles });
  run.broker.publish("md.BTC-USD.candles.1m.json", { ...head(9), ...candles });
  assert.deepEqual(other?.ended, ["unavailable"]);
  const levels = { bids: [["1.00", "1"]], asks: [] };
  run.broker.publish("md.BTC-USD.depth.100ms.json", { ...head(3), ...levels });
  run.broker.publish("md.BTC-USD.depth.100ms.json", { ...head(9), ...levels });
  assert.deepEqual([depth?.ended, depth?.events.length], [[], 2], "a local book sees it");
  assert.equal(run.feeds.size, 1);
});

Deno.test("a message that cannot be read, and the end of a feed, end the streams of it alone", () => {
  using run = new FeedsRun();
  const [trade, state] = [run.listen("btcusd@trade"), run.listen("btcusd@bookTicker")];
  run.broker.publishText(TRADES, "{");
  assert.deepEqual([trade.ended, state.ended], [["unavailable"], []]);
  run.broker.refuse(BBO);
  assert.deepEqual(state.ended, ["not_allowed"]);
  const lost = run.listen("ethusd@trade");
  run.hub.stop();
  assert.deepEqual([lost.ended, run.feeds.size], [["backend_lost"], 0]);
});

Deno.test("a stream whose second feed has no room leaves the first", () => {
  using run = new FeedsRun();
  const listener = { take: () => {}, ended: () => {} };
  const others = Array.from(
    { length: HUB_SUBJECTS_MAX - 1 },
    (_, index) => run.hub.listen(`${index}`, listener),
  );
  assert.throws(() => run.listen("btcusd@ticker"), /subjects are listened to/);
  assert.equal(run.feeds.size, 0);
  run.broker.publish(BBO, bbo(1));
  assert.equal(run.hub.counts.handedOut, 0);
  for (const { leave } of others) leave();
});

Deno.test("depth is ready with its first message, which tells where its events begin", async () => {
  using run = new FeedsRun();
  const first = run.listen("btcusd@depth@100ms");
  let isReady = false;
  void first.ready.then(() => isReady = true);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(isReady, false, "an order that came now would be in no event");
  run.broker.publish("md.BTC-USD.depth.100ms.json", { ...head(7, 7), bids: [], asks: [] });
  await first.ready;
  assert.deepEqual(first.events, []);
  await run.listen("btcusd@depth@100ms").ready;
  const given = run.listen("btcusd@depth");
  given.leave();
  await given.ready;
});
