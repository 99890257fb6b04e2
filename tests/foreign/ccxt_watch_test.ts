/**
 * What ccxt watches over WebSockets, against a running market: an account's orders, trades and
 * balances, and the book and ticker of a market.
 *
 * @module
 */
import assert from "node:assert/strict";
import { HUB_LINGER_MILLIS } from "../../infra/streams/feed_hub.ts";
import { RestClient, type RestKey } from "../support/client_rest.ts";
import {
  keyOf,
  StartedMarket,
  WAIT_MILLIS_MAX,
  withDataDirectory,
} from "../workers/supervisor/started_market.ts";
import { type CcxtClient, ccxtClient } from "./ccxt_client.ts";

const MARKET = "BTC/USD";
/** A feed that is quiet says its last number again after 15 s: nobody is to wait for that. */
const QUIET_MILLIS_MAX = 3_000;

/** Watches until something that it hears is what is waited for. */
async function until<T>(watch: () => Promise<T>, isDone: (heard: T) => boolean): Promise<T> {
  const endMillis = Date.now() + WAIT_MILLIS_MAX;
  for (;;) {
    const heard = await within(watch());
    if (isDone(heard)) return heard;
    assert.ok(Date.now() < endMillis, `the last was ${JSON.stringify(heard)}`);
  }
}

/** What comes in time. */
async function within<T>(promise: Promise<T>, millisMax = WAIT_MILLIS_MAX): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("nothing was heard")), millisMax);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** An account's own: every change of its orders, its trades, and what it has. */
async function watchAccount(maker: CcxtClient, taker: CcxtClient, own: RestClient): Promise<void> {
  // As the watching methods do first; without it the order might be there before the stream.
  await within(maker.authenticate());
  const heard = Promise.all([
    until(() => maker.watchOrders(MARKET), ([order]) => order?.status === "open"),
    until(() => maker.watchBalance(), ({ BTC }) => BTC?.used === 0.4),
    until(() => maker.watchMyTrades(MARKET), (trades) => trades.length > 0),
  ]);
  const asked = await maker.createOrder(MARKET, "limit", "sell", 0.5, 50_000);
  const bought = await taker.createOrder(MARKET, "market", "buy", 0.1);
  const [[order], , [trade]] = await heard;
  assert.deepEqual([order?.id, order?.price, order?.amount], [asked.id, 50_000, 0.5]);
  const [fill] = (await own.request("GET", "/v1/fills")).json.items;
  assert.deepEqual(
    [trade?.order, trade?.id, trade?.amount, trade?.takerOrMaker, trade?.fee?.cost],
    [fill.orderId, fill.tradeId, Number(fill.quantity), "maker", Number(fill.fee)],
  );
  assert.equal(bought.filled, 0.1);

  const canceled = until(
    () => maker.watchOrders(MARKET),
    (orders) => orders.some(({ id, status }) => id === asked.id && status === "canceled"),
  );
  const freed = until(() => maker.watchBalance(), ({ BTC }) => BTC?.used === 0);
  await maker.cancelOrder(String(asked.id), MARKET);
  const [last, balance] = await Promise.all([canceled, freed]);
  assert.equal(last.find(({ id }) => id === asked.id)?.filled, 0.1);
  const { balances } = (await own.request("GET", "/v1/balances")).json;
  // The stream tells what has changed: an asset that was never used stands in no event.
  for (const { asset, available, held } of balances) {
    if (asset !== "BTC" && asset !== "USD") continue;
    assert.deepEqual([balance[asset]?.free, balance[asset]?.used], [available, held].map(Number));
  }
}

