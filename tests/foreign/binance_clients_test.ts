/**
 * Client libraries that others wrote for Binance Spot, unchanged, against a running market. What had
 * to be set is the address and a key, and nothing else.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Spot } from "@binance/spot";
import { MainClient } from "binance";
import { type RestKey } from "../support/client_rest.ts";
import { keyOf, StartedMarket, withDataDirectory } from "../workers/supervisor/started_market.ts";

/** Orders that are placed and then reconciled. */
const ORDERS = 20;

const priceOf = (level: number): string => `${40_000 + level}.00`;

/** Has the shape that a trading library reads of an order. */
interface OrderLike {
  readonly orderId?: number | bigint;
  readonly clientOrderId?: string;
  readonly status?: string;
  readonly executedQty?: string | number;
}

const idsOf = (orders: readonly OrderLike[]): string[] =>
  orders.map(({ orderId }) => String(orderId)).sort();

/** `binance`, which signs everything into the query. */
async function tradeWithBinance(gateway: string, seller: RestKey, buyer: RestKey): Promise<void> {
  const clientOf = ({ key, secret }: RestKey) =>
    new MainClient({ api_key: key, api_secret: secret, baseUrl: gateway });
  const [maker, taker] = [clientOf(seller), clientOf(buyer)];
  await fillWithBinance(maker, taker);
  await reconcileWithBinance(taker);
}

/** A limit order, a market order that takes of it, and a cancel. */
async function fillWithBinance(maker: MainClient, taker: MainClient): Promise<void> {
  const { symbols } = await maker.getExchangeInfo();
  const btc = symbols.find(({ symbol }) => symbol === "BTCUSD");
  assert.deepEqual([btc?.baseAsset, btc?.quoteAsset, btc?.status], ["BTC", "USD", "TRADING"]);

  const askId = maker.generateNewOrderId();
  const asked = await maker.submitNewOrder({
    symbol: "BTCUSD",
    side: "SELL",
    type: "LIMIT",
    timeInForce: "GTC",
    quantity: 1,
    price: 50_000,
    newClientOrderId: askId,
  });
  assert.equal(asked.clientOrderId, askId);
  const bought = await taker.submitNewOrder({
    symbol: "BTCUSD",
    side: "BUY",
    type: "MARKET",
    quoteOrderQty: 10_000,
    newOrderRespType: "FULL",
  });
  assert.equal(bought.status, "FILLED");
  assert.equal(Number(bought.executedQty), 0.2);
  assert.deepEqual(bought.fills.map(({ price, qty }) => [Number(price), Number(qty)]), [
    [50_000, 0.2],
  ]);
  const [trade] = await taker.getAccountTradeList({ symbol: "BTCUSD", limit: 1 });
  assert.deepEqual([trade?.orderId, trade?.isMaker], [bought.orderId, false]);
  const { balances } = await taker.getAccountInformation();
  const btcBalance = balances.find(({ asset }) => asset === "BTC");
  assert.ok(Number(btcBalance?.free) > 0);
  const canceled = await maker.cancelOrder({
    symbol: "BTCUSD",
    origClientOrderId: askId,
  });
  assert.deepEqual([canceled.status, Number(canceled.executedQty)], ["CANCELED", 0.2]);
}

/** Many orders, of which one is replaced, all are canceled, and one more is refused. */
async function reconcileWithBinance(taker: MainClient): Promise<void> {
  const placed: OrderLike[] = [];
  for (let level = 0; level < ORDERS; level++) {
    placed.push(
      await taker.submitNewOrder({
        symbol: "BTCUSD",
        side: "BUY",
        type: "LIMIT",
        timeInForce: "GTC",
        quantity: 0.01,
        price: Number(priceOf(level)),
      }),
    );
  }
  const open = await taker.getOpenOrders({ symbol: "BTCUSD" });
  assert.deepEqual(idsOf(open), idsOf(placed));
  const replaced = await taker.replaceOrder({
    symbol: "BTCUSD",
    side: "BUY",
    type: "LIMIT",
    timeInForce: "GTC",
    quantity: 0.02,
    price: 39_000,
    cancelReplaceMode: "STOP_ON_FAILURE",
    cancelOrderId: Number(placed[0]?.orderId),
  });
  assert.deepEqual([replaced.cancelResult, replaced.newOrderResult], ["SUCCESS", "SUCCESS"]);
  const all = await taker.cancelAllSymbolOrders({ symbol: "BTCUSD" });
  assert.equal(all.length, ORDERS);
  assert.deepEqual(await taker.getOpenOrders({ symbol: "BTCUSD" }), []);
  const history = await taker.getAllOrders({ symbol: "BTCUSD" });
  assert.equal(history.filter(({ status }) => status === "CANCELED").length, ORDERS + 1);
  await assert.rejects(
    taker.submitNewOrder({
      symbol: "BTCUSD",
      side: "BUY",
      type: "LIMIT",
      timeInForce: "GTC",
      quantity: 0.01,
      price: 0.001,
    }),
    (error: { code: number; message: string }) => {
      assert.deepEqual([error.code, error.message], [-1013, "Filter failure: PRICE_FILTER"]);
      return true;
    },
  );
}

