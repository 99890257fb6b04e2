/**
 * Amends, with the real core behind them.
 *
 * @module
 */

import assert from "node:assert/strict";
import { admissionPolicy } from "../../../core/limits/policy.ts";
import { MemoryAdmission } from "../../../infra/upstash/memory.ts";
import { halt } from "../../support/commands.ts";
import { START_MICROS } from "../memory_exchange.ts";
import { type Answer, TestGateway } from "../test_gateway.ts";

const SELL = { side: "sell", price: "50000.00", quantity: "0.3000" };

/** The parts of a problem that a client acts on. */
function essence({ status, body }: Answer): unknown {
  return [status, body.code, body.field, body.limit, body.value];
}

const sharesOf = ({ body }: Answer): unknown =>
  body.fills.map((fill: Record<string, string>) => [fill.price, fill.quantity, fill.liquidity]);

Deno.test("an amend answers with the order as it is then", async () => {
  const gateway = new TestGateway();
  await gateway.place(1, { clientOrderId: "a1" });
  await gateway.place(2, SELL);
  const { status, body } = await gateway.amend(1, "1", { quantity: "0.4000" });
  assert.equal(status, 200);
  assert.deepEqual(body, {
    orderId: "1",
    clientOrderId: "a1",
    symbol: "BTC-USD",
    side: "buy",
    type: "limit",
    status: "partially_filled",
    price: "50000.00",
    quantity: "0.4000",
    executedQuantity: "0.3000",
    executedNotional: "15000.000000",
    leavesQuantity: "0.1000",
    averagePrice: "50000.0000000000",
    fills: [],
    sequence: String(gateway.exchange.state.events.sequence),
    transactTimeMicros: gateway.exchange.stampMicros,
    duplicate: false,
  });
  const read = await gateway.signed(1, "GET", "/v1/orders/1");
  assert.deepEqual({ ...read.body, fills: [] }, body);
});

Deno.test("less keeps the place in the queue, more and another price lose it", async () => {
  const cases: readonly [object, string][] = [
    [{ quantity: "0.2000" }, "1"],
    [{ price: "50000.00", quantity: "0.2000" }, "1"],
    [{ quantity: "0.4000" }, "2"],
    [{ price: "50000.01" }, "2"],
  ];
  for (const [change, first] of cases) {
    const gateway = new TestGateway();
    await gateway.place(2, SELL);
    await gateway.place(3, SELL);
    assert.equal((await gateway.amend(2, "1", change)).status, 200);
    await gateway.place(1, { quantity: "0.1000", timeInForce: "IOC" });
    for (const [account, order] of [[2, "1"], [3, "2"]] as const) {
      const { body } = await gateway.signed(account, "GET", `/v1/orders/${order}`);
      const executed = order === first ? "0.1000" : "0";
      assert.deepEqual([change, order, body.executedQuantity], [change, order, executed]);
    }
  }
});

Deno.test("a price that crosses trades at once, and the answer has the fills of the amend", async () => {
  const gateway = new TestGateway();
  await gateway.place(2, { ...SELL, quantity: "0.1000" });
  await gateway.place(1);
  await gateway.place(2, { ...SELL, price: "50001.00" });
  await gateway.place(3, { ...SELL, price: "50002.00", quantity: "0.0500" });
  const answer = await gateway.amend(1, "2", { price: "50002.00", quantity: "0.6000" });
  assert.deepEqual(sharesOf(answer), [["50001.00", "0.3000", "taker"], [
    "50002.00",
    "0.0500",
    "taker",
  ]]);
  const { status, price, quantity, executedQuantity, executedNotional, leavesQuantity } =
    answer.body;
  assert.deepEqual([status, price, quantity], ["partially_filled", "50002.00", "0.6000"]);
  assert.deepEqual([executedQuantity, leavesQuantity], ["0.4500", "0.1500"]);
  // 0.1 at 50,000, 0.3 at 50,001 and 0.05 at 50,002.
  assert.equal(executedNotional, "22500.400000");
  const rest = await gateway.amend(2, "1", { price: "50002.00" });
  assert.deepEqual([rest.status, rest.body.code], [404, "unknown_order"]);
});

Deno.test("an amend by client order id finds numbers, texts and texts with a slash", async () => {
  const gateway = new TestGateway();
  for (const clientOrderId of ["a1", "4711", "x/y:z"]) {
    await gateway.place(1, { clientOrderId });
    const order = `by-client-id/${encodeURIComponent(clientOrderId)}`;
    const { status, body } = await gateway.amend(1, order, { price: "49000.00" });
    assert.deepEqual([status, body.clientOrderId, body.price], [200, clientOrderId, "49000.00"]);
  }
});

