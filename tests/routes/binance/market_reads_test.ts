import assert from "node:assert/strict";
import { TestGateway } from "../test_gateway.ts";
import { BinanceClient, MARKET, refused } from "./binance_client.ts";

async function tradedVenue() {
  const gateway = new TestGateway();
  const [maker, taker] = [new BinanceClient(gateway, 1), new BinanceClient(gateway, 2)];
  await maker.place({ side: "SELL", price: "50000.00", quantity: "0.1" });
  await maker.place({ side: "SELL", price: "50010.00", quantity: "0.3" });
  await maker.place({ price: "49990.00", quantity: "0.2" });
  await taker.send("POST", "order", MARKET);
  // Not at the beginning of a millisecond.
  gateway.exchange.stampMicros += 500;
  await taker.send("POST", "order", { ...MARKET, side: "SELL", quantity: "0.1" });
  const get = async (path: string) => {
    const { status, body, text, headers } = await gateway.send("GET", `/api/v3/${path}`);
    assert.equal(status, 200, text);
    assert.equal(headers.get("access-control-allow-origin"), "*");
    return body;
  };
  const refusal = (path: string) => gateway.send("GET", `/api/v3/${path}`);
  return { gateway, maker, taker, get, refusal };
}

Deno.test("ping answers, and time is the gateway's", async () => {
  const { gateway, get } = await tradedVenue();
  assert.deepEqual(await get("ping"), {});
  assert.deepEqual(await get("time"), { serverTime: Math.floor(gateway.nowMicros / 1_000) });
});

Deno.test("exchangeInfo says what the core checks, in Binance's filters", async () => {
  const { get, refusal } = await tradedVenue();
  const info = await get("exchangeInfo");
  assert.deepEqual(info.symbols.map((one: { symbol: string }) => one.symbol), ["BTCUSD", "ETHUSD"]);
  assert.deepEqual(info.rateLimits, [
    { rateLimitType: "REQUEST_WEIGHT", interval: "MINUTE", intervalNum: 1, limit: 600_000 },
    { rateLimitType: "ORDERS", interval: "SECOND", intervalNum: 10, limit: 100_000 },
  ]);
  const { symbols: [btc] } = await get("exchangeInfo?symbol=BTCUSD");
  assert.deepEqual(
    [btc.status, btc.baseAsset, btc.quoteAsset, btc.baseAssetPrecision, btc.quotePrecision],
    ["TRADING", "BTC", "USD", 8, 6],
  );
  assert.deepEqual(btc.filters, [
    {
      filterType: "PRICE_FILTER",
      minPrice: "0.01000000",
      maxPrice: "1000000.00000000",
      tickSize: "0.01000000",
    },
    {
      filterType: "LOT_SIZE",
      minQty: "0.00010000",
      maxQty: "9000.00000000",
      stepSize: "0.00010000",
    },
    {
      filterType: "MARKET_LOT_SIZE",
      minQty: "0.00010000",
      maxQty: "9000.00000000",
      stepSize: "0.00010000",
    },
    {
      filterType: "MIN_NOTIONAL",
      minNotional: "0.00000100",
      applyToMarket: true,
      avgPriceMins: 0,
    },
    {
      filterType: "NOTIONAL",
      minNotional: "0.00000100",
      applyMinToMarket: true,
      maxNotional: "9000000000.00000000",
      applyMaxToMarket: false,
      avgPriceMins: 0,
    },
    { filterType: "MAX_NUM_ORDERS", maxNumOrders: 10_000 },
  ]);
  const list = encodeURIComponent('["ETHUSD","BTCUSD"]');
  const { symbols } = await get(`exchangeInfo?symbols=${list}`);
  assert.deepEqual(symbols.map((one: { symbol: string }) => one.symbol), ["ETHUSD", "BTCUSD"]);
  assert.deepEqual((await get("exchangeInfo?symbolStatus=HALT")).symbols, []);
  assert.deepEqual((await get("exchangeInfo?permissions=MARGIN")).symbols, []);
  refused(await refusal("exchangeInfo?symbol=NOSUCH"), 400, -1121);
  refused(await refusal(`exchangeInfo?symbols=BTCUSD`), 400, -1100);
  refused(
    await refusal(`exchangeInfo?symbols=${encodeURIComponent('["BTCUSD","BTCUSD"]')}`),
    400,
    -1151,
  );
  refused(await refusal(`exchangeInfo?symbol=BTCUSD&symbols=${list}`), 400, -1128);
});

Deno.test("the book is there, with the number that streams go on from", async () => {
  const { gateway, get, refusal } = await tradedVenue();
  const depth = await get("depth?symbol=BTCUSD&limit=5");
  const own = await gateway.send("GET", "/v1/depth?symbol=BTC-USD");
  assert.deepEqual(depth, {
    lastUpdateId: Number(own.body.sequence),
    bids: [["49990.00000000", "0.10000000"]],
    asks: [["50010.00000000", "0.20000000"]],
  });
  assert.deepEqual((await get("depth?symbol=BTCUSD&limit=5000")).bids.length, 1);
  refused(await refusal("depth"), 400, -1102);
  refused(await refusal("depth?symbol=BTCUSD&limit=0"), 400, -1130);
});

