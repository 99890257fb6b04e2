/**
 * The timer of all that a gateway does each second.
 *
 * @module
 */

import assert from "node:assert/strict";
import { EachSecond } from "../../../../routes/binance/streams/each_second.ts";

Deno.test("one timer runs for all, and none where nobody has anything to do", () => {
  const timers: (() => void)[] = [];
  let stopped = 0;
  const seconds = new EachSecond((turn) => {
    timers.push(turn);
    return () => stopped++;
  });
  const turns: string[] = [];
  const one = () => void turns.push("one");
  const leave = [seconds.add(one), seconds.add(one), seconds.add(() => void turns.push("two"))];
  assert.deepEqual([timers.length, stopped, turns], [1, 0, []]);
  timers[0]?.();
  assert.deepEqual(turns, ["one", "one", "two"]);
  leave[0]?.();
  leave[0]?.();
  timers[0]?.();
  assert.deepEqual(turns.slice(3), ["one", "two"]);
  leave[1]?.();
  assert.equal(stopped, 0);
  leave[2]?.();
  leave[2]?.();
  assert.equal(stopped, 1);
  seconds.add(() => leave[3]?.());
  assert.deepEqual([timers.length, stopped], [2, 1], "whoever comes then starts it again");
});

Deno.test("without a clock of its own it is a timer of the platform, which is given up", async () => {
  const seconds = new EachSecond();
  let leave = () => {};
  await new Promise<void>((resolve) => leave = seconds.add(resolve));
  leave();
});
