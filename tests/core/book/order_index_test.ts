import assert from "node:assert/strict";
import fc from "fast-check";
import { OrderIndex } from "../../../core/book/order_index.ts";
import { ORDER_DOUBLES, OrderPool } from "../../../core/book/order_pool.ts";

/** Ids as they come (in order), in lines or low bits that collide, and as large as they may become. */
const ids = fc.oneof(
  fc.integer({ min: 1, max: 100 }),
  fc.integer({ min: 1, max: 60 }).map((id) => id * 16),
  fc.integer({ min: 0, max: 40 }).map((id) => Number.MAX_SAFE_INTEGER - id * 16),
  fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 3 }))
    .map(([low, high]) => high * 2 ** 32 + low),
  fc.maxSafeNat(),
);

/** An index over a pool that grows when it is full, beside a Map. */
class Pair {
  readonly pool: OrderPool;
  readonly index: OrderIndex;
  readonly model = new Map<number, number>();
  constructor(capacity: number) {
    this.pool = new OrderPool(capacity);
    this.index = new OrderIndex(this.pool);
  }
  toggle(id: number): void {
    const there = this.model.get(id);
    if (there !== undefined) {
      this.index.remove(there);
      this.pool.release(there);
      this.model.delete(id);
      return;
    }
    if (this.pool.liveCount === this.pool.capacity) {
      this.pool.grow();
      this.index.grow();
    }
    const slot = this.pool.take();
    this.pool.doubles[slot * ORDER_DOUBLES] = id;
    this.index.insert(slot);
    this.model.set(id, slot);
  }
  assertSame(probes: Iterable<number>): void {
    for (const id of probes) assert.equal(this.index.find(id), this.model.get(id) ?? 0, `id ${id}`);
    for (const [id, slot] of this.model) assert.equal(this.index.find(id), slot, `id ${id}`);
  }
}

Deno.test("finds exactly what a Map finds, from every capacity on", () => {
  const capacities = fc.constantFrom(1, 2, 4, 8, 16, 64);
  const toggles = fc.array(ids, { maxLength: 150, size: "max" });
  fc.assert(
    fc.property(capacities, toggles, fc.array(ids), (capacity, sequence, probes) => {
      const pair = new Pair(capacity);
      for (const id of sequence) {
        if (id === 0) continue;
        pair.toggle(id);
        pair.assertSame(probes);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("holds when every bucket of a small table has been used and freed", () => {
  const pair = new Pair(1);
  for (let id = 1; id <= 2_000; id++) {
    pair.toggle(id);
    if (id > 3) pair.toggle(id - 3);
  }
  pair.assertSame([1, 1_000, 1_997]);
  assert.equal(pair.model.size, 3);
});
