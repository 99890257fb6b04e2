/**
 * `POST /v1/orders`, with the real core behind it.
 *
 * @module
 */

import assert from "node:assert/strict";
import { OrderFlag, SelfTrade } from "../../../core/protocol/order_record.ts";
import { halt, setAccount } from "../../support/commands.ts";
import { START_MICROS } from "../memory_exchange.ts";
import { type Answer, LIMIT_BUY, TestGateway } from "../test_gateway.ts";

/** A sell that a {@link LIMIT_BUY} meets. */
const SELL = { side: "sell", price: "50000.00", quantity: "0.3000" };

/** The parts of a problem that a client acts on. */
function essence({ status, body }: Answer): unknown {
  const { code, field, limit, value } = body;
  return { status, code, field, limit, value };
}

Deno.test("a new order that rests answers exactly as DESIGN.md has it", async () => {
  const gateway = new TestGateway();
  const body = '{"symbol":"BTC-USD","side":"buy","type":"limit","price":"50000.00",' +
    '"quantity":"0.5000","timeInForce":"GTC","postOnly":false,"clientOrderId":"a1"}';
  const answer = await gateway.signed(1, "POST", "/v1/orders", { body });
  const sequence = gateway.exchange.state.events.sequence;
  assert.equal(answer.status, 201, answer.text);
  assert.equal(
    answer.text,
    '{"orderId":"1","clientOrderId":"a1","symbol":"BTC-USD","side":"buy","type":"limit",' +
      '"status":"new","price":"50000.00","quantity":"0.5000","executedQuantity":"0",' +
      '"executedNotional":"0","leavesQuantity":"0.5000","averagePrice":null,"fills":[],' +
      `"sequence":"${sequence}","transactTimeMicros":${START_MICROS + 2_000},"duplicate":false}`,
  );
  assert.equal(answer.headers.get("location"), "/v1/orders/1");
  assert.equal(answer.headers.get("content-type"), "application/json");
});

Deno.test("an order trades at the makers' prices, and shows each fill with its fee", async () => {
  const gateway = new TestGateway();
  await gateway.place(2, { ...SELL, price: "49999.00", quantity: "0.1000" });
  await gateway.place(3, { ...SELL, price: "49999.50", quantity: "0.2000" });
  const { status, body } = await gateway.place(1);
  assert.equal(status, 201);
  const { orderId: _, sequence: __, transactTimeMicros: ___, ...order } = body;
  assert.deepEqual(order, {
    clientOrderId: null,
    symbol: "BTC-USD",
    side: "buy",
    type: "limit",
    status: "partially_filled",
    price: "50000.00",
    quantity: "0.5000",
    executedQuantity: "0.3000",
    executedNotional: "14999.800000",
    leavesQuantity: "0.2000",
    // 14999.8 / 0.3, rounded half to even at ten decimals.
    averagePrice: "49999.3333333333",
    fills: [
      {
        tradeId: "1",
        price: "49999.00",
        quantity: "0.1000",
        // 500 parts per million of 4,999.90.
        fee: "2.499950",
        feeAsset: "USD",
        liquidity: "taker",
      },
      {
        tradeId: "2",
        price: "49999.50",
        quantity: "0.2000",
        fee: "4.999950",
        feeAsset: "USD",
        liquidity: "taker",
      },
    ],
    duplicate: false,
  });
});

Deno.test("what cannot rest says why it ended", async () => {
  const gateway = new TestGateway();
  const cases: readonly [object, string, string | undefined][] = [
    [{ timeInForce: "IOC" }, "expired", "immediate_remainder"],
    [{ timeInForce: "FOK" }, "expired", "fill_or_kill"],
    [{ type: "market", price: undefined }, "expired", "market_remainder"],
  ];
  for (const [changes, status, reason] of cases) {
    const { body } = await gateway.place(1, changes);
    assert.deepEqual([body.status, body.reason, body.leavesQuantity], [status, reason, "0"]);
  }
  await gateway.place(1, { side: "sell", price: "51000.00" });
  const own = await gateway.place(1, { price: "51000.00" });
  assert.deepEqual([own.status, own.body.status, own.body.reason], [201, "canceled", "self_trade"]);
});

