import assert from "node:assert/strict";
import { TestGateway } from "../test_gateway.ts";
import { BinanceClient, LIMIT, MARKET, refused } from "./binance_client.ts";

function venue() {
  const gateway = new TestGateway();
  return { gateway, maker: new BinanceClient(gateway, 1), taker: new BinanceClient(gateway, 2) };
}

const mandatory = (name: string) =>
  `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`;

Deno.test("a limit order rests, and its answer has all that Binance's has", async () => {
  const { gateway, maker } = venue();
  const { body } = await maker.place({ newClientOrderId: "my-order-1" });
  const { orderId, transactTime, ...rest } = body;
  assert.equal(typeof orderId, "number");
  assert.equal(transactTime, Math.floor(gateway.exchange.stampMicros / 1_000));
  assert.deepEqual(rest, {
    symbol: "BTCUSD",
    orderListId: -1,
    clientOrderId: "my-order-1",
    price: "50000.00000000",
    origQty: "0.50000000",
    executedQty: "0.00000000",
    origQuoteOrderQty: "0.00000000",
    cummulativeQuoteQty: "0.00000000",
    status: "NEW",
    timeInForce: "GTC",
    type: "LIMIT",
    side: "BUY",
    workingTime: transactTime,
    selfTradePreventionMode: "EXPIRE_TAKER",
    fills: [],
  });
});

Deno.test("the answer is as long as newOrderRespType says, and as Binance says without", async () => {
  const { maker } = venue();
  const ack = await maker.place({ newOrderRespType: "ACK" });
  assert.deepEqual(Object.keys(ack.body).sort(), [
    "clientOrderId",
    "orderId",
    "orderListId",
    "symbol",
    "transactTime",
  ]);
  const result = await maker.place({ newOrderRespType: "RESULT" });
  assert.ok("status" in result.body && !("fills" in result.body));
  assert.ok("fills" in (await maker.place({ newOrderRespType: "FULL" })).body);
  const { timeInForce: _, ...post } = LIMIT;
  const made = await maker.send("POST", "order", { ...post, type: "LIMIT_MAKER" });
  assert.ok(!("status" in made.body), made.text);
  refused(await maker.place({ newOrderRespType: "LONG" }), 400, -1130);
});

Deno.test("a market order tells its fills and what they cost", async () => {
  const { maker, taker } = venue();
  await maker.place({ side: "SELL", quantity: "0.1", price: "50000.00" });
  await maker.place({ side: "SELL", quantity: "0.3", price: "50001.00" });
  const { body } = await taker.send("POST", "order", MARKET);
  const { status, type, timeInForce, price, executedQty, cummulativeQuoteQty, fills } = body;
  assert.deepEqual([status, type, timeInForce, price], ["FILLED", "MARKET", "GTC", "0.00000000"]);
  assert.deepEqual([executedQty, cummulativeQuoteQty], ["0.20000000", "10000.10000000"]);
  assert.deepEqual(fills.map(({ tradeId: _, ...fill }: { tradeId: number }) => fill), [
    {
      price: "50000.00000000",
      qty: "0.10000000",
      commission: "2.50000000",
      commissionAsset: "USD",
    },
    {
      price: "50001.00000000",
      qty: "0.10000000",
      commission: "2.50005000",
      commissionAsset: "USD",
    },
  ]);
  assert.ok(fills.every(({ tradeId }: { tradeId: number }) => Number.isSafeInteger(tradeId)));
});

Deno.test("a budget buys what it buys", async () => {
  const { maker, taker } = venue();
  await maker.place({ side: "SELL", quantity: "1", price: "50000.00" });
  const { quantity: _, ...rest } = MARKET;
  const { body } = await taker.send("POST", "order", { ...rest, quoteOrderQty: "1000" });
  assert.deepEqual(
    [body.origQty, body.executedQty, body.origQuoteOrderQty],
    ["0.02000000", "0.02000000", "1000.00000000"],
    "the fee comes on top",
  );
});

Deno.test("time in force and post-only do what they say", async () => {
  const { maker, taker } = venue();
  await maker.place({ side: "SELL", quantity: "0.1" });
  const ioc = await taker.place({ timeInForce: "IOC", quantity: "0.3" });
  assert.deepEqual(
    [ioc.body.status, ioc.body.executedQty, ioc.body.timeInForce],
    ["EXPIRED", "0.10000000", "IOC"],
  );
  const fok = await taker.place({ timeInForce: "FOK" });
  assert.deepEqual([fok.body.status, fok.body.executedQty], ["EXPIRED", "0.00000000"]);
  await maker.place({ side: "SELL", quantity: "0.1" });
  const { timeInForce: _, ...post } = LIMIT;
  refused(
    await taker.send("POST", "order", { ...post, type: "LIMIT_MAKER" }),
    400,
    -2010,
    "Order would immediately match and take.",
  );
  const market = await taker.send("POST", "order", { ...MARKET, quantity: "5" });
  assert.deepEqual([market.body.status, market.body.executedQty], ["EXPIRED", "0.10000000"]);
});

