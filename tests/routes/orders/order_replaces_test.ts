/**
 * A cancel and a new order in its place, with the real core behind them.
 *
 * @module
 */

import assert from "node:assert/strict";
import { LIMIT_BUY, TestGateway } from "../test_gateway.ts";

const NEW = { ...LIMIT_BUY, price: "45000.00", clientOrderId: "new" };
const replace = (gateway: TestGateway, order: string, changes: object = {}) =>
  gateway.signed(1, "POST", `/v1/orders/${order}/replace`, { body: { ...NEW, ...changes } });

for (const mode of ["stop_on_failure", "allow_failure"]) {
  Deno.test(`${mode}: an order that is there is canceled and the new one placed`, async () => {
    const gateway = new TestGateway();
    await gateway.place(1, { clientOrderId: "old" });
    const { status, body } = await replace(gateway, "1", { mode });
    assert.equal(status, 200);
    assert.deepEqual([body.cancel.status, body.cancel.order.orderId], [200, "1"]);
    assert.deepEqual([body.place.status, body.place.order.price], [201, "45000.00"]);
    const kinds = gateway.exchange.commands.slice(1).map(({ kind }) => kind);
    assert.deepEqual(kinds, ["cancel", "newOrder"]);
    const named = await replace(gateway, "by-client-id/new", { mode, clientOrderId: "newer" });
    assert.deepEqual([named.body.cancel.status, named.body.place.status], [200, 201]);
    assert.equal(gateway.exchange.state.orders.liveCount, 1);
  });

  Deno.test(`${mode}: what is wrong with the new order is told before anything is sent`, async () => {
    const gateway = new TestGateway();
    await gateway.place(1);
    const cases = [
      { price: "1.001" },
      { mode: "perhaps" },
      { symbol: "XRP-USD" },
      { more: 1 },
    ];
    for (const changes of cases) {
      const { status } = await replace(gateway, "1", { mode, ...changes });
      assert.ok(status >= 400, JSON.stringify(changes));
    }
    assert.equal(gateway.exchange.commands.length, 1);
  });

  Deno.test(`${mode}: the same again under the same new id is answered with the first outcomes`, async () => {
    const gateway = new TestGateway();
    await gateway.place(1);
    const first = await replace(gateway, "1", { mode });
    const again = await replace(gateway, "1", { mode });
    assert.deepEqual([again.body.cancel.status, again.body.place.status], [200, 200]);
    assert.equal(again.body.cancel.order.duplicate, true);
    assert.equal(again.body.place.order.orderId, first.body.place.order.orderId);
    assert.equal(gateway.exchange.state.orders.liveCount, 1);
  });
}

Deno.test("stop_on_failure sends no new order where the cancel fails, however often it is asked", async () => {
  const gateway = new TestGateway();
  for (let count = 0; count < 2; count++) {
    const { status, body } = await replace(gateway, "77");
    assert.deepEqual([status, body.cancel.status, body.place], [200, 404, null]);
    assert.equal(body.cancel.problem.code, "unknown_order");
    // The order comes to be, but the outcome of the cancel stands.
    while (gateway.exchange.state.lastOrderId < 77) await gateway.place(1, { price: "1.00" });
  }
  assert.ok(
    gateway.exchange.commands.every(({ kind }, at) => kind === "newOrder" || at === 0 || at > 77),
  );
});

Deno.test("allow_failure places the new order whatever becomes of the cancel", async () => {
  const gateway = new TestGateway();
  const { body } = await replace(gateway, "77", { mode: "allow_failure" });
  assert.deepEqual([body.cancel.status, body.place.status], [404, 201]);
});

Deno.test("a cancel-replace that was cut off behind its cancel goes on when it comes again", async () => {
  const gateway = new TestGateway();
  await gateway.place(1);
  gateway.exchange.trouble = "silent";
  const cut = await replace(gateway, "1");
  assert.deepEqual([cut.body.cancel.status, cut.body.place], [202, null]);
  assert.equal(gateway.exchange.state.orders.liveCount, 0, "it was canceled, and nobody was told");
  gateway.exchange.trouble = "none";
  const { body } = await replace(gateway, "1");
  assert.deepEqual([body.cancel.status, body.place.status], [200, 201]);
  assert.equal(gateway.exchange.state.orders.liveCount, 1);
});

Deno.test("the same new id for the cancel of another order is another request", async () => {
  const gateway = new TestGateway();
  await gateway.place(1);
  await gateway.place(1);
  await replace(gateway, "1");
  const { body } = await replace(gateway, "2");
  assert.deepEqual([body.cancel.status, body.place], [409, null]);
  assert.equal(gateway.exchange.state.orders.liveCount, 2);
});

Deno.test("without a new id the signed request names both", async () => {
  const gateway = new TestGateway();
  await gateway.place(1);
  const path = "/v1/orders/1/replace";
  const body = { ...LIMIT_BUY };
  const headers = gateway.sign(1, "POST", path, { body });
  const first = await gateway.send("POST", path, { body, headers });
  const again = await gateway.send("POST", path, { body, headers });
  assert.equal(again.body.place.order.orderId, first.body.place.order.orderId);
  assert.equal(gateway.exchange.state.orders.liveCount, 1);
});