Deno.test("bodies that are no amend are refused, and say what is wrong with them", async () => {
  const gateway = new TestGateway();
  await gateway.place(1);
  const decimal = "a decimal string";
  const plain = "a decimal string without sign, exponent or spaces";
  const cases: readonly [string | object, unknown[]][] = [
    ["{", [400, "malformed_json", undefined, undefined, undefined]],
    ["[]", [400, "not_an_object", undefined, undefined, "[]"]],
    [{}, [400, "amend_empty", "price", "price, quantity or both", "{}"]],
    [{ side: "sell" }, [400, "unknown_field", "side", "price | quantity", undefined]],
    [{ price: 50_000 }, [400, "invalid_decimal", "price", decimal, "50000"]],
    [{ quantity: null }, [400, "invalid_decimal", "quantity", decimal, "null"]],
    [{ price: "5e4" }, [400, "invalid_decimal", "price", plain, "5e4"]],
    [{ price: "0" }, [400, "price_zero", "price", "0.01", "0"]],
    [{ quantity: "0" }, [400, "quantity_zero", "quantity", "0.0001", "0"]],
    [{ price: "50000.001" }, [400, "price_off_tick", "price", "0.01", "50000.001"]],
    [{ quantity: "0.00001" }, [400, "quantity_off_lot", "quantity", "0.0001", "0.00001"]],
    [{ price: "1000000.01" }, [400, "price_too_high", "price", "1000000.00", "1000000.01"]],
    [{ quantity: "9000.0001" }, [400, "quantity_too_high", "quantity", "9000.0000", "9000.0001"]],
  ];
  for (const [body, expected] of cases) {
    assert.deepEqual(essence(await gateway.amend(1, "1", body)), expected);
  }
  const query = await gateway.amend(1, "1?symbol=BTC-USD", { price: "1.00" });
  assert.deepEqual([query.status, query.body.code], [400, "unknown_parameter"]);
  assert.equal(gateway.exchange.commands.length, 1);
});

Deno.test("what the core refuses leaves the order as it was", async () => {
  const gateway = new TestGateway();
  await gateway.place(1, { postOnly: true });
  await gateway.place(2, SELL);
  await gateway.place(3, { ...SELL, price: "50010.00" });
  const before = await gateway.signed(1, "GET", "/v1/orders/1");
  const refused = async (body: object) => essence(await gateway.amend(1, "1", body));
  assert.deepEqual(await refused({ quantity: "0.2000" }), [
    422,
    "quantity_executed",
    "quantity",
    "0.3000",
    "0.2000",
  ]);
  assert.deepEqual(await refused({ price: "50010.00" }), [
    422,
    "post_only_would_cross",
    "price",
    "50010.00",
    "50010.00",
  ]);
  const poor = await gateway.amend(1, "1", { quantity: "9000.0000" });
  assert.deepEqual([poor.status, poor.body.code, poor.body.field], [
    422,
    "insufficient_funds",
    "USD",
  ]);
  const after = await gateway.signed(1, "GET", "/v1/orders/1");
  assert.deepEqual(after.body, before.body);
  gateway.exchange.operate([halt()]);
  const halted = await gateway.amend(1, "1", { price: "50010.00" });
  assert.deepEqual(essence(halted), [422, "halted", "symbol", undefined, "BTC-USD"]);
});

Deno.test("what is not there, is over, or is another's is an unknown order", async () => {
  const gateway = new TestGateway();
  await gateway.place(1, { clientOrderId: "a1" });
  const orders = ["99", "0", "abc", "by-client-id/a1", "by-client-id/%20", "1"];
  for (const order of orders) {
    const answer = await gateway.amend(2, order, { price: "1.00" });
    assert.deepEqual([order, answer.status, answer.body.code], [order, 404, "unknown_order"]);
  }
  assert.equal(gateway.exchange.commands.length, 1, "nothing of it went into the log");
  await gateway.signed(1, "DELETE", "/v1/orders/1");
  const late = await gateway.amend(1, "by-client-id/a1", { price: "1.00" });
  assert.deepEqual(essence(late), [404, "unknown_order", "clientOrderId", undefined, "a1"]);
});

Deno.test("a fill between the question and the amend is worth what history says", async () => {
  const gateway = new TestGateway();
  await gateway.place(1);
  const { exchange } = gateway;
  const submit = exchange.submit.bind(exchange);
  let isFirst = true;
  exchange.submit = async (command, waitMillis) => {
    if (command.kind === "amend" && isFirst) {
      isFirst = false;
      await gateway.place(2, { ...SELL, price: "50000.00" });
    }
    return submit(command, waitMillis);
  };
  const { status, body } = await gateway.amend(1, "1", { price: "50001.00" });
  assert.deepEqual([status, body.executedQuantity, body.executedNotional, body.fills], [
    200,
    "0.3000",
    "15000.000000",
    [],
  ]);
});

Deno.test("an amend counts as an order: by its limits, its scope and its room", async () => {
  const policy = admissionPolicy(1, 1);
  const admission = new MemoryAdmission({ policy, nowMicros: () => START_MICROS });
  const limited = new TestGateway({ admission });
  assert.equal((await limited.place(1)).status, 201);
  assert.equal((await limited.amend(1, "1", { price: "1.00" })).status, 429);
  const gateway = new TestGateway();
  await gateway.place(1);
  gateway.addKey(1, ["read"]);
  const scopeless = await gateway.amend(1, "1", { price: "1.00" });
  assert.deepEqual([scopeless.status, scopeless.body.code], [403, "scope_missing"]);
  gateway.addKey(1, ["read", "trade"]);
  gateway.exchange.trouble = "overloaded";
  const full = await gateway.amend(1, "1", { price: "1.00" });
  assert.deepEqual([full.status, full.body.code], [503, "overloaded"]);
  gateway.exchange.queries.failures.set("leader", "unreachable");
  const alone = await gateway.amend(1, "1", { price: "1.00" });
  assert.deepEqual([alone.status, alone.body.code], [503, "leader_unavailable"]);
});