Deno.test("every mode of self-trade prevention does what it is called", async () => {
  for (
    const [mode, status] of [
      ["NONE", "FILLED"],
      ["EXPIRE_TAKER", "EXPIRED_IN_MATCH"],
      ["EXPIRE_MAKER", "NEW"],
      ["EXPIRE_BOTH", "EXPIRED_IN_MATCH"],
      ["DECREMENT", "EXPIRED_IN_MATCH"],
      ["TRANSFER", "EXPIRED_IN_MATCH"],
    ]
  ) {
    const { maker } = venue();
    await maker.place({ side: "SELL" });
    const { body } = await maker.place({ selfTradePreventionMode: mode ?? "" });
    assert.deepEqual([body.status, body.selfTradePreventionMode], [status, mode], mode);
  }
  refused(await venue().maker.place({ selfTradePreventionMode: "SOME" }), 400, -1130);
});

Deno.test("an order without an id has one, by which it is found", async () => {
  const { maker } = venue();
  const { body } = await maker.place();
  assert.match(body.clientOrderId, /^[A-Za-z0-9_-]{22}$/);
  const found = await maker.ok("GET", "order", {
    symbol: "BTCUSD",
    origClientOrderId: body.clientOrderId,
  });
  assert.equal(found.orderId, body.orderId);
  const other = await maker.place();
  assert.notEqual(other.body.clientOrderId, body.clientOrderId);
});

Deno.test("the same signed request again is the same order, and has the same answer", async () => {
  const { gateway, maker, taker } = venue();
  const timestamp = Math.floor(gateway.nowMicros / 1_000);
  const first = await maker.place({}, { timestamp });
  await taker.send("POST", "order", { ...MARKET, side: "SELL" });
  const second = await maker.place({}, { timestamp });
  assert.deepEqual(second.body, first.body);
  assert.equal((await maker.ok("GET", "openOrders")).length, 1);
});

Deno.test("an id that came before is a duplicate, whatever became of its order", async () => {
  const { maker, taker } = venue();
  const first = await maker.place({ newClientOrderId: "mine" });
  const duplicate = "Duplicate order sent.";
  refused(await maker.place({ newClientOrderId: "mine" }), 400, -2010, duplicate);
  refused(
    await maker.place({ newClientOrderId: "mine", price: "49000.00" }),
    400,
    -2010,
    duplicate,
  );
  await taker.send("POST", "order", { ...MARKET, side: "SELL", quantity: "0.5" });
  refused(await maker.place({ newClientOrderId: "mine" }), 400, -2010, duplicate);
  const orders = await maker.ok("GET", "allOrders", { symbol: "BTCUSD" });
  assert.deepEqual(
    orders.map((order: { orderId: number; status: string }) => [order.orderId, order.status]),
    [[first.body.orderId, "FILLED"]],
  );
});

Deno.test("an order that was rejected is rejected again under its id", async () => {
  const { maker } = venue();
  const poor = { newClientOrderId: "poor", quantity: "9000", price: "100000.00" };
  const msg = "Account has insufficient balance for requested action.";
  refused(await maker.place(poor), 400, -2010, msg);
  refused(await maker.place(poor), 400, -2010, msg);
});

Deno.test("an outcome that is not known is said to be unknown, and costs the breaker nothing", async () => {
  const { gateway, maker } = venue();
  gateway.exchange.trouble = "silent";
  const answer = await maker.place({ newClientOrderId: "lost" });
  refused(answer, 504, -1007);
  assert.match(answer.body.msg, /execution status unknown/);
  gateway.exchange.trouble = "none";
  refused(await maker.place({ newClientOrderId: "lost" }), 400, -2010, "Duplicate order sent.");
  gateway.exchange.trouble = "leader";
  refused(await maker.place(), 503, -1001);
  gateway.exchange.trouble = "overloaded";
  const busy = await maker.place();
  refused(busy, 503, -1008);
  assert.equal(busy.headers.get("retry-after"), "2");
});

