import assert from "node:assert/strict";
import { candleIntervals } from "../../../core/market_data/candle_intervals.ts";
import { BTC_USD } from "../../support/btc_usd.ts";
import { EventReader } from "../../../core/market_data/event_reader.ts";
import { MarketFeeds } from "../../../core/market_data/market_feeds.ts";
import {
  JSON_ORDERS_MAX,
  LEVELS_BESIDE_CANDLES_MAX,
  LEVELS_BESIDE_ORDERS_MAX,
  parseSnapshotQuery,
  snapshot,
  SNAPSHOT_CANDLES_DEFAULT,
  SNAPSHOT_CANDLES_MAX,
  SNAPSHOT_LEVELS_DEFAULT,
  SNAPSHOT_LEVELS_MAX,
  SNAPSHOT_ORDERS_MAX,
  SNAPSHOT_TRADES_DEFAULT,
  SNAPSHOT_TRADES_MAX,
  snapshotError,
} from "../../../core/market_data/snapshot.ts";
import { FeedEncoder } from "../../../core/market_data/feed_encoder.ts";
import { PRICE_TICKS_MAX } from "../../../core/book/price_trie.ts";
import { FRONT, orderPage } from "../../../core/market_data/order_page.ts";
import type { PublicTrade } from "../../../core/market_data/trade_ring.ts";
import { QUERY_BYTES_MAX } from "../../../core/protocol/queries.ts";
import { SAFE_MAX } from "../../../core/protocol/wire_buffer.ts";
import { buy, by, halt, sell } from "../../support/commands.ts";
import { applyMessages, TestMarket } from "./test_market.ts";

function opened() {
  const market = new TestMarket();
  const feeds = new MarketFeeds();
  const reader = new EventReader();
  const opening = market.open();
  for (const reference of market.references) feeds.learn(reference);
  applyMessages(feeds, reader, opening);
  const feed = feeds.find("BTC-USD");
  assert.ok(feed);
  return { market, feeds, feed, reader };
}

const DAY_MICROS = 86_400_000_000;

Deno.test("snapshot: everything about an instrument as of one sequence", () => {
  const { market, feeds, feed, reader } = opened();
  applyMessages(feeds, reader, market.append([buy(1, 40), buy(2, 41), sell(5, 50), sell(1, 51)]));
  applyMessages(feeds, reader, market.append([buy(3, 50, by(2))]));
  const { stampMicros } = market;
  applyMessages(feeds, reader, market.append([halt()]));
  const query = { levels: 1, trades: 10, minSequence: 0 };
  assert.deepEqual(snapshot(feed, query, feeds.lastEvent, stampMicros), {
    symbol: "BTC-USD",
    sequence: 7,
    eventSequence: feeds.lastEvent,
    status: "halted",
    bids: [["0.41", "0.0002"]],
    asks: [["0.50", "0.0002"]],
    trades: [{
      tradeId: "1",
      price: "0.50",
      quantity: "0.0003",
      takerSide: "buy",
      timeMicros: stampMicros,
    }],
    ticker: {
      lastPrice: "0.50",
      open24h: "0.50",
      high24h: "0.50",
      low24h: "0.50",
      volume24h: "0.0003",
      trades24h: 1,
    },
    definition: BTC_USD,
  });
});

Deno.test("snapshot: has the orders in the order in which they trade, if asked, page by page", () => {
  const { market, feeds, feed, reader } = opened();
  const commands = [buy(1, 41), buy(2, 41, by(2)), buy(3, 40), sell(5, 50)];
  applyMessages(feeds, reader, market.append(commands));
  const first = feeds.lastEvent - 3;
  const ask = (query: object) => {
    const parsed = parseSnapshotQuery(JSON.stringify({ trades: 0, ...query }));
    assert.ok(typeof parsed !== "string", String(parsed));
    return snapshot(feed, parsed, feeds.lastEvent, 0);
  };
  const { orders } = ask({ orders: 2 });
  assert.deepEqual(orders, {
    sequence: 5,
    bids: [[`${first}`, "0.41", "0.0001"], [`${first + 1}`, "0.41", "0.0002"]],
    asks: [[`${first + 3}`, "0.50", "0.0005"]],
    afterBid: [41, first + 1],
    afterAsk: [50, first + 3],
    hasMoreBids: true,
    hasMoreAsks: false,
  });
  const { afterAsk, afterBid } = orders ?? {};
  const next = ask({ orders: 2, afterBid, afterAsk });
  assert.deepEqual(next.orders, {
    sequence: 5,
    bids: [[`${first + 2}`, "0.40", "0.0003"]],
    asks: [],
    afterBid: [40, first + 2],
    afterAsk: [50, first + 3],
    hasMoreBids: false,
    hasMoreAsks: false,
  });
  assert.equal(next.bids.length, 2, "levels are those of the whole book, as ever");
  assert.equal(ask({ orders: 9, levels: 1 }).orders?.bids.length, 2);
  applyMessages(feeds, reader, market.append([halt()]));
  const after = ask({ orders: 1 });
  assert.deepEqual([after.sequence, after.orders?.sequence], [6, 5], "of which orders say nothing");
  assert.ok(!("orders" in ask({})));
});

