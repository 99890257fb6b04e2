import assert from "node:assert/strict";
import { HUB_SUBJECTS_MAX } from "../../../../infra/streams/feed_hub.ts";
import type { StreamEventText } from "../../../../routes/binance/streams/stream_event_text.ts";
import { FeedsRun, figures, head, snapshot } from "./feeds_run.ts";

const micros = (one: number) => one;
const BBO = "md.BTC-USD.bbo.json";
const TICKER = "md.BTC-USD.ticker.json";
const TRADES = "md.BTC-USD.trades.json";

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
  assert.equal(run.asked.length, 0);
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

/** Lets what waits for promises alone happen. */
const settle = () => new Promise((resolve) => setTimeout(resolve));

/** The only event, without what is the same of all. */
const onlyEvent = (events: StreamEventText[]) => {
  assert.equal(events.length, 1);
  return JSON.parse(events[0]?.text ?? "");
};

Deno.test("a stream of a quiet market begins with what a snapshot says", async () => {
  using run = new FeedsRun();
  const [full, mini, best] = ["ticker", "miniTicker", "bookTicker"].map((one) =>
    run.listen(`btcusd@${one}`)
  );
  const twice = run.listen("btcusd@ticker");
  assert.deepEqual(run.asked.map(({ args }) => args), Array(3).fill(["BTC-USD", 1, 0]));
  for (const { answer } of run.asked) answer.resolve(snapshot);
  await new Promise((resolve) => setTimeout(resolve));
  const { E, c, b, B, a, n } = onlyEvent(full?.events ?? []);
  assert.deepEqual([E, c, b, B, a, n], [
    9_000,
    "5.00000000",
    "4.00000000",
    "1.00000000",
    "0.00000000",
    8,
  ]);
  assert.deepEqual(twice.events, full?.events);
  assert.equal(onlyEvent(mini?.events ?? []).c, "5.00000000");
  const { u, b: bid } = onlyEvent(best?.events ?? []);
  assert.deepEqual([u, bid], [20, "4.00000000"]);
  // What the feed said before the snapshot is no news any more; what it says after it is.
  run.broker.publish(BBO, bbo(20));
  assert.equal(best?.events.length, 1);
  run.broker.publish(BBO, bbo(21));
  assert.equal(best?.events.length, 2);
});

Deno.test("what a feed has said meanwhile is not put back by the snapshot", async () => {
  using run = new FeedsRun();
  const [best, ticker] = [run.listen("btcusd@bookTicker"), run.listen("btcusd@ticker")];
  const [mini, eth] = [run.listen("btcusd@miniTicker"), run.listen("ethusd@miniTicker")];
  run.broker.publish(BBO, bbo(30));
  for (const { answer } of run.asked) answer.resolve(snapshot);
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(onlyEvent(best.events).u, 30);
  assert.equal(onlyEvent(ticker.events).b, "1.00000000");
  assert.deepEqual([mini.events.length, eth.events.length], [1, 1]);
  const other = run.listen("ethusd@miniTicker", micros);
  run.broker.publish("md.ETH-USD.ticker.json", { ...head(31), ...figures });
  run.asked.at(-1)?.answer.resolve(snapshot);
  await settle();
  assert.equal(other.events.length, 1, "what was said meanwhile is not said again");
});

Deno.test("a ticker whose figures are known begins once its best prices are known as well", async () => {
  using run = new FeedsRun();
  run.listen("btcusd@miniTicker");
  run.broker.publish(TICKER, { ...head(19), ...figures, lastPrice: "6.00" });
  run.asked.length = 0;
  const { events } = run.listen("btcusd@ticker");
  assert.deepEqual([events.length, run.asked.length], [0, 1]);
  run.asked[0]?.answer.resolve(snapshot);
  await settle();
  const { b, c } = onlyEvent(events);
  assert.deepEqual([b, c], ["4.00000000", "6.00000000"], "the feed's own figures, not older ones");
});

Deno.test("a ticker that was told before its best prices were known is told again with them", async () => {
  using run = new FeedsRun();
  const { events } = run.listen("btcusd@ticker");
  run.broker.publish(TICKER, { ...head(30), ...figures, lastPrice: "6.00" });
  assert.equal(onlyEvent(events).b, "0.00000000");
  run.asked[0]?.answer.resolve(snapshot);
  await settle();
  const { b, c } = JSON.parse(events[1]?.text ?? "");
  assert.deepEqual([events.length, b, c], [2, "4.00000000", "6.00000000"]);
});

Deno.test("a ticker whose best prices nobody tells begins without them", async () => {
  using run = new FeedsRun();
  run.listen("btcusd@miniTicker");
  run.broker.publish(TICKER, { ...head(19), ...figures });
  const { events } = run.listen("btcusd@ticker");
  run.asked.at(-1)?.answer.reject(new Error("nobody answers"));
  await settle();
  assert.equal(onlyEvent(events).b, "0.00000000");
});

Deno.test("a stream that was left before its snapshot came says nothing", async () => {
  using run = new FeedsRun();
  run.listen("btcusd@miniTicker");
  run.broker.publish(TICKER, { ...head(19), ...figures });
  const { events, leave } = run.listen("btcusd@ticker");
  leave();
  run.asked.at(-1)?.answer.resolve(snapshot);
  await settle();
  assert.deepEqual(events, []);
});

Deno.test("where no snapshot comes, a stream waits for its feed", async () => {
  using run = new FeedsRun();
  const { events, ended } = run.listen("btcusd@ticker");
  run.asked[0]?.answer.reject(new Error("nobody answers"));
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual([events, ended], [[], []]);
  run.broker.publish(TICKER, { ...head(40), ...figures });
  assert.equal(onlyEvent(events).c, "5.00000000");
  run.listen("btcusd@trade");
  run.listen("btcusd@ticker");
  assert.equal(run.asked.length, 1, "neither one that is no state nor one that is known asks");
});

Deno.test("who does not wait for a stream to be ready is not hurt where the broker is lost", async () => {
  using run = new FeedsRun();
  run.broker.flush = () => Promise.reject(new Error("disconnected"));
  const names = ["btcusd@trade", "!ticker@arr"];
  const [, all] = names.map((name) => run.listen(name));
  await new Promise((resolve) => setTimeout(resolve));
  await assert.rejects(all?.ready ?? Promise.resolve(), /disconnected/);
});
