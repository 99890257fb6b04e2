/**
 * Amends and self-trades on a market that was started by one command, over HTTP.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type RestAnswer, RestClient } from "../support/client_rest.ts";
import { runTask, StartedMarket, withDataDirectory } from "../workers/supervisor/started_market.ts";

/** Two traders of a running market. */
interface Setting {
  readonly one: RestClient;
  readonly other: RestClient;
}

const place = (client: RestClient, changes: Record<string, unknown>): Promise<RestAnswer> =>
  client.request("POST", "/v1/orders", {
    symbol: "BTC-USD",
    side: "sell",
    type: "limit",
    price: "50000.00",
    quantity: "0.3000",
    ...changes,
  });

const amend = (client: RestClient, order: string, changes: object): Promise<RestAnswer> =>
  client.request("PATCH", `/v1/orders/${order}`, changes);

const clear = (client: RestClient) => client.request("DELETE", "/v1/orders?symbol=BTC-USD");

/** The traders' sells of the same price, and who of them a buy of 0.1 meets. */
async function firstToTrade({ one, other }: Setting, change: object): Promise<string> {
  const first = await place(one, {});
  await place(one, {});
  const amended = await amend(one, first.json.orderId, change);
  assert.equal(amended.status, 200, JSON.stringify(amended.json));
  const taken = await place(other, { side: "buy", quantity: "0.1000", timeInForce: "IOC" });
  assert.equal(taken.json.status, "filled");
  const { json } = await one.request("GET", `/v1/orders/${first.json.orderId}`);
  await clear(one);
  return json.executedQuantity === "0.1000" ? "the amended order" : "the one behind it";
}

async function keepPlace(setting: Setting): Promise<void> {
  assert.equal(await firstToTrade(setting, { quantity: "0.2000" }), "the amended order");
  assert.equal(await firstToTrade(setting, { quantity: "0.4000" }), "the one behind it");
  const away = { price: "50000.01" };
  assert.equal(await firstToTrade(setting, away), "the one behind it");
}

/** A buy whose new price crosses the other side; the public book and the account say the same. */
async function cross({ one, other }: Setting): Promise<void> {
  await place(one, { quantity: "0.1000" });
  await place(one, { price: "50001.00" });
  const bid = { side: "buy", price: "49000.00", quantity: "0.5000", clientOrderId: "bid/1" };
  const { orderId } = (await place(other, bid)).json;
  const { status, json } = await amend(other, "by-client-id/bid%2F1", { price: "50001.00" });
  assert.equal(status, 200, JSON.stringify(json));
  assert.deepEqual([json.orderId, json.clientOrderId, json.price, json.status], [
    orderId,
    "bid/1",
    "50001.00",
    "partially_filled",
  ]);
  assert.deepEqual(
    json.fills.map((fill: Record<string, string>) => [fill.price, fill.quantity, fill.liquidity]),
    [["50000.00", "0.1000", "taker"], ["50001.00", "0.3000", "taker"]],
  );
  const read = await other.request("GET", `/v1/orders/${orderId}`);
  assert.deepEqual(read.json, json);
  const depth = await one.request("GET", "/v1/depth?symbol=BTC-USD&levels=5");
  assert.deepEqual([depth.json.bids, depth.json.asks], [[["50001.00", "0.1000"]], []]);
  await clear(other);
}

async function refuse({ one, other }: Setting): Promise<void> {
  const bid = { side: "buy", postOnly: true, clientOrderId: "bid/2" };
  const { orderId } = (await place(other, bid)).json;
  await place(one, { quantity: "0.2000" });
  await place(one, { price: "50010.00", clientOrderId: "ask" });
  const before = await other.request("GET", `/v1/orders/${orderId}`);
  const cases: readonly [object, number, string, (string | undefined)[]][] = [
    [{}, 400, "amend_empty", ["price", "price, quantity or both", "{}"]],
    [{ symbol: "BTC-USD" }, 400, "unknown_field", ["symbol", "price | quantity", undefined]],
    [{ price: "50000.001" }, 400, "price_off_tick", ["price", "0.01", "50000.001"]],
    [{ quantity: "0.2000" }, 422, "quantity_executed", ["quantity", "0.2000", "0.2000"]],
    [{ price: "50010.00" }, 422, "post_only_would_cross", ["price", "50010.00", "50010.00"]],
  ];
  for (const [change, status, code, [field, limit, value]] of cases) {
    const answer = await amend(other, orderId, change);
    const { json } = answer;
    assert.deepEqual([answer.status, json.code, json.field, json.limit, json.value], [
      status,
      code,
      field,
      limit,
      value,
    ]);
  }
  const poor = await amend(other, orderId, { quantity: "9000.0000" });
  assert.deepEqual([poor.status, poor.json.code, poor.json.field], [
    422,
    "insufficient_funds",
    "USD",
  ]);
  for (const order of ["999999", orderId, "by-client-id/bid%2F2"]) {
    const { status, json } = await amend(one, order, { price: "1.00" });
    assert.deepEqual([status, json.code], [404, "unknown_order"], "not there, or another's");
  }
  const after = await other.request("GET", `/v1/orders/${orderId}`);
  assert.deepEqual(after.json, before.json);
  await clear(one);
  await clear(other);
}

