import assert from "node:assert/strict";
import fc from "fast-check";
import { NODES_PER_INSERT_MAX, PRICE_TICKS_MAX, PriceTrie } from "../../../core/book/price_trie.ts";

/** Prices that share much of their path, and prices that share nothing. */
const prices = fc.oneof(
  fc.integer({ min: 0, max: 70 }),
  fc.integer({ min: 1_000, max: 1_100 }),
  fc.integer({ min: 0, max: PRICE_TICKS_MAX }),
  fc.constantFrom(0, 31, 32, 1_023, 1_024, 2 ** 25 - 1, 2 ** 25, PRICE_TICKS_MAX),
);

const edits = fc.array(fc.tuple(prices, fc.boolean()), { maxLength: 120, size: "max" });

/** The model: a sorted array. */
class SortedPrices {
  readonly values = new Map<number, number>();
  get prices(): number[] {
    return [...this.values.keys()].sort((one, other) => one - other);
  }
  valueAt(price: number | undefined): number {
    return price === undefined ? 0 : this.values.get(price) ?? 0;
  }
}

/** Inserts or removes as the model says is possible, growing where there is no room. */
function edit(trie: PriceTrie, which: number, model: SortedPrices, price: number, add: boolean) {
  if (add && !model.values.has(price)) {
    while (trie.freeCount < NODES_PER_INSERT_MAX) trie.grow();
    const value = model.values.size + 1_000;
    trie.insert(which, price, value);
    model.values.set(price, value);
  } else if (!add && model.values.has(price)) {
    trie.remove(which, price);
    model.values.delete(price);
  }
}

function assertSame(trie: PriceTrie, which: number, model: SortedPrices, price: number): void {
  const sorted = model.prices;
  assert.equal(trie.find(which, price), model.valueAt(price), `find ${price}`);
  assert.equal(trie.lowest(which), model.valueAt(sorted[0]), "lowest");
  assert.equal(trie.highest(which), model.valueAt(sorted.at(-1)), "highest");
  const above = sorted.find((one) => one > price);
  const below = sorted.findLast((one) => one < price);
  assert.equal(trie.next(which, price, true), model.valueAt(above), `next above ${price}`);
  assert.equal(trie.next(which, price, false), model.valueAt(below), `next below ${price}`);
}

Deno.test("finds, bounds and neighbours are those of a sorted array", () => {
  fc.assert(
    fc.property(edits, fc.array(prices, { maxLength: 10 }), (sequence, probes) => {
      const trie = new PriceTrie(1, 2);
      const model = new SortedPrices();
      for (const [price, add] of sequence) {
        edit(trie, 0, model, price, add);
        assertSame(trie, 0, model, price);
      }
      for (const price of probes) assertSame(trie, 0, model, price);
    }),
    { numRuns: 200 },
  );
});

Deno.test("several tries in one pool do not touch each other", () => {
  const sides = fc.array(fc.tuple(prices, fc.boolean(), fc.nat(2)), {
    maxLength: 150,
    size: "max",
  });
  fc.assert(fc.property(sides, (sequence) => {
    const tries = [0, 1, 2];
    const trie = new PriceTrie(tries.length, 8);
    const models = tries.map(() => new SortedPrices());
    for (const [price, add, which] of sequence) {
      edit(trie, which, models[which], price, add);
      for (const one of tries) assertSame(trie, one, models[one], price);
    }
  }));
});

Deno.test("every node comes back once the last price is gone", () => {
  fc.assert(fc.property(fc.uniqueArray(prices, { maxLength: 60 }), fc.nat(), (list, turn) => {
    const trie = new PriceTrie(1, 1_024);
    const free = trie.freeCount;
    for (const price of list) trie.insert(0, price, price + 1);
    assert.ok(free - trie.freeCount <= list.length * NODES_PER_INSERT_MAX);
    const start = turn % (list.length || 1);
    for (const price of [...list.slice(start), ...list.slice(0, start)]) trie.remove(0, price);
    assert.equal(trie.freeCount, free);
    assert.equal(trie.lowest(0), 0);
    assert.equal(trie.highest(0), 0);
  }));
});

Deno.test("a trie is as tall as its prices need, and no insertion takes more nodes than said", () => {
  const trie = new PriceTrie(1, 64);
  const free = trie.freeCount;
  trie.insert(0, PRICE_TICKS_MAX, 1);
  trie.insert(0, PRICE_TICKS_MAX - 1, 2);
  assert.equal(free - trie.freeCount, 1);
  trie.insert(0, 0, 3);
  assert.equal(free - trie.freeCount, 1 + NODES_PER_INSERT_MAX);
  trie.remove(0, 0);
  assert.equal(free - trie.freeCount, 1);
  assert.equal(trie.lowest(0), 2);
  assert.equal(trie.next(0, 5, true), 2);
});

Deno.test("a walk upward and a walk downward visit every price once, in order", () => {
  fc.assert(fc.property(fc.uniqueArray(prices, { minLength: 1, maxLength: 80 }), (list) => {
    const trie = new PriceTrie(1, 2_048);
    for (const price of list) trie.insert(0, price, price + 1);
    const sorted = list.toSorted((one, other) => one - other);
    const upward: number[] = [];
    for (let value = trie.lowest(0); value !== 0; value = trie.next(0, value - 1, true)) {
      upward.push(value - 1);
    }
    assert.deepEqual(upward, sorted);
    const downward: number[] = [];
    for (let value = trie.highest(0); value !== 0; value = trie.next(0, value - 1, false)) {
      downward.push(value - 1);
    }
    assert.deepEqual(downward, sorted.toReversed());
  }));
});
