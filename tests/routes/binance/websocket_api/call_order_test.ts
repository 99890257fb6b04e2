import assert from "node:assert/strict";
import { apiMethods } from "../../../../routes/binance/websocket_api/api_methods.ts";
import {
  CallOrder,
  changesSomething,
} from "../../../../routes/binance/websocket_api/call_order.ts";

/** Calls that end when the test says so. */
class CallsRun {
  readonly order = new CallOrder();
  readonly begun: string[] = [];
  readonly #ends = new Map<string, PromiseWithResolvers<string>>();

  call(name: string, method = "order.place"): Promise<string> {
    return this.order.run(method, () => {
      this.begun.push(name);
      const end = Promise.withResolvers<string>();
      this.#ends.set(name, end);
      return end.promise;
    });
  }

  async end(name: string, error?: Error): Promise<void> {
    const end = this.#ends.get(name);
    assert.ok(end !== undefined, `${name} has begun`);
    if (error === undefined) end.resolve(name);
    else end.reject(error);
    await new Promise((resolve) => setTimeout(resolve));
  }
}

Deno.test("what changes something waits for what came before it, and a read for nothing", async () => {
  const run = new CallsRun();
  const [first, second, third] = [
    run.call("place"),
    run.call("cancel", "order.cancel"),
    run.call("amend", "order.amend.keepPriority"),
  ];
  void run.call("read", "order.status");
  assert.deepEqual(run.begun, ["place", "read"]);
  await run.end("place");
  assert.equal(await first, "place");
  assert.deepEqual(run.begun, ["place", "read", "cancel"]);
  await run.end("read");
  assert.deepEqual(run.begun, ["place", "read", "cancel"]);
  await run.end("cancel");
  assert.equal(run.begun.at(-1), "amend");
  // The end of the first two does not let anybody past the third.
  void run.call("late");
  assert.equal(run.begun.at(-1), "amend");
  await run.end("amend");
  assert.equal(run.begun.at(-1), "late");
  assert.deepEqual(await Promise.all([second, third]), ["cancel", "amend"]);
});

Deno.test("a call that fails does not hold up those behind it, and one alone begins at once", async () => {
  const run = new CallsRun();
  const failed = run.call("one");
  const rejection = assert.rejects(failed, /broken/);
  void run.call("two");
  await run.end("one", new Error("broken"));
  await rejection;
  assert.deepEqual(run.begun, ["one", "two"]);
  await run.end("two");
  void run.call("three");
  assert.deepEqual(run.begun, ["one", "two", "three"]);
  void run.call("four");
  assert.equal(run.begun.length, 3);
});

Deno.test("every method that is no read keeps the order", () => {
  for (const [name, { method }] of apiMethods()) {
    // A test of an order changes nothing.
    const changes = method !== "GET" && name !== "order.test";
    const isOfConnection = /^session\.log|^userDataStream\.(un)?subscribe/.test(name);
    assert.equal(changesSomething(name), changes || isOfConnection, name);
  }
});
