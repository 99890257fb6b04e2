import assert from "node:assert/strict";
import { TestGateway } from "../test_gateway.ts";
import { BinanceClient, LIMIT, MARKET, refused } from "./binance_client.ts";

function venue() {
  const gateway = new TestGateway();
  return { gateway, maker: new BinanceClient(gateway, 1), taker: new BinanceClient(gateway, 2) };
}

const placed = async (client: BinanceClient, changes: Record<string, string> = {}) =>
  (await client.place(changes)).body;

Deno.test("a cancel shows the order as it was when it ended", async () => {
  const { gateway, maker, taker } = venue();
  const order = await placed(maker, { newClientOrderId: "mine" });
  await taker.send("POST", "order", { ...MARKET, side: "SELL" });
  const answer = await maker.ok("DELETE", "order", { symbol: "BTCUSD", orderId: order.orderId });
  const { clientOrderId, ...rest } = answer;
  assert.match(clientOrderId, /^[A-Za-z0-9_-]{22}$/);
  assert.deepEqual(rest, {
    symbol: "BTCUSD",
    orderId: order.orderId,
    orderListId: -1,
    origClientOrderId: "mine",
    price: "50000.00000000",
    origQty: "0.50000000",
    executedQty: "0.20000000",
    origQuoteOrderQty: "0.00000000",
    cummulativeQuoteQty: "10000.00000000",
    status: "CANCELED",
    timeInForce: "GTC",
    type: "LIMIT",
    side: "BUY",
    transactTime: Math.floor(gateway.exchange.stampMicros / 1_000),
  });
  refused(
    await maker.send("DELETE", "order", { symbol: "BTCUSD", orderId: order.orderId }),
    400,
    -2011,
    "Unknown order sent.",
  );
});

Deno.test("an order is canceled by either name, and by both only where they are of one order", async () => {
  const { maker, gateway } = venue();
  const cancel = (fields: Record<string, string | number>) =>
    maker.send("DELETE", "order", { symbol: "BTCUSD", ...fields });
  await placed(maker, { newClientOrderId: "one" });
  const named = await cancel({ origClientOrderId: "one", newClientOrderId: "cancel-1" });
  assert.deepEqual([named.status, named.body.clientOrderId], [200, "cancel-1"], named.text);
  const two = await placed(maker, { newClientOrderId: "two" });
  refused(await cancel({ orderId: two.orderId, origClientOrderId: "one" }), 400, -2011);
  refused(
    await maker.send("DELETE", "order", { symbol: "ETHUSD", orderId: two.orderId }),
    400,
    -2011,
    "Unknown order sent.",
  );
  refused(
    await new BinanceClient(gateway, 2).send("DELETE", "order", {
      symbol: "BTCUSD",
      orderId: two.orderId,
    }),
    400,
    -2011,
  );
  assert.equal((await maker.ok("GET", "openOrders")).length, 1, "it is still there");
  assert.equal((await cancel({ orderId: two.orderId, origClientOrderId: "two" })).status, 200);
  refused(await cancel({}), 400, -1102);
  refused(await cancel({ orderId: two.orderId, cancelRestrictions: "ONLY_NEW" }), 400, -1020);
});

Deno.test("the same signed cancel again has the same answer", async () => {
  const { gateway, maker } = venue();
  const { orderId } = await placed(maker);
  const timestamp = Math.floor(gateway.nowMicros / 1_000);
  const fields = { symbol: "BTCUSD", orderId };
  const first = await maker.send("DELETE", "order", fields, { timestamp });
  const second = await maker.send("DELETE", "order", fields, { timestamp });
  assert.deepEqual([first.status, second.body], [200, first.body]);
  gateway.exchange.queries.failures.set("history", "timeout");
  refused(await maker.send("DELETE", "order", fields, { timestamp }), 503, -1001);
});

Deno.test("a cancel whose last fills history does not tell in time is told all the same", async () => {
  const { gateway, maker, taker } = venue();
  const { orderId } = await placed(maker);
  await taker.send("POST", "order", { ...MARKET, side: "SELL" });
  gateway.exchange.queries.failures.set("history", "timeout");
  const answer = await maker.ok("DELETE", "order", { symbol: "BTCUSD", orderId });
  assert.deepEqual([answer.status, answer.executedQty], ["CANCELED", "0.20000000"]);
  assert.equal(answer.cummulativeQuoteQty, "10000.00000000");
});

