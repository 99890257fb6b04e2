import assert from "node:assert/strict";
import fc from "fast-check";
import {
  makeSharedSlotPool,
  SHARED_POOL_CAPACITY_MAX,
  SharedPoolWord,
  SharedSlotPool,
} from "../../../core/memory/shared_slot_pool.ts";
import { POOL_FULL } from "../../../core/memory/slot_pool.ts";

Deno.test("two threads' views are one pool: last in, first out, no slot twice, full gives none", () => {
  const steps = fc.array(fc.tuple(fc.boolean(), fc.boolean(), fc.nat()), {
    maxLength: 200,
    size: "max",
  });
  fc.assert(fc.property(steps, fc.integer({ min: 1, max: 20 }), (sequence, capacity) => {
    const memory = makeSharedSlotPool(capacity, 8);
    const [here, there] = [new SharedSlotPool(memory), new SharedSlotPool(memory)];
    const free = Array.from({ length: capacity }, (_, index) => capacity - 1 - index);
    const taken: number[] = [];
    for (const [take, isHere, which] of sequence) {
      const pool = isHere ? here : there;
      if (take) {
        const slot = pool.take();
        assert.equal(slot, free.pop() ?? POOL_FULL);
        if (slot >= 0) taken.push(slot);
      } else if (taken.length > 0) {
        const [slot] = taken.splice(which % taken.length, 1);
        assert.equal(pool.release(slot), true);
        free.push(slot);
      }
      assert.equal(here.countFree(), free.length);
    }
  }));
});

Deno.test("the tag has the bits that slot numbers leave, counts takes only, and wraps harmlessly", () => {
  const bits = [[1, 31], [63, 26], [64, 25], [255, 24], [1_023, 22], [
    SHARED_POOL_CAPACITY_MAX,
    20,
  ]];
  for (const [capacity, tagBits] of bits) {
    const memory = makeSharedSlotPool(capacity, 8);
    const pool = new SharedSlotPool(memory);
    assert.equal(pool.tagBits, tagBits);
    const words = new Int32Array(memory);
    const tag = () => words[SharedPoolWord.head] >>> (32 - tagBits);
    assert.equal(tag(), 0);
    const slot = pool.take();
    assert.equal(tag(), 1);
    pool.release(slot);
    assert.equal(tag(), 1);
    // The highest tag of all: the next one is 0.
    words[SharedPoolWord.head] |= -1 << (32 - tagBits);
    assert.equal(tag(), 2 ** tagBits - 1);
    assert.equal(pool.take(), slot);
    assert.equal(tag(), 0);
    pool.release(slot);
    assert.equal(pool.countFree(), capacity);
  }
});

Deno.test("links are not where users write", () => {
  const memory = makeSharedSlotPool(5, 24);
  const pool = new SharedSlotPool(memory);
  pool.bytes.fill(0xff);
  assert.equal(pool.bytes.length, 5 * 24);
  const slots = [1, 2, 3, 4, 5].map(() => pool.take());
  assert.deepEqual(slots, [0, 1, 2, 3, 4]);
  assert.equal(pool.take(), POOL_FULL);
  for (const slot of slots) pool.release(slot);
  assert.equal(pool.countFree(), 5);
  assert.ok(pool.bytes.every((byte) => byte === 0xff));
});

Deno.test("what is no pool is not opened, and an impossible shape is refused with its value", () => {
  assert.throws(() => new SharedSlotPool(new SharedArrayBuffer(4)), TypeError);
  assert.throws(() => new SharedSlotPool(new SharedArrayBuffer(4_096)), TypeError);
  for (const capacity of [0, 1.5, NaN, SHARED_POOL_CAPACITY_MAX + 1]) {
    assert.throws(() => makeSharedSlotPool(capacity, 8), new RegExp(`not ${capacity}$`));
  }
  assert.throws(() => makeSharedSlotPool(8, 12), /8, not 12$/);
  assert.throws(() => makeSharedSlotPool(4_095, 2 ** 30), RangeError);
});
