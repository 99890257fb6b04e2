import assert from "node:assert/strict";
import {
  describeAccount,
  findLiveOrder,
  findOrderIdByKey,
  listBalances,
  listInstruments,
  listOpenOrders,
} from "../../../core/matching/inspect.ts";
import { requestKeyOfClientOrderId } from "../../../core/protocol/request_key.ts";
import { amend, buy, by, called, halt, on, sell, setAccount } from "../../support/commands.ts";
import { plainMarket, Venue } from "./venue.ts";

/** A venue with orders of account 1 in two instruments, one of them partly filled. */
function venueWithOrders(): Venue {
  const opening = plainMarket().asset("ETH", 8).instrument("ETH-USD");
  const venue = new Venue(opening);
  venue.submit(
    sell(5, 101, called("a1")),
    buy(2, 101, by(2)),
    buy(7, 90, called("42")),
    buy(1, 80, on(2)),
    buy(1, 70, by(2)),
  );
  return venue;
}

Deno.test("a live order is shown with what it was placed as and what became of it", () => {
  const venue = venueWithOrders();
  const order = findLiveOrder(venue.state, 1, 1);
  assert.deepEqual(order, {
    orderId: 1,
    account: 1,
    instrument: 1,
    side: 1,
    orderType: 1,
    timeInForce: 1,
    orderFlags: 0,
    priceTicks: 101,
    quantityLots: 5,
    executedLots: 2,
    leavesLots: 3,
    executedNotional: 202,
    clientOrderId: "a1",
    createdMicros: order?.createdMicros,
  });
  assert.equal(findLiveOrder(venue.state, 1, 3)?.clientOrderId, "42");
});

Deno.test("orders of others, closed ones and unknown ones are not shown", () => {
  const { state } = venueWithOrders();
  assert.equal(findLiveOrder(state, 2, 1), null);
  assert.equal(findLiveOrder(state, 2, 2), null);
  assert.equal(findLiveOrder(state, 1, 99), null);
});

Deno.test("a request key leads to its order, live or not, of its own account", () => {
  const { state } = venueWithOrders();
  const { low, high } = requestKeyOfClientOrderId("a1");
  assert.equal(findOrderIdByKey(state, 1, low, high), 1);
  assert.equal(findOrderIdByKey(state, 2, low, high), null);
  assert.equal(findOrderIdByKey(state, 1, low + 1, high), null);
});

Deno.test("open orders come by ascending id, filtered and in pages", () => {
  const { state } = venueWithOrders();
  const ids = (instrument: number, after: number, limit: number): number[] =>
    listOpenOrders(state, 1, instrument, after, limit).map(({ orderId }) => orderId);
  assert.deepEqual(ids(0, 0, 10), [1, 3, 4]);
  assert.deepEqual(ids(1, 0, 10), [1, 3]);
  assert.deepEqual(ids(0, 1, 1), [3]);
  assert.deepEqual(ids(0, 4, 10), []);
  assert.deepEqual(listOpenOrders(state, 77, 0, 0, 10), []);
});

Deno.test("balances name the assets that an account ever had", () => {
  const venue = venueWithOrders();
  const [btc, usd, ...others] = listBalances(venue.state, 1);
  assert.deepEqual(others, []);
  assert.deepEqual([btc.asset, btc.scale, btc.held], ["BTC", 8, 30_000]);
  assert.deepEqual([usd.asset, usd.scale, usd.held], ["USD", 6, 630 + 80]);
  assert.equal(usd.available, 1_000_000_000_000 + 202 - 710);
});

Deno.test("instruments are listed with their assets and whether they trade", () => {
  const venue = venueWithOrders();
  venue.submit(halt(2));
  const listed = listInstruments(venue.state).map(({ symbol, baseName, quoteName, status }) =>
    [symbol, baseName, quoteName, status].join(" ")
  );
  assert.deepEqual(listed, ["BTC-USD BTC USD trading", "ETH-USD ETH USD halted"]);
});

Deno.test("an amended order is shown as it is now; the request of its amend leads to no order", () => {
  const venue = venueWithOrders();
  venue.submit(amend("a1", { price: 102, quantity: 9 }, called("a2")));
  const order = findLiveOrder(venue.state, 1, 1);
  assert.deepEqual(
    [order?.priceTicks, order?.quantityLots, order?.executedLots, order?.leavesLots],
    [102, 9, 2, 7],
  );
  assert.equal(order?.clientOrderId, "a1");
  const { low, high } = requestKeyOfClientOrderId("a2");
  assert.equal(findOrderIdByKey(venue.state, 1, low, high), null);
});

Deno.test("an account says whether it may trade, its group and its open orders", () => {
  const venue = venueWithOrders();
  assert.deepEqual(describeAccount(venue.state, 1), {
    status: "enabled",
    tradeGroup: 0,
    openOrders: 3,
  });
  venue.submit(setAccount(2, false, 7));
  assert.deepEqual(describeAccount(venue.state, 2), {
    status: "disabled",
    tradeGroup: 7,
    openOrders: 1,
  });
  assert.deepEqual(describeAccount(venue.state, 9_999_999), {
    status: "unknown",
    tradeGroup: 0,
    openOrders: 0,
  });
});
