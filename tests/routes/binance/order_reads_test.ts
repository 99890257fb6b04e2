import assert from "node:assert/strict";
import { TestGateway } from "../test_gateway.ts";
import { BinanceClient, LIMIT, MARKET, refused } from "./binance_client.ts";

function venue() {
  const gateway = new TestGateway();
  return { gateway, maker: new BinanceClient(gateway, 1), taker: new BinanceClient(gateway, 2) };
}

type Row = Record<string, string & number>;
const ids = (rows: Row[]) => rows.map(({ orderId }) => orderId);

Deno.test("an order is read by either name, open and closed, in its symbol only", async () => {
  const { maker, taker, gateway } = venue();
  const { body } = await maker.place({ newClientOrderId: "mine" });
  const read = (fields: Record<string, string | number>) =>
    maker.send("GET", "order", { symbol: "BTCUSD", ...fields });
  await taker.send("POST", "order", { ...MARKET, side: "SELL" });
  const partly = (await read({ origClientOrderId: "mine" })).body;
  const placedMillis = body.transactTime;
  assert.deepEqual(partly, {
    symbol: "BTCUSD",
    orderId: body.orderId,
    orderListId: -1,
    clientOrderId: "mine",
    price: "50000.00000000",
    origQty: "0.50000000",
    executedQty: "0.20000000",
    origQuoteOrderQty: "0.00000000",
    cummulativeQuoteQty: "10000.00000000",
    status: "PARTIALLY_FILLED",
    timeInForce: "GTC",
    type: "LIMIT",
    side: "BUY",
    stopPrice: "0.00000000",
    icebergQty: "0.00000000",
    time: placedMillis,
    updateTime: Math.floor(gateway.exchange.stampMicros / 1_000),
    isWorking: true,
    workingTime: placedMillis,
  });
  await maker.send("DELETE", "openOrders", { symbol: "BTCUSD" });
  for (const fields of [{ orderId: body.orderId }, { origClientOrderId: "mine" }]) {
    assert.equal((await read(fields)).body.status, "CANCELED");
  }
  refused(await read({ orderId: 99 }), 400, -2013, "Order does not exist.");
  refused(await read({ origClientOrderId: "other" }), 400, -2013);
  refused(await read({ orderId: body.orderId, origClientOrderId: "other" }), 400, -2013);
  refused(await read({ symbol: "ETHUSD", orderId: body.orderId }), 400, -2013);
  refused(
    await taker.send("GET", "order", { symbol: "BTCUSD", orderId: body.orderId }),
    400,
    -2013,
  );
  refused(
    await read({}),
    400,
    -1102,
    "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!",
  );
});

Deno.test("open orders are those of a symbol, or of all", async () => {
  const { maker } = venue();
  const btc = (await maker.place()).body.orderId;
  const eth = (await maker.place({ symbol: "ETHUSD", price: "3000.00" })).body.orderId;
  assert.deepEqual(ids(await maker.ok("GET", "openOrders")), [btc, eth]);
  assert.deepEqual(ids(await maker.ok("GET", "openOrders", { symbol: "ETHUSD" })), [eth]);
});

Deno.test("more open orders than a page of the leader's are all there", async () => {
  const { maker } = venue();
  for (let count = 0; count < 502; count++) {
    await maker.place({ quantity: "0.0001", price: `${1_000 + (count % 50)}.00` });
  }
  const open = await maker.ok("GET", "openOrders");
  assert.equal(new Set(ids(open)).size, 502);
  const all = await maker.ok("GET", "allOrders", { symbol: "BTCUSD", limit: 1_000 });
  assert.deepEqual(ids(all), ids(open));
  const from = await maker.ok("GET", "allOrders", {
    symbol: "BTCUSD",
    orderId: open[1].orderId,
    limit: 2,
  });
  assert.deepEqual(ids(from), ids(open).slice(1, 3), "the oldest from that id on");
});

Deno.test("all orders are the newest ones, or those from an id or a time on, oldest first", async () => {
  const { maker } = venue();
  const placed: Row[] = [];
  for (let count = 0; count < 5; count++) placed.push((await maker.place()).body);
  const list = async (fields: Record<string, string | number>) =>
    ids(await maker.ok("GET", "allOrders", { symbol: "BTCUSD", ...fields }));
  const all = ids(placed);
  assert.deepEqual(await list({}), all);
  assert.deepEqual(await list({ limit: 2 }), all.slice(3));
  assert.deepEqual(await list({ orderId: all[1] ?? 0, limit: 2 }), all.slice(1, 3));
  const startTime = placed[2]?.transactTime ?? 0;
  assert.deepEqual(await list({ startTime }), all.slice(2));
  assert.deepEqual(
    await list({ startTime, endTime: placed[3]?.transactTime ?? 0 }),
    all.slice(2, 4),
  );
  assert.deepEqual(await list({ endTime: startTime }), all.slice(0, 3));
  assert.deepEqual(await list({ endTime: startTime, limit: 1 }), all.slice(2, 3));
  refused(await maker.send("GET", "allOrders"), 400, -1102);
  refused(await maker.send("GET", "allOrders", { symbol: "BTCUSD", limit: 0 }), 400, -1130);
  refused(await maker.send("GET", "allOrders", { symbol: "BTCUSD", limit: "x" }), 400, -1100);
});

