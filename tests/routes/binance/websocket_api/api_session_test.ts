import assert from "node:assert/strict";
import { WAITING_BYTES_MAX } from "../../../../core/streams/outbox.ts";
import { errorOf } from "../../../../routes/binance/error_table.ts";
import {
  ApiSession,
  CALLS_MAX,
  REQUESTS_PER_SECOND_MAX,
  SUBSCRIPTIONS_MAX,
} from "../../../../routes/binance/websocket_api/api_session.ts";
import type { Exchange } from "../../../../routes/exchange.ts";
import type { AppDeps } from "../../../../routes/gateway.ts";
import { Problem } from "../../../../routes/problems/problem.ts";
import { StreamTable } from "../../../../routes/streams/stream_table.ts";
import { TestGateway } from "../../test_gateway.ts";

/** A session whose requests are answered when the test says so. */
class SessionRun {
  readonly ended: string[] = [];
  readonly logged: string[] = [];
  readonly carried: ((response: Response) => void)[] = [];
  nowMicros = 1_000_000;
  readonly session = new ApiSession({
    deps: {
      nowMicros: () => this.nowMicros,
      steadyMicros: () => this.nowMicros,
      log: (_: string, message: string) => void this.logged.push(message),
    } as unknown as AppDeps,
    table: new StreamTable(),
    time: (micros) => micros,
    showsLimits: false,
    carryOut: () => new Promise((resolve) => void this.carried.push(resolve)),
    wake: () => {},
    end: (reason) => void this.ended.push(reason),
  });

  ask(id: number): void {
    this.session.take(JSON.stringify({ id, method: "ping" }));
  }

  /** Answers the oldest request, and lets the answer come. */
  async answer(text: string, status = 200): Promise<void> {
    this.carried.shift()?.(new Response(text, { status }));
    await new Promise((resolve) => setTimeout(resolve));
  }

  next() {
    const text = this.session.next();
    return text === undefined ? undefined : JSON.parse(text);
  }
}

Deno.test("so many requests are carried out at once, and more are told to come again", async () => {
  const run = new SessionRun();
  for (let id = 1; id <= CALLS_MAX; id++) run.ask(id);
  assert.equal(run.next(), undefined);
  run.ask(700);
  const { id, status, error } = run.next();
  assert.deepEqual([id, status, error.code], [700, 503, -1008]);
  assert.equal(run.carried.length, CALLS_MAX);
  await run.answer("{}");
  assert.deepEqual(run.next(), { id: 1, status: 200, result: {} });
  run.ask(701);
  assert.equal(run.next(), undefined);
  assert.equal(run.carried.length, CALLS_MAX);
});

Deno.test("of requests that change orders one is carried out at a time, and so many may wait", async () => {
  const run = new SessionRun();
  const change = (id: number) =>
    run.session.take(JSON.stringify({ id, method: id % 2 === 0 ? "order.cancel" : "order.place" }));
  for (let id = 1; id <= CALLS_MAX; id++) change(id);
  assert.equal(run.carried.length, 1);
  change(700);
  assert.equal(run.next().status, 503);
  for (let id = 1; id <= CALLS_MAX; id++) {
    await run.answer("{}");
    assert.equal(run.next().id, id);
  }
  assert.equal(run.carried.length, 0);
});

Deno.test("who asks too often within a second is closed, and not who does it for longer", () => {
  const run = new SessionRun();
  for (let second = 0; second < 3; second++) {
    for (let count = 0; count < REQUESTS_PER_SECOND_MAX; count++) {
      run.ask(count);
      run.next();
    }
    assert.deepEqual(run.ended, []);
    run.nowMicros += 1_000_000;
  }
  for (let count = 0; count <= REQUESTS_PER_SECOND_MAX; count++) run.session.take("{");
  assert.deepEqual(run.ended, ["too_many_messages"]);
  run.ask(1);
  assert.deepEqual(run.ended, ["too_many_messages"]);
});

Deno.test("who does not read his answers is dropped, however large one is", async () => {
  const run = new SessionRun();
  const large = JSON.stringify("x".repeat(2 * WAITING_BYTES_MAX));
  run.ask(1);
  await run.answer(large);
  assert.equal(run.next().result.length, 2 * WAITING_BYTES_MAX);
  for (let id = 1; id <= 3; id++) run.ask(id);
  await run.answer(large);
  assert.deepEqual(run.ended, []);
  await run.answer(large);
  assert.deepEqual(run.ended, ["slow_reader"]);
  assert.equal(run.next(), undefined);
});

Deno.test("a fault of the gateway's own ends the connection, and nothing else", async () => {
  const run = new SessionRun();
  run.ask(1);
  // What cannot be read as an error cannot be answered.
  run.carried.shift()?.(new Response("<", { status: 429, headers: { "retry-after": "1" } }));
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(run.ended, ["unavailable"]);
  assert.match(run.logged[0] ?? "", /WebSocket API/);
});

Deno.test("a connection carries so many accounts", async () => {
  using gateway = new TestGateway();
  const run = new SessionRun();
  const backend = {
    queries: gateway.exchange.queries,
    feeds: gateway.feeds,
    listeners: { put: () => Promise.resolve(1) },
  };
  const exchange = { backend, nowMicros: run.nowMicros } as unknown as Exchange;
  const subscribe = (account: number) =>
    run.session.subscribe(exchange, { account, keyId: "key", isOfSession: false });
  for (let account = 1; account <= SUBSCRIPTIONS_MAX; account++) {
    assert.equal(await subscribe(account), account - 1);
  }
  const refused = await subscribe(100);
  assert.ok(refused instanceof Problem);
  assert.equal(errorOf(refused).code, -1191);
  assert.equal(run.session.unsubscribe(null), true);
  assert.equal(run.session.hasSubscriptions, false);
  assert.equal(await subscribe(100), SUBSCRIPTIONS_MAX);
  run.session.end(null);
});

Deno.test("there is no stream where it cannot be noted that somebody listens", async () => {
  using gateway = new TestGateway();
  const run = new SessionRun();
  const backend = {
    queries: gateway.exchange.queries,
    feeds: gateway.feeds,
    listeners: { put: () => Promise.reject(new Error("no bucket")) },
  };
  const exchange = { backend, nowMicros: run.nowMicros } as unknown as Exchange;
  const subscriber = { account: 1, keyId: "key", isOfSession: false };
  const refused = await run.session.subscribe(exchange, subscriber);
  assert.ok(refused instanceof Problem);
  assert.equal(errorOf(refused).code, -1001);
  assert.equal(run.session.hasSubscriptions, false);
});