Deno.test("what an order lacks, or has too much of, is refused by Binance's own errors", async () => {
  const { maker, gateway } = venue();
  const without = (name: string, order: object = LIMIT) =>
    maker.send(
      "POST",
      "order",
      Object.fromEntries(Object.entries(order).filter(([key]) => key !== name)),
    );
  for (const name of Object.keys(LIMIT)) refused(await without(name), 400, -1102, mandatory(name));
  refused(await without("quantity", MARKET), 400, -1102, mandatory("quantity"));
  const cases: [object, number, string?][] = [
    [{ ...LIMIT, symbol: "NOSUCH" }, -1121, "Invalid symbol."],
    [{ ...LIMIT, symbol: "BTC-USD" }, -1100],
    [{ ...LIMIT, side: "buy" }, -1117, "Invalid side."],
    [{ ...LIMIT, type: "LIMITED" }, -1116, "Invalid orderType."],
    [{ ...LIMIT, timeInForce: "GTX" }, -1115, "Invalid timeInForce."],
    [{ ...LIMIT, price: "50000.001" }, -1013, "Filter failure: PRICE_FILTER"],
    [{ ...LIMIT, price: "0" }, -1013, "Filter failure: PRICE_FILTER"],
    [{ ...LIMIT, price: "1000000.01" }, -1013, "Filter failure: PRICE_FILTER"],
    [{ ...LIMIT, quantity: "0.00001" }, -1013, "Filter failure: LOT_SIZE"],
    [{ ...LIMIT, quantity: "0" }, -1013, "Filter failure: LOT_SIZE"],
    [{ ...LIMIT, quantity: "9000.0001" }, -1013, "Filter failure: LOT_SIZE"],
    [
      { ...LIMIT, quantity: "1e1" },
      -1100,
      "Illegal characters found in parameter 'quantity'; legal range is '^([0-9]{1,20})(\\.[0-9]{1,20})?$'.",
    ],
    [{ ...LIMIT, newClientOrderId: "a b" }, -1100],
    [
      { ...LIMIT, newClientOrderId: ".." },
      -1100,
      "Illegal characters found in parameter 'newClientOrderId'; legal range is " +
      "'^[\\.A-Z\\:/a-z0-9_-]{1,36}$', but not '.' or '..'.",
    ],
    [{ ...LIMIT, newClientOrderId: "" }, -1105, "Parameter 'newClientOrderId' was empty."],
    [{ ...LIMIT, quoteOrderQty: "5" }, -1106, "Parameter 'quoteOrderQty' sent when not required."],
    [{ ...LIMIT, type: "LIMIT_MAKER" }, -1106, "Parameter 'timeInForce' sent when not required."],
    [{ ...MARKET, timeInForce: "IOC" }, -1106, "Parameter 'timeInForce' sent when not required."],
    [{ ...MARKET, price: "5" }, -1106, "Parameter 'price' sent when not required."],
    [{ ...MARKET, quoteOrderQty: "5" }, -1106, "Parameter 'quantity' sent when not required."],
    [
      { ...LIMIT, type: "STOP_LOSS_LIMIT", stopPrice: "1" },
      -1013,
      "Stop loss limit orders are not supported for this symbol.",
    ],
    [{ ...LIMIT, type: "TAKE_PROFIT" }, -1013],
    [{ ...LIMIT, icebergQty: "0.1" }, -1013, "Iceberg orders are not supported for this symbol."],
    [{ ...LIMIT, trailingDelta: "10" }, -1013],
    [
      { ...LIMIT, strategyId: "1" },
      -1104,
      "Not all sent parameters were read; read '8' parameter(s) but was sent '9'.",
    ],
  ];
  for (const [order, code, msg] of cases) {
    const answer = await maker.send("POST", "order", order as Record<string, string>);
    refused(answer, 400, code, msg);
  }
  refused(
    await maker.send("POST", "order", {
      symbol: "BTCUSD",
      side: "SELL",
      type: "MARKET",
      quoteOrderQty: "5",
    }),
    400,
    -1013,
  );
  assert.deepEqual(gateway.exchange.commands, [], "nothing of it went into the log");
});

Deno.test("a parameter twice is refused, and what is in the query too much", async () => {
  const { maker } = venue();
  refused(await maker.raw("GET", "depth?symbol=BTCUSD&symbol=ETHUSD"), 400, -1101);
  refused(await maker.raw("GET", "depth?symbol=BTCUSD&levels=5"), 400, -1104);
});

Deno.test("a test of an order checks it and sends nothing", async () => {
  const { maker, gateway } = venue();
  assert.deepEqual(await maker.ok("POST", "order/test", LIMIT), {});
  const rates = await maker.ok("POST", "order/test", { ...LIMIT, computeCommissionRates: "true" });
  assert.equal(rates.standardCommissionForOrder.taker, "0.00050000");
  refused(await maker.send("POST", "order/test", { ...LIMIT, price: "0.001" }), 400, -1013);
  assert.deepEqual(gateway.exchange.commands, []);
});

Deno.test("times are in microseconds where the request asks for it", async () => {
  const { maker, gateway } = venue();
  const { body } = await maker.place({}, { headers: { "X-MBX-TIME-UNIT": "microsecond" } });
  assert.equal(body.transactTime, gateway.exchange.stampMicros);
  refused(await maker.place({}, { headers: { "X-MBX-TIME-UNIT": "second" } }), 400, -1194);
});

Deno.test("an order that only loads the book is charged for, and one that trades is not", async () => {
  const { maker, taker } = venue();
  const first = await maker.place({ side: "SELL" });
  const used = Number(first.headers.get("x-mbx-used-weight-1m"));
  assert.ok(used > 0);
  assert.equal(first.headers.get("x-mbx-used-weight"), String(used));
  assert.ok(Number(first.headers.get("x-mbx-order-count-10s")) > 0);
  await taker.send("POST", "order", MARKET);
});
