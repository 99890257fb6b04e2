/**
 * A stranger with the README: `deno task start`, signed orders over HTTP, and a subscriber that sees
 * them trade over NATS.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type RestAnswer, RestClient, type RestKey } from "../support/client_rest.ts";
import { TradeSubscriber } from "../support/client_subscriber.ts";
import {
  eventually,
  keyOf,
  type ReadyLine,
  runTask,
  StartedMarket,
  withDataDirectory,
} from "../workers/supervisor/started_market.ts";

/** A key that was revoked is refused within this time. */
const REVOKED_MILLIS_MAX = 2_000;

/** A running market and its two traders. */
interface Setting {
  readonly data: string;
  readonly line: ReadyLine;
  readonly seller: RestClient;
  readonly buyer: RestClient;
}

const order = (changes: Record<string, unknown>) => ({
  symbol: "BTC-USD",
  side: "buy",
  type: "limit",
  price: "50000.00",
  quantity: "0.5000",
  timeInForce: "GTC",
  postOnly: false,
  ...changes,
});

const place = (client: RestClient, changes: Record<string, unknown>): Promise<RestAnswer> =>
  client.request("POST", "/v1/orders", order(changes));

async function createKey(
  setting: Setting,
  account: string,
  ...options: string[]
): Promise<RestKey> {
  const args = ["--data", setting.data, "--json", "keys", "create", account, ...options];
  const { code, stdout, stderr } = await runTask("admin", args);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as RestKey;
}

/** What a resting order looks like, and its way from new to canceled. */
async function placeFetchCancel({ buyer }: Setting): Promise<void> {
  const placed = await place(buyer, { price: "40000.01", clientOrderId: "first" });
  assert.equal(placed.status, 201);
  const { orderId, sequence, transactTimeMicros, ...rest } = placed.json;
  assert.match(orderId, /^\d+$/);
  assert.match(sequence, /^\d+$/);
  assert.ok(Math.abs(transactTimeMicros / 1_000 - Date.now()) < 60_000);
  assert.deepEqual(rest, {
    clientOrderId: "first",
    symbol: "BTC-USD",
    side: "buy",
    type: "limit",
    status: "new",
    price: "40000.01",
    quantity: "0.5000",
    executedQuantity: "0",
    executedNotional: "0",
    leavesQuantity: "0.5000",
    averagePrice: null,
    fills: [],
    duplicate: false,
  });
  for (const path of [`/v1/orders/${orderId}`, "/v1/orders/by-client-id/first"]) {
    const { status, json } = await buyer.request("GET", path);
    assert.deepEqual([status, json.orderId, json.status], [200, orderId, "new"], path);
  }
  const open = await buyer.request("GET", "/v1/orders?status=open");
  assert.deepEqual(open.json.items.map((one: { orderId: string }) => one.orderId), [orderId]);
  const canceled = await buyer.request("DELETE", `/v1/orders/${orderId}`);
  assert.equal(canceled.status, 200);
  const after = await buyer.request("GET", `/v1/orders/${orderId}`);
  assert.deepEqual([after.json.status, after.json.leavesQuantity], ["canceled", "0"]);
}

/** Two accounts trade; everybody sees the same of it. */
async function trade({ line, seller, buyer }: Setting): Promise<void> {
  await using subscriber = await TradeSubscriber.open(
    line.natsWebSocket,
    line.subscriberCreds,
    "BTC-USD",
  );
  const usd = async (client: RestClient) => {
    const { json } = await client.request("GET", "/v1/balances");
    const balance = json.balances.find((one: { asset: string }) => one.asset === "USD");
    return Number(balance.total);
  };
  const before = [await usd(seller), await usd(buyer)];
  const asked = await place(seller, { side: "sell", quantity: "2.0000", clientOrderId: "ask" });
  assert.equal(asked.json.status, "new");
  for (let count = 1; count <= 3; count++) {
    const bought = await place(buyer, { clientOrderId: `bid-${count}`, timeInForce: "IOC" });
    assert.equal(bought.status, 201);
    const { status, executedQuantity, averagePrice, fills } = bought.json;
    assert.deepEqual([status, executedQuantity], ["filled", "0.5000"]);
    assert.equal(Number(averagePrice), 50_000);
    assert.equal(fills.length, 1);
    assert.deepEqual([fills[0].price, fills[0].quantity, fills[0].liquidity, fills[0].feeAsset], [
      "50000.00",
      "0.5000",
      "taker",
      "USD",
    ]);
    // 500 parts of a million of 25,000 USD.
    assert.equal(Number(fills[0].fee), 12.5);
  }
  const changes = [await usd(seller) - before[0], await usd(buyer) - before[1]];
  assert.deepEqual(changes.map((change) => Number(change.toFixed(6))), [
    75_000 - 7.5,
    -75_000 - 37.5,
  ]);
  await eventually("three trades over NATS", () => subscriber.trades.size === 3 || undefined);
  assert.deepEqual([subscriber.gaps, subscriber.failures], [0, []]);
  const { json: tape } = await seller.request("GET", "/v1/trades?symbol=BTC-USD");
  const seen = [...subscriber.trades.keys()].reverse();
  assert.deepEqual(tape.trades.map((one: { tradeId: string }) => one.tradeId), seen);
  const { json: depth } = await seller.request("GET", "/v1/depth?symbol=BTC-USD&levels=5");
  assert.deepEqual([depth.bids, depth.asks], [[], [["50000.00", "0.5000"]]]);
  const fills = await buyer.all("/v1/fills?symbol=BTC-USD");
  assert.deepEqual(fills.map((one) => one.tradeId), seen);
  const sold = await seller.request("GET", "/v1/orders/by-client-id/ask");
  assert.deepEqual([sold.json.status, sold.json.executedQuantity], ["partially_filled", "1.5000"]);
  assert.equal(sold.json.fills.length, 3);
  await seller.request("DELETE", "/v1/orders?symbol=BTC-USD");
}

