/**
 * Cancels, with the real core behind them.
 *
 * @module
 */

import assert from "node:assert/strict";
import { admissionPolicy } from "../../../core/limits/policy.ts";
import { MemoryAdmission } from "../../../infra/upstash/memory.ts";
import { START_MICROS } from "../memory_exchange.ts";
import { TestGateway } from "../test_gateway.ts";

const SELL = { side: "sell", price: "50000.00", quantity: "0.3000" };

Deno.test("a cancel by order id takes the order off the book and says what it had executed", async () => {
  const gateway = new TestGateway();
  await gateway.place(1);
  await gateway.place(2, SELL);
  const { status, body } = await gateway.signed(1, "DELETE", "/v1/orders/1");
  assert.equal(status, 200);
  assert.deepEqual(body, {
    orderId: "1",
    symbol: "BTC-USD",
    side: "buy",
    status: "canceled",
    reason: "canceled_by_request",
    price: "50000.00",
    executedQuantity: "0.3000",
    leavesQuantity: "0",
    sequence: String(gateway.exchange.state.events.sequence),
    transactTimeMicros: gateway.exchange.stampMicros,
    duplicate: false,
  });
  assert.equal(gateway.exchange.state.orders.liveCount, 0);
});

Deno.test("a cancel by client order id finds numbers, texts and texts with a slash", async () => {
  const gateway = new TestGateway();
  for (const clientOrderId of ["a1", "4711", "x/y:z"]) {
    await gateway.place(1, { clientOrderId });
    const path = `/v1/orders/by-client-id/${encodeURIComponent(clientOrderId)}`;
    const { status, body } = await gateway.signed(1, "DELETE", path);
    assert.deepEqual([status, body.clientOrderId, body.status], [200, clientOrderId, "canceled"]);
  }
});

Deno.test("what is not there, is over, or is another's is an unknown order", async () => {
  const gateway = new TestGateway();
  await gateway.place(1, { clientOrderId: "a1" });
  const paths = [
    "/v1/orders/99",
    "/v1/orders/0",
    "/v1/orders/abc",
    "/v1/orders/99999999999999999999",
    "/v1/orders/by-client-id/a1",
    "/v1/orders/by-client-id/%20",
  ];
  for (const path of [...paths, "/v1/orders/1"]) {
    const answer = await gateway.signed(2, "DELETE", path);
    assert.deepEqual([path, answer.status, answer.body.code], [path, 404, "unknown_order"]);
  }
  assert.equal(gateway.exchange.state.orders.liveCount, 1);
  assert.equal((await gateway.signed(1, "DELETE", "/v1/orders/1")).status, 200);
  const late = await gateway.signed(1, "DELETE", "/v1/orders/1");
  assert.deepEqual([late.status, late.body.field, late.body.value], [404, "orderId", "1"]);
});

Deno.test("the same signed cancel again is the same cancel", async () => {
  const gateway = new TestGateway();
  await gateway.place(1);
  const headers = gateway.sign(1, "DELETE", "/v1/orders/1");
  const first = await gateway.send("DELETE", "/v1/orders/1", { headers });
  const again = await gateway.send("DELETE", "/v1/orders/1", { headers });
  assert.deepEqual([first.status, again.status], [200, 200]);
  assert.deepEqual(again.body, { ...first.body, duplicate: true });
  // Where history does not answer, what it would have said is null; that it is canceled is known.
  gateway.exchange.queries.failures.set("history", "timeout");
  const blind = await gateway.send("DELETE", "/v1/orders/1", { headers });
  assert.deepEqual(
    [blind.status, blind.body.status, blind.body.symbol, blind.body.executedQuantity],
    [200, "canceled", null, null],
  );
});

Deno.test("a repeated cancel of nothing is the same refusal, marked as a repeat", async () => {
  const gateway = new TestGateway();
  const headers = gateway.sign(1, "DELETE", "/v1/orders/7");
  await gateway.send("DELETE", "/v1/orders/7", { headers });
  const again = await gateway.send("DELETE", "/v1/orders/7", { headers });
  assert.deepEqual(
    [again.status, again.body.code, again.body.value, again.body.duplicate],
    [404, "unknown_order", "7", true],
  );
  assert.match(again.body.detail, /may have been filled, canceled or expired/);
});

