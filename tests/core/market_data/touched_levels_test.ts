import assert from "node:assert/strict";
import { TouchedLevels } from "../../../core/market_data/touched_levels.ts";
import { Side } from "../../../core/protocol/order_record.ts";
import { newSeed, seededRandom } from "./random_orders.ts";

Deno.test("touched levels: has every price once, best first, until they are forgotten", () => {
  const seed = newSeed();
  const random = seededRandom(seed);
  const tested = new TouchedLevels();
  for (let round = 0; round < 300; round++) {
    const sets = [new Set<number>(), new Set<number>()];
    // Few prices and many, near each other and far.
    const prices = 2 ** (2 + Math.floor(random() * 28));
    const count = Math.floor(random() * random() * 1_500);
    for (let at = 0; at < count; at++) {
      const side = Math.floor(random() * 2);
      const price = 1 + Math.floor(random() * prices);
      sets[side].add(price);
      tested.add(side, price);
      // Reading in between puts them in order, and does no harm.
      if (at % 100 === 0) tested.of(side);
    }
    const sorted = sets.map((set) => [...set].sort((a, b) => a - b));
    const about = `seed ${seed}, round ${round}`;
    assert.deepEqual([...tested.of(Side.buy)], sorted[Side.buy].reverse(), about);
    assert.deepEqual([...tested.of(Side.sell)], sorted[Side.sell], about);
    assert.deepEqual([...tested.of(Side.buy)], sorted[Side.buy], `${about}, read again`);
    assert.equal(tested.count, sets[0].size + sets[1].size, about);
    tested.clear();
    assert.equal(tested.count, 0);
  }
});

Deno.test("touched levels: takes what another one has, and leaves it there", () => {
  const [one, other] = [new TouchedLevels(), new TouchedLevels()];
  one.add(Side.buy, 5);
  other.add(Side.buy, 7);
  other.add(Side.buy, 5);
  other.add(Side.sell, 9);
  one.addAll(other);
  assert.deepEqual([[...one.of(Side.buy)], [...one.of(Side.sell)]], [[7, 5], [9]]);
  assert.equal(other.count, 3);
});
