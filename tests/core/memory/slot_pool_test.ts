import assert from "node:assert/strict";
import fc from "fast-check";
import { POOL_BYTES_MAX, POOL_FULL, SlotPool } from "../../../core/memory/slot_pool.ts";

Deno.test("slots come back last in, first out, as from a plain stack, and a full pool gives none", () => {
  const steps = fc.array(fc.tuple(fc.boolean(), fc.nat()), { maxLength: 200, size: "max" });
  fc.assert(fc.property(steps, fc.integer({ min: 1, max: 20 }), (sequence, capacity) => {
    const pool = new SlotPool(capacity, 16);
    const free = Array.from({ length: capacity }, (_, index) => capacity - 1 - index);
    const taken: number[] = [];
    for (const [take, which] of sequence) {
      if (take) {
        const slot = pool.take();
        assert.equal(slot, free.pop() ?? POOL_FULL);
        if (slot < 0) continue;
        taken.push(slot);
        // What the user writes is no link.
        pool.integers.fill(-7, slot * 4, slot * 4 + 4);
      } else if (taken.length > 0) {
        const [slot] = taken.splice(which % taken.length, 1);
        assert.ok(pool.integers.subarray(slot * 4, slot * 4 + 4).every((word) => word === -7));
        pool.release(slot);
        free.push(slot);
      }
      assert.equal(pool.takenCount, taken.length);
    }
  }));
});

Deno.test("a pool may lie in shared memory of the right length", () => {
  const memory = new SharedArrayBuffer(4 * 64);
  const pool = new SlotPool(4, 64, memory);
  const slot = pool.take();
  pool.doubles[slot * 8 + 7] = 42;
  assert.equal(new Float64Array(memory)[slot * 8 + 7], 42);
  assert.throws(() => new SlotPool(4, 64, new SharedArrayBuffer(8)), /256 bytes, not 8/);
});

Deno.test("a shape that a pool cannot have is refused with the value that was given", () => {
  for (const slotBytes of [0, 4, -8, 9, NaN]) {
    assert.throws(() => new SlotPool(1, slotBytes), new RegExp(`8, not ${slotBytes}$`));
  }
  for (const capacity of [0, -1, 1.5, NaN, POOL_BYTES_MAX]) {
    assert.throws(() => new SlotPool(capacity, 8), new RegExp(`not ${capacity}$`));
  }
});
