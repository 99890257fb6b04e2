/**
 * What is read without the schema is what the schema reads.
 *
 * @module
 */

import fc from "fast-check";
import assert from "node:assert/strict";
import * as v from "valibot";
import { wellFormedCancel } from "../../../routes/orders/batch_request.ts";
import { wellFormedOrder } from "../../../routes/orders/order_request.ts";
import { CancelItemSchema } from "../../../routes/schema/order_batch.ts";
import { NewOrderSchema } from "../../../routes/schema/order_request.ts";

const RUNS = 3_000;
const odd = [undefined, null, 1, true, {}, [], "", "toString", "__proto__"];
const fieldOf = (...good: unknown[]) =>
  fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(...good) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  );

/** Orders most of which are right, and each field of which is wrong now and then. */
const orders = fc.record({
  symbol: fieldOf("BTC-USD", "ETH-USD", "btc-usd", "BTC"),
  side: fieldOf("buy", "sell"),
  type: fieldOf("limit", "market"),
  price: fieldOf("1.00", "x"),
  quantity: fieldOf("1"),
  quoteQuantity: fieldOf("5"),
  timeInForce: fieldOf("GTC", "IOC", "FOK"),
  postOnly: fieldOf(true, false),
  clientOrderId: fieldOf("a", "4711", "x".repeat(36), "x".repeat(37), "a b"),
  selfTradePrevention: fieldOf("none", "decrement", "expire_taker"),
  more: fieldOf(1),
}, { requiredKeys: ["symbol", "side", "type"] }).map(
  // Nine of ten have no field that is not known.
  ({ more, ...order }) => order.price === "1.00" || more === undefined ? order : { ...order, more },
);
const cancels = fc.record({
  orderId: fieldOf("1", "9007199254740993", "x", "12345678901234567"),
  clientOrderId: fieldOf("a", "4711", "a b"),
  more: fc.constant(1),
}, { requiredKeys: [] });

/** As they come out of a body. */
const parsed = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
/** Without fields that are there and undefined. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

Deno.test("an order that is well formed is read as its schema reads it, and no other is", () => {
  let wellFormed = 0;
  fc.assert(
    fc.property(orders, (order) => {
      const json = parsed(order);
      const slow = v.safeParse(NewOrderSchema, json);
      const quick = wellFormedOrder(json);
      assert.equal(quick !== null, slow.success);
      if (slow.success) assert.deepEqual(plain(quick), plain(slow.output));
      if (quick !== null) wellFormed++;
    }),
    { numRuns: RUNS },
  );
  assert.ok(wellFormed > RUNS / 10, `${wellFormed} were well formed`);
  for (const json of [null, [], 1, "x", {}, JSON.parse('{"__proto__":{"symbol":"BTC-USD"}}')]) {
    assert.equal(wellFormedOrder(json), null);
  }
});

Deno.test("a cancel that is read without its schema is one that the schema takes", () => {
  fc.assert(
    fc.property(cancels, (cancel) => {
      const json = parsed(cancel);
      const quick = wellFormedCancel(json);
      const slow = v.safeParse(CancelItemSchema, json);
      const isOne = slow.success && Object.keys(json as object).length === 1;
      assert.equal(quick !== null, isOne);
      if (slow.success && isOne) assert.deepEqual(plain(quick), plain(slow.output));
    }),
    { numRuns: RUNS },
  );
});
