/**
 * ccxt unchanged against a running market: what it reads and does is held against the native API.
 *
 * @module
 */
import assert from "node:assert/strict";
import ccxt from "ccxt";
import { RestClient, type RestKey } from "../support/client_rest.ts";
import { keyOf, StartedMarket, withDataDirectory } from "../workers/supervisor/started_market.ts";
import { type CcxtClient, ccxtClient } from "./ccxt_client.ts";

const MARKET = "BTC/USD";

/** Two accounts, each by ccxt and by the native API. */
interface Venue {
  readonly gateway: string;
  readonly maker: CcxtClient;
  readonly taker: CcxtClient;
  readonly native: { readonly maker: RestClient; readonly taker: RestClient };
  readonly key: RestKey;
}

/** An order as far as its id is there, which the type of the library leaves open. */
function idOf({ id }: { readonly id?: string | undefined }): string {
  assert.ok(id !== undefined && id !== "");
  return id;
}

/** The body of a native answer. */
async function native(client: RestClient, path: string) {
  const { status, json } = await client.request("GET", path);
  assert.equal(status, 200, JSON.stringify(json));
  return json;
}

/** What an order is, by the native API. */
async function nativeOrder(client: RestClient, id: string) {
  const { price, quantity, executedQuantity, side, type, status } = await native(
    client,
    `/v1/orders/${id}`,
  );
  return { price, quantity, executedQuantity, side, type, status };
}

/** Markets, currencies and fees. */
async function readMarkets({ maker, taker, native: { maker: own } }: Venue): Promise<void> {
  const { instruments } = await native(own, "/v1/instruments");
  for (const client of [maker, taker]) {
    const markets = await client.loadMarkets();
    assert.deepEqual(
      Object.values(markets).map((one) => `${one?.base}-${one?.quote}`).sort(),
      instruments.map(({ symbol }: { symbol: string }) => symbol).sort(),
    );
  }
  const [btc] = instruments;
  const { precision, limits, type, active } = maker.market(MARKET);
  assert.deepEqual([precision.price, precision.amount], [
    Number(btc.tickSize),
    Number(btc.lotSize),
  ]);
  assert.deepEqual([limits.amount?.min, type, active], [Number(btc.lotSize), "spot", true]);

  const { balances } = await native(own, "/v1/balances");
  const currencies = await maker.fetchCurrencies();
  assert.deepEqual(
    Object.keys(currencies).sort(),
    balances.map(({ asset }: { asset: string }) => asset).sort(),
  );
  const { fees } = await native(own, "/v1/fees");
  const all = await maker.fetchTradingFees();
  for (const { symbol, makerFeeRate, takerFeeRate } of fees) {
    const unified = symbol.replace("-", "/");
    const rates = [Number(makerFeeRate), Number(takerFeeRate)];
    assert.deepEqual([all[unified]?.maker, all[unified]?.taker], rates);
    const one = await maker.fetchTradingFee(unified);
    assert.deepEqual([one.symbol, one.maker, one.taker], [unified, ...rates]);
  }
  assert.equal((await maker.fetchStatus()).status, "ok");
  assert.ok(Math.abs(Date.now() - Number(await maker.fetchTime())) < 5_000);
}

/** Orders of every kind that there is, and what they come to. */
async function trade({ maker, taker, native: own }: Venue): Promise<void> {
  const asked = await maker.createOrder(MARKET, "limit", "sell", 0.5, 50_000);
  assert.deepEqual(await nativeOrder(own.maker, idOf(asked)), {
    price: "50000.00",
    quantity: "0.5000",
    executedQuantity: "0",
    side: "sell",
    type: "limit",
    status: "new",
  });
  const bought = await taker.createOrder(MARKET, "market", "buy", 0.1);
  assert.deepEqual([bought.status, bought.filled, bought.average, bought.cost], [
    "closed",
    0.1,
    50_000,
    5_000,
  ]);
  const spent = await taker.createMarketBuyOrderWithCost(MARKET, 100);
  assert.deepEqual([spent.status, spent.cost], ["closed", 100]);

  const resting = await taker.createOrder(MARKET, "limit", "buy", 0.1, 49_000, {
    postOnly: true,
  });
  assert.equal((await nativeOrder(own.taker, idOf(resting))).status, "new");
  const remainder = await taker.createOrder(MARKET, "limit", "buy", 0.1, 49_500, {
    timeInForce: "IOC",
  });
  assert.deepEqual([remainder.status, remainder.filled], ["expired", 0]);
  const edited = await taker.editOrder(idOf(resting), MARKET, "limit", "buy", 0.2, 48_000);
  const { price, quantity } = await nativeOrder(own.taker, idOf(edited));
  assert.deepEqual([price, quantity], ["48000.00", "0.2000"]);
  assert.equal((await taker.fetchOrder(idOf(resting), MARKET)).status, "canceled");
}

