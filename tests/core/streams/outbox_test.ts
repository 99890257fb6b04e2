import assert from "node:assert/strict";
import { ITEM_BYTES, Outbox } from "../../../core/streams/outbox.ts";

/** Everything that waits, in order. */
function drain(outbox: Outbox<string>): string[] {
  const all = [];
  for (let item = outbox.take(); item !== undefined; item = outbox.take()) all.push(item);
  return all;
}

Deno.test("of a conflated channel only the last waits, in its place; everything else in order", () => {
  const outbox = new Outbox<string>();
  outbox.put("bbo 1", 10, "bbo");
  outbox.put("trade 1", 10, null);
  assert.equal(outbox.put("bbo 2", 30, "bbo"), "replaced");
  outbox.put("trade 2", 10, null);
  assert.deepEqual([outbox.length, outbox.bytes], [3, 50 + 3 * ITEM_BYTES]);
  assert.deepEqual(drain(outbox), ["bbo 2", "trade 1", "trade 2"]);
  assert.deepEqual([outbox.length, outbox.bytes], [0, 0]);
  assert.equal(outbox.put("bbo 3", 10, "bbo"), "added", "what was taken is not replaced");
  outbox.put("bbo 4", 10, "bbo");
  assert.deepEqual(drain(outbox), ["bbo 4"]);
});

Deno.test("the bound counts what waits, and what does not fit changes nothing", () => {
  const outbox = new Outbox<string>(2 * ITEM_BYTES + 100);
  assert.equal(outbox.put("a", 40, "a"), "added");
  assert.equal(outbox.put("b", 60, null), "added");
  assert.equal(outbox.put("c", 1, null), "over");
  assert.equal(outbox.put("a, longer", 41, "a"), "over");
  assert.equal(outbox.put("a, as long", 40, "a"), "replaced");
  assert.equal(outbox.take(), "a, as long");
  assert.equal(outbox.put("c", 40, null), "added");
  assert.deepEqual(drain(outbox), ["b", "c"]);
  assert.equal(outbox.bytes, 0);
});

Deno.test("a queue that is never empty keeps its order and its size", () => {
  const outbox = new Outbox<string>();
  for (let number = 0; number < 10; number++) outbox.put(String(number), 1, null);
  for (let number = 10; number < 5_000; number++) {
    outbox.put(String(number), 1, null);
    assert.equal(outbox.take(), String(number - 10));
    assert.equal(outbox.length, 10);
  }
  outbox.clear();
  assert.deepEqual([outbox.length, outbox.bytes, outbox.take()], [0, 0, undefined]);
});