Deno.test("what an order trades between the question and its cancel is in the answer", async () => {
  const { gateway, maker, taker } = venue();
  const { orderId } = await placed(maker);
  const { exchange } = gateway;
  const submit = exchange.submit.bind(exchange);
  exchange.submit = async (command, waitMillis) => {
    exchange.submit = submit;
    await taker.send("POST", "order", { ...MARKET, side: "SELL" });
    return await submit(command, waitMillis);
  };
  const answer = await maker.ok("DELETE", "order", { symbol: "BTCUSD", orderId });
  assert.deepEqual(
    [answer.status, answer.executedQty, answer.cummulativeQuoteQty],
    ["CANCELED", "0.20000000", "10000.00000000"],
  );
});

Deno.test("all orders of a symbol are canceled at once, and shown", async () => {
  const { gateway, maker, taker } = venue();
  const ids = [];
  for (const price of ["50000.00", "49000.00", "48000.00"]) {
    ids.push((await placed(maker, { price })).orderId);
  }
  const eth = await placed(maker, { symbol: "ETHUSD", price: "3000.00" });
  await taker.send("POST", "order", { ...MARKET, side: "SELL" });
  await maker.send("DELETE", "order", { symbol: "BTCUSD", orderId: ids[2] });
  const answer = await maker.ok("DELETE", "openOrders", { symbol: "BTCUSD" });
  assert.deepEqual(
    answer.map((one: Record<string, unknown>) => [one.orderId, one.status, one.executedQty]),
    [[ids[0], "CANCELED", "0.20000000"], [ids[1], "CANCELED", "0.00000000"]],
  );
  assert.ok(answer.every((one: { origClientOrderId: string }) => one.origClientOrderId !== ""));
  const open = await maker.ok("GET", "openOrders");
  assert.deepEqual(open.map((one: { orderId: number }) => one.orderId), [eth.orderId]);
  refused(await maker.send("DELETE", "openOrders", { symbol: "BTCUSD" }), 400, -2011);
  refused(await maker.send("DELETE", "openOrders"), 400, -1102);
  gateway.exchange.queries.failures.set("history", "timeout");
  const blind = await maker.ok("DELETE", "openOrders", { symbol: "ETHUSD" });
  assert.deepEqual([blind[0].orderId, blind[0].status], [eth.orderId, "CANCELED"]);
});

const REPLACE = { ...LIMIT, price: "49000.00", cancelReplaceMode: "STOP_ON_FAILURE" };

Deno.test("a cancel-replace cancels one order and places another", async () => {
  const { maker } = venue();
  const { orderId } = await placed(maker);
  const answer = await maker.ok("POST", "order/cancelReplace", {
    ...REPLACE,
    cancelOrderId: orderId,
    newClientOrderId: "second",
  });
  assert.deepEqual([answer.cancelResult, answer.newOrderResult], ["SUCCESS", "SUCCESS"]);
  assert.deepEqual(
    [answer.cancelResponse.orderId, answer.cancelResponse.status],
    [orderId, "CANCELED"],
  );
  assert.equal(answer.newOrderResponse.clientOrderId, "second");
  const open = await maker.ok("GET", "openOrders");
  assert.deepEqual(open.map((one: { price: string }) => one.price), ["49000.00000000"]);
});

Deno.test("where the cancel fails, its mode says whether the order is placed", async () => {
  const { maker } = venue();
  const stopped = await maker.send("POST", "order/cancelReplace", {
    ...REPLACE,
    cancelOrderId: 99,
  });
  refused(stopped, 400, -2022, "Order cancel-replace failed.");
  assert.deepEqual(stopped.body.data, {
    cancelResult: "FAILURE",
    newOrderResult: "NOT_ATTEMPTED",
    cancelResponse: { code: -2011, msg: "Unknown order sent." },
    newOrderResponse: null,
  });
  const allowed = await maker.send("POST", "order/cancelReplace", {
    ...REPLACE,
    cancelReplaceMode: "ALLOW_FAILURE",
    cancelOrderId: 99,
  });
  refused(allowed, 409, -2021, "Order cancel-replace partially failed.");
  assert.equal(allowed.body.data.newOrderResult, "SUCCESS");
  assert.equal(allowed.body.data.newOrderResponse.status, "NEW");
  const both = await maker.send("POST", "order/cancelReplace", {
    ...REPLACE,
    cancelReplaceMode: "ALLOW_FAILURE",
    cancelOrderId: 99,
    quantity: "9000",
  });
  refused(both, 400, -2022);
  assert.equal(both.body.data.newOrderResponse.code, -2010);
});

