/**
 * The kill switch of an instrument and of the venue, over REST and on the command line, on a market of
 * one command.
 *
 * @module
 */
import assert from "node:assert/strict";
import * as v from "valibot";
import {
  AuditSchema,
  CanceledInstrumentSchema,
  KilledInstrumentSchema,
} from "../../routes/schema/administration.ts";
import { ReportsSchema } from "../../routes/schema/ledger.ts";
import { RestClient } from "../support/client_rest.ts";
import {
  eventually,
  keyOf,
  runTask,
  StartedMarket,
  withDataDirectory,
} from "../workers/supervisor/started_market.ts";

/** A running market, and who asks it. */
interface Setting {
  readonly data: string;
  readonly traders: readonly RestClient[];
  readonly operator: RestClient;
}

/** Prices far from each other, so that nothing trades. */
const ORDERS = [
  { symbol: "BTC-USD", side: "buy", price: "40000.00", quantity: "0.1000" },
  { symbol: "BTC-USD", side: "buy", price: "40001.00", quantity: "0.1000" },
  { symbol: "BTC-USD", side: "sell", price: "60000.00", quantity: "0.1000" },
  { symbol: "ETH-USD", side: "buy", price: "2000.00", quantity: "1.000" },
];

/** Every trader places the orders; the highest event sequence. */
async function placeAll({ traders }: Setting, type = "limit"): Promise<number> {
  const placed = await Promise.all(
    traders.flatMap((trader) =>
      ORDERS.map((order) => trader.request("POST", "/v1/orders", { ...order, type }))
    ),
  );
  for (const { json, status } of placed) assert.equal(status, 201, JSON.stringify(json));
  return Math.max(...placed.map(({ json }) => Number(json.sequence)));
}

/** The symbols of the orders that an account has open. */
async function openSymbols(trader: RestClient, least: string): Promise<string[]> {
  const { json, status } = await trader.request("GET", `/v1/orders?minSequence=${least}`);
  assert.equal(status, 200, JSON.stringify(json));
  return json.items.map(({ symbol }: { symbol: string }) => symbol);
}

async function heldOf(trader: RestClient): Promise<string[]> {
  const { json } = await trader.request("GET", "/v1/balances");
  return json.balances.map(({ asset, held }: { asset: string; held: string }) =>
    `${asset} ${Number(held)}`
  ).sort();
}

async function depthOf({ operator }: Setting, symbol: string): Promise<number> {
  const { json } = await operator.request("GET", `/v1/depth?symbol=${symbol}`);
  return json.bids.length + json.asks.length;
}

/** The reports of an account behind `from`, once there are `count`. */
function reportsOf(trader: RestClient, from: number, count: number) {
  return eventually(`${count} reports behind ${from}`, async () => {
    const { json } = await trader.request("GET", `/v1/reports?afterSequence=${from}&limit=500`);
    assert.ok(v.is(ReportsSchema, json), JSON.stringify(json));
    return json.reports.length >= count ? json.reports : undefined;
  });
}

async function lastReport(trader: RestClient): Promise<number> {
  const { json } = await trader.request("GET", "/v1/reports?limit=500");
  return json.reports.at(-1)?.sequence ?? 0;
}

async function overRest(setting: Setting): Promise<void> {
  const { operator, traders } = setting;
  const before = await Promise.all(traders.map(lastReport));
  await placeAll(setting);
  await eventually("a book in the feeds", async () => {
    return await depthOf(setting, "BTC-USD") === 3 || undefined;
  });
  const path = "/v1/admin/instruments/BTC-USD/kill";
  assert.equal((await traders[0].request("POST", path)).status, 403);
  const headers = operator.headersOf("POST", path, "");
  const killed = await operator.send("POST", path, headers, "");
  assert.equal(killed.status, 200, JSON.stringify(killed.json));
  assert.ok(v.is(KilledInstrumentSchema, killed.json));
  assert.deepEqual([killed.json.status, killed.json.canceled], ["halted", 6]);
  const again = await operator.send("POST", path, headers, "");
  assert.deepEqual([again.status, again.json], [200, { ...killed.json, duplicate: true }]);
  for (const [index, trader] of traders.entries()) {
    assert.deepEqual(await openSymbols(trader, killed.json.sequence), ["ETH-USD"]);
    assert.deepEqual(await heldOf(trader), ["BTC 0", "ETH 0", "USD 2001"]);
    const told = await reportsOf(trader, before[index], 7);
    const canceled = told.filter(({ kind }) => kind === "canceled");
    assert.deepEqual(
      canceled.map(({ price, reason, side, status, symbol }) =>
        [symbol, side, price, status, reason].join(" ")
      ),
      ["buy 40001.00", "buy 40000.00", "sell 60000.00"].map((of) =>
        `BTC-USD ${of} canceled canceled_by_operator`
      ),
    );
  }
  await eventually("an empty book in the feeds", async () => {
    return await depthOf(setting, "BTC-USD") === 0 || undefined;
  });
  assert.equal(await depthOf(setting, "ETH-USD"), 1);
  const refused = await traders[0].request("POST", "/v1/orders", { ...ORDERS[0], type: "limit" });
  assert.deepEqual([refused.status, refused.json.code], [422, "halted"]);
}

