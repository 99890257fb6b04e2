/**
 * The stranger's check: what a market says over HTTP after it was mistreated, compared with what its
 * traders were told and with what a subscriber saw.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { RestClient } from "../support/client_rest.ts";
import type { TradeSubscriber } from "../support/client_subscriber.ts";
import type { RestTrader } from "./rest_load.ts";

/** What the demo accounts are given on a fresh data directory, in minor units. */
const GIVEN = { USD: 100_000_000_000_000n, BTC: 100_000_000_000n };

/** A fill as the REST answers say it. */
interface Fill {
  readonly tradeId: string;
  readonly orderId: string;
  readonly side: "buy" | "sell";
  readonly price: string;
  readonly quantity: string;
  readonly fee: string;
}

/** A decimal string as an integer of units of 10^-scale. */
function units(text: string, scale: number): bigint {
  const [whole, fraction = ""] = text.split(".");
  assert.ok(fraction.length <= scale, `${text} has more than ${scale} decimals`);
  return BigInt(whole + fraction.padEnd(scale, "0"));
}

/** Every order that was answered is there, once, and its fills are those of the account. */
async function checkOrders(trader: RestTrader, fills: readonly Fill[]): Promise<void> {
  const { client, placed } = trader;
  assert.equal(new Set(placed.map(({ orderId }) => orderId)).size, placed.length);
  const orders = await client.all("/v1/orders?status=all&limit=500");
  const byClientId = new Map(orders.map((one) => [one.clientOrderId, one]));
  assert.equal(orders.length, placed.length, "as many orders as were placed, and no other");
  const executed = new Map<string, bigint>();
  for (const { orderId, quantity } of fills) {
    executed.set(orderId, (executed.get(orderId) ?? 0n) + units(quantity, 4));
  }
  for (const { clientOrderId, orderId, price, quantity } of placed) {
    const order = byClientId.get(clientOrderId);
    const shown = [order?.orderId, order?.price, order?.quantity];
    assert.deepEqual(shown, [orderId, price, quantity], clientOrderId);
    assert.equal(units(order.executedQuantity, 4), executed.get(orderId) ?? 0n, clientOrderId);
    const isOpen = order.status === "new" || order.status === "partially_filled";
    const left = isOpen ? units(quantity, 4) - units(order.executedQuantity, 4) : 0n;
    assert.equal(units(order.leavesQuantity, 4), left, clientOrderId);
  }
}

/** The balances are what the account was given, and what its fills made of it. */
async function checkBalances(client: RestClient, fills: readonly Fill[]): Promise<void> {
  let { USD, BTC } = GIVEN;
  for (const { side, price, quantity, fee } of fills) {
    const sign = side === "buy" ? 1n : -1n;
    BTC += sign * units(quantity, 4) * 10_000n;
    USD -= sign * units(price, 2) * units(quantity, 4) + units(fee, 6);
  }
  const { json } = await client.request("GET", "/v1/balances");
  const totals = new Map<string, string>(
    json.balances.map((one: { asset: string; total: string }) => [one.asset, one.total]),
  );
  assert.equal(units(totals.get("USD") ?? "", 6), USD, "USD");
  assert.equal(units(totals.get("BTC") ?? "", 8), BTC, "BTC");
}

/** What rests in the book is what the open orders leave. */
async function checkDepth(traders: readonly RestTrader[]): Promise<void> {
  const levels = { buy: new Map<string, bigint>(), sell: new Map<string, bigint>() };
  for (const { client } of traders) {
    for (const order of await client.all("/v1/orders?status=open&limit=500")) {
      const side = levels[order.side as "buy" | "sell"];
      const leaves = units(order.leavesQuantity, 4);
      side.set(order.price, (side.get(order.price) ?? 0n) + leaves);
    }
  }
  const { json } = await traders[0].client.request("GET", "/v1/depth?symbol=BTC-USD&levels=1000");
  const depth = (side: [string, string][]) =>
    new Map(side.map(([price, quantity]) => [price, units(quantity, 4)]));
  assert.deepEqual(depth(json.bids), sorted(levels.buy, -1));
  assert.deepEqual(depth(json.asks), sorted(levels.sell, 1));
}

function sorted(levels: Map<string, bigint>, sign: number): Map<string, bigint> {
  return new Map([...levels].sort(([one], [other]) => sign * (Number(one) - Number(other))));
}

/** Asserts everything; the market is at rest. */
export async function auditRest(
  traders: readonly RestTrader[],
  subscriber: TradeSubscriber,
): Promise<void> {
  const fills: Fill[][] = [];
  for (const trader of traders) {
    const own: Fill[] = await trader.client.all("/v1/fills?limit=500");
    await checkOrders(trader, own);
    await checkBalances(trader.client, own);
    fills.push(own);
  }
  const tradesOf = (list: readonly Fill[]) =>
    new Map(list.map(({ tradeId, price, quantity }) => [tradeId, { tradeId, price, quantity }]));
  const [one, other] = fills.map(tradesOf);
  assert.equal(one.size, fills[0].length, "no fill comes twice");
  assert.deepEqual(one, other, "every trade has two sides");
  assert.ok(one.size > 100, `${one.size} trades`);
  await subscriber.repair();
  const seen = new Map([...subscriber.trades].sort(([a], [b]) => Number(b) - Number(a)));
  assert.deepEqual(seen, one, "the subscriber has seen every trade");
  assert.deepEqual(subscriber.failures, []);
  await checkDepth(traders);
}