Deno.test("self-trade prevention is the taker's expiry, unless the order says otherwise", async () => {
  const gateway = new TestGateway();
  await gateway.place(1);
  await gateway.place(1, { selfTradePrevention: "none" });
  await gateway.place(1, { selfTradePrevention: "expire_both" });
  await gateway.place(1, { selfTradePrevention: "decrement" });
  await gateway.place(1, { selfTradePrevention: "transfer" });
  const chosen = gateway.exchange.commands.map((one) => "selfTrade" in one ? one.selfTrade : -1);
  const { expireTaker, none, expireBoth, decrement, transfer } = SelfTrade;
  assert.deepEqual(chosen, [expireTaker, none, expireBoth, decrement, transfer]);
  const { status, body } = await gateway.place(1, { selfTradePrevention: "expireTaker" });
  assert.deepEqual([status, body.code, body.field, body.limit], [
    400,
    "invalid_field",
    "selfTradePrevention",
    "none | expire_taker | expire_maker | expire_both | decrement | transfer",
  ]);
});

Deno.test("a decrement takes off both orders, between the accounts of a trade group as well", async () => {
  const gateway = new TestGateway();
  gateway.exchange.operate([setAccount(1, true, 7), setAccount(2, true, 7)]);
  const cases: readonly [string, string[]][] = [
    ["0.2000", ["new", "0.3000", "0.3000"]],
    ["0.6000", ["canceled", "0.5000", "0"]],
  ];
  for (const [quantity, expected] of cases) {
    await gateway.place(2, { ...SELL, quantity });
    const order = { selfTradePrevention: "decrement", clientOrderId: quantity };
    const first = await gateway.place(1, order);
    const { body } = first;
    assert.deepEqual([first.status, body.fills, body.executedQuantity], [201, [], "0"]);
    assert.deepEqual([body.status, body.quantity, body.leavesQuantity], expected);
    const again = await gateway.place(1, order);
    assert.deepEqual([again.status, again.body], [200, { ...body, duplicate: true }]);
    await gateway.signed(1, "DELETE", "/v1/orders");
  }
});

Deno.test("the first outcome of an order is told as it was, though it was amended since", async () => {
  const gateway = new TestGateway();
  await gateway.place(2, SELL);
  const order = { clientOrderId: "a1", selfTradePrevention: "decrement" };
  const first = await gateway.place(1, order);
  const body = { price: "49000.00", quantity: "0.4000" };
  assert.equal((await gateway.signed(1, "PATCH", "/v1/orders/2", { body })).status, 200);
  const again = await gateway.place(1, order);
  assert.deepEqual([again.status, again.body], [200, { ...first.body, duplicate: true }]);
});

Deno.test("a market order has its protection for a price, a budget for a quantity", async () => {
  const gateway = new TestGateway();
  await gateway.place(2, { ...SELL, quantity: "0.0100" });
  const order = { type: "market", price: undefined, quantity: undefined, quoteQuantity: "250.00" };
  const { status, body } = await gateway.place(1, order);
  assert.equal(status, 201);
  assert.deepEqual(
    [body.type, body.price, body.quantity, body.quoteQuantity, body.leavesQuantity],
    ["market", "52500.00", null, "250.000000", "0"],
  );
  assert.deepEqual(
    [body.executedQuantity, body.executedNotional, body.averagePrice],
    ["0.0050", "250.000000", "50000.0000000000"],
  );
  const [command] = gateway.exchange.commands.slice(-1);
  assert.ok("flags" in command && command.flags === OrderFlag.quoteBudget);
  const empty = await new TestGateway().place(1, order);
  assert.deepEqual([empty.status, empty.body.price], [201, null]);
});

