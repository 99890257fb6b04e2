/**
 * The tickers of all markets, with a clock of the test's own.
 *
 * @module
 */

import assert from "node:assert/strict";
import { HUB_SUBJECTS_MAX } from "../../../../infra/streams/feed_hub.ts";
import type { Instrument } from "../../../../infra/reference/instrument_terms.ts";
import {
  MARKETS_JOINED_MAX,
  TICKERS_TOLD_MAX,
} from "../../../../routes/binance/streams/all_markets.ts";
import type { StreamEventText } from "../../../../routes/binance/streams/stream_event_text.ts";
import { FeedsRun, figures, head, millis, snapshot } from "./feeds_run.ts";

const MINI = "!miniTicker@arr";
const FULL = "!ticker@arr";
const SYMBOLS = ["BTC-USD", "ETH-USD"];
const micros = (one: number) => one;
const tickerOf = (symbol: string) => `md.${symbol}.ticker.json`;

/** Says a market's ticker; by the price it is told apart. */
function say(run: FeedsRun, symbol: string, lastPrice: string, timeMicros = 1_234_567): void {
  run.broker.publish(tickerOf(symbol), { ...head(1), symbol, ...figures, lastPrice, timeMicros });
}

/** Says each of the markets' tickers. */
function sayAll(run: FeedsRun, lastPrice: string): void {
  for (const { symbol } of run.reference.all()) say(run, symbol, lastPrice);
}

/** Arrays as names and prices. */
const told = (events: readonly StreamEventText[]) =>
  events.map(({ text }) =>
    JSON.parse(text).map(({ s, c }: { s: string; c: string }) => `${s} ${Number(c)}`)
  );

/** Defines markets, so that there are as many. */
function define(run: FeedsRun, count: number): void {
  const [first] = run.reference.all();
  assert.ok(first !== undefined);
  for (let instrument = run.reference.all().length + 1; instrument <= count; instrument++) {
    const name = `M${instrument}`;
    const made: Instrument = { ...first, instrument, symbol: `${name}-USD`, baseName: name };
    run.reference.learn(made);
  }
}

/** Lets what waits for promises alone happen. */
const settle = () => new Promise((resolve) => setTimeout(resolve));

Deno.test("each second an array has the tickers that have changed, in one event for all", () => {
  using run = new FeedsRun();
  const [one, two] = [run.listen(MINI), run.listen(MINI)];
  assert.deepEqual(run.broker.subscribed, SYMBOLS.map(tickerOf));
  run.second();
  assert.deepEqual(told(one.events), [], "nothing has changed");
  say(run, "BTC-USD", "5.00");
  say(run, "ETH-USD", "3.00");
  say(run, "BTC-USD", "6.00");
  assert.deepEqual(told(one.events), [], "the second is not over");
  run.second();
  run.second();
  assert.deepEqual(told(one.events), [["BTCUSD 6", "ETHUSD 3"]]);
  assert.equal(one.events[0], two.events[0], "written once");
  const [{ text } = { text: "" }] = one.events;
  assert.equal(text, JSON.stringify(JSON.parse(text)));
  say(run, "ETH-USD", "4.00");
  run.second();
  assert.deepEqual(told(two.events).slice(1), [["ETHUSD 4"]]);
});

Deno.test("an element is the event of the market's own stream, which is heard once", () => {
  using run = new FeedsRun();
  const own = ["btcusd@ticker", "btcusd@miniTicker"].map((name) => run.listen(name));
  const all = [FULL, MINI].map((name) => run.listen(name));
  const other = run.listen(FULL, micros);
  run.broker.publish("md.BTC-USD.bbo.json", { ...head(1), bid: ["1.00", "2"], ask: null });
  say(run, "BTC-USD", "5.00");
  run.second();
  for (const [index, { events }] of all.entries()) {
    assert.equal(events[0]?.text, `[${own[index]?.events[0]?.text}]`);
  }
  const [event] = JSON.parse(all[0]?.events[0]?.text ?? "");
  assert.deepEqual([event.e, event.E, event.b], ["24hrTicker", 1_234, "1.00000000"]);
  assert.equal(JSON.parse(other.events[0]?.text ?? "")[0].E, 1_234_567);
  const subjects = SYMBOLS.flatMap((symbol) => [`md.${symbol}.bbo.json`, tickerOf(symbol)]);
  assert.deepEqual(run.broker.subscribed.toSorted(), subjects.toSorted());
  assert.equal(run.timers.size, 1, "one timer for all");
  assert.equal(
    all[0]?.events[0]?.of(FULL),
    `{"stream":"${FULL}","data":[${own[0]?.events[0]?.text}]}`,
  );
});

