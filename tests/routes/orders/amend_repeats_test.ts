/**
 * Amends that come again and amends whose outcome is not known, with the real core behind them.
 *
 * @module
 */

import assert from "node:assert/strict";
import { type Answer, TestGateway } from "../test_gateway.ts";

const SELL = { side: "sell", price: "50000.00", quantity: "0.3000" };

/** The parts of a problem that a client acts on. */
function essence({ status, body }: Answer): unknown {
  return [status, body.code, body.field, body.limit, body.value];
}

Deno.test("the same signed amend again gives the first outcome, whatever came since", async () => {
  const gateway = new TestGateway();
  // What it took as it came and what it made later, in the amend's own append even, is not the amend's.
  await gateway.place(2, { ...SELL, price: "49000.00", quantity: "0.0500" });
  await gateway.place(1, { price: "49000.00" });
  await gateway.place(2, { ...SELL, quantity: "0.1000" });
  await gateway.place(3, { ...SELL, quantity: "0.2000" });
  await gateway.place(3, { ...SELL, price: "49000.00", quantity: "0.0100" });
  gateway.exchange.stampMicros -= 1_000;
  const options = { body: JSON.stringify({ price: "50000.00" }) };
  const path = "/v1/orders/2";
  const headers = gateway.sign(1, "PATCH", path, options);
  const send = () => gateway.send("PATCH", path, { ...options, headers });
  const first = await send();
  assert.deepEqual([first.status, first.body.fills.length], [200, 2]);
  assert.deepEqual([first.body.executedQuantity, first.body.leavesQuantity], ["0.3600", "0.1400"]);
  assert.deepEqual((await send()).body, { ...first.body, duplicate: true });
  await gateway.amend(1, "2", { price: "49000.00", quantity: "0.4500" });
  assert.deepEqual((await send()).body, { ...first.body, duplicate: true });
  await gateway.place(2, { ...SELL, price: "49000.00" });
  const again = await send();
  assert.deepEqual([again.status, again.body], [200, { ...first.body, duplicate: true }]);
  const { body } = await gateway.signed(1, "GET", path);
  assert.deepEqual([body.status, body.quantity, body.price], ["filled", "0.4500", "49000.00"]);
  gateway.exchange.queries.failures.set("history", "timeout");
  const blind = await send();
  assert.deepEqual([blind.status, blind.body.code], [503, "history_unavailable"]);
});

Deno.test("a repeat is known when the leader has forgotten the client order id of its order", async () => {
  const gateway = new TestGateway();
  await gateway.place(1, { clientOrderId: "a1" });
  const wait = (micros: number) => {
    gateway.exchange.stampMicros += micros;
    gateway.nowMicros += micros;
  };
  // Outcomes are kept for ten minutes from when they came, that of a closed order no longer.
  wait(590_000_000);
  const recvWindowMillis = 60_000;
  const options = { body: JSON.stringify({ quantity: "0.3000" }), recvWindowMillis };
  const path = "/v1/orders/by-client-id/a1";
  const headers = gateway.sign(1, "PATCH", path, options);
  const first = await gateway.send("PATCH", path, { ...options, headers });
  await gateway.place(2, SELL);
  wait(20_000_000);
  await gateway.place(2, SELL);
  const again = await gateway.send("PATCH", path, { ...options, headers });
  assert.deepEqual([again.status, again.body], [200, { ...first.body, duplicate: true }]);
  const asked = gateway.exchange.queries.asked.slice(-3).map((one) =>
    (one as { kind: string }).kind
  );
  assert.deepEqual(asked, ["orderByKey", "orderByClientId", "order"]);
});

Deno.test("a repeated amend that was refused is the same refusal, marked as a repeat", async () => {
  const gateway = new TestGateway();
  await gateway.place(1);
  await gateway.place(2, SELL);
  const options = { body: JSON.stringify({ quantity: "0.3000" }) };
  const headers = gateway.sign(1, "PATCH", "/v1/orders/1", options);
  const send = () => gateway.send("PATCH", "/v1/orders/1", { ...options, headers });
  const [first, again] = [await send(), await send()];
  assert.deepEqual(essence(first), [422, "quantity_executed", "quantity", "0.3000", "0.3000"]);
  assert.deepEqual(essence(again), essence(first));
  assert.deepEqual([first.body.duplicate, again.body.duplicate], [undefined, true]);
});

Deno.test("a gateway's own repeat is not shown to the client as one", async () => {
  const gateway = new TestGateway();
  await gateway.place(1, { price: "49000.00" });
  await gateway.place(2, SELL);
  gateway.exchange.trouble = "resends";
  const { status, body } = await gateway.amend(1, "1", { price: "50000.00" });
  assert.deepEqual([status, body.duplicate, body.fills.length], [200, false, 1]);
  assert.deepEqual([body.executedQuantity, body.leavesQuantity], ["0.3000", "0.2000"]);
});

Deno.test("fills that history cannot say in time leave the amend pending, with its order", async () => {
  const gateway = new TestGateway();
  await gateway.place(1, { price: "49000.00", clientOrderId: "a1" });
  for (let count = 0; count < 200; count++) {
    await gateway.place(2, { ...SELL, quantity: "0.0001" });
  }
  const options = { body: JSON.stringify({ price: "50000.00" }) };
  const headers = gateway.sign(1, "PATCH", "/v1/orders/1", options);
  gateway.exchange.queries.failures.set("history", "behind");
  const blind = await gateway.send("PATCH", "/v1/orders/1", { ...options, headers });
  assert.deepEqual([blind.status, blind.body.status, blind.body.orderId], [202, "pending", "1"]);
  gateway.exchange.queries.failures.clear();
  const { status, body } = await gateway.send("PATCH", "/v1/orders/1", { ...options, headers });
  assert.deepEqual([status, body.fills.length, body.executedNotional, body.fillsTruncated], [
    200,
    200,
    "1000.000000",
    undefined,
  ]);
});

Deno.test("past the wait limit, and for whoever does not wait, the outcome is unknown", async () => {
  const gateway = new TestGateway();
  await gateway.place(1, { clientOrderId: "a1" });
  gateway.exchange.trouble = "silent";
  const late = await gateway.amend(1, "by-client-id/a1", { price: "49000.00" });
  assert.deepEqual(late.body, {
    status: "pending",
    orderId: "1",
    clientOrderId: "a1",
    symbol: "BTC-USD",
    detail: "The outcome is unknown. Query it: GET /v1/orders/1. The same signed request again, " +
      "within its receive window, gives it.",
  });
  assert.deepEqual([late.status, late.headers.get("location")], [202, "/v1/orders/1"]);
  gateway.exchange.trouble = "none";
  const headers = { Prefer: "respond-async" };
  const asked = await gateway.amend(1, "1", { quantity: "0.4000" }, { headers });
  assert.deepEqual([asked.status, asked.headers.get("preference-applied")], [202, "respond-async"]);
  const { body } = await gateway.signed(1, "GET", "/v1/orders/1");
  assert.deepEqual([body.price, body.quantity], ["49000.00", "0.4000"]);
});