Deno.test("cancel-all takes one instrument's orders, or all of the account's and nobody else's", async () => {
  const gateway = new TestGateway();
  const eth = { symbol: "ETH-USD", price: "3000.00" };
  for (const account of [1, 2]) {
    await gateway.place(account);
    await gateway.place(account);
    await gateway.place(account, eth);
  }
  const one = await gateway.signed(1, "DELETE", "/v1/orders?symbol=BTC-USD");
  assert.deepEqual([one.status, one.body.symbol, one.body.canceled], [200, "BTC-USD", 2]);
  const rest = await gateway.signed(1, "DELETE", "/v1/orders");
  assert.deepEqual([rest.body.symbol, rest.body.canceled], [null, 1]);
  assert.equal(gateway.exchange.state.accounts.openCount(2), 3);
});

Deno.test("cancel-all takes the orders of one side, of one instrument or of all", async () => {
  const gateway = new TestGateway();
  const ask = { side: "sell", price: "60000.00" };
  await gateway.place(1, ask);
  await gateway.place(1);
  await gateway.place(1, { symbol: "ETH-USD", price: "3000.00" });
  await gateway.place(2);
  const cases = [
    ["?side=sell&symbol=ETH-USD", "ETH-USD", "sell", 0],
    ["?side=sell", null, "sell", 1],
    ["?symbol=BTC-USD&side=buy", "BTC-USD", "buy", 1],
    ["?side=buy", null, "buy", 1],
  ] as const;
  for (const [query, symbol, side, canceled] of cases) {
    const { status, body } = await gateway.signed(1, "DELETE", `/v1/orders${query}`);
    assert.deepEqual([status, body.symbol, body.side, body.canceled], [
      200,
      symbol,
      side,
      canceled,
    ]);
  }
  assert.equal(gateway.exchange.state.accounts.openCount(2), 1);
  gateway.exchange.trouble = "silent";
  const { body } = await gateway.signed(1, "DELETE", "/v1/orders?side=buy");
  assert.deepEqual([body.status, body.symbol, body.side], ["pending", null, "buy"]);
});

Deno.test("an idempotency key stands for one side", async () => {
  const gateway = new TestGateway();
  await gateway.place(1);
  const ask = (side: string) =>
    gateway.signed(1, "DELETE", `/v1/orders?side=${side}`, { idempotencyKey: "all" });
  const first = await ask("buy");
  assert.deepEqual([first.body.canceled, first.body.duplicate], [1, false]);
  const again = await ask("buy");
  assert.deepEqual([again.body.canceled, again.body.duplicate], [1, true]);
  const other = await ask("sell");
  assert.deepEqual([other.status, other.body.code], [409, "different_content"]);
});

Deno.test("a misspelt filter does not turn into no filter", async () => {
  const gateway = new TestGateway();
  await gateway.place(1);
  const cases = [
    ["/v1/orders?symbl=BTC-USD", 400, "unknown_parameter"],
    ["/v1/orders?symbol=BTC-USD&symbol=ETH-USD", 400, "invalid_parameter"],
    ["/v1/orders?symbol=", 404, "unknown_symbol"],
    ["/v1/orders?symbol=BTC-EUR", 404, "unknown_symbol"],
    ["/v1/orders?side=bid", 400, "invalid_parameter"],
    ["/v1/orders?side=", 400, "invalid_parameter"],
  ] as const;
  for (const [path, status, code] of cases) {
    const answer = await gateway.signed(1, "DELETE", path);
    assert.deepEqual([path, answer.status, answer.body.code], [path, status, code]);
  }
  assert.equal(gateway.exchange.state.orders.liveCount, 1);
});

Deno.test("past the wait limit the outcome of a cancel is unknown", async () => {
  const gateway = new TestGateway();
  await gateway.place(1);
  gateway.exchange.trouble = "silent";
  const one = await gateway.signed(1, "DELETE", "/v1/orders/1");
  assert.deepEqual([one.status, one.body.status, one.body.orderId], [202, "pending", "1"]);
  const all = await gateway.signed(1, "DELETE", "/v1/orders");
  assert.deepEqual([all.status, all.body.status, all.body.symbol], [202, "pending", null]);
});

Deno.test("an account that may not place one more order may still cancel", async () => {
  const policy = admissionPolicy(1, 1);
  const admission = new MemoryAdmission({ policy, nowMicros: () => START_MICROS });
  const gateway = new TestGateway({ admission });
  assert.equal((await gateway.place(1)).status, 201);
  assert.equal((await gateway.place(1)).status, 429);
  assert.equal((await gateway.signed(1, "DELETE", "/v1/orders/1")).status, 200);
});
