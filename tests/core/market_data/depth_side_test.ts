import assert from "node:assert/strict";
import { DepthError, DepthSide } from "../../../core/market_data/depth_side.ts";
import { Side } from "../../../core/protocol/order_record.ts";
import { seededRandom } from "./random_orders.ts";

/** The side as rows of price and quantity, best first. */
function drawn(side: DepthSide): string[] {
  return Array.from(
    { length: side.count },
    (_, rank) => `${side.priceOf(rank)} x ${side.quantityOf(rank)}`,
  );
}

Deno.test("depth side: the best bid is the highest price, the best ask the lowest", () => {
  const bids = new DepthSide(Side.buy);
  const asks = new DepthSide(Side.sell);
  for (const price of [101, 99, 100]) {
    bids.change(price, price - 90);
    asks.change(price, price - 90);
  }
  assert.deepEqual(drawn(bids), ["101 x 11", "100 x 10", "99 x 9"]);
  assert.deepEqual(drawn(asks), ["99 x 9", "100 x 10", "101 x 11"]);
});

Deno.test("depth side: a change returns what was there, and an empty level goes", () => {
  const bids = new DepthSide(Side.buy);
  assert.equal(bids.change(100, 5), 0);
  assert.equal(bids.change(100, 2), 5);
  assert.equal(bids.quantityAt(100), 7);
  assert.equal(bids.change(100, -7), 7);
  assert.equal(bids.count, 0);
  assert.equal(bids.quantityAt(100), 0);
  assert.deepEqual([bids.priceOf(0), bids.quantityOf(0)], [0, 0]);
});

Deno.test("depth side: refuses to take off more than there is", () => {
  const asks = new DepthSide(Side.sell);
  asks.change(100, 5);
  assert.throws(() => asks.change(100, -6), DepthError);
  assert.throws(() => asks.change(101, -1), /level 101 holds 0 lots and cannot change by -1/);
  assert.deepEqual(drawn(asks), ["100 x 5"]);
});

Deno.test("depth side: is the same as a sorted map under random changes", () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const random = seededRandom(seed);
  for (const side of [Side.buy, Side.sell]) {
    const tested = new DepthSide(side);
    const model = new Map<number, number>();
    for (let round = 0; round < 3_000; round++) {
      const price = 1 + Math.floor(random() * 300);
      const before = model.get(price) ?? 0;
      const lots = random() < 0.4 ? -before : 1 + Math.floor(random() * 9);
      assert.equal(tested.change(price, lots), before, `seed ${seed}, round ${round}`);
      if (before + lots === 0) model.delete(price);
      else model.set(price, before + lots);
    }
    const direction = side === Side.buy ? -1 : 1;
    const expected = [...model].sort((a, b) => (a[0] - b[0]) * direction)
      .map(([price, lots]) => `${price} x ${lots}`);
    assert.ok(expected.length > 64, "the test should make the side grow");
    assert.deepEqual(drawn(tested), expected, `seed ${seed}`);
  }
});