Deno.test("snapshot: has the last candles of an interval, the open one first, if asked", () => {
  const { market, feeds, feed, reader } = opened();
  for (const price of [50, 51, 52]) {
    applyMessages(feeds, reader, market.append([sell(1, price), buy(1, price, by(2))]));
    market.stampMicros += 60_000_000;
  }
  const query = parseSnapshotQuery('{"interval":"1m","candles":2,"levels":0,"trades":0}');
  assert.ok(typeof query !== "string");
  const { candles } = snapshot(feed, query, feeds.lastEvent, market.stampMicros);
  assert.deepEqual(candles?.map(({ close, isFinal, trades }) => [close, isFinal, trades]), [
    ["0.52", false, 1],
    ["0.51", true, 1],
  ]);
  const none = snapshot(feed, { levels: 0, trades: 0, minSequence: 0 }, feeds.lastEvent, 0);
  assert.ok(!("candles" in none));
});

Deno.test("snapshot: an instrument without orders and trades is empty, not missing", () => {
  const { feeds, feed } = opened();
  const answer = snapshot(feed, { levels: 5, trades: 5, minSequence: 0 }, feeds.lastEvent, 0);
  assert.deepEqual([answer.status, answer.bids, answer.asks, answer.trades], [
    "trading",
    [],
    [],
    [],
  ]);
  assert.deepEqual([answer.ticker.lastPrice, answer.ticker.volume24h], [null, "0"]);
});

Deno.test("snapshot: the largest one stays below the longest answer", () => {
  const { feed } = opened();
  const digits = 9_007_199_254_700_000;
  const trade: PublicTrade = {
    tradeId: SAFE_MAX,
    priceTicks: digits,
    quantityLots: digits,
    takerSide: 1,
    timeMicros: SAFE_MAX,
  };
  for (let count = 0; count < SNAPSHOT_TRADES_MAX; count++) feed.trades.add(trade);
  for (let order = 0; order < 3 * (SNAPSHOT_LEVELS_MAX + 1); order++) {
    const id = SAFE_MAX - SNAPSHOT_ORDERS_MAX + order;
    for (const side of [0, 1]) {
      // Three of a level, whose lots come to as many digits.
      const priceTicks = PRICE_TICKS_MAX - order % (SNAPSHOT_LEVELS_MAX + 1);
      feed.queues.add(-2 * order - side - 1, id, 1, side, priceTicks, Math.floor(digits / 3));
    }
  }
  const [interval] = candleIntervals;
  const candles = SNAPSHOT_CANDLES_MAX;
  for (let count = 0; count <= candles; count++) {
    const millis = SAFE_MAX - 2 * DAY_MICROS + count * (interval?.micros ?? 0);
    feed.candles.add(SAFE_MAX - candles + count, digits, digits, millis);
  }
  const wide = { levels: SNAPSHOT_LEVELS_MAX, trades: SNAPSHOT_TRADES_MAX, minSequence: 0 };
  const orders = JSON_ORDERS_MAX;
  const full = { ...wide, levels: LEVELS_BESIDE_ORDERS_MAX, orders };
  const long = { ...wide, levels: LEVELS_BESIDE_CANDLES_MAX, interval: interval ?? null, candles };
  for (const query of [wide, long, full]) {
    const answer = snapshot(feed, query, 0, 0);
    assert.equal(answer.bids.length, query.levels);
    assert.equal(answer.trades.length, SNAPSHOT_TRADES_MAX);
    assert.equal(answer.candles?.length ?? 0, query === long ? candles : 0);
    assert.equal(answer.orders?.bids.length ?? 0, query === full ? orders : 0);
    assert.ok(JSON.stringify(answer).length < QUERY_BYTES_MAX);
  }
  const most = { orders: SNAPSHOT_ORDERS_MAX, levels: SNAPSHOT_LEVELS_MAX };
  const page = orderPage(feed.queues, 1, { ...most, afterBid: FRONT, afterAsk: FRONT });
  assert.equal(page.asks.length, SNAPSHOT_ORDERS_MAX);
  assert.ok(new FeedEncoder().orderSnapshot(feed, page, SAFE_MAX, 0).length < QUERY_BYTES_MAX);
});

