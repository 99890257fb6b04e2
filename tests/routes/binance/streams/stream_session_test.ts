import assert from "node:assert/strict";
import { ITEM_BYTES, WAITING_BYTES_MAX } from "../../../../core/streams/outbox.ts";
import { FeedHub, HUB_SUBJECTS_MAX } from "../../../../infra/streams/feed_hub.ts";
import { EachSecond } from "../../../../routes/binance/streams/each_second.ts";
import { STREAM_REQUEST_LENGTH_MAX } from "../../../../routes/binance/streams/stream_request.ts";
import {
  REQUESTS_PER_SECOND_MAX,
  STREAMS_MAX,
  StreamSession,
} from "../../../../routes/binance/streams/stream_session.ts";
import { TranslatedFeeds } from "../../../../routes/binance/streams/translated_feeds.ts";
import { FakeBroker } from "../../../infra/streams/fake_broker.ts";
import { MemoryExchange } from "../../memory_exchange.ts";

const SUBJECT = "md.BTC-USD.trades.json";

/** A session, what it sends, and the feeds that it listens to. */
class SessionRun implements Disposable {
  readonly said: string[] = [];
  readonly ended: string[] = [];
  readonly logged: string[] = [];
  readonly broker = new FakeBroker();
  readonly hub = new FeedHub(this.broker, 0);
  readonly feeds = new TranslatedFeeds({
    hub: this.hub,
    snapshots: { take: () => Promise.reject(new Error("nobody answers")) },
    nowMicros: () => 0,
    reference: new MemoryExchange().reference,
    seconds: new EachSecond((turn) => {
      this.second = turn;
      return () => {};
    }),
  });
  /** Lets a second pass, once somebody listens to all markets. */
  second = () => {};
  nowMicros = 0;
  readonly session: StreamSession;

  constructor(isCombined = false) {
    this.session = new StreamSession({
      feeds: this.feeds,
      reference: new MemoryExchange().reference,
      time: (micros) => micros,
      steadyMicros: () => this.nowMicros,
      isCombined,
      log: (_, message) => void this.logged.push(message),
      say: (text) => void this.said.push(text),
      wake: () => {},
      end: (reason) => void this.ended.push(reason),
    });
  }

  [Symbol.dispose](): void {
    this.session.end(null);
    this.hub.stop();
  }

  /** Says a trade on the feed. */
  trade(id: number): void {
    this.broker.publish(SUBJECT, tradeMessage(id));
  }

  /** The next event that waits. */
  next() {
    const item = this.session.next();
    return item && JSON.parse(this.session.textOf(item));
  }

  /** Sends a request a second after the last, and gives its answer. */
  async ask(request: object | string) {
    this.nowMicros += 1_000_000;
    this.session.take(typeof request === "string" ? request : JSON.stringify(request));
    // An answer waits until the broker has the subscription.
    await new Promise((resolve) => setTimeout(resolve));
    return JSON.parse(this.said.pop() ?? "null");
  }
}

function tradeMessage(id: number) {
  const trade = {
    tradeId: String(id),
    price: "1.00",
    quantity: "1",
    takerSide: "buy",
    timeMicros: 1,
  };
  return { symbol: "BTC-USD", sequence: id, prevSequence: 0, timeMicros: 1, trades: [trade] };
}

Deno.test("a client subscribes, lists and unsubscribes, and each answer has its id", async () => {
  using run = new SessionRun();
  const params = ["btcusd@trade", "ethusd@bookTicker"];
  assert.deepEqual(await run.ask({ method: "SUBSCRIBE", params, id: 1 }), { result: null, id: 1 });
  assert.deepEqual(await run.ask({ method: "LIST_SUBSCRIPTIONS", id: "two" }), {
    result: params,
    id: "two",
  });
  run.trade(5);
  assert.equal(run.next().t, 5);
  await run.ask({ method: "SUBSCRIBE", params: ["btcusd@trade"], id: 3 });
  run.trade(6);
  assert.equal(run.next().t, 6);
  assert.equal(run.next(), undefined, "the same stream once");
  await run.ask({ method: "UNSUBSCRIBE", params: ["btcusd@trade", "btcusd@never"], id: 4 });
  run.trade(7);
  assert.equal(run.next(), undefined);
  assert.deepEqual(run.session.streams, ["ethusd@bookTicker"]);
  assert.equal(run.feeds.size, 1);
});

Deno.test("a subscription is answered when nothing is missed any more", async () => {
  using run = new SessionRun();
  const { promise, resolve } = Promise.withResolvers<void>();
  run.broker.flush = () => promise;
  const subscribe = { method: "SUBSCRIBE", params: ["btcusd@trade"], id: 1 };
  assert.equal(await run.ask(subscribe), null);
  run.trade(5);
  assert.equal(run.next().t, 5);
  resolve();
  await new Promise((done) => setTimeout(done));
  assert.deepEqual(run.said, ['{"result":null,"id":1}']);
});

