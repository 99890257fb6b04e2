import assert from "node:assert/strict";
import { OrderFlag, OrderType, Side, TimeInForce } from "../../../core/protocol/order_record.ts";
import {
  KeyClass,
  requestKeyOfClientOrderId,
  requestKeyOfSignedRequest,
} from "../../../core/protocol/request_key.ts";
import { instrumentOf } from "../../../infra/reference/instrument_terms.ts";
import {
  newOrderCommand,
  requestKeyOf,
  type Sender,
} from "../../../routes/orders/order_command.ts";
import type { OrderRequest } from "../../../routes/orders/order_request.ts";
import { Problem } from "../../../routes/problems/problem.ts";
import { problemKind } from "../../../routes/problems/problems.ts";
import { termsWith } from "../../infra/reference/terms.ts";

/** Ticks of 0.05 up to 5,000.00, lots of 0.0010 up to 1.0000. */
const INSTRUMENT = instrumentOf(
  "BTC-USD",
  termsWith({ tickSize: 5, lotSize: 10, priceTicksMax: 100_000, quantityLotsMax: 1_000 }),
);
const SENDER: Sender = {
  account: 7,
  keyId: "key_1",
  signature: "abc",
  deadlineMicros: 99,
  idempotencyKey: null,
  isNameVouchedFor: true,
};
const ORDER: OrderRequest = {
  symbol: "BTC-USD",
  side: Side.sell,
  orderType: OrderType.limit,
  timeInForce: TimeInForce.gtc,
  flags: OrderFlag.postOnly,
  selfTrade: 2,
  price: "100.05",
  quantity: "0.0250",
  clientOrderId: null,
};

/** The code and limit of the refusal of an order with these changes. */
function refusalOf(changes: Partial<OrderRequest>): unknown[] {
  const problem = newOrderCommand({ ...ORDER, ...changes }, INSTRUMENT, SENDER);
  assert.ok(problem instanceof Problem);
  return [problemKind(problem.code).code, problem.details.limit];
}

Deno.test("an order becomes ticks and lots of its instrument", () => {
  assert.deepEqual(newOrderCommand(ORDER, INSTRUMENT, SENDER), {
    kind: "newOrder",
    account: 7,
    key: requestKeyOfSignedRequest("key_1\nabc"),
    deadlineMicros: 99,
    clientOrderText: null,
    instrument: 1,
    side: Side.sell,
    orderType: OrderType.limit,
    timeInForce: TimeInForce.gtc,
    flags: OrderFlag.postOnly,
    selfTrade: 2,
    priceTicks: 2_001,
    quantityLots: 25,
  });
});

Deno.test("a price between ticks, a quantity between lots and what is beyond the bounds is refused", () => {
  assert.deepEqual(refusalOf({ price: "100.04" }), ["price_off_tick", "0.05"]);
  assert.deepEqual(refusalOf({ price: "0.04" }), ["price_off_tick", "0.05"]);
  assert.deepEqual(refusalOf({ price: "0" }), ["price_zero", "0.05"]);
  assert.deepEqual(refusalOf({ price: "5000.05" }), ["price_too_high", "5000.00"]);
  assert.deepEqual(refusalOf({ quantity: "0.0255" }), ["quantity_off_lot", "0.0010"]);
  assert.deepEqual(refusalOf({ quantity: "1.0010" }), ["quantity_too_high", "1.0000"]);
  const budget = { flags: OrderFlag.quoteBudget, price: null };
  assert.deepEqual(refusalOf({ ...budget, quantity: "0" }), ["quantity_zero", "0.000001"]);
  const huge = { ...budget, quantity: "4503599627.370496" };
  assert.deepEqual(refusalOf(huge), ["quantity_too_high", "4503599627.370495"]);
});

Deno.test("the least and the most that an instrument allows pass", () => {
  const [least, most] = [["0.05", "0.0010"], ["5000.00", "1.0000"]].map(([price, quantity]) =>
    newOrderCommand({ ...ORDER, price, quantity }, INSTRUMENT, SENDER)
  );
  assert.ok(!(least instanceof Problem) && !(most instanceof Problem));
  assert.deepEqual([least.priceTicks, least.quantityLots], [1, 1]);
  assert.deepEqual([most.priceTicks, most.quantityLots], [100_000, 1_000]);
});

Deno.test("a budget is money, and a market order may have no price", () => {
  const budget = { flags: OrderFlag.quoteBudget, price: null, quantity: "12.5" };
  const command = newOrderCommand({ ...ORDER, ...budget }, INSTRUMENT, SENDER);
  assert.ok(!(command instanceof Problem));
  assert.deepEqual([command.priceTicks, command.quantityLots], [0, 12_500_000]);
});

Deno.test("a client order id is the key; as a text it travels along", () => {
  for (const [clientOrderId, text] of [["4711", null], ["a1", "a1"], ["007", "007"]] as const) {
    const command = newOrderCommand({ ...ORDER, clientOrderId }, INSTRUMENT, SENDER);
    assert.ok(!(command instanceof Problem));
    assert.deepEqual(command.key, requestKeyOfClientOrderId(clientOrderId));
    assert.equal(command.clientOrderText, text);
  }
});

Deno.test("the key of a signed request depends on the key and the signature, in a class of its own", () => {
  const key = requestKeyOf(SENDER);
  assert.equal((key.high & KeyClass.derived) >>> 0, KeyClass.derived);
  assert.notDeepEqual(requestKeyOf({ ...SENDER, signature: "abd" }), key);
  assert.notDeepEqual(requestKeyOf({ ...SENDER, keyId: "key_2" }), key);
});

Deno.test("with an idempotency key it depends on that and the account, and on nothing else", () => {
  const named = { ...SENDER, idempotencyKey: "name" };
  const key = requestKeyOf(named);
  assert.equal((key.high & KeyClass.derived) >>> 0, KeyClass.derived);
  assert.deepEqual(requestKeyOf({ ...named, signature: null, keyId: "iss_1" }), key);
  for (const changes of [{ idempotencyKey: "other" }, { idempotencyKey: null }, { account: 8 }]) {
    assert.notDeepEqual(requestKeyOf({ ...named, ...changes }), key, JSON.stringify(changes));
  }
});

Deno.test("without any of them it is drawn, so that two requests never are one", () => {
  const bare = { ...SENDER, signature: null };
  const keys = Array.from({ length: 1_000 }, () => requestKeyOf(bare));
  assert.equal(new Set(keys.map(({ low, high }) => `${high}:${low}`)).size, keys.length);
  for (const { high } of keys) assert.equal((high & KeyClass.derived) >>> 0, KeyClass.derived);
});
