/**
 * Account, keys, administration and public data over REST, on a market of one command.
 *
 * @module
 */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import * as v from "valibot";
import { AccountSchema, FeesSchema, LimitsSchema } from "../../routes/schema/account.ts";
import { AnyAccountSchema, AuditSchema } from "../../routes/schema/administration.ts";
import { CandlesSchema } from "../../routes/schema/candles.ts";
import { CreatedKeySchema, KeysSchema } from "../../routes/schema/keys.ts";
import { LedgerSchema, ReportsSchema } from "../../routes/schema/ledger.ts";
import { VenueStatusSchema } from "../../routes/schema/status.ts";
import { RestClient, type RestKey } from "../support/client_rest.ts";
import {
  eventually,
  keyOf,
  runTask,
  StartedMarket,
  withDataDirectory,
} from "../workers/supervisor/started_market.ts";

/** A key that was revoked is refused within this time. */
const REVOKED_MILLIS_MAX = 2_000;

/** A running market, and who asks it. */
interface Setting {
  readonly data: string;
  readonly gateway: string;
  /** Account 1, which may make keys. */
  readonly owner: RestClient;
  readonly other: RestClient;
  readonly operator: RestClient;
}

const order = (changes: Record<string, unknown>) => ({
  symbol: "BTC-USD",
  side: "buy",
  type: "limit",
  price: "50000.00",
  quantity: "0.5000",
  ...changes,
});

