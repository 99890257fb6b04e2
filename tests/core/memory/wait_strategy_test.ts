import assert from "node:assert/strict";
import { WaitStep, WaitStrategy, wake } from "../../../core/memory/wait_strategy.ts";

const SLEEP_MILLIS = 5;

function words(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(8));
}

Deno.test("a turn without work spins, then announces, then sleeps until the time is up", () => {
  const memory = words();
  const strategy = new WaitStrategy(memory, 1, 2, SLEEP_MILLIS);
  assert.equal(strategy.idle(), WaitStep.spun);
  assert.equal(strategy.idle(), WaitStep.spun);
  assert.equal(memory[1], 0);
  assert.equal(strategy.idle(), WaitStep.announced);
  assert.equal(memory[1], 1);
  assert.equal(strategy.idle(), WaitStep.timedOut);
  assert.equal(memory[1], 0);
  assert.equal(strategy.idle(), WaitStep.spun);
});

Deno.test("a wake between announcing and sleeping is not lost", () => {
  const memory = words();
  const strategy = new WaitStrategy(memory, 0, 0, 60_000);
  assert.equal(strategy.idle(), WaitStep.announced);
  wake(memory, 0);
  assert.equal(memory[0], 0);
  assert.equal(strategy.idle(), WaitStep.woken);
});

Deno.test("work takes the announcement back and lets it spin again", () => {
  const memory = words();
  const strategy = new WaitStrategy(memory, 0, 1, SLEEP_MILLIS);
  strategy.idle();
  assert.equal(strategy.idle(), WaitStep.announced);
  strategy.reset();
  assert.equal(memory[0], 0);
  assert.equal(strategy.idle(), WaitStep.spun);
});

Deno.test("a wake where nobody sleeps writes nothing", () => {
  const memory = words();
  wake(memory, 0);
  assert.deepEqual([...memory], [0, 0]);
});

Deno.test("the event loop goes on during an asynchronous sleep, and a wake ends it", async () => {
  const memory = words();
  const strategy = new WaitStrategy(memory, 0, 0, 60_000);
  assert.equal(strategy.prepare(), false);
  assert.equal(strategy.prepare(), true);
  let turns = 0;
  // Deno does not wait for a promise of Atomics.waitAsync alone; this keeps it going.
  const timer = setInterval(() => {
    if (++turns === 3) wake(memory, 0);
  }, 1);
  assert.equal(await strategy.sleepAsync(), WaitStep.woken);
  clearInterval(timer);
  assert.ok(turns >= 3);
  assert.equal(memory[0], 0);
});

Deno.test("an asynchronous sleep ends when its time is up, or at once when the wake came first", async () => {
  const memory = words();
  const strategy = new WaitStrategy(memory, 0, 0, SLEEP_MILLIS);
  strategy.prepare();
  assert.equal(strategy.prepare(), true);
  const alive = setInterval(() => {}, 1_000);
  assert.equal(await strategy.sleepAsync(), WaitStep.timedOut);
  clearInterval(alive);
  strategy.prepare();
  wake(memory, 0);
  assert.equal(strategy.prepare(), true);
  assert.equal(await strategy.sleepAsync(), WaitStep.woken);
});
