/**
 * Whoever placed an order finds it in the public book order by order: by what REST answers and by the
 * private reports, and nobody else does.
 *
 * @module
 */

import assert from "node:assert/strict";
import { FRONT, orderPage, type QueuedOrder } from "../../../core/market_data/order_page.ts";
import { EventKind } from "../../../core/protocol/event_record.ts";
import { TestGateway } from "../test_gateway.ts";

const SELL = { side: "sell", price: "50000.00", quantity: "0.3000" };

/** The public orders of BTC-USD, bids first, each side in the order in which it trades. */
function publicOrders({ exchange }: TestGateway): readonly QueuedOrder[] {
  const feed = exchange.feeds.find("BTC-USD");
  assert.ok(feed !== undefined);
  const all = { orders: 1_000, levels: 1_000, afterBid: FRONT, afterAsk: FRONT };
  const { asks, bids } = orderPage(feed.queues, feed.terms.instrument, all);
  return [...bids, ...asks];
}

const publicIds = (gateway: TestGateway) => publicOrders(gateway).map(({ id }) => String(id));

/** The id by an account's reports of an order: the last one that says it was put into a queue. */
function idByReports({ exchange }: TestGateway, account: number): string | undefined {
  const kindOf = (event: Uint8Array) => event[0];
  const own = exchange.history.reports.filter((report) => report.account === account);
  const queued = own.filter(({ event }) => kindOf(event) === EventKind.rested).at(-1) ??
    own.filter(({ event }) => kindOf(event) === EventKind.accepted).at(-1);
  return queued === undefined ? undefined : String(queued.eventSequence);
}

Deno.test("the answer to an order that rests has its public id for a sequence", async () => {
  const gateway = new TestGateway();
  const placed = await gateway.place(1, { clientOrderId: "a1" });
  assert.deepEqual(publicIds(gateway), [placed.body.sequence]);
  assert.equal(idByReports(gateway, 1), placed.body.sequence);
  const again = await gateway.place(1, { clientOrderId: "a1" });
  assert.deepEqual([again.body.duplicate, again.body.sequence], [true, placed.body.sequence]);
});

Deno.test("an order that trades and then rests has the sequence of its rest", async () => {
  const gateway = new TestGateway();
  await gateway.place(2, SELL);
  await gateway.place(3, SELL);
  const placed = await gateway.place(1, { quantity: "0.7000", clientOrderId: "a1" });
  assert.equal(placed.body.leavesQuantity, "0.1000");
  assert.deepEqual(publicIds(gateway), [placed.body.sequence]);
  assert.equal(idByReports(gateway, 1), placed.body.sequence);
  const again = await gateway.place(1, { quantity: "0.7000", clientOrderId: "a1" });
  assert.equal(again.body.sequence, placed.body.sequence);
});

Deno.test("an amend that keeps the place keeps the id, one that loses it says the new one", async () => {
  const gateway = new TestGateway();
  const placed = await gateway.place(1);
  await gateway.place(2);
  const [mine, other] = publicIds(gateway);
  assert.equal(mine, placed.body.sequence);
  const less = await gateway.amend(1, "1", { quantity: "0.2000" });
  assert.deepEqual(publicIds(gateway), [mine, other]);
  assert.notEqual(less.body.sequence, mine, "the sequence of an amend in place is no id");
  assert.equal(idByReports(gateway, 1), mine);
  const more = await gateway.amend(1, "1", { quantity: "0.4000" });
  assert.deepEqual(publicIds(gateway), [other, more.body.sequence]);
  assert.equal(idByReports(gateway, 1), more.body.sequence);
  const moved = await gateway.amend(1, "1", { price: "50000.01" });
  assert.deepEqual(publicIds(gateway), [moved.body.sequence, other]);
  assert.equal(idByReports(gateway, 1), moved.body.sequence);
});

Deno.test("fills and reads of an order do not change its id", async () => {
  const gateway = new TestGateway();
  const placed = await gateway.place(1);
  await gateway.place(2, { ...SELL, quantity: "0.1000" });
  assert.deepEqual(publicIds(gateway), [placed.body.sequence]);
  const { body } = await gateway.signed(1, "GET", "/v1/orders/1");
  assert.notEqual(body.sequence, placed.body.sequence, "a read says what it reflects");
  assert.equal(idByReports(gateway, 1), placed.body.sequence);
  const [{ lots }] = publicOrders(gateway);
  assert.equal(lots, 4_000);
});
