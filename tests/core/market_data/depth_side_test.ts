import assert from "node:assert/strict";
import { DepthSide } from "../../../core/market_data/depth_side.ts";
import { OrderQueues } from "../../../core/market_data/order_queues.ts";
import { Side } from "../../../core/protocol/order_record.ts";
import { depthLevels, LevelModel } from "./level_model.ts";
import { newSeed, seededRandom } from "./random_orders.ts";

const INSTRUMENT = 1;

Deno.test("depth side: the best bid is the highest price, the best ask the lowest", () => {
  const queues = new OrderQueues(2);
  const bids = new DepthSide(queues, INSTRUMENT, Side.buy);
  const asks = new DepthSide(queues, INSTRUMENT, Side.sell);
  for (const price of [101, 99, 100]) {
    queues.add(price, price, INSTRUMENT, Side.buy, price, price - 90);
    queues.add(-price, price, INSTRUMENT, Side.sell, price, price - 90);
  }
  assert.deepEqual(depthLevels(bids), [[101, 11], [100, 10], [99, 9]]);
  assert.deepEqual(depthLevels(asks), [[99, 9], [100, 10], [101, 11]]);
  assert.deepEqual([2, 3, 4].map((most) => bids.countUpTo(most)), [2, 3, 3]);
});

Deno.test("depth side: an empty one has no best level, no price and no quantity", () => {
  const side = new DepthSide(new OrderQueues(2), INSTRUMENT, Side.buy);
  assert.deepEqual([side.best, side.priceOf(0), side.quantityOf(0), side.quantityAt(5)], [
    0,
    0,
    0,
    0,
  ]);
});

Deno.test("depth side: is the same as a sorted map under random orders", () => {
  const seed = newSeed();
  const random = seededRandom(seed);
  for (const side of [Side.buy, Side.sell]) {
    const queues = new OrderQueues(2);
    const tested = new DepthSide(queues, INSTRUMENT, side);
    const model = new LevelModel(side);
    const lotsAt = new Map<number, number>();
    const keys: number[] = [];
    for (let round = 1; round <= 3_000; round++) {
      let price: number;
      if (random() < 0.4 && keys.length > 0) {
        const [key] = keys.splice(Math.floor(random() * keys.length), 1);
        const slot = queues.find(key);
        price = queues.priceOf(slot);
        lotsAt.set(price, (lotsAt.get(price) ?? 0) - queues.lotsOf(slot));
        queues.remove(slot);
      } else {
        price = 1 + Math.floor(random() * 300);
        const lots = 1 + Math.floor(random() * 9);
        queues.add(round, round, INSTRUMENT, side, price, lots);
        keys.push(round);
        lotsAt.set(price, (lotsAt.get(price) ?? 0) + lots);
      }
      const lots = lotsAt.get(price) ?? 0;
      model.set([price, lots]);
      assert.equal(tested.quantityAt(price), lots, `seed ${seed}, round ${round}`);
    }
    assert.ok(model.levels.length > 64, "the test should make the side grow");
    assert.deepEqual(depthLevels(tested), model.levels, `seed ${seed}`);
  }
});