/** What anybody sees: a local book, the last trade, the ticker and a candle. */
async function watchMarket(maker: CcxtClient, taker: CcxtClient, own: RestClient): Promise<void> {
  await within(taker.watchOrderBook(MARKET));
  const trades = until(() => taker.watchTrades(MARKET), (all) => all.length > 0);
  const ticker = until(() => taker.watchTicker(MARKET), ({ last }) => last === 50_500);
  const quotes = until(() => taker.watchBidsAsks([MARKET]), (all) => all[MARKET]?.bid === 49_000);
  const candles = until(() => taker.watchOHLCV(MARKET, "1m"), (all) => all.at(-1)?.[4] === 50_500);
  const book = until(
    () => taker.watchOrderBook(MARKET),
    ({ bids, asks }) => bids.length === 2 && asks.length === 1,
  );
  await maker.createOrder(MARKET, "limit", "sell", 0.5, 50_500);
  await taker.createOrder(MARKET, "limit", "buy", 0.2, 49_000);
  await taker.createOrder(MARKET, "limit", "buy", 0.3, 48_000);
  // Each of these comes with a trade, and whoever subscribed late hears of the next one.
  let isOver = false;
  const trading = (async () => {
    while (!isOver) {
      await taker.createOrder(MARKET, "market", "buy", 0.001);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  const [[trade]] = await Promise.all([trades, ticker, quotes, candles, book])
    .finally(() => isOver = true);
  await trading;
  assert.deepEqual([trade?.price, trade?.side], [50_500, "buy"]);

  const { bids, asks } = (await own.request("GET", "/v1/depth?symbol=BTC-USD")).json;
  const numbers = (levels: [string, string][]) => levels.map((level) => level.map(Number));
  const same = await until(
    async () => {
      const { json: now } = await own.request("GET", "/v1/depth?symbol=BTC-USD");
      assert.deepEqual(now.bids, bids);
      const held = taker.orderbooks[MARKET];
      await new Promise((resolve) => setTimeout(resolve, 20));
      return { bids: [...(held?.bids ?? [])], asks: [...(held?.asks ?? [])] };
    },
    (held) => JSON.stringify(held.asks) === JSON.stringify(numbers(asks)),
  );
  assert.deepEqual(same, { bids: numbers(bids), asks: numbers(asks) });
}

/** All markets at once: quiet ones too, and then what has changed. */
async function watchAllTickers(gateway: string, key: RestKey, name: string): Promise<void> {
  const [watcher, trader] = [ccxtClient(gateway, key), ccxtClient(gateway, key)];
  const watch = () => within(watcher.watchTickers(undefined, { name }), QUIET_MILLIS_MAX);
  try {
    const symbols = [MARKET, "ETH/USD"];
    await until(watch, () => symbols.every((symbol) => symbol in watcher.tickers));
    const { last, baseVolume = 0, bid } = watcher.tickers[MARKET] ?? {};
    assert.deepEqual([last, bid], [50_500, name === "ticker" ? 49_000 : undefined]);
    const hasMore = (volume: number | undefined) => (volume ?? 0) > baseVolume;
    const heard = until(watch, (tickers) => hasMore(tickers[MARKET]?.baseVolume));
    await trader.createOrder(MARKET, "market", "buy", 0.001);
    assert.deepEqual(Object.keys(await heard), [MARKET], "only what has changed");
  } finally {
    await Promise.all([watcher.close(), trader.close()]);
  }
}

/** A market without a trade, and one whose last trade is over, as somebody sees who comes then. */
async function watchQuietTickers(gateway: string, key: RestKey): Promise<void> {
  const [first, second] = [ccxtClient(gateway, key), ccxtClient(gateway, key)];
  try {
    const none = await within(first.watchTickers(["ETH/USD"]), QUIET_MILLIS_MAX);
    assert.equal(none["ETH/USD"]?.baseVolume, 0);
    const two = [MARKET, "ETH/USD"];
    const heard = new Set<string>();
    while (heard.size < two.length) {
      const tickers = await within(second.watchTickers(two), QUIET_MILLIS_MAX);
      for (const symbol of Object.keys(tickers)) heard.add(symbol);
    }
    assert.equal(second.tickers[MARKET]?.last, 50_500);
    const { bid, ask } = await within(
      first.watchTicker(MARKET, { name: "ticker" }),
      QUIET_MILLIS_MAX,
    );
    assert.deepEqual([bid, ask], [49_000, 50_500]);
    const best = await within(second.watchBidsAsks([MARKET]), QUIET_MILLIS_MAX);
    assert.equal(best[MARKET]?.ask, 50_500);
  } finally {
    await Promise.all([first.close(), second.close()]);
  }
}

Deno.test("ccxt follows an account and a market here", (t) =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    const { gateway } = line;
    const [maker, taker] = [
      ccxtClient(gateway, keyOf(line, "1")),
      ccxtClient(gateway, keyOf(line, "2")),
    ];
    const own = new RestClient(gateway, keyOf(line, "1"));
    try {
      await t.step("its orders, trades and balances", () => watchAccount(maker, taker, own));
      await t.step("book, trades, ticker, candles", () => watchMarket(maker, taker, own));
      // Until the gateway has given up what nobody listens to, and knows nothing of it.
      await Promise.all([maker.close(), taker.close()]);
      await new Promise((resolve) => setTimeout(resolve, HUB_LINGER_MILLIS + 500));
      await t.step("tickers of quiet markets", () => watchQuietTickers(gateway, keyOf(line, "1")));
      for (const name of ["miniTicker", "ticker"]) {
        await t.step(
          `tickers of all markets, by ${name}`,
          () => watchAllTickers(gateway, keyOf(line, "2"), name),
        );
      }
    } finally {
      await Promise.all([maker.close(), taker.close()]);
    }
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));