Deno.test("a subscription that the broker does not hear of ends the connection", async () => {
  using run = new SessionRun();
  run.broker.flush = () => Promise.reject(new Error("lost"));
  await run.ask({ method: "SUBSCRIBE", params: ["btcusd@trade"], id: 1 });
  assert.deepEqual([run.said, run.ended], [[], ["backend_lost"]]);
});

Deno.test("events say which stream they are of where that is asked for", async () => {
  using run = new SessionRun(true);
  run.session.begin(["btcusd@trade", "BTCUSD@trade"]);
  run.trade(5);
  const events = [run.next(), run.next()];
  assert.deepEqual(events.map(({ stream, data }) => [stream, data.e]), [
    ["btcusd@trade", "trade"],
    ["BTCUSD@trade", "trade"],
  ]);
  assert.deepEqual(await run.ask({ method: "GET_PROPERTY", params: ["combined"], id: 1 }), {
    result: true,
    id: 1,
  });
  await run.ask({ method: "SET_PROPERTY", params: ["combined", false], id: 2 });
  run.trade(6);
  assert.equal(run.next().e, "trade");
});

Deno.test("what is wrong with a request is said, and nothing of it is done", async () => {
  using run = new SessionRun();
  const codeOf = async (request: object | string) => (await run.ask(request)).error.code;
  const unknown = await run.ask({
    method: "SUBSCRIBE",
    params: ["btcusd@trade", "btcusd@nothing"],
    id: 9,
  });
  assert.deepEqual(unknown, {
    error: { code: 2, msg: 'Invalid request: unknown stream "btcusd@nothing"' },
    id: 9,
  });
  assert.deepEqual(run.session.streams, []);
  const wrong: [request: object | string, code: number][] = [
    ["{", 3],
    ["[]", 2],
    [{ method: "SING", id: 1 }, 2],
    [{ method: "SUBSCRIBE", params: "btcusd@trade", id: 1 }, 2],
    [{ method: "SUBSCRIBE", params: [1], id: 1 }, 2],
    [{ method: "SUBSCRIBE", params: [], id: {} }, 2],
    [{ method: "SET_PROPERTY", params: ["combined", "yes"], id: 1 }, 1],
    [{ method: "SET_PROPERTY", params: ["other", true], id: 1 }, 0],
    [{ method: "GET_PROPERTY", params: [], id: 1 }, 2],
  ];
  for (const [request, code] of wrong) assert.equal(await codeOf(request), code);
  run.nowMicros += 1_000_000;
  run.session.take(new ArrayBuffer(1));
  assert.deepEqual(run.said, ['{"error":{"code":3,"msg":"Invalid JSON"},"id":null}']);
  assert.deepEqual(run.broker.subscribed, []);
});

Deno.test("a connection has a most of streams", async () => {
  using run = new SessionRun();
  const kinds = ["trade", "aggTrade", "depth", "depth@100ms", "bookTicker", "ticker", "miniTicker"]
    .concat(["1s", "5s", "1m", "5m", "15m", "1h", "4h", "1d"].map((one) => `kline_${one}`))
    .concat(["depth5", "depth10", "depth20"]);
  // A symbol may be written in either case, so one stream has many names.
  const names = Array.from({ length: 64 }, (_, index) => {
    const letters = [..."btcusd"].map((letter, at) =>
      ((index >> at) & 1) === 1 ? letter.toUpperCase() : letter
    );
    return kinds.map((kind) => `${letters.join("")}@${kind}`);
  }).flat();
  run.session.begin(names.slice(0, STREAMS_MAX));
  const { error } = await run.ask({ method: "SUBSCRIBE", params: [names[STREAMS_MAX]], id: 1 });
  assert.equal(
    error.msg,
    `Invalid request: ${STREAMS_MAX + 1} streams; the most is ${STREAMS_MAX}`,
  );
  assert.equal(run.session.streams.length, STREAMS_MAX);
  assert.equal(run.feeds.size, kinds.length, "each is translated once");
});

Deno.test("where the gateway hears as much as it may, no part of a request is done", async () => {
  using run = new SessionRun();
  const listener = { take: () => {}, ended: () => {} };
  for (let count = 1; count < HUB_SUBJECTS_MAX; count++) run.hub.listen(`${count}`, listener);
  const params = ["btcusd@trade", "btcusd@depth"];
  const { error } = await run.ask({ method: "SUBSCRIBE", params, id: 1 });
  assert.match(error.msg, /no room/);
  assert.deepEqual([run.session.streams, run.feeds.size, run.ended], [[], 0, []]);
});