async function admin(data: string, ...args: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await runTask("admin", ["--data", data, "--json", ...args]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

async function publicData({ gateway, owner, other }: Setting): Promise<void> {
  await owner.request("POST", "/v1/orders", order({ clientOrderId: "bid" }));
  await other.request("POST", "/v1/orders", order({ side: "sell", quantity: "0.2000" }));
  const open = new RestClient(gateway, null);
  const candles = await open.request("GET", "/v1/candles?symbol=BTC-USD&interval=1m");
  assert.ok(v.is(CandlesSchema, candles.json), JSON.stringify(candles.json));
  assert.equal(candles.json.candles[0].volume, "0.2000");
  const status = await open.request("GET", "/v1/status");
  assert.ok(v.is(VenueStatusSchema, status.json));
  assert.deepEqual([status.json.acceptsOrders, status.json.blockedBy], [true, []]);
  const { json: { tickers } } = await open.request("GET", "/v1/ticker");
  assert.deepEqual(tickers.map((one: { symbol: string }) => one.symbol), ["BTC-USD", "ETH-USD"]);
  const instruments = await fetch(`${gateway}/v1/instruments`);
  await instruments.body?.cancel();
  const etag = instruments.headers.get("etag") ?? "";
  const same = await fetch(`${gateway}/v1/instruments`, { headers: { "If-None-Match": etag } });
  assert.deepEqual([same.status, await same.text()], [304, ""]);
}

async function account({ owner }: Setting): Promise<void> {
  const found = await owner.request("GET", "/v1/account");
  assert.ok(v.is(AccountSchema, found.json), JSON.stringify(found.json));
  assert.equal(found.json.openOrders, 1);
  assert.ok(v.is(FeesSchema, (await owner.request("GET", "/v1/fees")).json));
  assert.ok(v.is(LimitsSchema, (await owner.request("GET", "/v1/limits")).json));
  const ledger = await owner.request("GET", "/v1/ledger");
  assert.ok(v.is(LedgerSchema, ledger.json), JSON.stringify(ledger.json));
  assert.deepEqual(ledger.json.items.map(({ direction }) => direction), Array(3).fill("deposit"));
  const reports = await owner.request("GET", "/v1/reports?afterSequence=3");
  assert.ok(v.is(ReportsSchema, reports.json), JSON.stringify(reports.json));
  assert.deepEqual(reports.json.reports.map(({ kind }) => kind), ["accepted", "trade"]);
}

async function keys({ gateway, owner }: Setting): Promise<void> {
  const made = await owner.request("POST", "/v1/keys", { scopes: ["read"] });
  assert.equal(made.status, 201, JSON.stringify(made.json));
  assert.ok(v.is(CreatedKeySchema, made.json));
  const { key, secret } = made.json;
  const reader = new RestClient(gateway, { key, secret: secret ?? "" });
  await eventually("the new key to be known", async () => {
    return (await reader.request("GET", "/v1/balances")).status === 200 || undefined;
  });
  assert.equal((await reader.request("POST", "/v1/orders", order({}))).status, 403);
  assert.equal((await reader.request("GET", "/v1/keys")).status, 403);
  const listed = await owner.request("GET", "/v1/keys");
  assert.ok(v.is(KeysSchema, listed.json));
  assert.ok(listed.json.keys.some((one) => one.key === key));
  const used = await eventually("the use of the new key", async () => {
    const { json } = await owner.request("GET", "/v1/keys");
    return json.keys.find((one: { key: string }) => one.key === key).lastUsedMicros ?? undefined;
  });
  assert.ok(Math.abs(used / 1_000 - Date.now()) < 60_000, `${used}`);
  const revoked = await owner.request("DELETE", `/v1/keys/${key}`);
  assert.deepEqual([revoked.status, revoked.json.revoked], [200, true]);
  const since = performance.now();
  await eventually("the refusal of the revoked key", async () => {
    return (await reader.request("GET", "/v1/balances")).status === 401 || undefined;
  });
  assert.ok(performance.now() - since < REVOKED_MILLIS_MAX);
}

async function ed25519({ gateway, owner }: Setting): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const { x = "" } = publicKey.export({ format: "jwk" });
  const made = await owner.request("POST", "/v1/keys", {
    scopes: ["read", "keys"],
    kind: "ed25519",
    publicKey: x.replaceAll("-", "+").replaceAll("_", "/") + "=",
  });
  assert.deepEqual([made.status, made.json.secret], [201, null]);
  const secret = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  const client = new RestClient(gateway, { key: made.json.key, secret });
  await eventually("the Ed25519 key to be known", async () => {
    return (await client.request("GET", "/v1/keys")).status === 200 || undefined;
  });
  const itself = await client.request("DELETE", `/v1/keys/${made.json.key}`);
  assert.deepEqual([itself.status, itself.json.revoked], [200, true]);
}

async function transfers({ data, owner, other }: Setting): Promise<void> {
  const body = { transferId: "t-1", toAccount: "2", asset: "USD", amount: "250" };
  const stranger = await owner.request("POST", "/v1/transfers", body);
  assert.deepEqual([stranger.status, stranger.json.code], [422, "not_one_owner"]);
  for (const one of ["1", "2"]) await admin(data, "accounts", "open", one, "--trade-group", "7");
  const done = await owner.request("POST", "/v1/transfers", { ...body, transferId: "t-2" });
  assert.equal(done.status, 201, JSON.stringify(done.json));
  const again = await owner.request("POST", "/v1/transfers", { ...body, transferId: "t-2" });
  assert.deepEqual([again.status, again.json.duplicate], [200, true]);
  const { json } = await other.request(
    "GET",
    `/v1/ledger?limit=1&minSequence=${done.json.sequence}`,
  );
  const [{ direction, amount }] = json.items;
  assert.deepEqual([direction, amount], ["transfer_in", "250.000000"]);
  const lists = [
    ["transfers", ["transfer_out 250.000000"]],
    ["withdrawals", []],
    [
      "deposits",
      ["100000000.000000", "10000.00000000", "1000.00000000"].map((of) => `deposit ${of}`),
    ],
  ] as const;
  for (const [path, rows] of lists) {
    const list = await owner.request("GET", `/v1/${path}`);
    assert.ok(v.is(LedgerSchema, list.json), JSON.stringify(list.json));
    const seen = list.json.items.map((one) => `${one.direction} ${one.amount}`);
    assert.deepEqual(seen.sort(), [...rows].sort(), path);
  }
}

async function administration({ owner, operator }: Setting): Promise<void> {
  const halt = "/v1/admin/instruments/BTC-USD/halt";
  assert.equal((await owner.request("POST", halt)).status, 403);
  const halted = await operator.request("POST", halt);
  assert.deepEqual([halted.status, halted.json.status], [200, "halted"]);
  const refused = await owner.request("POST", "/v1/orders", order({}));
  assert.deepEqual([refused.status, refused.json.code], [422, "halted"]);
  await operator.request("POST", "/v1/admin/instruments/BTC-USD/resume");
  const canceled = await operator.request("DELETE", "/v1/admin/accounts/1/orders");
  assert.deepEqual([canceled.status, canceled.json.canceled], [200, 1]);
  await operator.request("POST", "/v1/admin/accounts/1/disable");
  const disabled = await owner.request("POST", "/v1/orders", order({}));
  assert.equal(disabled.json.code, "account_disabled");
  await operator.request("POST", "/v1/admin/accounts/1/enable");
  const audit = await operator.request("GET", "/v1/admin/audit");
  assert.ok(v.is(AuditSchema, audit.json), JSON.stringify(audit.json));
  const byKeys = audit.json.acts.filter(({ by }) => by.startsWith("key:"));
  assert.deepEqual(byKeys.map(({ act, result }) => `${act} ${result}`), [
    "keyCreate done",
    "keyRevoke done",
    "keyCreate done",
    "keyRevoke done",
    "transfer refused",
    "transfer done",
    "transfer repeat",
    "tradingStatus done",
    "tradingStatus done",
    "cancelAccount done",
    "account done",
    "account done",
  ]);
}

/** A new account from its opening to its end, by an operator who never leaves REST. */
async function backOffice({ data, gateway, operator }: Setting): Promise<void> {
  const act = (path: string, body?: object) => operator.request("POST", `/v1/admin/${path}`, body);
  const opened = await act("accounts", { account: "40", tradeGroup: "7" });
  assert.equal(opened.status, 201, JSON.stringify(opened.json));
  const wire = { reference: "wire-40", asset: "USD", amount: "1000.50" };
  const deposit = await act("accounts/40/deposits", wire);
  assert.equal(deposit.status, 201, JSON.stringify(deposit.json));
  const again = await act("accounts/40/deposits", wire);
  assert.deepEqual([again.status, again.json], [200, { ...deposit.json, duplicate: true }]);
  const [other, byCommand] = [
    await act("accounts/40/deposits", { ...wire, amount: "1" }),
    await admin(data, "deposit", "40", "USD", "1000.50", "--id", "wire-40"),
  ];
  assert.equal(other.status, 409);
  assert.equal((byCommand as { duplicate: boolean }).duplicate, true);
  const toOther = { reference: "gift", toAccount: "1", asset: "USD", amount: "0.50" };
  assert.equal((await act("accounts/40/transfers", toOther)).status, 201);
  const taken = await act("accounts/40/withdrawals", { ...wire, reference: "out", amount: "400" });
  assert.equal(taken.status, 201, JSON.stringify(taken.json));
  const least = `minSequence=${taken.json.sequence}`;
  const shown = await operator.request("GET", `/v1/admin/accounts/40?${least}`);
  assert.ok(v.is(AnyAccountSchema, shown.json), JSON.stringify(shown.json));
  assert.deepEqual([shown.json.tradeGroup, shown.json.balances[0].total], ["7", "600.000000"]);
  const sizes = { tickSize: "0.01", lotSize: "0.01", priceMax: "10000", quantityMax: "1000" };
  const defined = await act("instruments", { symbol: "SOL-USD", ...sizes });
  assert.equal(defined.status, 201, JSON.stringify(defined.json));
  const repeated = await act("instruments", { symbol: "SOL-USD", ...sizes });
  assert.deepEqual([repeated.status, repeated.json.duplicate], [200, true]);
  const made = await admin(data, "keys", "create", "40", "--scopes", "read,trade") as RestKey;
  const client = new RestClient(gateway, made);
  const bid = order({ symbol: "SOL-USD", price: "10.00", quantity: "1" });
  await eventually("the account's first order", async () => {
    return (await client.request("POST", "/v1/orders", bid)).status === 201 || undefined;
  });
  const killed = await act("accounts/40/kill");
  assert.deepEqual([killed.status, killed.json.canceled], [200, 1]);
  assert.equal((await client.request("POST", "/v1/orders", bid)).json.code, "account_disabled");
  const audit = await operator.request("GET", "/v1/admin/audit?limit=12");
  const { acts } = audit.json as v.InferOutput<typeof AuditSchema>;
  assert.deepEqual(acts.map(({ act: kind, by, result }) => `${by.slice(0, 4)} ${kind} ${result}`), [
    "key: account done",
    "key: deposit done",
    "key: deposit repeat",
    "key: deposit refused",
    "oper deposit repeat",
    "key: transfer done",
    "key: withdraw done",
    "key: asset done",
    "key: instrument done",
    "oper keyCreate done",
    "key: account done",
    "key: cancelAccount done",
  ]);
}

Deno.test("an account looks after itself, and an operator after the market, over REST", (t) =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    const { gateway } = line;
    const made = await admin(data, "keys", "create", "1", "--scopes", "read,trade,keys");
    const setting = {
      data,
      gateway,
      owner: new RestClient(gateway, made as RestKey),
      other: new RestClient(gateway, keyOf(line, "2")),
      operator: new RestClient(gateway, keyOf(line, "admin")),
    };
    await eventually("the key of the account to be known", async () => {
      return (await setting.owner.request("GET", "/v1/account")).status === 200 || undefined;
    });
    await t.step("public data", () => publicData(setting));
    await t.step("the account", () => account(setting));
    await t.step("keys", () => keys(setting));
    await t.step("an Ed25519 key, whose private half stays at home", () => ed25519(setting));
    await t.step("transfers", () => transfers(setting));
    await t.step("administration", () => administration(setting));
    await t.step("a back office", () => backOffice(setting));
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));
