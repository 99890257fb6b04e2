/**
 * Everything that the edge refuses, from the outside: nothing of it reaches the log.
 *
 * @module
 */

import assert from "node:assert/strict";
import { CLIENT_ORDER_ID_TAKES } from "../../core/protocol/request_key.ts";
import { LIMIT_BUY, TestGateway } from "./test_gateway.ts";

const ORDERS = "/v1/orders";

/** Sends a signed body; returns status, code, field, limit and value. */
async function refusalOf(gateway: TestGateway, body: string | object): Promise<unknown[]> {
  const answer = await gateway.signed(1, "POST", ORDERS, { body });
  assert.match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/);
  assert.equal(answer.body.status, answer.status);
  assert.equal(answer.body.requestId, answer.headers.get("x-request-id"));
  const { code, field, limit, value } = answer.body;
  return [answer.status, code, field, limit, value];
}

Deno.test("bodies that are no order are refused, and say what is wrong with them", async () => {
  const gateway = new TestGateway();
  const fields =
    "symbol | side | type | price | quantity | quoteQuantity | timeInForce | postOnly " +
    "| clientOrderId | selfTradePrevention";
  const decimal = "a decimal string";
  const cases: readonly [string | object, unknown[]][] = [
    ["", [400, "malformed_json", undefined, undefined, undefined]],
    ["{", [400, "malformed_json", undefined, undefined, undefined]],
    ['{"price":NaN}', [400, "malformed_json", undefined, undefined, undefined]],
    ["[1]", [400, "not_an_object", undefined, undefined, "[1]"]],
    ["null", [400, "not_an_object", undefined, undefined, "null"]],
    ['"text"', [400, "not_an_object", undefined, undefined, "text"]],
    ["{}", [400, "missing_field", "symbol", "a symbol such as BTC-USD", undefined]],
    [{ ...LIMIT_BUY, qty: 1 }, [400, "unknown_field", "qty", fields, undefined]],
    [
      JSON.stringify(LIMIT_BUY).replace("}", ',"__proto__":{}}'),
      [400, "unknown_field", "__proto__", fields, undefined],
    ],
    [{ ...LIMIT_BUY, side: "BUY" }, [400, "invalid_field", "side", "buy | sell", "BUY"]],
    [{ ...LIMIT_BUY, side: null }, [400, "invalid_field", "side", "buy | sell", "null"]],
    [{ ...LIMIT_BUY, postOnly: 1 }, [400, "invalid_field", "postOnly", "true | false", "1"]],
    [{ ...LIMIT_BUY, price: 50000.01 }, [400, "invalid_decimal", "price", decimal, "50000.01"]],
    [{ ...LIMIT_BUY, quantity: null }, [400, "invalid_decimal", "quantity", decimal, "null"]],
    [{ ...LIMIT_BUY, symbol: "BTC-EUR" }, [404, "unknown_symbol", "symbol", undefined, "BTC-EUR"]],
    [
      { ...LIMIT_BUY, symbol: "btcusd" },
      [400, "invalid_field", "symbol", "a symbol such as BTC-USD", "btcusd"],
    ],
    [
      { ...LIMIT_BUY, clientOrderId: "a b" },
      [400, "invalid_field", "clientOrderId", CLIENT_ORDER_ID_TAKES, "a b"],
    ],
    [
      { ...LIMIT_BUY, clientOrderId: ".." },
      [400, "invalid_field", "clientOrderId", CLIENT_ORDER_ID_TAKES, ".."],
    ],
  ];
  for (const [body, expected] of cases) assert.deepEqual(await refusalOf(gateway, body), expected);
  assert.equal(gateway.exchange.commands.length, 0);
});

Deno.test("numbers that are not exactly so many ticks or lots are refused, never rounded", async () => {
  const gateway = new TestGateway();
  const plain = "a decimal string without sign, exponent or spaces";
  const cases: readonly [object, unknown[]][] = [
    [{ price: "NaN" }, [400, "invalid_decimal", "price", plain, "NaN"]],
    [{ price: "-1.00" }, [400, "invalid_decimal", "price", plain, "-1.00"]],
    [{ price: "1e5" }, [400, "invalid_decimal", "price", plain, "1e5"]],
    [{ price: " 1" }, [400, "invalid_decimal", "price", plain, " 1"]],
    [{ price: "" }, [400, "invalid_decimal", "price", plain, ""]],
    [{ price: "50000.001" }, [400, "price_off_tick", "price", "0.01", "50000.001"]],
    [{ price: "0.00" }, [400, "price_zero", "price", "0.01", "0.00"]],
    [{ price: "1000000.01" }, [400, "price_too_high", "price", "1000000.00", "1000000.01"]],
    [
      { price: "99999999999999999999" },
      [400, "price_too_high", "price", "1000000.00", "99999999999999999999"],
    ],
    [{ quantity: "0.00001" }, [400, "quantity_off_lot", "quantity", "0.0001", "0.00001"]],
    [{ quantity: "0" }, [400, "quantity_zero", "quantity", "0.0001", "0"]],
    [{ quantity: "9000.0001" }, [400, "quantity_too_high", "quantity", "9000.0000", "9000.0001"]],
  ];
  for (const [changes, expected] of cases) {
    const refusal = await refusalOf(gateway, { ...LIMIT_BUY, ...changes });
    assert.deepEqual(refusal, expected);
  }
  assert.equal((await gateway.place(1, { price: "50000.010", quantity: "0.50000" })).status, 201);
  assert.equal(gateway.exchange.commands.length, 1);
});

