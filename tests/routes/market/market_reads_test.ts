/**
 * The public reads: depth, trades, ticker, instruments, time.
 *
 * @module
 */

import assert from "node:assert/strict";
import { admissionPolicy } from "../../../core/limits/policy.ts";
import { MemoryAdmission } from "../../../infra/upstash/memory.ts";
import { START_MICROS } from "../memory_exchange.ts";
import { TestGateway } from "../test_gateway.ts";

const SELL = { side: "sell", price: "50000.00", quantity: "0.3000" };

Deno.test("depth has the best levels of both sides, best first", async () => {
  const gateway = new TestGateway();
  await gateway.place(1, { price: "49999.00", quantity: "1" });
  await gateway.place(1, { price: "49998.00", quantity: "2" });
  await gateway.place(2, { price: "49999.00", quantity: "0.5" });
  await gateway.place(2, SELL);
  const { status, body } = await gateway.send("GET", "/v1/depth?symbol=BTC-USD&levels=20");
  assert.equal(status, 200);
  assert.deepEqual(body, {
    symbol: "BTC-USD",
    // The instrument's definition, and four changes of its book.
    sequence: "5",
    bids: [["49999.00", "1.5000"], ["49998.00", "2.0000"]],
    asks: [["50000.00", "0.3000"]],
  });
  const best = await gateway.send("GET", "/v1/depth?symbol=BTC-USD&levels=1");
  assert.equal(best.body.bids.length, 1);
});

Deno.test("trades come newest first, with the side that took", async () => {
  const gateway = new TestGateway();
  await gateway.place(1);
  await gateway.place(2, SELL);
  const timeMicros = gateway.exchange.stampMicros;
  await gateway.place(2, { ...SELL, quantity: "0.1000" });
  const { body } = await gateway.send("GET", "/v1/trades?symbol=BTC-USD");
  assert.equal(body.trades.length, 2);
  assert.deepEqual(body.trades[1], {
    tradeId: "1",
    price: "50000.00",
    quantity: "0.3000",
    takerSide: "sell",
    timeMicros,
  });
  const last = await gateway.send("GET", "/v1/trades?symbol=BTC-USD&limit=1");
  assert.deepEqual(last.body.trades.map((trade: { tradeId: string }) => trade.tradeId), ["2"]);
});

Deno.test("the ticker has the last price, the day and the best of both sides", async () => {
  const gateway = new TestGateway();
  const empty = await gateway.send("GET", "/v1/ticker?symbol=ETH-USD");
  assert.deepEqual(
    [empty.body.lastPrice, empty.body.bidPrice, empty.body.askQuantity],
    [null, null, "0"],
  );
  await gateway.place(1);
  await gateway.place(2, SELL);
  const { body } = await gateway.send("GET", "/v1/ticker?symbol=BTC-USD");
  const { sequence: _, ...ticker } = body;
  assert.deepEqual(ticker, {
    symbol: "BTC-USD",
    status: "trading",
    lastPrice: "50000.00",
    open24h: "50000.00",
    high24h: "50000.00",
    low24h: "50000.00",
    volume24h: "0.3000",
    trades24h: 1,
    bidPrice: "50000.00",
    bidQuantity: "0.2000",
    askPrice: null,
    askQuantity: "0",
  });
});

Deno.test("a book costs by the levels that it is asked for", async () => {
  const nowMicros = START_MICROS;
  const policy = admissionPolicy(100, 100);
  const cases = [
    ["", 1],
    ["&levels=100", 1],
    ["&levels=101", 5],
    ["&levels=500", 5],
    ["&levels=501", 10],
    ["&levels=1000", 10],
    ["&levels=1001", 50],
    ["&levels=4000", 50],
    ["&levels=4001", 1],
    ["&levels=-2000", 1],
    ["&levels=1e3", 1],
  ] as const;
  for (const [query, weight] of cases) {
    const admission = new MemoryAdmission({ policy, nowMicros: () => nowMicros });
    const gateway = new TestGateway({ admission });
    const { headers } = await gateway.send("GET", `/v1/depth?symbol=BTC-USD${query}`);
    const left = Number(/r=(\d+);/.exec(headers.get("ratelimit") ?? "")?.[1]);
    const { leak, tokens } = policy.address;
    assert.equal(Math.min(leak.units, tokens.units) - left, weight, query);
  }
});

