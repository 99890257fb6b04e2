import assert from "node:assert/strict";
import type { LotLevel } from "../../../core/market_data/feed_reader.ts";
import { LOT_LEVELS_MAX, LotSide } from "../../../core/market_data/lot_side.ts";
import { Side } from "../../../core/protocol/order_record.ts";
import { checksumOf, LevelModel } from "./level_model.ts";
import { levelsOf } from "./lot_subscriber.ts";
import { newSeed, seededRandom } from "./random_orders.ts";

const SIDES = [Side.buy, Side.sell];
const TWO_TO_32 = 2 ** 32;
/** Ticks from one price to the next, and how many there are: near the best, and far apart. */
const SPREADS = [[1, 10], [1, 10], [1, 300], [1_000, 150]];

function set(side: LotSide, priceTicks: number, lots: number): void {
  side.set(priceTicks | 0, lots | 0, Math.floor(lots / TWO_TO_32));
}

/** Levels as a side has them, best first. */
function sorted(levels: Iterable<LotLevel>, side: number): LotLevel[] {
  const direction = side === Side.buy ? -1 : 1;
  return [...levels].sort((a, b) => (a[0] - b[0]) * direction);
}

Deno.test("lot side: is the same as a sorted map under random changes, near the best and far", () => {
  const seed = newSeed();
  const random = seededRandom(seed);
  for (const side of SIDES) {
    const tested = new LotSide(side);
    const model = new Map<number, number>();
    for (let round = 0; round < 3_000; round++) {
      const [ticks, prices] = SPREADS[Math.floor(random() * SPREADS.length)];
      const offset = ticks * Math.floor(random() * prices);
      const price = side === Side.buy ? 200_000 - offset : 200_000 + offset;
      const lots = random() < 0.4 ? 0 : 1 + Math.floor(random() * 2 ** 52);
      set(tested, price, lots);
      if (lots === 0) model.delete(price);
      else model.set(price, lots);
      if (round % 10 === 0) {
        assert.deepEqual(levelsOf(tested), sorted(model, side), `seed ${seed}, round ${round}`);
      }
    }
    assert.ok(model.size > 100 && tested.isWhole, "the side grows and moves long parts");
  }
});

Deno.test("lot side: prices of all 32 bits stand in order", () => {
  const prices = [1, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 1];
  for (const side of SIDES) {
    const tested = new LotSide(side);
    for (const price of prices) set(tested, price, price);
    assert.deepEqual(levelsOf(tested), sorted(prices.map((price) => [price, price]), side));
  }
});

Deno.test("lot side: knows when the levels of the checksum were touched", () => {
  const seed = newSeed();
  const random = seededRandom(seed);
  let untouched = 0;
  for (const side of SIDES) {
    const tested = new LotSide(side);
    let sum = tested.addBest(-1);
    for (let round = 0; round < 2_000; round++) {
      set(tested, 1 + Math.floor(random() * 40), Math.floor(random() * 3));
      const isTouched = tested.isBestTouched;
      const before = sum;
      sum = tested.addBest(-1);
      if (!isTouched) untouched++;
      assert.ok(isTouched || sum === before, `seed ${seed}, round ${round}`);
      assert.ok(!tested.isBestTouched);
    }
  }
  assert.ok(untouched > 500, `${untouched} of 4,000`);
});

Deno.test("lot side: adds up to the publisher's checksum", () => {
  const seed = newSeed();
  const random = seededRandom(seed);
  const sides = SIDES.map((side) => [new LevelModel(side), new LotSide(side)] as const);
  const [[bids, lotBids], [asks, lotAsks]] = sides;
  for (let round = 0; round < 1_000; round++) {
    const [published, copied] = sides[random() < 0.5 ? 0 : 1];
    const price = 1 + Math.floor(random() * 30);
    const lots = random() < 0.5 ? 0 : Math.floor(random() * 2 ** 34);
    published.set([price, lots]);
    set(copied, price, lots);
    const sum = ~lotAsks.addBest(lotBids.addBest(-1)) >>> 0;
    assert.equal(sum, checksumOf(bids.levels, asks.levels), `seed ${seed}, round ${round}`);
  }
});

Deno.test("lot side: knows nothing beyond its edge, and ten levels or all of them up to it", () => {
  for (const side of SIDES) {
    const levels = sorted(Array.from({ length: 10 }, (_, at) => [100 + at, 5]), side);
    const worst = levels[9][0];
    const beyond = side === Side.buy ? worst - 1 : worst + 1;
    const tested = new LotSide(side);
    tested.fill(levels, false);
    set(tested, beyond, 7);
    assert.deepEqual(levelsOf(tested), levels);
    assert.ok(!tested.isWhole && tested.isBestKnown);
    set(tested, worst, 0);
    assert.ok(!tested.isBestKnown);
    set(tested, worst, 6);
    assert.deepEqual(levelsOf(tested).at(-1), [worst, 6], "the edge itself is known");
    tested.fill(levels.slice(0, 3), true);
    assert.ok(tested.isWhole && tested.isBestKnown);
    set(tested, beyond, 7);
    assert.deepEqual(levelsOf(tested).at(-1), [beyond, 7]);
    tested.fill([], true);
    assert.deepEqual(levelsOf(tested), []);
  }
});

Deno.test("lot side: one level too many, and it forgets the worse half", () => {
  for (const side of SIDES) {
    const levels = Array.from({ length: LOT_LEVELS_MAX }, (_, at): LotLevel => [1_000 + at, 1]);
    const tested = new LotSide(side);
    tested.fill(sorted(levels, side), true);
    assert.ok(tested.isWhole);
    const better = side === Side.buy ? 1_000_000 : 500;
    set(tested, better, 3);
    assert.equal(tested.count, LOT_LEVELS_MAX / 2 + 1);
    assert.ok(!tested.isWhole);
    assert.deepEqual([tested.priceOf(0), tested.quantityOf(0)], [better, 3]);
    const best = sorted(levels, side).slice(0, LOT_LEVELS_MAX / 2);
    assert.deepEqual(levelsOf(tested).slice(1), best);
    set(tested, side === Side.buy ? 1_000 : 1_000 + LOT_LEVELS_MAX - 1, 9);
    assert.equal(tested.count, LOT_LEVELS_MAX / 2 + 1, "what was forgotten is not known");
  }
});