/** Orders on both sides of two instruments go by every way of saying which. */
async function cancelSome({ buyer }: Setting): Promise<void> {
  const orders = [
    { clientOrderId: "b1", price: "100.00" },
    { clientOrderId: "b2", price: "101.00" },
    { clientOrderId: "e1", price: "10.00", symbol: "ETH-USD", quantity: "0.500" },
    { clientOrderId: "s1", price: "90000.00", side: "sell" },
    { clientOrderId: "s2", price: "9000.00", side: "sell", symbol: "ETH-USD", quantity: "0.500" },
  ];
  for (const one of orders) assert.equal((await place(buyer, one)).status, 201);
  const open = async () => {
    const { json } = await buyer.request("GET", "/v1/orders?status=open");
    return json.items.map((one: { clientOrderId: string }) => one.clientOrderId).sort();
  };
  const cancel = async (query: string) => {
    const { json } = await buyer.request("DELETE", `/v1/orders${query}`);
    return [json.symbol, json.side, json.canceled];
  };
  assert.deepEqual(await cancel("?symbol=BTC-USD&side=buy"), ["BTC-USD", "buy", 2]);
  assert.deepEqual(await open(), ["e1", "s1", "s2"]);
  assert.deepEqual(await cancel("?side=sell"), [null, "sell", 2]);
  assert.deepEqual(await open(), ["e1"]);
  assert.deepEqual(await cancel("?symbol=ETH-USD"), ["ETH-USD", null, 1]);
  assert.deepEqual(await cancel(""), [null, null, 0]);
}

/** The same client order id, and the same signed request, a second time. */
async function repeat({ buyer }: Setting): Promise<void> {
  const first = await place(buyer, { price: "30000.00", clientOrderId: "again" });
  const second = await place(buyer, { price: "30000.00", clientOrderId: "again" });
  assert.deepEqual([first.status, second.status], [201, 200]);
  assert.deepEqual({ ...second.json, duplicate: false }, first.json);
  assert.equal(second.json.duplicate, true);
  const other = await place(buyer, { price: "30000.01", clientOrderId: "again" });
  assert.deepEqual([other.status, other.json.code], [409, "different_content"]);

  const body = JSON.stringify(order({ price: "20000.00" }));
  const headers = buyer.headersOf("POST", "/v1/orders", body);
  const sent = await buyer.send("POST", "/v1/orders", headers, body);
  const replayed = await buyer.send("POST", "/v1/orders", headers, body);
  assert.deepEqual([sent.status, replayed.status], [201, 200], "a replay is a repeat");
  assert.equal(replayed.json.orderId, sent.json.orderId);
  const open = await buyer.request("GET", "/v1/orders?status=open");
  assert.equal(open.json.items.length, 2);
  await buyer.request("DELETE", "/v1/orders?symbol=BTC-USD");
}

Deno.test("a market of one command: signed orders in, trades out", (t) =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    const seller = new RestClient(line.gateway, keyOf(line, "1"));
    const buyer = new RestClient(line.gateway, keyOf(line, "2"));
    const setting = { data, line, seller, buyer };
    await t.step("an order is placed, fetched and canceled", () => placeFetchCancel(setting));
    await t.step("the market trades, and a subscriber sees it", () => trade(setting));
    await t.step("orders go by instrument, by side and all", () => cancelSome(setting));
    await t.step("a repeat is answered with the first outcome", () => repeat(setting));
    await t.step("an Ed25519 key signs as well, and ends when it is revoked", async () => {
      const key = await createKey(setting, "2", "--kind", "ed25519");
      const client = new RestClient(line.gateway, key);
      const placed = await place(client, { price: "10000.00", clientOrderId: "by-ed25519" });
      assert.equal(placed.status, 201);
      const { code } = await runTask("admin", ["--data", data, "keys", "revoke", key.key]);
      assert.equal(code, 0);
      const revoked = performance.now();
      await eventually("the refusal of the revoked key", async () => {
        const { status } = await client.request("GET", "/v1/balances");
        return status === 401 || undefined;
      });
      assert.ok(performance.now() - revoked < REVOKED_MILLIS_MAX);
    });
    await t.step("a replay from nothing comes to the leader's state", async () => {
      const { stdout } = await runTask("replay", ["--data", data, "--verify", "--json"]);
      const admin = new RestClient(line.gateway, keyOf(line, "admin"));
      const { json: state } = await admin.request("GET", "/v1/admin/state?shard=0");
      const { ok, stateHash, sequence } = JSON.parse(stdout);
      assert.deepEqual([ok, stateHash, String(sequence)], [true, state.stateHash, state.sequence]);
    });
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));