Deno.test("a hub that was stopped ends the connection that asks it", async () => {
  using run = new SessionRun();
  run.hub.stop();
  await run.ask({ method: "SUBSCRIBE", params: ["btcusd@trade"], id: 1 });
  assert.deepEqual([run.said, run.ended, run.logged.length], [[], ["unavailable"], 1]);
});

Deno.test("who asks too often or says too much is sent away, and heard no more", () => {
  using often = new SessionRun();
  often.session.begin(["btcusd@trade"]);
  const list = '{"method":"LIST_SUBSCRIPTIONS","id":1}';
  for (let count = 0; count < REQUESTS_PER_SECOND_MAX; count++) often.session.take("{");
  often.nowMicros += 1_000_000;
  for (let count = 0; count < REQUESTS_PER_SECOND_MAX; count++) often.session.take("{");
  assert.deepEqual([often.said.length, often.ended], [2 * REQUESTS_PER_SECOND_MAX, []]);
  often.session.take(list);
  often.session.take(list);
  assert.deepEqual(often.ended, ["too_many_messages"]);
  assert.equal(often.said.length, 2 * REQUESTS_PER_SECOND_MAX);
  assert.equal(often.feeds.size, 0);
  using long = new SessionRun();
  long.session.take("x".repeat(STREAM_REQUEST_LENGTH_MAX));
  assert.deepEqual(long.ended, []);
  long.session.take("x".repeat(STREAM_REQUEST_LENGTH_MAX + 1));
  assert.deepEqual(long.ended, ["message_too_large"]);
});

Deno.test("for a slow reader the last of a state waits, and of events so many", () => {
  using run = new SessionRun();
  run.session.begin(["btcusd@bookTicker", "btcusd@trade"]);
  const bbo = { symbol: "BTC-USD", prevSequence: 0, timeMicros: 1, bid: null, ask: null };
  for (let sequence = 1; sequence <= 20_000; sequence++) {
    run.broker.publish("md.BTC-USD.bbo.json", { ...bbo, sequence });
  }
  assert.deepEqual([run.session.conflated, run.ended], [19_999, []]);
  assert.deepEqual([run.next().u, run.next()], [20_000, undefined]);
  let count = 0;
  while (run.ended.length === 0 && count < 20_000) run.trade(++count);
  assert.deepEqual(run.ended, ["slow_reader"]);
  const least = WAITING_BYTES_MAX / (ITEM_BYTES + 200);
  assert.ok(count > least && count < 2 * least, `after ${count}`);
  assert.equal(run.next(), undefined, "nothing is kept of it");
});

Deno.test("of all markets no array takes the place of another, for each has what changed then", () => {
  using run = new SessionRun(true);
  run.session.begin(["!miniTicker@arr", "btcusd@miniTicker"]);
  const none = { open24h: null, high24h: null, low24h: null, volume24h: "0", trades24h: 0 };
  const say = (base: string, lastPrice: string) => {
    const head = { symbol: `${base}-USD`, sequence: 1, prevSequence: 0, timeMicros: 1 };
    run.broker.publish(`md.${base}-USD.ticker.json`, { ...head, ...none, lastPrice });
    run.second();
  };
  say("BTC", "1.00");
  say("ETH", "2.00");
  say("BTC", "3.00");
  const told = [];
  for (let one = run.next(); one !== undefined; one = run.next()) {
    told.push([one.stream, [one.data].flat().map(({ s, c }) => `${s} ${Number(c)}`).join()]);
  }
  assert.deepEqual(told, [
    ["btcusd@miniTicker", "BTCUSD 3"],
    ["!miniTicker@arr", "BTCUSD 1"],
    ["!miniTicker@arr", "ETHUSD 2"],
    ["!miniTicker@arr", "BTCUSD 3"],
  ]);
  assert.deepEqual([run.session.conflated, run.session.streams.length], [1, 2]);
});

Deno.test("a state that is too much when it comes at once leaves no stream behind", () => {
  const fill = (run: SessionRun, most: number): number => {
    run.session.begin(["btcusd@trade"]);
    let count = 0;
    while (run.ended.length === 0 && count < most) run.trade(++count);
    return count;
  };
  using full = new SessionRun();
  const count = fill(full, 20_000);
  using run = new SessionRun();
  fill(run, count - 1);
  run.hub.listen("md.BTC-USD.bbo.json", { take: () => {}, ended: () => {} });
  const head = { symbol: "BTC-USD", sequence: 1, prevSequence: 0, timeMicros: 1 };
  run.broker.publish("md.BTC-USD.bbo.json", { ...head, bid: null, ask: null });
  const params = ["btcusd", "BTCUSD", "Btcusd"].map((symbol) => `${symbol}@bookTicker`);
  run.nowMicros += 1_000_000;
  run.session.take(JSON.stringify({ method: "SUBSCRIBE", params, id: 1 }));
  assert.deepEqual([run.ended, run.feeds.size], [["slow_reader"], 0]);
});
