import assert from "node:assert/strict";
import { keepTrading, StayAwayError } from "../../../workers/demo/trading_loop.ts";

Deno.test("trading loop: a failure is said once, as is its end, and the loop goes on", async () => {
  const stop = new AbortController();
  const said: string[] = [];
  let steps = 0;
  await keepTrading({
    name: "maker",
    step: () => {
      steps++;
      if (steps === 2 || steps === 3) return Promise.reject(new TypeError("fetch failed"));
      if (steps === 6) stop.abort();
      return Promise.resolve();
    },
    pauseMillis: () => 0,
    signal: stop.signal,
    say: (line) => said.push(line),
  });
  assert.equal(steps, 6);
  assert.deepEqual(said, ["maker: waits (fetch failed)", "maker: goes on"]);
});

Deno.test("trading loop: it stays away for as long as it is asked to, or until it is ended", async () => {
  const stop = new AbortController();
  let steps = 0;
  const loop = keepTrading({
    name: "taker",
    step: () => {
      steps++;
      return Promise.reject(new StayAwayError(3_600, "status 429"));
    },
    pauseMillis: () => 0,
    signal: stop.signal,
    say: () => {},
  });
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.equal(steps, 1);
  stop.abort();
  await loop;
});
