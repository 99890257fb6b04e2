import assert from "node:assert/strict";
import {
  BUFFERED_BYTES_MAX,
  REQUESTS_PER_SECOND_MAX,
  STREAMS_MAX,
  StreamSession,
} from "../../../../routes/binance/streams/stream_session.ts";
import { MemoryExchange } from "../../memory_exchange.ts";

/** A session, its sink, and the feeds that it listens to. */
class SessionRun {
  readonly sent: string[] = [];
  readonly closed: [code: number, reason: string][] = [];
  readonly listeners = new Map<string, Set<(data: Uint8Array) => void>>();
  nowMicros = 0;
  readonly sink = {
    bufferedAmount: 0,
    send: (text: string) => void this.sent.push(text),
    close: (...why: [code: number, reason: string]) => void this.closed.push(why),
  };
  readonly session: StreamSession;

  constructor(isCombined = false) {
    this.session = new StreamSession({
      sink: this.sink,
      subscribe: (subject, onMessage) => {
        const set = this.listeners.get(subject) ?? new Set();
        this.listeners.set(subject, set.add(onMessage));
        return () => void set.delete(onMessage);
      },
      reference: new MemoryExchange().reference,
      time: (micros) => micros,
      steadyMicros: () => this.nowMicros,
      isCombined,
    });
  }

  /** Listeners of a subject. */
  count(subject: string): number {
    return this.listeners.get(subject)?.size ?? 0;
  }

  /** Says a trade on the feed. */
  trade(id: number): void {
    const trade = {
      tradeId: String(id),
      price: "1.00",
      quantity: "1",
      takerSide: "buy",
      timeMicros: 1,
    };
    const message = {
      symbol: "BTC-USD",
      sequence: id,
      prevSequence: 0,
      timeMicros: 1,
      trades: [trade],
    };
    const data = new TextEncoder().encode(JSON.stringify(message));
    for (const listener of this.listeners.get("md.BTC-USD.trades.json") ?? []) listener(data);
  }

  /** Sends a request a second after the last, and gives its answer. */
  ask(request: object | string) {
    this.nowMicros += 1_000_000;
    this.session.receive(typeof request === "string" ? request : JSON.stringify(request));
    return JSON.parse(this.sent.pop() ?? "null");
  }
}

Deno.test("a client subscribes, lists and unsubscribes, and each answer has its id", () => {
  const run = new SessionRun();
  const params = ["btcusd@trade", "ethusd@depth"];
  assert.deepEqual(run.ask({ method: "SUBSCRIBE", params, id: 1 }), { result: null, id: 1 });
  assert.deepEqual(run.ask({ method: "LIST_SUBSCRIPTIONS", id: "two" }), {
    result: params,
    id: "two",
  });
  run.trade(5);
  assert.equal(JSON.parse(run.sent.pop() ?? "").t, 5);
  run.ask({ method: "SUBSCRIBE", params: ["btcusd@trade"], id: 3 });
  assert.equal(run.count("md.BTC-USD.trades.json"), 1, "the same stream once");
  run.ask({ method: "UNSUBSCRIBE", params: ["btcusd@trade", "btcusd@never"], id: 4 });
  assert.equal(run.count("md.BTC-USD.trades.json"), 0);
  run.trade(6);
  assert.deepEqual(run.sent, []);
  assert.deepEqual(run.session.streams, ["ethusd@depth"]);
});

Deno.test("events say which stream they are of where that is asked for", () => {
  const run = new SessionRun(true);
  run.session.subscribe(["btcusd@trade"]);
  run.trade(5);
  const { stream, data } = JSON.parse(run.sent.pop() ?? "");
  assert.deepEqual([stream, data.e], ["btcusd@trade", "trade"]);
  assert.deepEqual(run.ask({ method: "GET_PROPERTY", params: ["combined"], id: 1 }), {
    result: true,
    id: 1,
  });
  run.ask({ method: "SET_PROPERTY", params: ["combined", false], id: 2 });
  run.trade(6);
  assert.equal(JSON.parse(run.sent.pop() ?? "").e, "trade");
});

Deno.test("what is wrong with a request is said, and nothing of it is done", () => {
  const run = new SessionRun();
  const codeOf = (request: object | string) => run.ask(request).error.code;
  const unknown = run.ask({
    method: "SUBSCRIBE",
    params: ["btcusd@trade", "btcusd@nothing"],
    id: 9,
  });
  assert.deepEqual(unknown, {
    error: { code: 2, msg: 'Invalid request: unknown stream "btcusd@nothing"' },
    id: 9,
  });
  assert.deepEqual(run.session.streams, []);
  assert.equal(codeOf("{"), 3);
  assert.equal(codeOf("[]"), 2);
  assert.equal(codeOf({ method: "SING", id: 1 }), 2);
  assert.equal(codeOf({ method: "SUBSCRIBE", params: "btcusd@trade", id: 1 }), 2);
  assert.equal(codeOf({ method: "SUBSCRIBE", params: [1], id: 1 }), 2);
  assert.equal(codeOf({ method: "SUBSCRIBE", params: [], id: {} }), 2);
  assert.equal(codeOf({ method: "SET_PROPERTY", params: ["combined", "yes"], id: 1 }), 1);
  assert.equal(codeOf({ method: "SET_PROPERTY", params: ["other", true], id: 1 }), 0);
  assert.equal(codeOf({ method: "GET_PROPERTY", params: [], id: 1 }), 2);
  assert.equal(codeOf(`"${"x".repeat(70_000)}"`), 2);
});

Deno.test("a connection has a most of streams", () => {
  const run = new SessionRun();
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
  assert.equal(run.session.subscribe(names.slice(0, STREAMS_MAX)), null);
  assert.equal(
    run.session.subscribe(names.slice(0, STREAMS_MAX + 1)),
    `${STREAMS_MAX + 1} streams; the most is ${STREAMS_MAX}`,
  );
  assert.equal(run.session.streams.length, STREAMS_MAX);
});

Deno.test("who asks too often or reads too slowly is sent away, and heard no more", () => {
  const often = new SessionRun();
  often.session.subscribe(["btcusd@trade"]);
  for (let count = 0; count <= REQUESTS_PER_SECOND_MAX; count++) {
    often.session.receive('{"method":"LIST_SUBSCRIPTIONS","id":1}');
  }
  assert.deepEqual(often.closed, [[1008, "too many requests"]]);
  assert.equal(often.sent.length, REQUESTS_PER_SECOND_MAX);
  assert.equal(often.count("md.BTC-USD.trades.json"), 0);
  const slow = new SessionRun();
  slow.session.subscribe(["btcusd@trade"]);
  slow.sink.bufferedAmount = BUFFERED_BYTES_MAX;
  slow.trade(1);
  assert.deepEqual([slow.sent.length, slow.closed.length], [1, 0]);
  slow.sink.bufferedAmount++;
  slow.trade(2);
  assert.deepEqual([slow.sent.length, slow.closed], [1, [[1008, "too slow"]]]);
  assert.equal(slow.count("md.BTC-USD.trades.json"), 0);
  slow.session.receive('{"method":"LIST_SUBSCRIPTIONS","id":1}');
  assert.equal(slow.sent.length, 1);
});
