import assert from "node:assert/strict";
import type { BalancesAnswer } from "../../../../core/protocol/queries.ts";
import {
  BALANCE_FAILURES_MAX,
  type BalanceChange,
  BalanceWatch,
} from "../../../../routes/binance/websocket_api/balance_watch.ts";

const pause = (millis = 0) => new Promise((resolve) => setTimeout(resolve, millis));

/** A watch whose leader answers when the test says so. */
class WatchRun {
  readonly told: BalanceChange[] = [];
  readonly failures: unknown[] = [];
  readonly asked: PromiseWithResolvers<BalancesAnswer>[] = [];
  readonly watch = new BalanceWatch({
    // deno-lint-ignore no-explicit-any -- of the leader's answers the one that is asked for
    queries: { leader: (): Promise<any> => this.#ask() },
    account: 1,
    tell: (change) => void this.told.push(change),
    failed: (error) => void this.failures.push(error),
  });

  async answer(sequence: number): Promise<void> {
    this.asked.at(-1)?.resolve({ sequence, balances: [] });
    await pause();
  }

  get assets() {
    return this.told.map(({ assets }) => [...assets].join());
  }

  #ask(): Promise<BalancesAnswer> {
    const question = Promise.withResolvers<BalancesAnswer>();
    this.asked.push(question);
    return question.promise;
  }
}

Deno.test("changes that come while the leader is asked are told together, once", async () => {
  const all = new WatchRun();
  all.watch.changed(["BTC", "USD"], 1, 10);
  all.watch.changed(["ETH"], 2, 20);
  all.watch.changed(["USD"], 3, 30);
  all.watch.changed([], 9, 90);
  assert.equal(all.asked.length, 1);
  await all.answer(1);
  assert.equal(all.asked.length, 2);
  await all.answer(3);
  assert.deepEqual(all.assets, ["BTC,USD", "ETH,USD"]);
  assert.deepEqual(all.told.map(({ changedMicros }) => changedMicros), [10, 30]);
  await pause();
  assert.equal(all.asked.length, 2);
});

Deno.test("what is older than the change is asked for again", async () => {
  const run = new WatchRun();
  run.watch.changed(["USD"], 7, 10);
  await run.answer(6);
  assert.deepEqual(run.told, []);
  while (run.asked.length < 2) await pause(5);
  await run.answer(7);
  assert.deepEqual(run.assets, ["USD"]);
});

Deno.test("a leader that does not answer is given up, and nothing is told after the end", async () => {
  const run = new WatchRun();
  run.watch.changed(["USD"], 1, 10);
  for (let count = 1; count <= BALANCE_FAILURES_MAX; count++) {
    while (run.asked.length < count) await pause(5);
    run.asked.at(-1)?.reject(new Error("no leader"));
  }
  while (run.failures.length === 0) await pause(5);
  run.watch.changed(["USD"], 2, 10);
  assert.equal(run.asked.length, BALANCE_FAILURES_MAX);
  const other = new WatchRun();
  other.watch.changed(["USD"], 1, 10);
  other.watch.end();
  await other.answer(1);
  assert.deepEqual(other.told, []);
});
