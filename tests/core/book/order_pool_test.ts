import assert from "node:assert/strict";
import fc from "fast-check";
import {
  ORDER_DOUBLES,
  ORDER_INTEGERS,
  OrderField,
  OrderPool,
} from "../../../core/book/order_pool.ts";
import { TEXT_BYTES_MAX } from "../../../core/protocol/frame.ts";

Deno.test("no slot is given twice, slot 0 never, and a full pool gives none", () => {
  const steps = fc.array(fc.tuple(fc.boolean(), fc.nat()), { maxLength: 200, size: "max" });
  fc.assert(fc.property(steps, fc.integer({ min: 1, max: 20 }), (sequence, capacity) => {
    const pool = new OrderPool(capacity);
    const taken: number[] = [];
    for (const [take, which] of sequence) {
      if (take) {
        const slot = pool.take();
        if (taken.length === capacity) assert.equal(slot, 0);
        else {
          assert.ok(slot >= 1 && slot <= capacity && !taken.includes(slot));
          taken.push(slot);
        }
      } else if (taken.length > 0) pool.release(taken.splice(which % taken.length, 1)[0]);
      assert.equal(pool.liveCount, taken.length);
    }
  }));
});

Deno.test("growth keeps every order, its text and the free slots", () => {
  const pool = new OrderPool(2);
  const first = pool.take();
  const second = pool.take();
  for (const slot of [first, second]) {
    pool.doubles[slot * ORDER_DOUBLES + OrderField.price] = slot * 1_000;
    pool.integers[slot * ORDER_INTEGERS + OrderField.account] = slot * 7;
    pool.texts[slot * TEXT_BYTES_MAX] = 64 + slot;
  }
  assert.equal(pool.take(), 0);
  pool.grow();
  pool.release(first);
  assert.equal(pool.capacity, 4);
  const slots = [pool.take(), pool.take(), pool.take()];
  assert.deepEqual(slots, [first, 3, 4]);
  assert.equal(pool.take(), 0);
  assert.equal(pool.doubles[second * ORDER_DOUBLES + OrderField.price], second * 1_000);
  assert.equal(pool.integers[second * ORDER_INTEGERS + OrderField.account], second * 7);
  assert.equal(pool.texts[second * TEXT_BYTES_MAX], 64 + second);
});

Deno.test("doubles and integers of a slot are views of the same 128 bytes that never overlap", () => {
  const {
    orderId,
    price,
    leaves,
    executed,
    quantity,
    notional,
    reserve,
    created,
    hold,
    ...others
  } = OrderField;
  const doubles = [orderId, price, leaves, executed, quantity, notional, reserve, created, hold];
  const integers = Object.values(others);
  const bytes = new Set([
    ...doubles.flatMap((field) => Array.from({ length: 8 }, (_, byte) => field * 8 + byte)),
    ...integers.flatMap((field) => Array.from({ length: 4 }, (_, byte) => field * 4 + byte)),
  ]);
  assert.equal(bytes.size, doubles.length * 8 + integers.length * 4);
  assert.ok(Math.max(...bytes) < ORDER_DOUBLES * 8);
  assert.equal(ORDER_DOUBLES * 8, ORDER_INTEGERS * 4);
});
