import assert from "node:assert/strict";
import fc from "fast-check";
import {
  FRONT,
  orderPage,
  type OrderPlace,
  type QueuedOrder,
} from "../../../core/market_data/order_page.ts";
import { OrderQueues } from "../../../core/market_data/order_queues.ts";
import { Side } from "../../../core/protocol/order_record.ts";

/** Queues with bids at 50 (1, 2, 3), 49 (4) and 47 (5, 6), and an ask at 60 (7); a lot for each id. */
function someQueues(): OrderQueues {
  const queues = new OrderQueues(2);
  const prices = [50, 50, 50, 49, 47, 47];
  for (const [index, price] of prices.entries()) {
    queues.add(100 + index, index + 1, 1, Side.buy, price, index + 1);
  }
  queues.add(200, 7, 1, Side.sell, 60, 7);
  return queues;
}

const idsOf = (orders: readonly QueuedOrder[]) => orders.map(({ id }) => id);

/** Ids of the bids of a page, and whether there are more. */
function bidsOf(
  queues: OrderQueues,
  { after = FRONT, orders = 100, levels = 100 }: {
    after?: OrderPlace;
    orders?: number;
    levels?: number;
  },
): [number[], boolean] {
  const page = orderPage(queues, 1, { orders, levels, afterBid: after, afterAsk: FRONT });
  return [idsOf(page.bids), page.hasMoreBids];
}

Deno.test("order page: orders in the order in which they trade, with price and lots", () => {
  const all = { orders: 100, levels: 100, afterBid: FRONT, afterAsk: FRONT };
  const page = orderPage(someQueues(), 1, all);
  assert.deepEqual(idsOf(page.bids), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(page.bids[3], { id: 4, priceTicks: 49, lots: 4 });
  assert.deepEqual(page.asks, [{ id: 7, priceTicks: 60, lots: 7 }]);
  assert.deepEqual([page.hasMoreBids, page.hasMoreAsks], [false, false]);
});

Deno.test("order page: says whether there are more, by orders and by levels", () => {
  const queues = someQueues();
  assert.deepEqual(bidsOf(queues, { orders: 2 }), [[1, 2], true]);
  assert.deepEqual(bidsOf(queues, { orders: 3 }), [[1, 2, 3], true]);
  assert.deepEqual(bidsOf(queues, { orders: 6 }), [[1, 2, 3, 4, 5, 6], false]);
  assert.deepEqual(bidsOf(queues, { levels: 2 }), [[1, 2, 3, 4], true]);
  assert.deepEqual(bidsOf(queues, { levels: 3 }), [[1, 2, 3, 4, 5, 6], false]);
  assert.deepEqual(bidsOf(queues, { levels: 0 }), [[], true]);
});

Deno.test("order page: begins behind a place, whether its order or its price is there or not", () => {
  const queues = someQueues();
  const behind = (priceTicks: number, id: number, levels = 100) =>
    bidsOf(queues, { after: { priceTicks, id }, levels })[0];
  assert.deepEqual(behind(50, 2), [3, 4, 5, 6]);
  assert.deepEqual(behind(50, 3), [4, 5, 6]);
  assert.deepEqual(behind(50, 3, 1), [4], "a price that is behind it as a whole is not counted");
  assert.deepEqual(behind(48, 99), [5, 6]);
  assert.deepEqual(behind(47, 6), []);
  queues.remove(queues.find(101));
  assert.deepEqual(behind(50, 2), [3, 4, 5, 6]);
  queues.remove(queues.find(103));
  assert.deepEqual(behind(49, 4), [5, 6]);
});

Deno.test("order page: pages of any size are the whole side, each order once", () => {
  const anyOrders = fc.array(fc.integer({ min: 40, max: 50 }), { maxLength: 40 });
  const size = fc.integer({ min: 1, max: 9 });
  fc.assert(fc.property(anyOrders, fc.boolean(), size, size, (prices, isBid, orders, levels) => {
    const queues = new OrderQueues(2);
    const side = isBid ? Side.buy : Side.sell;
    for (const [index, price] of prices.entries()) {
      queues.add(index + 1, index + 1, 1, side, price, 1);
    }
    const expected = prices.map((priceTicks, index) => ({ priceTicks, id: index + 1, lots: 1 }))
      .sort((a, b) => (isBid ? b.priceTicks - a.priceTicks : a.priceTicks - b.priceTicks));
    const found: QueuedOrder[] = [];
    for (let after = FRONT, hasMore = true; hasMore;) {
      const page = orderPage(queues, 1, { orders, levels, afterBid: after, afterAsk: after });
      const more = isBid ? page.bids : page.asks;
      hasMore = isBid ? page.hasMoreBids : page.hasMoreAsks;
      assert.ok(more.length > 0 || !hasMore);
      found.push(...more);
      assert.ok(found.length <= expected.length, "an order comes twice");
      after = more.at(-1) ?? after;
    }
    assert.deepEqual(found, expected);
  }));
});
