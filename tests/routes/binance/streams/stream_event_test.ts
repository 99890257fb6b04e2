import assert from "node:assert/strict";
import type { FeedMessage } from "../../../../core/market_data/feed_messages.ts";
import { InstrumentTable } from "../../../../infra/reference/reference.ts";
import { parseStreamName } from "../../../../routes/binance/streams/stream_name.ts";
import { MemoryExchange } from "../../memory_exchange.ts";

const MICROS = 1_700_000_000_123_456;
const millis = (micros: number) => Math.floor(micros / 1_000);
const { reference } = new MemoryExchange();

const head = (sequence: number, prevSequence = sequence - 1) => ({
  symbol: "BTC-USD",
  sequence,
  prevSequence,
  timeMicros: MICROS,
});

/** What a stream makes of messages. */
function eventsOf(name: string, ...messages: object[]): readonly object[] {
  const stream = parseStreamName(name, reference);
  assert.ok(stream !== null && stream.kind !== "markets", name);
  const translate = stream.translator({ symbol: stream.symbol, time: millis });
  return messages.flatMap((message) => translate(message as FeedMessage));
}

const trade = (id: number, takerSide: "buy" | "sell" = "buy") => ({
  tradeId: String(id),
  price: "50000.00",
  quantity: "0.2000",
  takerSide,
  timeMicros: MICROS - 5_000,
});

Deno.test("each stream is made of the feeds that it needs", () => {
  const subjectsOf = (name: string) => {
    const stream = parseStreamName(name, reference);
    return stream !== null && "subjects" in stream ? stream.subjects : stream;
  };
  const feeds: Readonly<Record<string, string[]>> = {
    "btcusd@trade": ["trades"],
    "btcusd@aggTrade": ["trades"],
    "btcusd@depth": ["depth.1s"],
    "btcusd@depth@1000ms": ["depth.1s"],
    "btcusd@depth@100ms": ["depth.100ms"],
    "btcusd@depth5": ["book.5.1s"],
    "btcusd@depth10@100ms": ["book.10.100ms"],
    "btcusd@depth20@1000ms": ["book.20.1s"],
    "btcusd@bookTicker": ["bbo"],
    "btcusd@miniTicker": ["ticker"],
    "btcusd@ticker": ["bbo", "ticker"],
    "btcusd@kline_1m": ["candles.1m"],
  };
  for (const [name, expected] of Object.entries(feeds)) {
    assert.deepEqual(subjectsOf(name), expected.map((feed) => `md.BTC-USD.${feed}.json`), name);
  }
  assert.deepEqual(subjectsOf("BTCUSD@trade"), ["md.BTC-USD.trades.json"]);
  for (
    const name of [
      "btcusd",
      "@trade",
      "dogusd@trade",
      "btcusd@depth50",
      "btcusd@depth5@20ms",
      "btcusd@kline_3m",
      "btcusd@toString",
      "!bookTicker",
      "!bookTicker@arr",
      "!ticker_1h@arr",
      "!TICKER@arr",
      "btcusd@arr",
      "toString",
      `btcusd@${"x".repeat(100)}`,
    ]
  ) assert.equal(subjectsOf(name), null, name);
  assert.equal(parseStreamName("btcusd@trade", new InstrumentTable()), null);
});

Deno.test("a trade is told once, however often its feed says it", () => {
  const first = { ...head(2), trades: [trade(1), trade(2, "sell")] };
  const events = eventsOf("btcusd@trade", first, { ...head(2), trades: [] }, first, {
    ...head(3),
    trades: [trade(7)],
  });
  assert.deepEqual(events.map((event) => "t" in event ? event.t : null), [1, 2, 7]);
  assert.deepEqual(events[1], {
    e: "trade",
    E: millis(MICROS),
    s: "BTCUSD",
    t: 2,
    p: "50000.00000000",
    q: "0.20000000",
    T: millis(MICROS - 5_000),
    m: true,
    M: true,
  });
  assert.deepEqual(eventsOf("btcusd@aggTrade", first)[0], {
    e: "aggTrade",
    E: millis(MICROS),
    s: "BTCUSD",
    a: 1,
    p: "50000.00000000",
    q: "0.20000000",
    f: 1,
    l: 1,
    T: millis(MICROS - 5_000),
    m: false,
    M: true,
  });
});