/** The same signed amend three times, the last when its order is long over. */
async function repeat({ one, other }: Setting): Promise<void> {
  await place(one, { quantity: "0.2000" });
  const { orderId } = (await place(other, { side: "buy", price: "49000.00" })).json;
  const path = `/v1/orders/${orderId}`;
  const body = JSON.stringify({ price: "50000.00", quantity: "0.5000" });
  const headers = other.headersOf("PATCH", path, body);
  const send = () => other.send("PATCH", path, headers, body);
  const first = await send();
  assert.deepEqual([first.status, first.json.executedQuantity, first.json.duplicate], [
    200,
    "0.2000",
    false,
  ]);
  const again = await send();
  assert.deepEqual([again.status, again.json], [200, { ...first.json, duplicate: true }]);
  await place(one, {});
  const late = await send();
  assert.deepEqual([late.status, late.json], [200, { ...first.json, duplicate: true }]);
  const { json } = await other.request("GET", path);
  assert.deepEqual([json.status, json.quantity, json.fills.length], ["filled", "0.5000", 2]);
}

/** What each mode leaves of a resting sell of 0.3 and a buy of 0.5 of the same account. */
async function preventSelfTrades({ one }: Setting): Promise<void> {
  const cases: readonly [string, string[], string[]][] = [
    ["none", ["filled", "0.3000", "0"], ["partially_filled", "0.5000", "0.2000"]],
    ["expire_taker", ["new", "0.3000", "0.3000"], ["canceled", "0.5000", "0"]],
    ["expire_maker", ["canceled", "0.3000", "0"], ["new", "0.5000", "0.5000"]],
    ["expire_both", ["canceled", "0.3000", "0"], ["canceled", "0.5000", "0"]],
    ["decrement", ["canceled", "0.3000", "0"], ["new", "0.2000", "0.2000"]],
    ["transfer", ["canceled", "0.3000", "0"], ["new", "0.2000", "0.2000"]],
  ];
  for (const [mode, maker, taker] of cases) {
    const { orderId } = (await place(one, {})).json;
    const buy = { side: "buy", quantity: "0.5000", selfTradePrevention: mode, clientOrderId: mode };
    const bought = await place(one, buy);
    const sold = await one.request("GET", `/v1/orders/${orderId}`);
    const shown = ({ json }: RestAnswer) => [json.status, json.quantity, json.leavesQuantity];
    assert.deepEqual([mode, shown(sold), shown(bought)], [mode, maker, taker]);
    const again = await place(one, buy);
    assert.deepEqual([again.status, again.json], [200, { ...bought.json, duplicate: true }]);
    await clear(one);
  }
  const unknown = await place(one, { selfTradePrevention: "expire" });
  assert.deepEqual([unknown.status, unknown.json.limit], [
    400,
    "none | expire_taker | expire_maker | expire_both | decrement | transfer",
  ]);
}

/** Total of an asset in millionths, and the fills of an account. */
async function wealthOf(client: RestClient, asset: string): Promise<[number, number]> {
  const { json } = await client.request("GET", "/v1/balances");
  const balance = json.balances.find((one: { asset: string }) => one.asset === asset);
  const fills = await client.all("/v1/fills");
  return [Math.round(Number(balance.total) * 1e6), fills.length];
}

/** Two accounts that the operator says have one owner: money moves between them, or only orders go. */
async function tradeInGroup({ one, other }: Setting, data: string): Promise<void> {
  for (const account of ["1", "2"]) {
    const words = ["accounts", "open", account, "--trade-group", "7"];
    const { code, stderr } = await runTask("admin", ["--data", data, ...words]);
    assert.equal(code, 0, stderr);
  }
  const wealth = () =>
    Promise.all([wealthOf(one, "USD"), wealthOf(one, "BTC"), wealthOf(other, "USD")]);
  // A sell of 0.3 at 50,000 that a transfer moves for 15,000.
  for (const [mode, usd, btc] of [["decrement", 0, 0], ["transfer", 15_000, 0.3]] as const) {
    const before = await wealth();
    const { orderId } = (await place(one, {})).json;
    const buy = { side: "buy", quantity: "0.5000", price: "50001.00", selfTradePrevention: mode };
    const { json } = await place(other, buy);
    assert.deepEqual([mode, json.status, json.quantity, json.fills], [mode, "new", "0.2000", []]);
    const sold = await one.request("GET", `/v1/orders/${orderId}`);
    assert.deepEqual([sold.json.status, sold.json.reason], ["canceled", "self_trade"]);
    const [[oneUsd, ...rest], [oneBtc], [otherUsd, fills]] = before;
    assert.deepEqual(await wealth(), [
      [oneUsd + usd * 1e6, ...rest],
      [oneBtc - btc * 1e6, ...rest],
      [otherUsd - usd * 1e6, fills],
    ]);
    await clear(other);
  }
}

Deno.test("a market of one command: orders are amended, and do not trade with their own", (t) =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    const [one, other] = line.keys.map((key) => new RestClient(line.gateway, key));
    const setting = { one, other };
    await t.step(
      "less keeps the place in the queue, more and another price lose it",
      () => keepPlace(setting),
    );
    await t.step("a price that crosses trades at once", () => cross(setting));
    await t.step("a refused amend leaves the order as it was", () => refuse(setting));
    await t.step("a repeated amend is answered with the first outcome", () => repeat(setting));
    await t.step("each way to prevent a self-trade", () => preventSelfTrades(setting));
    await t.step("accounts of one trade group", () => tradeInGroup(setting, data));
    await t.step("a replay from nothing comes to the leader's state", async () => {
      const { stdout } = await runTask("replay", ["--data", data, "--verify", "--json"]);
      assert.equal(JSON.parse(stdout).ok, true);
    });
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));