Deno.test("an order that is refused after its cancel is a partial failure, and says so", async () => {
  const { maker } = venue();
  const { orderId } = await placed(maker);
  const answer = await maker.send("POST", "order/cancelReplace", {
    ...REPLACE,
    cancelOrderId: orderId,
    quantity: "9000",
  });
  refused(answer, 409, -2021);
  const { cancelResult, newOrderResult, cancelResponse, newOrderResponse } = answer.body.data;
  assert.deepEqual([cancelResult, newOrderResult], ["SUCCESS", "FAILURE"]);
  assert.equal(cancelResponse.orderId, orderId);
  assert.equal(newOrderResponse.msg, "Account has insufficient balance for requested action.");
});

Deno.test("a new order with a fault cancels nothing", async () => {
  const { maker, gateway } = venue();
  const { orderId } = await placed(maker);
  for (
    const changes of [{ price: "0.001" }, { type: "STOP_LOSS" }, { cancelReplaceMode: "MAYBE" }]
  ) {
    const fields = { ...REPLACE, cancelOrderId: orderId, ...changes };
    assert.equal((await maker.send("POST", "order/cancelReplace", fields)).status, 400);
  }
  refused(await maker.send("POST", "order/cancelReplace", REPLACE), 400, -1102);
  assert.equal(gateway.exchange.commands.length, 1);
});

Deno.test("an amend takes quantity off, and the order keeps its place", async () => {
  const { maker, taker, gateway } = venue();
  const first = await placed(maker, { newClientOrderId: "first" });
  const second = await placed(new BinanceClient(gateway, 3), { newClientOrderId: "second" });
  const amend = (fields: Record<string, string | number>) =>
    maker.send("PUT", "order/amend/keepPriority", { symbol: "BTCUSD", ...fields });
  const { status, body, text } = await amend({ orderId: first.orderId, newQty: "0.3" });
  assert.equal(status, 200, text);
  const { amendedOrder } = body;
  assert.deepEqual(
    [amendedOrder.orderId, amendedOrder.qty, amendedOrder.status, amendedOrder.clientOrderId],
    [first.orderId, "0.30000000", "NEW", "first"],
  );
  assert.ok(Number.isSafeInteger(body.executionId) && body.transactTime > 0);
  await taker.send("POST", "order", { ...MARKET, side: "SELL", quantity: "0.3" });
  const filled = await maker.ok("GET", "order", { symbol: "BTCUSD", orderId: first.orderId });
  assert.equal(filled.status, "FILLED", "it was still the first of its price");
  assert.ok(second.orderId > first.orderId);
});

Deno.test("an amend to more, to the same, to nothing or of another's order is refused", async () => {
  const { maker, taker } = venue();
  const { orderId } = await placed(maker);
  const amend = (fields: Record<string, string | number>) =>
    maker.send("PUT", "order/amend/keepPriority", { symbol: "BTCUSD", orderId, ...fields });
  const more = "Order amend (quantity increase) is not supported.";
  refused(await amend({ newQty: "0.6" }), 400, -2038, more);
  refused(await amend({ newQty: "0.5" }), 400, -2038);
  refused(await amend({ newQty: "0" }), 400, -1013);
  refused(await amend({}), 400, -1102);
  refused(await amend({ newQty: "0.1", newClientOrderId: "new" }), 400, -1106);
  refused(await amend({ newQty: "0.1", symbol: "ETHUSD" }), 400, -2013);
  await taker.send("POST", "order", { ...MARKET, side: "SELL" });
  refused(await amend({ newQty: "0.2" }), 400, -2038);
  const amended = await amend({ newQty: "0.3" });
  assert.equal(amended.body.amendedOrder.executedQty, "0.20000000", amended.text);
});

Deno.test("the same signed amend again has the same answer", async () => {
  const { gateway, maker } = venue();
  const { orderId } = await placed(maker);
  const timestamp = Math.floor(gateway.nowMicros / 1_000);
  const send = () =>
    maker.send("PUT", "order/amend/keepPriority", { symbol: "BTCUSD", orderId, newQty: "0.3" }, {
      timestamp,
    });
  const first = await send();
  const second = await send();
  assert.deepEqual([first.status, second.body], [200, first.body]);
});

Deno.test("a change whose outcome is not known is said to be unknown", async () => {
  const { gateway, maker } = venue();
  const { orderId } = await placed(maker);
  gateway.exchange.trouble = "silent";
  refused(await maker.send("DELETE", "order", { symbol: "BTCUSD", orderId }), 504, -1007);
  refused(await maker.send("DELETE", "openOrders", { symbol: "BTCUSD" }), 504, -1007);
  const replace = { ...REPLACE, cancelOrderId: orderId };
  refused(await maker.send("POST", "order/cancelReplace", replace), 504, -1007);
});