Deno.test("snapshot: an empty query asks for the defaults", () => {
  const defaults = {
    levels: SNAPSHOT_LEVELS_DEFAULT,
    orders: 0,
    afterBid: FRONT,
    afterAsk: FRONT,
    trades: SNAPSHOT_TRADES_DEFAULT,
    candles: SNAPSHOT_CANDLES_DEFAULT,
    minSequence: 0,
    format: "json",
    interval: null,
  };
  assert.deepEqual(parseSnapshotQuery(""), defaults);
  assert.deepEqual(parseSnapshotQuery("{}"), defaults);
  assert.deepEqual(parseSnapshotQuery('{"levels":7,"minSequence":9,"format":"bin"}'), {
    ...defaults,
    levels: 7,
    minSequence: 9,
    format: "bin",
  });
});

Deno.test("snapshot: a malformed query is refused by field, limit and value", () => {
  for (
    const [text, reason] of [
      ["{", /not JSON/],
      ["[]", /not a JSON object/],
      ["null", /not a JSON object/],
      ['{"depth":5}', /depth is not a field/],
      ['{"levels":4001}', /levels is 4001; it takes a whole number from 0 to 4000/],
      ['{"trades":-1}', /trades is -1; it takes a whole number from 0 to 1000/],
      ['{"levels":1.5}', /levels is 1.5;/],
      ['{"minSequence":"7"}', /minSequence is "7";/],
      ['{"levels":null}', /levels is null;/],
      ['{"format":"xml"}', /format is "xml"; it takes "json" or "bin"/],
      ['{"interval":"2m"}', /interval is "2m"; it takes 500ms, 1s, 5s, 1m, 5m, 15m, 1h, 4h, 1d/],
      [
        '{"orders":12001,"format":"bin"}',
        /orders is 12001; it takes a whole number from 0 to 12000/,
      ],
      ['{"orders":2001}', /orders is 2001; in JSON it takes 2000 at most/],
      ['{"orders":1,"levels":1001}', /levels is 1001; beside orders it takes 1000 at most/],
      ['{"orders":1,"interval":"1m"}', /orders is 1; beside candles it takes 0/],
      ['{"afterBid":[1]}', /afterBid is \[1\]; it takes \[price in ticks, id of an order\]/],
      ['{"afterAsk":[1,-1]}', /afterAsk is \[1,-1\]; it takes/],
      ['{"afterAsk":[1073741824,1]}', /afterAsk is \[1073741824,1\]; it takes/],
      ['{"afterBid":["1","1"]}', /afterBid is \["1","1"\]; it takes/],
      ['{"interval":60}', /interval is 60; it takes 500ms/],
      ['{"candles":1001}', /candles is 1001; it takes a whole number from 0 to 1000/],
      ['{"interval":"1m","levels":1001}', /levels is 1001; beside candles it takes 1000 at most/],
      ['{"format":1}', /format is 1; it takes "json" or "bin"/],
      ['{"__proto__":1}', /__proto__ is not a field/],
    ] as const
  ) {
    const answer = parseSnapshotQuery(text);
    assert.ok(typeof answer === "string" && reason.test(answer), `${text}: ${answer}`);
  }
});

Deno.test("snapshot: an error names what it is and the event it is as of", () => {
  assert.deepEqual(snapshotError("behind", "at 5", 5), {
    error: "behind",
    detail: "at 5",
    sequence: 5,
  });
});
