import assert from "node:assert/strict";
import {
  OrderAction,
  OrderEntries,
  ORDERS_PER_MESSAGE_MAX,
} from "../../../core/market_data/order_entries.ts";

Deno.test("order entries: hold a whole message, in the order in which they came", () => {
  const entries = new OrderEntries();
  for (let index = 0; index < ORDERS_PER_MESSAGE_MAX; index++) {
    assert.ok(!entries.isFull);
    entries.push(OrderAction.trade, index, index % 2, index + 2, index + 3, index + 4);
  }
  assert.ok(entries.isFull);
  assert.equal(entries.firstTradeId, 4);
  for (const index of [0, 15, 16, 999]) {
    assert.deepEqual(
      [
        entries.actionOf(index),
        entries.idOf(index),
        entries.sideOf(index),
        entries.priceTicksOf(index),
        entries.lotsOf(index),
        entries.tradeIdOf(index),
      ],
      [OrderAction.trade, index, index % 2, index + 2, index + 3, index + 4],
    );
  }
  entries.clear();
  assert.deepEqual([entries.count, entries.firstTradeId, entries.isFull], [0, 0, false]);
});