/** `@binance/spot`, Binance's own, which reads order ids as they are. */
async function tradeWithSpot(gateway: string, seller: RestKey, buyer: RestKey): Promise<void> {
  const clientOf = ({ key, secret }: RestKey) =>
    new Spot({
      configurationRestAPI: { apiKey: key, apiSecret: secret, basePath: gateway },
    }).restAPI;
  const [maker, taker] = [clientOf(seller), clientOf(buyer)];
  await fillWithSpot(maker, taker);
  await reconcileWithSpot(taker);
}

type SpotClient = Spot["restAPI"];

/** Places an order: a limit order of BTCUSD, unless the changes say otherwise. */
async function place(client: SpotClient, changes: object) {
  const order = { symbol: "BTCUSD", type: "LIMIT", timeInForce: "GTC", ...changes };
  const request = order as unknown as Parameters<SpotClient["newOrder"]>[0];
  return await (await client.newOrder(request)).data();
}

/** A limit order, a market order that takes of it, an amend and a cancel. */
async function fillWithSpot(maker: SpotClient, taker: SpotClient): Promise<void> {
  const { symbols = [] } = await (await maker.exchangeInfo({ symbol: "BTCUSD" })).data();
  const filters = symbols[0]?.filters?.map(({ filterType }) => filterType) ?? [];
  assert.ok(filters.includes("PRICE_FILTER") && filters.includes("LOT_SIZE"));

  const asked = await place(maker, { side: "SELL", quantity: 0.5, price: 51_000 });
  const bought = await place(taker, {
    side: "BUY",
    type: "MARKET",
    timeInForce: undefined,
    quantity: 0.1,
  });
  assert.deepEqual([bought.status, bought.fills?.length], ["FILLED", 1]);
  const orderId = Number(asked.orderId);
  const read = await (await maker.getOrder({ symbol: "BTCUSD", orderId })).data();
  assert.deepEqual([read.status, read.executedQty], ["PARTIALLY_FILLED", "0.10000000"]);
  const trades = await (await maker.myTrades({ symbol: "BTCUSD", orderId })).data();
  assert.deepEqual(trades.map(({ qty, isMaker }) => [qty, isMaker]), [["0.10000000", true]]);
  const amended = await (await maker.orderAmendKeepPriority({
    symbol: "BTCUSD",
    orderId,
    newQty: 0.3,
  })).data();
  assert.equal(amended.amendedOrder?.qty, "0.30000000");
  const canceled = await (await maker.deleteOrder({ symbol: "BTCUSD", orderId })).data();
  assert.equal(canceled.status, "CANCELED");
}

/** Many orders, what they hold, and all of them canceled. */
async function reconcileWithSpot(taker: SpotClient): Promise<void> {
  const placed: OrderLike[] = [];
  for (let level = 0; level < ORDERS; level++) {
    const changes = { side: "BUY", quantity: 0.01, price: Number(priceOf(level)) };
    placed.push(await place(taker, { ...changes, newClientOrderId: `level-${level}` }));
  }
  const open = await (await taker.getOpenOrders({ symbol: "BTCUSD" })).data();
  assert.deepEqual(idsOf(open), idsOf(placed));
  assert.deepEqual(
    open.map(({ clientOrderId }) => clientOrderId).sort(),
    Array.from({ length: ORDERS }, (_, level) => `level-${level}`).sort(),
  );
  const { balances = [] } = await (await taker.getAccount()).data();
  const usd = balances.find(({ asset }) => asset === "USD");
  // What twenty orders hold, and their fees at the taker's rate beside it.
  const notional = Array.from({ length: ORDERS }, (_, level) => 0.01 * Number(priceOf(level)))
    .reduce((sum, one) => sum + one, 0);
  assert.ok(Math.abs(Number(usd?.locked) - notional * 1.0005) < 0.01, usd?.locked);
  await taker.deleteOpenOrders({ symbol: "BTCUSD" });
  assert.deepEqual(await (await taker.getOpenOrders({ symbol: "BTCUSD" })).data(), []);
  const info = await (await taker.allOrders({ symbol: "BTCUSD", limit: ORDERS })).data();
  assert.deepEqual(idsOf(info), idsOf(placed));
  assert.ok(info.every(({ status }) => status === "CANCELED"));
  const depth = await (await taker.depth({ symbol: "BTCUSD" })).data();
  assert.deepEqual([depth.bids, depth.asks], [[], []]);
  const klines = await (await taker.klines({ symbol: "BTCUSD", interval: "1m" as never })).data();
  assert.ok(klines.length > 0);
}

Deno.test("libraries for Binance trade here after a change of the address", (t) =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    const [seller, buyer] = [keyOf(line, "1"), keyOf(line, "2")];
    await t.step("binance", () => tradeWithBinance(line.gateway, seller, buyer));
    await t.step("@binance/spot", () => tradeWithSpot(line.gateway, seller, buyer));
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));