Deno.test("the same client order id again gives the first outcome, whatever came since", async () => {
  const gateway = new TestGateway();
  for (const clientOrderId of ["a1", "x/y:z", "4711"]) {
    await gateway.place(2, SELL);
    const first = await gateway.place(1, { clientOrderId });
    assert.deepEqual([first.status, first.body.duplicate], [201, false]);
    // What is left of it fills meanwhile: the first outcome is still the one that is told.
    await gateway.place(3, { ...SELL, quantity: "0.2000" });
    const again = await gateway.place(1, { clientOrderId });
    assert.equal(again.status, 200, again.text);
    assert.deepEqual(again.body, { ...first.body, duplicate: true });
    assert.equal(again.body.clientOrderId, clientOrderId);
  }
});

Deno.test("a replayed request is a repeat, not a second order, also without a client order id", async () => {
  const gateway = new TestGateway();
  const options = { body: JSON.stringify(LIMIT_BUY) };
  const headers = gateway.sign(1, "POST", "/v1/orders", options);
  const first = await gateway.send("POST", "/v1/orders", { ...options, headers });
  const replayed = await gateway.send("POST", "/v1/orders", { ...options, headers });
  assert.deepEqual([first.status, replayed.status], [201, 200]);
  assert.deepEqual(replayed.body, { ...first.body, duplicate: true });
  assert.equal(gateway.exchange.state.orders.liveCount, 1);
  const later = await gateway.signed(1, "POST", "/v1/orders", options);
  assert.deepEqual([later.status, later.body.orderId], [201, "2"]);
});

Deno.test("the same client order id with other contents is a conflict", async () => {
  const gateway = new TestGateway();
  for (const clientOrderId of ["a1", "4711"]) {
    await gateway.place(1, { clientOrderId });
    const answer = await gateway.place(1, { clientOrderId, quantity: "0.6000" });
    assert.deepEqual(essence(answer), {
      status: 409,
      code: "different_content",
      field: "clientOrderId",
      limit: undefined,
      value: clientOrderId,
    });
  }
});

Deno.test("a repeat of a rejected order is the same rejection, marked as a repeat", async () => {
  const gateway = new TestGateway();
  const order = { clientOrderId: "poor", price: "1000000.00", quantity: "5000" };
  const first = await gateway.place(1, order);
  const again = await gateway.place(1, order);
  assert.equal(first.status, 422);
  assert.deepEqual([first.body.duplicate, again.body.duplicate], [undefined, true]);
  assert.deepEqual(essence(again), essence(first));
});

Deno.test("a gateway's own repeat is not shown to the client as one", async () => {
  const gateway = new TestGateway();
  await gateway.place(2, SELL);
  gateway.exchange.trouble = "resends";
  const { status, body } = await gateway.place(1, { clientOrderId: "a1" });
  assert.deepEqual([status, body.duplicate, body.fills.length], [201, false, 1]);
  assert.deepEqual([body.executedQuantity, body.leavesQuantity], ["0.3000", "0.2000"]);
});

Deno.test("rejections by the core name the limit and the value in the instrument's units", async () => {
  const gateway = new TestGateway();
  const poor = await gateway.place(1, { price: "1000000.00", quantity: "5000" });
  assert.deepEqual(essence(poor), {
    status: 422,
    code: "insufficient_funds",
    field: "USD",
    limit: "100000000.000000",
    // The price times the quantity, and the fee of a taker.
    value: "5002500000.000000",
  });
  const bare = await gateway.place(1, { side: "sell", quantity: "1000.0001" });
  assert.deepEqual(essence(bare), {
    status: 422,
    code: "insufficient_funds",
    field: "BTC",
    limit: "1000.00000000",
    value: "1000.00010000",
  });
  await gateway.place(2, SELL);
  const crossing = await gateway.place(1, { postOnly: true, price: "50000.01" });
  assert.deepEqual(essence(crossing), {
    status: 422,
    code: "post_only_would_cross",
    field: "price",
    limit: "50000.00",
    value: "50000.01",
  });
  gateway.exchange.operate([halt()]);
  const halted = await gateway.place(1);
  assert.deepEqual([halted.status, halted.body.code], [422, "halted"]);
});