Deno.test("trades are the account's own, by either side of them", async () => {
  const { maker, taker } = venue();
  const sold = (await maker.place({ side: "SELL" })).body;
  const bought = [];
  for (let count = 0; count < 3; count++) {
    bought.push((await taker.send("POST", "order", { ...MARKET, quantity: "0.1" })).body);
  }
  const [first] = await taker.ok("GET", "myTrades", { symbol: "BTCUSD" });
  assert.deepEqual(first, {
    symbol: "BTCUSD",
    id: bought[0].fills[0].tradeId,
    orderId: bought[0].orderId,
    orderListId: -1,
    price: "50000.00000000",
    qty: "0.10000000",
    quoteQty: "5000.00000000",
    commission: "2.50000000",
    commissionAsset: "USD",
    time: bought[0].transactTime,
    isBuyer: true,
    isMaker: false,
    isBestMatch: true,
  });
  const list = async (fields: Record<string, string | number>) =>
    (await maker.ok("GET", "myTrades", { symbol: "BTCUSD", ...fields })).map(({ id }: Row) => id);
  const tradeIds = bought.map(({ fills }) => fills[0].tradeId);
  assert.deepEqual(await list({}), tradeIds);
  assert.deepEqual(await list({ orderId: sold.orderId }), tradeIds);
  assert.deepEqual(await list({ orderId: 99 }), []);
  assert.deepEqual(await list({ fromId: tradeIds[1], limit: 1 }), [tradeIds[1]]);
  assert.deepEqual(await list({ limit: 1 }), [tradeIds[2]]);
  assert.deepEqual(await list({ startTime: bought[2].transactTime }), [tradeIds[2]]);
  const [made] = await maker.ok("GET", "myTrades", { symbol: "BTCUSD" });
  assert.deepEqual([made.isBuyer, made.isMaker, made.commission], [false, true, "0.50000000"]);
});

Deno.test("the account has its balances, what it holds apart", async () => {
  const { maker } = venue();
  await maker.place();
  const account = await maker.ok("GET", "account");
  const usd = account.balances.find(({ asset }: Row) => asset as string === "USD");
  assert.deepEqual(usd, { asset: "USD", free: "99974987.50000000", locked: "25012.50000000" });
  assert.deepEqual(account.commissionRates, {
    maker: "0.00010000",
    taker: "0.00050000",
    buyer: "0.00000000",
    seller: "0.00000000",
  });
  assert.deepEqual([account.canTrade, account.accountType, account.uid], [true, "SPOT", 1]);
  assert.deepEqual([account.makerCommission, account.takerCommission], [1, 5]);
  const { standardCommission } = await maker.ok("GET", "account/commission", { symbol: "BTCUSD" });
  assert.equal(standardCommission.maker, "0.00010000");
  const poor = await maker.ok("GET", "account", { omitZeroBalances: "true" });
  assert.ok(poor.balances.length > 0);
});

Deno.test("the order limit says how much of it is used", async () => {
  const { maker } = venue();
  for (let count = 0; count < 20; count++) await maker.place({ price: "40000.00" });
  const [limit] = await maker.ok("GET", "rateLimit/order");
  const { count, ...rest } = limit;
  assert.deepEqual(rest, {
    rateLimitType: "ORDERS",
    interval: "SECOND",
    intervalNum: 10,
    limit: 100_000,
  });
  assert.ok(count > 0 && count < 1_000, String(count));
});

Deno.test("a list that would take too many pages is refused, not cut", async () => {
  const { maker, gateway } = venue();
  const { queries } = gateway.exchange;
  const { body } = await maker.place(LIMIT);
  const { history } = queries;
  queries.history = async (query) => {
    if (query.kind !== "orders") return await history.call(queries, query) as never;
    const answer = await history.call(queries, { ...query, beforeOrderId: 0 });
    const [row] = "orders" in answer ? answer.orders : [];
    return { ...answer, orders: Array.from({ length: query.limit }, () => row) } as never;
  };
  const { status, body: error } = await maker.send("GET", "allOrders", {
    symbol: "BTCUSD",
    orderId: body.orderId,
  });
  assert.deepEqual([status, error.code, error.msg], [400, -1127, "Lookup interval is too big."]);
});