Deno.test("fields that do not go together are refused", async () => {
  const gateway = new TestGateway();
  const market = { type: "market", price: undefined };
  const cases: readonly [object, unknown[]][] = [
    [{ price: undefined }, [400, "missing_field", "price", "a decimal string", undefined]],
    [{ quantity: undefined }, [400, "missing_field", "quantity", "a decimal string", undefined]],
    [
      { ...market, quantity: undefined },
      [400, "missing_field", "quantity", "a decimal string", undefined],
    ],
    [
      { quoteQuantity: "1" },
      [400, "invalid_combination", "quoteQuantity", "market buys that are IOC", "1"],
    ],
    [
      { ...market, quoteQuantity: "1" },
      [400, "invalid_combination", "quoteQuantity", "orders without quantity", "1"],
    ],
    [
      { ...market, side: "sell", quantity: undefined, quoteQuantity: "1" },
      [400, "invalid_combination", "quoteQuantity", "market buys that are IOC", "1"],
    ],
    [
      { ...market, timeInForce: "GTC" },
      [400, "invalid_combination", "timeInForce", "IOC | FOK", "GTC"],
    ],
    [
      { postOnly: true, timeInForce: "IOC" },
      [400, "invalid_combination", "postOnly", "GTC orders", "true"],
    ],
    [
      { ...market, quantity: undefined, quoteQuantity: "0.0000001" },
      [400, "quote_quantity_too_precise", "quoteQuantity", "0.000001", "0.0000001"],
    ],
  ];
  for (const [changes, expected] of cases) {
    const refusal = await refusalOf(gateway, { ...LIMIT_BUY, ...changes });
    assert.deepEqual(refusal, expected);
  }
  assert.equal(gateway.exchange.commands.length, 0);
});

Deno.test("a body of another type, or a large one, is refused unread", async () => {
  const gateway = new TestGateway();
  const form = { "Content-Type": "application/x-www-form-urlencoded" };
  const typed = await gateway.place(1, {}, { headers: form });
  assert.deepEqual([typed.status, typed.body.code], [415, "unsupported_media_type"]);
  const utf8 = { "Content-Type": "application/json; charset=utf-8" };
  assert.equal((await gateway.place(1, {}, { headers: utf8 })).status, 201);
  const body = JSON.stringify({ ...LIMIT_BUY, clientOrderId: "a".repeat(70_000) });
  const announced = { "Content-Length": String(body.length) };
  for (const headers of [announced, {}]) {
    const answer = await gateway.signed(1, "POST", ORDERS, { body, headers });
    assert.deepEqual([answer.status, answer.body.limit], [413, "65536 bytes"]);
  }
  const unexpected = { headers: { "Content-Length": "2" } };
  const bodied = await gateway.signed(1, "DELETE", "/v1/orders/1", unexpected);
  assert.deepEqual([bodied.status, bodied.body.code], [400, "body_unexpected"]);
});

Deno.test("URLs and headers have limits", async () => {
  const gateway = new TestGateway();
  const long = await gateway.send("GET", `/v1/time?${"a".repeat(2_048)}`);
  assert.deepEqual([long.status, long.body.limit], [414, "2048 characters"]);
  const large = await gateway.send("GET", "/v1/time", {
    headers: { "X-Large": "a".repeat(16_384) },
  });
  assert.deepEqual([large.status, large.body.limit], [431, "16384 characters"]);
  const many = Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`X-${index}`, "a"]));
  const unsigned = await gateway.send("POST", ORDERS, { body: LIMIT_BUY, headers: many });
  assert.deepEqual([unsigned.status, unsigned.body.limit], [431, "64 fields"]);
});

Deno.test("without a backend every request is told to come again", async () => {
  const gateway = new TestGateway();
  gateway.hasBackend = false;
  const answers = [
    await gateway.place(1),
    await gateway.signed(1, "GET", "/v1/balances"),
    await gateway.send("GET", "/v1/instruments"),
  ];
  for (const { status, body, headers } of answers) {
    assert.deepEqual([status, body.code, headers.get("retry-after")], [503, "starting", "1"]);
  }
  assert.deepEqual(gateway.logged, []);
});

Deno.test("an unexpected error shows nothing of itself to the client, and all to the log", async () => {
  const gateway = new TestGateway();
  gateway.exchange.submit = () => Promise.reject(new Error("a secret of the house"));
  for (let count = 0; count < 15; count++) {
    const answer = await gateway.place(1, {}, { headers: { "X-Request-Id": "r-1" } });
    assert.deepEqual([answer.status, answer.body.code], [500, "internal"]);
    assert.doesNotMatch(answer.text, /secret|stack|\.ts/);
  }
  assert.match(gateway.logged[0], /^error: request r-1 POST \/v1\/orders: .*a secret of the house/);
  assert.equal(gateway.logged.length, 10, "ten in a second");
  gateway.nowMicros += 1_000_000;
  await gateway.place(1);
  assert.match(gateway.logged[10], /5 more errors were not logged/);
});

Deno.test("a new order takes no parameters: what is meant for the body must not get lost", async () => {
  const gateway = new TestGateway();
  const path = `${ORDERS}?postOnly=true`;
  const { status, body } = await gateway.signed(1, "POST", path, { body: LIMIT_BUY });
  assert.deepEqual([status, body.code, body.field], [400, "unknown_parameter", "postOnly"]);
  assert.equal(gateway.exchange.commands.length, 0);
});