Deno.test("a command that comes too late is not carried out, and may be repeated", async () => {
  const gateway = new TestGateway();
  gateway.exchange.stampMicros += 10_000_000;
  const answer = await gateway.place(1);
  assert.deepEqual([answer.status, answer.body.code], [503, "deadline_passed"]);
  assert.equal(answer.headers.get("retry-after"), "1");
  assert.equal(answer.body.limit, String(START_MICROS + 5_001_000));
  const patient = await gateway.place(1, {}, { recvWindowMillis: 60_000 });
  assert.equal(patient.status, 201);
});

Deno.test("past the wait limit the outcome is unknown, never failed", async () => {
  const gateway = new TestGateway();
  gateway.exchange.trouble = "silent";
  const named = await gateway.place(1, { clientOrderId: "a/1" });
  assert.deepEqual(named.body, {
    status: "pending",
    clientOrderId: "a/1",
    symbol: "BTC-USD",
    detail: "The outcome is unknown. Query it: GET /v1/orders/by-client-id/a%2F1",
  });
  assert.deepEqual([named.status, named.headers.get("location")], [
    202,
    "/v1/orders/by-client-id/a%2F1",
  ]);
  const nameless = await gateway.place(1);
  assert.deepEqual([nameless.status, nameless.body.clientOrderId], [202, null]);
  assert.match(nameless.body.detail, /same signed request again/);
  gateway.exchange.trouble = "none";
  const { body } = await gateway.signed(1, "GET", "/v1/orders/by-client-id/a%2F1");
  assert.deepEqual([body.status, body.clientOrderId], ["new", "a/1"]);
});

Deno.test("whoever prefers not to wait is answered at once", async () => {
  const gateway = new TestGateway();
  for (const prefer of ["respond-async", "wait=5, Respond-Async"]) {
    const answer = await gateway.place(1, {}, { headers: { Prefer: prefer } });
    assert.deepEqual([answer.status, answer.body.status], [202, "pending"]);
    assert.equal(answer.headers.get("preference-applied"), "respond-async");
  }
  const other = await gateway.place(1, {}, { headers: { Prefer: "not-respond-async" } });
  assert.equal(other.status, 201);
});

Deno.test("no room for one more command is 503 with the time to come again", async () => {
  const gateway = new TestGateway();
  gateway.exchange.trouble = "overloaded";
  const answer = await gateway.place(1);
  assert.deepEqual([answer.status, answer.body.code], [503, "overloaded"]);
  assert.equal(answer.headers.get("retry-after"), "2");
});

Deno.test("while nothing is answered, a new order is refused with 503 and the reason", async () => {
  const codes = {
    broker: "broker_unavailable",
    leader: "leader_unavailable",
    journal: "journal_unavailable",
  } as const;
  for (const part of ["broker", "leader", "journal"] as const) {
    const gateway = new TestGateway();
    gateway.exchange.trouble = part;
    const { body, headers, status } = await gateway.place(1);
    assert.deepEqual([status, body.code], [503, codes[part]]);
    assert.match(JSON.stringify(body), /no answer for 2345 ms/);
    assert.equal(headers.get("retry-after"), "1");
  }
});

Deno.test("more fills than a report has room for are read from history", async () => {
  const gateway = new TestGateway();
  for (let count = 0; count < 200; count++) {
    await gateway.place(2, { ...SELL, quantity: "0.0001" });
  }
  const { status, body } = await gateway.place(1, { quantity: "0.0200" });
  assert.deepEqual([status, body.status, body.fills.length], [201, "filled", 200]);
  assert.deepEqual([body.executedNotional, body.fillsTruncated], ["1000.000000", undefined]);
});

Deno.test("fills that history cannot say in time leave the order pending, with its id", async () => {
  const gateway = new TestGateway();
  await gateway.place(2, SELL);
  await gateway.place(1, { clientOrderId: "a1" });
  gateway.exchange.queries.failures.set("history", "behind");
  const again = await gateway.place(1, { clientOrderId: "a1" });
  assert.deepEqual([again.status, again.body.status, again.body.orderId], [202, "pending", "2"]);
  assert.equal(again.headers.get("location"), "/v1/orders/2");
});