Deno.test("whoever placed an order through this gateway sees it in the book", async () => {
  const gateway = new TestGateway();
  await gateway.place(1);
  const { sequence } = gateway.exchange.state.events;
  await gateway.send("GET", "/v1/depth?symbol=BTC-USD");
  const asked = gateway.exchange.queries.asked.at(-1) as { minSequence: number };
  assert.equal(asked.minSequence, sequence);
  await gateway.signed(1, "DELETE", "/v1/orders/1");
  const { body } = await gateway.send("GET", "/v1/depth?symbol=BTC-USD");
  assert.deepEqual(body.bids, []);
  const later = `/v1/depth?symbol=BTC-USD&minSequence=${sequence + 2}`;
  assert.equal((await gateway.send("GET", later)).body.code, "behind");
});

Deno.test("who asks for the same at the same time shares the question", async () => {
  const gateway = new TestGateway();
  const depth = () => gateway.send("GET", "/v1/depth?symbol=BTC-USD");
  const answers = await Promise.all([depth(), depth(), depth()]);
  assert.deepEqual(answers.map(({ status }) => status), [200, 200, 200]);
  assert.equal(gateway.exchange.queries.asked.length, 1);
});

Deno.test("symbols and numbers are checked before anybody is asked", async () => {
  const gateway = new TestGateway();
  const cases = [
    ["/v1/depth", 400, "invalid_parameter"],
    ["/v1/depth?symbol=BTC-EUR", 404, "unknown_symbol"],
    ["/v1/depth?symbol=BTC-USD&levels=0", 400, "invalid_parameter"],
    ["/v1/depth?symbol=BTC-USD&levels=4001", 400, "invalid_parameter"],
    ["/v1/depth?symbol=BTC-USD&depth=5", 400, "unknown_parameter"],
    ["/v1/trades?symbol=BTC-USD&limit=1001", 400, "invalid_parameter"],
    ["/v1/ticker?symbol=BTC-USD&levels=1", 400, "unknown_parameter"],
    ["/v1/time?zone=utc", 400, "unknown_parameter"],
  ] as const;
  for (const [path, status, code] of cases) {
    const answer = await gateway.send("GET", path);
    assert.deepEqual([path, answer.status, answer.body.code], [path, status, code]);
  }
  assert.equal(gateway.exchange.queries.asked.length, 0);
});

Deno.test("without market data the answer is 503", async () => {
  const gateway = new TestGateway();
  gateway.exchange.queries.failures.set("marketData", "unreachable");
  const { status, body } = await gateway.send("GET", "/v1/depth?symbol=BTC-USD");
  assert.deepEqual([status, body.code], [503, "market_data_unavailable"]);
});

Deno.test("instruments say their steps, bounds and fees in decimals", async () => {
  const gateway = new TestGateway();
  const { body } = await gateway.send("GET", "/v1/instruments");
  assert.deepEqual(body.instruments[0], {
    symbol: "BTC-USD",
    instrument: 1,
    base: "BTC",
    quote: "USD",
    status: "trading",
    tickSize: "0.01",
    lotSize: "0.0001",
    priceMin: "0.01",
    priceMax: "1000000.00",
    quantityMin: "0.0001",
    quantityMax: "9000.0000",
    priceScale: 2,
    quantityScale: 4,
    baseScale: 8,
    quoteScale: 6,
    makerFeeRate: "0.000100",
    takerFeeRate: "0.000500",
    collarRate: "0.050000",
  });
  assert.equal(body.instruments.length, 2);
  assert.equal(body.instruments[1].instrument, 2);
  const one = await gateway.send("GET", "/v1/instruments?symbol=ETH-USD");
  assert.deepEqual(one.body.instruments.map((each: { symbol: string }) => each.symbol), [
    "ETH-USD",
  ]);
});

Deno.test("time is the clock that receive windows are judged by", async () => {
  const gateway = new TestGateway();
  const { body } = await gateway.send("GET", "/v1/time");
  assert.deepEqual(body, { timeMicros: gateway.nowMicros });
});