Deno.test("what a quiet feed says again is no news, and what a ticker shows beside is", () => {
  using run = new FeedsRun();
  const [mini, full] = [run.listen(MINI), run.listen(FULL)];
  const bid = (price: string) =>
    run.broker.publish("md.BTC-USD.bbo.json", {
      ...head(Number(price)),
      bid: [price, "2"],
      ask: null,
    });
  bid("1");
  say(run, "BTC-USD", "5.00", 1_000_000);
  run.second();
  say(run, "BTC-USD", "5.00", 16_000_000);
  run.second();
  assert.deepEqual([mini.events.length, full.events.length], [1, 1]);
  bid("2");
  say(run, "BTC-USD", "5.00", 31_000_000);
  run.second();
  assert.deepEqual([mini.events.length, full.events.length], [1, 2]);
});

Deno.test("a quiet market begins with its snapshot, and whoever comes later has all at once", async () => {
  using run = new FeedsRun();
  const first = run.listen(MINI);
  assert.deepEqual(run.asked.map(({ args }) => args[0]), SYMBOLS);
  for (const [index, { answer }] of run.asked.entries()) {
    answer.resolve({ ...snapshot, ticker: { ...figures, lastPrice: `${index + 1}.00` } });
  }
  await settle();
  const second = run.listen(MINI);
  assert.deepEqual(told(second.events), [["BTCUSD 1", "ETHUSD 2"]]);
  assert.deepEqual(told(first.events), []);
  run.second();
  assert.deepEqual(told(first.events), [["BTCUSD 1", "ETHUSD 2"]]);
  const [third, fourth] = [run.listen(MINI), run.listen(MINI)];
  assert.equal(third.events[0], fourth.events[0], "written once as long as nothing changes");
  say(run, "BTC-USD", "7.00");
  assert.deepEqual(told(run.listen(MINI).events), [["BTCUSD 7", "ETHUSD 2"]]);
});

Deno.test("what others listen to already is told at once, and not again", () => {
  using run = new FeedsRun();
  run.listen("btcusd@miniTicker");
  say(run, "BTC-USD", "5.00");
  const all = run.listen(MINI);
  run.second();
  assert.deepEqual(told(all.events), [["BTCUSD 5"]]);
});

Deno.test("a market that is defined later joins with the next second", () => {
  using run = new FeedsRun();
  const { events } = run.listen(MINI);
  define(run, 3);
  say(run, "M3-USD", "9.00");
  run.second();
  assert.deepEqual(told(events), [], "it is heard from now on");
  say(run, "M3-USD", "9.00");
  run.second();
  assert.deepEqual(told(events), [["M3USD 9"]]);
  assert.equal(run.broker.subscribed.length, 3);
});

Deno.test("so many markets join in a second, and the rest in the next ones", () => {
  using run = new FeedsRun();
  define(run, MARKETS_JOINED_MAX * 2 + 1);
  run.listen(MINI);
  const counts = [run.asked.length];
  for (let turn = 0; turn < 3; turn++) {
    run.second();
    counts.push(run.asked.length);
  }
  const most = MARKETS_JOINED_MAX;
  assert.deepEqual(counts, [most, 2 * most, 2 * most + 1, 2 * most + 1]);
});

