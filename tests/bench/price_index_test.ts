import assert from "node:assert/strict";
import fc from "fast-check";
import { BandedLadder } from "../../bench/price_index/banded_ladder.ts";
import { type Candidate, CANDIDATES } from "../../bench/price_index/candidates.ts";
import { LadderWithFarPrices } from "../../bench/price_index/ladder_with_far_prices.ts";
import type { PriceIndex } from "../../bench/price_index/price_index.ts";

/** All candidates, and those with a band again with one so narrow that it moves all the time. */
const SUBJECTS: readonly Candidate[] = [
  ...CANDIDATES,
  {
    name: "banded ladder of 32 ticks",
    spreadTicksMax: 2 ** 16,
    create: () => new BandedLadder(32),
  },
  {
    name: "ladder of 32 ticks, far prices in a skip list",
    spreadTicksMax: 2 ** 30,
    create: () => new LadderWithFarPrices(32),
  },
];

/** Prices that are neighbours, prices at the edges of words and bands, and prices far apart. */
function pricesOf({ spreadTicksMax }: Candidate): fc.Arbitrary<number> {
  const last = spreadTicksMax - 1;
  const edges = [0, 31, 32, 1_023, 1_024, 32_767, 32_768, 65_535, last - 32, last];
  return fc.oneof(
    fc.integer({ min: 0, max: 70 }),
    fc.integer({ min: 1_000, max: 1_100 }),
    fc.integer({ min: 0, max: last }),
    fc.constantFrom(...edges),
  );
}

/** The model: a sorted array of prices and their levels. */
class SortedPrices {
  readonly #levels = new Map<number, number>();
  prices: number[] = [];

  has(price: number): boolean {
    return this.#levels.has(price);
  }

  set(price: number, level: number): void {
    this.#levels.set(price, level);
    this.prices = [...this.prices, price].sort((one, other) => one - other);
  }

  delete(price: number): void {
    this.#levels.delete(price);
    this.prices = this.prices.filter((one) => one !== price);
  }

  levelAt(price: number | undefined): number {
    return price === undefined ? 0 : this.#levels.get(price) ?? 0;
  }
}

function assertSame(index: PriceIndex, model: SortedPrices, price: number): void {
  const { prices } = model;
  const above = prices.find((one) => one > price);
  const below = prices.findLast((one) => one < price);
  assert.equal(index.find(price), model.levelAt(price), `find ${price}`);
  assert.equal(index.lowest(), model.levelAt(prices[0]), "lowest");
  assert.equal(index.highest(), model.levelAt(prices.at(-1)), "highest");
  assert.equal(index.next(price, true), model.levelAt(above), `next above ${price}`);
  assert.equal(index.next(price, false), model.levelAt(below), `next below ${price}`);
}

for (const subject of SUBJECTS) {
  Deno.test(`${subject.name}: levels, edges and neighbours are those of a sorted array`, () => {
    const prices = pricesOf(subject);
    const edits = fc.array(fc.tuple(prices, fc.boolean()), { maxLength: 150, size: "max" });
    fc.assert(
      fc.property(edits, fc.array(prices, { maxLength: 10 }), (sequence, probes) => {
        const index = subject.create();
        const model = new SortedPrices();
        let level = 0;
        for (const [price, adds] of sequence) {
          if (adds && !model.has(price)) {
            index.insert(price, ++level);
            model.set(price, level);
          } else if (!adds && model.has(price)) {
            index.remove(price);
            model.delete(price);
          }
          assertSame(index, model, price);
        }
        for (const price of probes) assertSame(index, model, price);
        for (const price of [...model.prices]) {
          index.remove(price);
          model.delete(price);
          assertSame(index, model, price);
        }
      }),
      { numRuns: 200 },
    );
  });

  Deno.test(`${subject.name}: follows a market that drifts away`, () => {
    const index = subject.create();
    const model = new SortedPrices();
    for (let step = 0; step < 3_000; step++) {
      const price = 1_000 + step * 7 + (step * 31) % 64;
      if (!model.has(price)) {
        index.insert(price, step + 1);
        model.set(price, step + 1);
      }
      while (model.prices.length > 20) {
        index.remove(model.prices[0]);
        model.delete(model.prices[0]);
      }
      assertSame(index, model, price - 5);
    }
  });

  Deno.test(`${subject.name}: holds thousands of levels`, () => {
    const index = subject.create();
    const count = 5_000;
    for (let place = 0; place < count; place++) {
      index.insert((place * 1_999) % count * 3, place + 1);
    }
    for (let place = 0; place < count; place++) {
      assert.equal(index.find((place * 1_999) % count * 3), place + 1);
    }
    let levels = 1;
    const levelAt = new Map(
      Array.from({ length: count }, (_, place) => [place + 1, (place * 1_999) % count * 3]),
    );
    for (let level = index.lowest(); level !== index.highest(); levels++) {
      level = index.next(levelAt.get(level) ?? -1, true);
    }
    assert.equal(levels, count);
    assert.ok(index.byteLength > 0);
  });
}