Deno.test("depth goes on behind the event before it, and repeats nothing", () => {
  const bids = [["49999.00", "0.5000"], ["49998.00", "0"]];
  const quiet = { ...head(9, 8), bids: [], asks: [], checksum: 1 };
  const events = eventsOf(
    "btcusd@depth@100ms",
    quiet,
    { ...head(12, 9), bids, asks: [], checksum: 2 },
    { ...head(12, 9), bids: [], asks: [], checksum: 2 },
    { ...head(15, 12), bids: [], asks: [["50000.00", "1.0000"]], checksum: 3 },
    { ...head(16, 15), bids: [], asks: [], checksum: 3 },
  );
  assert.deepEqual(events, [
    {
      e: "depthUpdate",
      E: millis(MICROS),
      s: "BTCUSD",
      U: 10,
      u: 12,
      b: [["49999.00000000", "0.50000000"], ["49998.00000000", "0.00000000"]],
      a: [],
    },
    {
      e: "depthUpdate",
      E: millis(MICROS),
      s: "BTCUSD",
      U: 13,
      u: 15,
      b: [],
      a: [["50000.00000000", "1.00000000"]],
    },
    { e: "depthUpdate", E: millis(MICROS), s: "BTCUSD", U: 16, u: 16, b: [], a: [] },
  ]);
});

Deno.test("the best levels and the best prices are told as they are", () => {
  const bids = [["49999.00", "0.5000"]];
  const book = { ...head(4), bids, asks: [], checksum: 1 };
  assert.deepEqual(eventsOf("btcusd@depth5", book, book), [
    { lastUpdateId: 4, bids: [["49999.00000000", "0.50000000"]], asks: [] },
  ]);
  const bbo = { ...head(5), bid: bids[0], ask: null };
  assert.deepEqual(eventsOf("btcusd@bookTicker", bbo, bbo), [{
    u: 5,
    s: "BTCUSD",
    b: "49999.00000000",
    B: "0.50000000",
    a: "0.00000000",
    A: "0.00000000",
  }]);
});

Deno.test("a ticker has the day's figures and the best prices that were said last", () => {
  const ticker = {
    ...head(6),
    lastPrice: "50010.00",
    open24h: "50000.00",
    high24h: "50020.00",
    low24h: "49990.00",
    volume24h: "1.5000",
    trades24h: 3,
  };
  const bbo = { ...head(5), bid: ["49999.00", "0.5000"], ask: ["50011.00", "0.1000"] };
  const mini = {
    E: millis(MICROS),
    s: "BTCUSD",
    c: "50010.00000000",
    o: "50000.00000000",
    h: "50020.00000000",
    l: "49990.00000000",
    v: "1.50000000",
    q: "0.00000000",
  };
  assert.deepEqual(eventsOf("btcusd@miniTicker", ticker, ticker), [
    { e: "24hrMiniTicker", ...mini },
    { e: "24hrMiniTicker", ...mini },
  ]);
  assert.deepEqual(eventsOf("btcusd@ticker", bbo, ticker), [{
    e: "24hrTicker",
    ...mini,
    p: "10.00000000",
    P: "0.020",
    w: "0.00000000",
    x: "50000.00000000",
    Q: "0.00000000",
    b: "49999.00000000",
    B: "0.50000000",
    a: "50011.00000000",
    A: "0.10000000",
    O: millis(MICROS) - 86_400_000,
    C: millis(MICROS),
    F: -1,
    L: -1,
    n: 3,
  }]);
  const [none] = eventsOf("btcusd@ticker", {
    ...head(1),
    lastPrice: null,
    open24h: null,
    high24h: null,
    low24h: null,
    volume24h: "0",
    trades24h: 0,
  });
  assert.ok(none !== undefined && "P" in none && "p" in none && "b" in none);
  assert.deepEqual([none.P, none.p, none.b], ["0.000", "0.00000000", "0.00000000"]);
});

Deno.test("a candle is told open, and once more when it is final", () => {
  const candle = {
    startMicros: 1_700_000_040_000_000,
    open: "1.00",
    high: "4.00",
    low: "0.50",
    close: "2.00",
    volume: "3.0000",
    trades: 2,
    firstTradeId: "8",
    lastTradeId: "9",
    isFinal: false,
  };
  const message = { ...head(9), interval: "1m", candles: [candle] };
  const events = eventsOf("btcusd@kline_1m", message, {
    ...message,
    candles: [{ ...candle, isFinal: true }],
  });
  assert.deepEqual(events[0], {
    e: "kline",
    E: millis(MICROS),
    s: "BTCUSD",
    k: {
      t: 1_700_000_040_000,
      T: 1_700_000_099_999,
      s: "BTCUSD",
      i: "1m",
      f: 8,
      L: 9,
      o: "1.00000000",
      c: "2.00000000",
      h: "4.00000000",
      l: "0.50000000",
      v: "3.00000000",
      n: 2,
      x: false,
      q: "0.00000000",
      V: "0.00000000",
      Q: "0.00000000",
      B: "0",
    },
  });
  assert.equal(events.length, 2);
});