Deno.test("trades are oldest first, each its own aggregate", async () => {
  const { get } = await tradedVenue();
  const trades = await get("trades?symbol=BTCUSD");
  assert.deepEqual(
    trades.map((
      one: Record<string, unknown>,
    ) => [one.price, one.qty, one.quoteQty, one.isBuyerMaker]),
    [
      ["50000.00000000", "0.10000000", "5000.00000000", false],
      ["50010.00000000", "0.10000000", "5001.00000000", false],
      ["49990.00000000", "0.10000000", "4999.00000000", true],
    ],
  );
  assert.deepEqual(await get("trades?symbol=BTCUSD&limit=1"), trades.slice(2));
  const aggregates = await get("aggTrades?symbol=BTCUSD");
  const [, , last] = trades;
  assert.deepEqual(aggregates[2], {
    a: last.id,
    p: "49990.00000000",
    q: "0.10000000",
    f: last.id,
    l: last.id,
    T: last.time,
    m: true,
    M: true,
  });
  const from = await get(`aggTrades?symbol=BTCUSD&fromId=${trades[1].id}&limit=1`);
  assert.deepEqual(from.map(({ a }: { a: number }) => a), [trades[1].id]);
  const since = await get(`aggTrades?symbol=BTCUSD&startTime=${last.time}`);
  assert.deepEqual(since.map(({ a }: { a: number }) => a), [last.id]);
  const exact = await get(`aggTrades?symbol=BTCUSD&startTime=${last.time}&endTime=${last.time}`);
  assert.deepEqual(exact.map(({ a }: { a: number }) => a), [last.id], "all of its millisecond");
  const until = await get(`aggTrades?symbol=BTCUSD&endTime=${trades[0].time}`);
  assert.deepEqual(until.map(({ a }: { a: number }) => a), [trades[0].id, trades[1].id]);
});

Deno.test("the average price is weighed by quantity, over five minutes", async () => {
  const { gateway, get } = await tradedVenue();
  const { mins, price, closeTime } = await get("avgPrice?symbol=BTCUSD");
  assert.deepEqual([mins, price], [5, "50000.00000000"]);
  assert.ok(closeTime > 0);
  gateway.nowMicros += 3_600_000_000;
  assert.equal((await get("avgPrice?symbol=BTCUSD")).price, "49990.00000000", "the last one");
  assert.equal((await get("avgPrice?symbol=ETHUSD")).price, "0.00000000");
});

Deno.test("tickers are of one symbol, of some or of all", async () => {
  const { get, gateway, refusal } = await tradedVenue();
  assert.deepEqual(await get("ticker/price?symbol=BTCUSD"), {
    symbol: "BTCUSD",
    price: "49990.00000000",
  });
  const prices = await get("ticker/price");
  assert.deepEqual(prices[1], { symbol: "ETHUSD", price: "0.00000000" });
  const list = encodeURIComponent('["BTCUSD"]');
  assert.deepEqual(await get(`ticker/bookTicker?symbols=${list}`), [{
    symbol: "BTCUSD",
    bidPrice: "49990.00000000",
    bidQty: "0.10000000",
    askPrice: "50010.00000000",
    askQty: "0.20000000",
  }]);
  const day = await get("ticker/24hr?symbol=BTCUSD");
  const { openTime, closeTime, lastId, ...rest } = day;
  assert.equal(closeTime, Math.floor(gateway.nowMicros / 1_000));
  assert.equal(closeTime - openTime, 86_400_000);
  assert.ok(lastId > 0);
  assert.deepEqual(rest, {
    symbol: "BTCUSD",
    openPrice: "50000.00000000",
    highPrice: "50010.00000000",
    lowPrice: "49990.00000000",
    lastPrice: "49990.00000000",
    volume: "0.30000000",
    quoteVolume: "0.00000000",
    firstId: -1,
    count: 3,
    bidPrice: "49990.00000000",
    bidQty: "0.10000000",
    askPrice: "50010.00000000",
    askQty: "0.20000000",
    priceChange: "-10.00000000",
    priceChangePercent: "-0.020",
    weightedAvgPrice: "0.00000000",
    prevClosePrice: "50000.00000000",
    lastQty: "0.10000000",
  });
  const mini = await get("ticker/24hr?symbol=BTCUSD&type=MINI");
  assert.ok(!("priceChange" in mini) && mini.count === 3);
  refused(await refusal("ticker/24hr?symbol=BTCUSD&type=BIG"), 400, -1130);
});