/** What an account reads of its orders, trades and balances. */
async function readAccount({ maker, taker, native: own }: Venue): Promise<void> {
  const { items: orders } = await native(own.taker, "/v1/orders");
  const open = await taker.fetchOpenOrders(MARKET);
  assert.deepEqual(
    open.map((one) => [one.id, one.price, one.amount, one.filled, one.side, one.status]),
    orders.map((one: Record<string, string>) => [
      one.orderId,
      Number(one.price),
      Number(one.quantity),
      Number(one.executedQuantity),
      one.side,
      "open",
    ]),
  );
  assert.equal(open.length, 1);
  const { items: fills } = await native(own.taker, "/v1/fills");
  const trades = await taker.fetchMyTrades(MARKET);
  assert.equal(trades.length, 2);
  assert.deepEqual(
    trades.map((one) => [one.order, one.price, one.amount, one.takerOrMaker, one.fee?.cost])
      .sort(),
    fills.map((one: Record<string, string>) => [
      one.orderId,
      Number(one.price),
      Number(one.quantity),
      "taker",
      Number(one.fee),
    ]).sort(),
  );
  for (const [client, direct] of [[maker, own.maker], [taker, own.taker]] as const) {
    const { balances } = await native(direct, "/v1/balances");
    const read = await client.fetchBalance();
    for (const { asset, available, held, total } of balances) {
      const { free, used, total: whole } = read[asset] ?? {};
      assert.deepEqual([free, used, whole], [available, held, total].map(Number), asset);
    }
  }
}

/** What anybody reads of the market. */
async function readMarketData({ taker, native: { taker: own } }: Venue): Promise<void> {
  const depth = await native(own, "/v1/depth?symbol=BTC-USD");
  const book = await taker.fetchOrderBook(MARKET);
  const numbers = (levels: [price: string, quantity: string][]) =>
    levels.map((level) => level.map(Number));
  assert.deepEqual([book.bids, book.asks], [numbers(depth.bids), numbers(depth.asks)]);
  assert.ok(book.bids.length > 0 && book.asks.length > 0);

  const { trades } = await native(own, "/v1/trades?symbol=BTC-USD");
  const read = await taker.fetchTrades(MARKET);
  assert.deepEqual(
    read.map(({ id, price, amount, side }) => [id, price, amount, side]).sort(),
    trades.map((one: Record<string, string>) => [
      one.tradeId,
      Number(one.price),
      Number(one.quantity),
      one.takerSide,
    ]).sort(),
  );
  const ticker = await taker.fetchTicker(MARKET);
  const btc = await native(own, "/v1/ticker?symbol=BTC-USD");
  assert.deepEqual(
    [ticker.last, ticker.bid, ticker.ask, ticker.baseVolume],
    [btc.lastPrice, btc.bidPrice, btc.askPrice, btc.volume24h].map(Number),
  );
  assert.deepEqual(Object.keys(await taker.fetchTickers()).sort(), ["BTC/USD", "ETH/USD"]);
  const candles = await taker.fetchOHLCV(MARKET, "1m");
  const { candles: own1m } = await native(own, "/v1/candles?symbol=BTC-USD&interval=1m");
  assert.deepEqual(
    candles.map(([, open, high, low, close, volume]) => [open, high, low, close, volume]),
    own1m.map((one: Record<string, string>) =>
      [one.open, one.high, one.low, one.close, one.volume].map(Number)
    ),
  );
}

/** Refusals are errors of the classes by which bots tell them apart. */
async function refuse({ gateway, maker, taker, key }: Venue): Promise<void> {
  const buy = (amount: number, price: number, params = {}) =>
    taker.createOrder(MARKET, "limit", "buy", amount, price, params);
  await assert.rejects(buy(8_999, 49_999), ccxt.InsufficientFunds);
  await assert.rejects(buy(9_001, 1_000), ccxt.InvalidOrder);
  await assert.rejects(buy(0.1, 2_000_000), ccxt.InvalidOrder);
  await assert.rejects(buy(0.1, 51_000, { postOnly: true }), ccxt.OrderImmediatelyFillable);
  await assert.rejects(taker.fetchOrder("987654321", MARKET), ccxt.OrderNotFound);
  await assert.rejects(taker.cancelOrder("987654321", MARKET), ccxt.OrderNotFound);
  await assert.rejects(
    ccxtClient(gateway, { ...key, secret: `${key.secret}x` }).fetchBalance(),
    ccxt.AuthenticationError,
  );
  await assert.rejects(maker.fetchDeposits(), (error: Error) => {
    assert.ok(error instanceof ccxt.BadRequest);
    assert.match(error.message, /There are spot markets only, under \/api\/v3\./);
    return true;
  });
}

/** One order canceled, then all of them. */
async function cancel({ taker, native: { taker: own } }: Venue): Promise<void> {
  const one = await taker.createOrder(MARKET, "limit", "buy", 0.01, 40_000);
  assert.equal((await taker.cancelOrder(idOf(one), MARKET)).status, "canceled");
  assert.equal((await nativeOrder(own, idOf(one))).status, "canceled");
  await assert.rejects(taker.cancelOrder(idOf(one), MARKET), ccxt.OrderNotFound);
  await taker.createOrder(MARKET, "limit", "buy", 0.01, 40_001);
  const canceled = await taker.cancelAllOrders(MARKET);
  assert.equal(canceled.length, 2);
  assert.deepEqual((await native(own, "/v1/orders")).items, []);
}

Deno.test("ccxt trades here with its hosts replaced and nothing else", (t) =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    const [first, second] = [keyOf(line, "1"), keyOf(line, "2")];
    const { gateway } = line;
    const venue: Venue = {
      gateway,
      maker: ccxtClient(gateway, first),
      taker: ccxtClient(gateway, second),
      native: { maker: new RestClient(gateway, first), taker: new RestClient(gateway, second) },
      key: second,
    };
    await t.step("markets, currencies, fees, status", () => readMarkets(venue));
    await t.step("orders", () => trade(venue));
    await t.step("an account's orders, trades and balances", () => readAccount(venue));
    await t.step("market data", () => readMarketData(venue));
    await t.step("refusals", () => refuse(venue));
    await t.step("cancels", () => cancel(venue));
    await Promise.all([venue.maker.close(), venue.taker.close()]);
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));