async function tradesAgain({ operator, traders: [one, other] }: Setting): Promise<void> {
  await operator.request("POST", "/v1/admin/instruments/BTC-USD/resume");
  const order = { ...ORDERS[0], type: "limit" };
  assert.equal((await one.request("POST", "/v1/orders", order)).status, 201);
  const sold = await other.request("POST", "/v1/orders", { ...order, side: "sell" });
  assert.deepEqual([sold.status, sold.json.status], [201, "filled"]);
}

async function withoutHalt({ operator, traders }: Setting): Promise<void> {
  const path = "/v1/admin/instruments/ETH-USD/orders";
  const canceled = await operator.request("DELETE", path);
  assert.equal(canceled.status, 200, JSON.stringify(canceled.json));
  assert.ok(v.is(CanceledInstrumentSchema, canceled.json));
  assert.equal(canceled.json.canceled, 2);
  const order = { ...ORDERS[3], type: "limit" };
  assert.equal((await traders[0].request("POST", "/v1/orders", order)).status, 201);
  assert.equal((await operator.request("DELETE", path)).json.canceled, 1);
}

/** Runs `deno task admin`, and returns its JSON and what it says meanwhile. */
async function admin(data: string, ...args: string[]) {
  const { code, stderr, stdout } = await runTask("admin", ["--data", data, "--json", ...args]);
  assert.equal(code, 0, stderr);
  return { json: JSON.parse(stdout), stderr };
}

async function onTheCommandLine(setting: Setting): Promise<void> {
  const { data, traders } = setting;
  await placeAll(setting);
  const one = await admin(data, "--as", "ada", "kill", "ETH-USD");
  assert.deepEqual(one.json, { symbol: "ETH-USD", status: "halted", canceled: 2 });
  const all = await admin(data, "kill", "all");
  assert.deepEqual(all.json, {
    instruments: [
      { symbol: "BTC-USD", status: "halted", canceled: 6 },
      { symbol: "ETH-USD", status: "halted", canceled: 0 },
    ],
    canceled: 6,
  });
  assert.equal(
    all.stderr,
    "BTC-USD is halted\nETH-USD is halted\n" +
      "BTC-USD: 6 orders were canceled\nETH-USD: 0 orders were canceled\n",
  );
  for (const trader of traders) {
    assert.deepEqual(await openSymbols(trader, "0"), []);
    assert.deepEqual(await heldOf(trader), ["BTC 0", "ETH 0", "USD 0"]);
    const order = { ...ORDERS[0], type: "limit" };
    assert.equal((await trader.request("POST", "/v1/orders", order)).json.code, "halted");
  }
  for (const symbol of ["BTC-USD", "ETH-USD"]) await admin(data, "resume", symbol);
  await placeAll(setting);
}

async function auditTrail({ data, operator }: Setting): Promise<void> {
  const audit = await operator.request("GET", "/v1/admin/audit?limit=100");
  assert.ok(v.is(AuditSchema, audit.json), JSON.stringify(audit.json));
  const told = audit.json.acts.filter(({ act }) => act === "cancelInstrument").map((one) =>
    `${one.by.slice(0, 4)} ${one.subject} ${one.details}: ${one.result}`
  );
  const of = (by: string, symbol: string) => `${by} ${symbol} orders of every account: done`;
  assert.deepEqual(told, [
    of("key:", "BTC-USD"),
    of("key:", "BTC-USD"),
    of("key:", "ETH-USD"),
    of("key:", "ETH-USD"),
    of("ada", "ETH-USD"),
    of("oper", "BTC-USD"),
    of("oper", "ETH-USD"),
  ]);
  const replay = await runTask("replay", ["--data", data, "--verify", "--json"]);
  assert.equal(JSON.parse(replay.stdout).ok, true);
}

Deno.test("an instrument, and the venue, lose all their orders at once", (t) =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    const client = (account: string) => new RestClient(line.gateway, keyOf(line, account));
    const setting = {
      data,
      traders: [client("1"), client("2")],
      operator: client("admin"),
    };
    await t.step("over REST, and its accounts are told", () => overRest(setting));
    await t.step("and trades again", () => tradesAgain(setting));
    await t.step("its orders alone", () => withoutHalt(setting));
    await t.step("on the command line", () => onTheCommandLine(setting));
    await t.step("and the trail says who did it", () => auditTrail(setting));
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));
