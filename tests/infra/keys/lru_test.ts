import assert from "node:assert/strict";
import fc from "fast-check";
import { Lru } from "../../../infra/keys/lru.ts";

Deno.test("the entry used longest ago goes first, reading counts as use", () => {
  const lru = new Lru<number>(2);
  lru.set("a", 1);
  lru.set("b", 2);
  assert.equal(lru.get("a"), 1);
  lru.set("c", 3);
  assert.deepEqual([lru.get("a"), lru.get("b"), lru.get("c")], [1, undefined, 3]);
  lru.delete("a");
  assert.deepEqual([lru.get("a"), lru.size], [undefined, 1]);
  assert.throws(() => new Lru(0), RangeError);
});

Deno.test("it holds what a list kept by hand holds", () => {
  const key = fc.constantFrom("a", "b", "c", "d", "e");
  const step = fc.record({ key, what: fc.constantFrom("read", "write", "delete") });
  fc.assert(fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    const lru = new Lru<number>(3);
    let model: [string, number][] = [];
    for (const [index, { key, what }] of steps.entries()) {
      const held = model.find(([name]) => name === key);
      const used: [string, number] | undefined = what === "write" ? [key, index] : held;
      if (what === "delete") model = model.filter(([name]) => name !== key);
      else if (used !== undefined) {
        model = [...model.filter(([name]) => name !== key), used].slice(-3);
      }
      if (what === "write") lru.set(key, index);
      else if (what === "delete") lru.delete(key);
      else assert.equal(lru.get(key), held?.[1]);
      assert.equal(lru.size, model.length);
    }
  }));
});