Deno.test("so many tickers are told in a second: the rest waits its turn with its newest event", () => {
  using run = new FeedsRun();
  const count = TICKERS_TOLD_MAX + 2;
  define(run, count);
  const { events } = run.listen(MINI);
  for (let turn = 0; turn < 3; turn++) run.second();
  sayAll(run, "1.00");
  run.second();
  sayAll(run, "2.00");
  run.second();
  run.second();
  run.second();
  const arrays = told(events);
  assert.deepEqual(arrays.map(({ length }) => length), [
    TICKERS_TOLD_MAX,
    TICKERS_TOLD_MAX,
    2,
  ]);
  const last = `M${count}USD`;
  assert.deepEqual(arrays[1].slice(0, 2), [`M${count - 1}USD 2`, `${last} 2`], "first come");
  const later = run.listen(MINI);
  assert.deepEqual(told(later.events).map(({ length }) => length), [TICKERS_TOLD_MAX]);
  run.second();
  const names = new Set(told(later.events).flat());
  assert.equal(names.size, count, "what had no room comes with the next second");
  assert.ok(later.events.every(({ text }) => text.length < 512 * 1_024));
});

Deno.test("with its last listener the stream, its places and its timer are given up", async () => {
  using run = new FeedsRun();
  const [one, two] = [run.listen(MINI), run.listen(MINI)];
  one.leave();
  one.leave();
  say(run, "BTC-USD", "5.00");
  run.second();
  assert.deepEqual([one.events.length, two.events.length, run.timers.size], [0, 1, 1]);
  two.leave();
  assert.deepEqual([run.feeds.size, run.timers.size], [0, 0]);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(run.broker.open, []);
  const again = run.listen(MINI);
  two.leave();
  say(run, "BTC-USD", "6.00");
  run.second();
  assert.deepEqual([told(again.events), run.timers.size], [[["BTCUSD 6"]], 1]);
});

Deno.test("where one market is lost, all who listen to all are told by the end", () => {
  using run = new FeedsRun();
  const [one, two, own] = [MINI, MINI, "ethusd@miniTicker"].map((name) => run.listen(name));
  run.broker.refuse(tickerOf("BTC-USD"));
  assert.deepEqual([one?.ended, two?.ended, own?.ended], [["not_allowed"], ["not_allowed"], []]);
  assert.deepEqual([run.feeds.size, run.timers.size], [1, 0]);
  const lost = run.listen(MINI);
  run.hub.stop();
  assert.deepEqual([lost.ended, own?.ended], [["backend_lost"], ["backend_lost"]]);
  assert.deepEqual([run.feeds.size, run.timers.size], [0, 0]);
});

Deno.test("what there is no room for leaves nothing behind, and later markets wait for room", async () => {
  using run = new FeedsRun();
  const listener = { take: () => {}, ended: () => {} };
  const others = Array.from(
    { length: HUB_SUBJECTS_MAX - 1 },
    (_, index) => run.hub.listen(`${index}`, listener),
  );
  assert.throws(() => run.listen(MINI), /subjects are listened to/);
  assert.deepEqual([run.feeds.size, run.timers.size], [0, 0]);
  others.pop()?.leave();
  // The hub gives a subject up a moment after its last listener.
  while (run.hub.subjects > HUB_SUBJECTS_MAX - 2) await settle();
  const { events, ended } = run.listen(MINI);
  define(run, 3);
  run.second();
  run.second();
  say(run, "BTC-USD", "5.00");
  run.second();
  assert.deepEqual([told(events), ended], [[["BTCUSD 5"]], []]);
  others.pop()?.leave();
  while (run.hub.subjects === HUB_SUBJECTS_MAX) await settle();
  run.second();
  say(run, "M3-USD", "1.00");
  run.second();
  assert.deepEqual(told(events).slice(1), [["M3USD 1"]]);
  for (const { leave } of others) leave();
});

Deno.test("times are those of the unit that was asked for", () => {
  using run = new FeedsRun();
  const listeners = [millis, micros].map((time) => run.listen(MINI, time));
  say(run, "BTC-USD", "5.00");
  run.second();
  const times = listeners.map(({ events }) => JSON.parse(events[0]?.text ?? "")[0].E);
  assert.deepEqual(times, [1_234, 1_234_567]);
  assert.equal(run.timers.size, 1);
});
