import assert from "node:assert/strict";
import { OrderQueues } from "../../../core/market_data/order_queues.ts";
import { QUEUED_ORDERS_MAX } from "../../../core/market_data/order_queues.ts";
import { ORDERS_MAX } from "../../../core/matching/shard_state.ts";
import { Side } from "../../../core/protocol/order_record.ts";

/** The orders of a price: key, lots. */
function queueAt(queues: OrderQueues, side: number, priceTicks: number): [number, number][] {
  const level = queues.levelFrom(1, side, priceTicks);
  const found: [number, number][] = [];
  for (let slot = queues.levelFirst(level); slot !== 0; slot = queues.nextOf(slot)) {
    found.push([queues.idOf(slot), queues.lotsOf(slot)]);
  }
  return found;
}

Deno.test("order queues: an order stands behind those that came before, and keeps its place", () => {
  const queues = new OrderQueues(2);
  for (const id of [1, 2, 3]) queues.add(100 + id, id, 1, Side.buy, 50, 10);
  queues.reduce(queues.find(101), 4);
  queues.remove(queues.find(102));
  assert.deepEqual(queueAt(queues, Side.buy, 50), [[1, 4], [3, 10]]);
  const level = queues.bestLevel(1, Side.buy);
  assert.deepEqual([queues.levelLots(level), queues.levelCount(level), queues.count], [14, 2, 2]);
  assert.equal(queues.find(102), 0);
});

Deno.test("order queues: a level is found by its price, or the first one behind", () => {
  const queues = new OrderQueues(2);
  for (const price of [50, 60, 5_000]) {
    queues.add(price, price, 1, Side.buy, price, 1);
    queues.add(-price, price, 1, Side.sell, price, 1);
  }
  const from = (side: number, price: number) => {
    const level = queues.levelFrom(1, side, price);
    return level === 0 ? 0 : queues.levelPrice(level);
  };
  assert.deepEqual([4_999, 60, 59, 49].map((price) => from(Side.buy, price)), [60, 60, 50, 0]);
  assert.deepEqual([49, 50, 51, 5_001].map((price) => from(Side.sell, price)), [50, 50, 60, 0]);
});

Deno.test("order queues: tables grow, and nothing is lost by it", () => {
  const queues = new OrderQueues(2);
  const count = 5_000;
  for (let id = 1; id <= count; id++) queues.add(id * 7, id, 1, id % 2, 1_000 + id % 977, id);
  for (let id = 1; id <= count; id++) {
    const slot = queues.find(id * 7);
    assert.deepEqual(
      [queues.idOf(slot), queues.sideOf(slot), queues.priceOf(slot), queues.lotsOf(slot)],
      [id, id % 2, 1_000 + id % 977, id],
    );
    queues.remove(slot);
  }
  assert.deepEqual([queues.count, queues.bestLevel(1, 0), queues.bestLevel(1, 1)], [0, 0, 0]);
});

Deno.test("order queues: hold as many orders as a shard may have", () => {
  assert.equal(QUEUED_ORDERS_MAX, ORDERS_MAX);
});
