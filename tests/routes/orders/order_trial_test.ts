/**
 * Orders that are only looked at.
 *
 * @module
 */

import assert from "node:assert/strict";
import { LIMIT_BUY, TestGateway } from "../test_gateway.ts";

const PATH = "/v1/orders/test";

Deno.test("an order that is tested is answered as it would be sent, and is not sent", async () => {
  const gateway = new TestGateway();
  const body = { ...LIMIT_BUY, price: "50000", quantity: "0.5", clientOrderId: "a" };
  const answer = await gateway.signed(1, "POST", PATH, { body });
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.body, {
    symbol: "BTC-USD",
    side: "buy",
    type: "limit",
    price: "50000.00",
    quantity: "0.5000",
    quoteQuantity: null,
    timeInForce: "GTC",
    postOnly: false,
    clientOrderId: "a",
    selfTradePrevention: "expire_taker",
  });
  assert.equal(gateway.exchange.commands.length, 0);
  assert.equal((await gateway.place(1, { clientOrderId: "a" })).status, 201, "its id is free");
});

Deno.test("budgets, market orders and all options are shown as they would be sent", async () => {
  const gateway = new TestGateway();
  const shown = async (body: object) => {
    const { status, body: trial } = await gateway.signed(1, "POST", PATH, { body });
    assert.equal(status, 200);
    return trial;
  };
  const market = { symbol: "BTC-USD", side: "buy", type: "market" };
  const budget = await shown({ ...market, quoteQuantity: "10.5" });
  assert.deepEqual(
    [budget.price, budget.quantity, budget.quoteQuantity, budget.timeInForce],
    [null, null, "10.500000", "IOC"],
  );
  const fok = await shown({ ...market, quantity: "1", timeInForce: "FOK", price: "60000" });
  assert.deepEqual([fok.type, fok.price, fok.timeInForce], ["market", "60000.00", "FOK"]);
  const careful = { ...LIMIT_BUY, postOnly: true, selfTradePrevention: "transfer" };
  const { postOnly, selfTradePrevention } = await shown(careful);
  assert.deepEqual([postOnly, selfTradePrevention], [true, "transfer"]);
});

Deno.test("what an order would be refused for by the gateway, its test is refused for", async () => {
  const gateway = new TestGateway();
  const cases = [
    { price: "1.001" },
    { quantity: "0.00001" },
    { symbol: "XRP-USD" },
    { side: "up" },
    {
      price: "99999999.00",
    },
    { timeInForce: "IOC", postOnly: true },
  ];
  for (const changes of cases) {
    const body = { ...LIMIT_BUY, ...changes };
    const [tested, placed] = [
      await gateway.signed(1, "POST", PATH, { body }),
      await gateway.place(1, changes),
    ];
    const what = ({ status, body }: typeof tested) => [status, body.code, body.field, body.limit];
    assert.deepEqual(what(tested), what(placed));
    assert.ok(tested.status >= 400);
  }
  assert.equal(gateway.exchange.commands.length, 0);
});

Deno.test("an order that its account has no funds for passes: only the log knows", async () => {
  const gateway = new TestGateway();
  const body = { ...LIMIT_BUY, price: "1000000.00", quantity: "9000.0000" };
  assert.equal((await gateway.signed(1, "POST", PATH, { body })).status, 200);
  assert.equal((await gateway.signed(1, "POST", "/v1/orders", { body })).status, 422);
});
