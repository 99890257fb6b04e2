import assert from "node:assert/strict";
import { PriceWalk } from "../../../workers/demo/price_walk.ts";

/** A generator of numbers from 0 to 1 that a seed repeats (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

Deno.test("price walk: whole ticks, always within its bounds, and it does move", () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  console.log(`seed ${seed}`);
  const walk = new PriceWalk({ startTicks: 10_000, stepTicks: 200 }, randomFrom(seed));
  const seen = new Set<number>();
  for (let step = 0; step < 20_000; step++) {
    const ticks = walk.step();
    assert.ok(Number.isInteger(ticks));
    assert.ok(ticks >= 5_000 && ticks <= 15_000, `${ticks} at step ${step}`);
    seen.add(ticks);
  }
  assert.ok(seen.size > 1_000);
});

Deno.test("price walk: the same randomness makes the same walk", () => {
  const terms = { startTicks: 10_000, stepTicks: 20 };
  const [one, other] = [1, 1].map((seed) => new PriceWalk(terms, randomFrom(seed)));
  for (let step = 0; step < 100; step++) assert.equal(one.step(), other.step());
});