Deno.test("a request for two tickers costs as much as two for one", async () => {
  const { gateway } = await tradedVenue();
  const used = async (path: string, address: string) => {
    const { headers } = await gateway.send("GET", `/api/v3/${path}`, { address });
    return Number(headers.get("ratelimit")?.match(/r=(\d+)/)?.[1]);
  };
  const one = await used("ticker/price?symbol=BTCUSD", "192.0.2.8");
  const two = await used("ticker/price", "192.0.2.9");
  assert.equal(one - two, 1);
});

Deno.test("more instruments than a request may ask for are refused, and the first has a name", async () => {
  const { gateway, refusal, get } = await tradedVenue();
  const { reference } = gateway.exchange;
  const [btc] = reference.all();
  assert.ok(btc !== undefined);
  const learn = (instrument: number, baseName: string, quoteName: string) =>
    reference.learn({
      ...btc,
      instrument,
      symbol: `${baseName}-${quoteName}`,
      baseName,
      quoteName,
      status: "halted",
    });
  learn(50, "BT", "CUSD");
  const { symbols } = await get("exchangeInfo?symbol=BTCUSD");
  assert.equal(symbols[0].baseAsset, "BTC", "that of the lower number");
  for (let number = 100; number < 200; number++) learn(number, `A${number}`, "USD");
  const many = await refusal("ticker/price");
  refused(many, 400, -1101, "Too many parameters; expected '100' and received '103'.");
  assert.equal((await get("ticker/price?symbol=BTCUSD")).symbol, "BTCUSD");
});

Deno.test("candles are Binance's rows, as far back as they are kept", async () => {
  const { get, gateway, taker, maker, refusal } = await tradedVenue();
  gateway.exchange.stampMicros += 120_000_000;
  gateway.nowMicros += 120_000_000;
  await maker.place({ side: "SELL", price: "50020.00", quantity: "0.1" });
  await taker.send("POST", "order", { ...MARKET, quantity: "0.3" });
  const rows = await get("klines?symbol=BTCUSD&interval=1m");
  const [first] = rows;
  const [startMillis] = first;
  assert.equal(startMillis % 60_000, 0);
  assert.deepEqual(first.slice(1), [
    "50000.00000000",
    "50010.00000000",
    "49990.00000000",
    "49990.00000000",
    "0.30000000",
    startMillis + 59_999,
    "0.00000000",
    3,
    "0.00000000",
    "0.00000000",
    "0",
  ]);
  const last = rows.at(-1);
  assert.deepEqual([last[1], last[4], last[8]], ["50010.00000000", "50020.00000000", 2]);
  assert.ok(last[0] > startMillis);
  assert.deepEqual(await get("uiKlines?symbol=BTCUSD&interval=1m&limit=1"), [last]);
  const bounded = await get(`klines?symbol=BTCUSD&interval=1m&startTime=${startMillis}&limit=1`);
  assert.deepEqual(bounded, [first]);
  assert.deepEqual(await get(`klines?symbol=BTCUSD&interval=1m&endTime=${startMillis}`), [first]);
  assert.deepEqual(await get("klines?symbol=ETHUSD&interval=1m"), []);
  refused(await refusal("klines?symbol=BTCUSD&interval=3m"), 400, -1120, "Invalid interval.");
  refused(await refusal("klines?symbol=BTCUSD"), 400, -1102);
  refused(await refusal("klines?symbol=BTCUSD&interval=1m&timeZone=8"), 400, -1130);
  const micros = await gateway.send("GET", "/api/v3/klines?symbol=BTCUSD&interval=1m", {
    headers: { "X-MBX-TIME-UNIT": "MICROSECOND" },
  });
  assert.deepEqual(
    [micros.body[0][0], micros.body[0][6]],
    [startMillis * 1_000, startMillis * 1_000 + 59_999_999],
  );
});

Deno.test("what there is not, says so in Binance's words", async () => {
  const { gateway, maker } = await tradedVenue();
  for (
    const [method, path] of [
      ["GET", "historicalTrades"],
      ["POST", "orderList/oco"],
      ["DELETE", "orderList"],
      ["GET", "userDataStream"],
    ] as const
  ) {
    refused(await maker.send(method, path), 404, -1020, "This operation is not supported.");
  }
  refused(await gateway.send("GET", "/api/v1/ping"), 404, -1020);
  const preflight = await gateway.send("OPTIONS", "/api/v3/depth");
  assert.equal(preflight.status, 204);
});

Deno.test("market data that does not answer, a gateway that is not connected: errors of Binance", async () => {
  const { gateway, refusal } = await tradedVenue();
  gateway.exchange.queries.failures.set("marketData", "timeout");
  refused(await refusal("depth?symbol=BTCUSD"), 503, -1001);
  gateway.hasBackend = false;
  const starting = await refusal("depth?symbol=BTCUSD");
  refused(starting, 503, -1008);
  assert.equal(starting.headers.get("retry-after"), "1");
  const tickers = await refusal("ticker/price");
  refused(tickers, 503, -1008);
});
