import assert from "node:assert/strict";
import * as v from "valibot";
import {
  AuditSchema,
  CanceledInstrumentSchema,
  CanceledOrdersSchema,
  EnabledSchema,
  HaltSchema,
  KilledInstrumentSchema,
} from "../../../routes/schema/administration.ts";
import { ADMIN, keyOf, TestGateway } from "../test_gateway.ts";

const post = (gateway: TestGateway, path: string) =>
  gateway.signed(ADMIN, "POST", `/v1/admin/${path}`);

Deno.test("an instrument is halted and resumed, in the name of the key", async () => {
  const gateway = new TestGateway();
  const halted = await post(gateway, "instruments/BTC-USD/halt");
  assert.equal(halted.status, 200);
  assert.ok(v.is(HaltSchema, halted.body));
  assert.deepEqual([halted.body.symbol, halted.body.status], ["BTC-USD", "halted"]);
  assert.equal((await gateway.place(1)).body.code, "halted");
  assert.equal(
    (await gateway.place(1, { symbol: "ETH-USD", price: "100.00", quantity: "1" })).status,
    201,
  );
  const resumed = await post(gateway, "instruments/BTC-USD/resume");
  assert.deepEqual([resumed.status, resumed.body.status], [200, "trading"]);
  assert.equal((await gateway.place(1)).status, 201);
  const authors = gateway.acts.sent.map(({ author }) => author);
  assert.deepEqual(authors, Array(2).fill(`key:${keyOf(ADMIN)}`.slice(0, 32)));
});

Deno.test("the same signed request is carried out once", async () => {
  const gateway = new TestGateway();
  const path = "/v1/admin/instruments/BTC-USD/halt";
  const headers = gateway.sign(ADMIN, "POST", path);
  const first = await gateway.send("POST", path, { headers });
  await post(gateway, "instruments/BTC-USD/resume");
  const again = await gateway.send("POST", path, { headers });
  assert.deepEqual([first.body.duplicate, again.body.duplicate], [false, true]);
  assert.equal((await gateway.place(1)).status, 201, "a replay halts nothing");
});

Deno.test("an account is disabled and enabled, and its orders are canceled", async () => {
  const gateway = new TestGateway();
  await gateway.place(2, { price: "100.00" });
  await gateway.place(2, { symbol: "ETH-USD", price: "100.00", quantity: "1" });
  const disabled = await post(gateway, "accounts/2/disable");
  assert.ok(v.is(EnabledSchema, disabled.body));
  assert.deepEqual([disabled.body.account, disabled.body.enabled], ["2", false]);
  assert.equal((await gateway.place(2)).body.code, "account_disabled");
  const one = await gateway.signed(ADMIN, "DELETE", "/v1/admin/accounts/2/orders?symbol=BTC-USD");
  assert.ok(v.is(CanceledOrdersSchema, one.body));
  assert.deepEqual([one.body.symbol, one.body.canceled], ["BTC-USD", 1]);
  const all = await gateway.signed(ADMIN, "DELETE", "/v1/admin/accounts/2/orders");
  assert.deepEqual([all.body.symbol, all.body.canceled], [null, 1]);
  await post(gateway, "accounts/2/enable");
  assert.equal((await gateway.place(2)).status, 201);
});

Deno.test("the kill switch of an instrument halts first and then cancels the orders of all", async () => {
  const gateway = new TestGateway();
  await gateway.place(1, { price: "100.00" });
  await gateway.place(2, { price: "101.00" });
  await gateway.place(2, { symbol: "ETH-USD", price: "100.00", quantity: "1" });
  const path = "/v1/admin/instruments/BTC-USD/kill";
  const headers = gateway.sign(ADMIN, "POST", path);
  const killed = await gateway.send("POST", path, { headers });
  assert.equal(killed.status, 200, killed.text);
  assert.ok(v.is(KilledInstrumentSchema, killed.body));
  const { canceled, duplicate, status, symbol } = killed.body;
  assert.deepEqual([symbol, status, canceled, duplicate], ["BTC-USD", "halted", 2, false]);
  assert.deepEqual(gateway.acts.sent.map(({ command }) => command), [
    { kind: "tradingStatus", instrument: 1, trading: false },
    { kind: "cancelInstrument", instrument: 1 },
  ]);
  assert.equal(gateway.exchange.state.orders.liveCount, 1);
  assert.equal((await gateway.place(1)).body.code, "halted");
  await post(gateway, "instruments/BTC-USD/resume");
  assert.equal((await gateway.place(1)).status, 201);
  const again = await gateway.send("POST", path, { headers });
  assert.deepEqual([again.status, again.body], [200, { ...killed.body, duplicate: true }]);
  assert.equal(gateway.exchange.state.orders.liveCount, 2, "a replay kills nothing");
});

Deno.test("the orders of an instrument are canceled, and it trades on", async () => {
  const gateway = new TestGateway();
  await gateway.place(1, { price: "100.00" });
  await gateway.place(2, { price: "101.00" });
  const path = "/v1/admin/instruments/BTC-USD/orders";
  const canceled = await gateway.signed(ADMIN, "DELETE", path);
  assert.equal(canceled.status, 200, canceled.text);
  assert.ok(v.is(CanceledInstrumentSchema, canceled.body));
  assert.deepEqual([canceled.body.symbol, canceled.body.canceled], ["BTC-USD", 2]);
  assert.equal(gateway.exchange.state.orders.liveCount, 0);
  assert.equal((await gateway.place(1)).status, 201);
  const none = await gateway.signed(1, "DELETE", path);
  assert.equal(none.status, 403, "an account's key is not the operator's");
  assert.equal((await gateway.signed(1, "POST", path.replace("orders", "kill"))).status, 403);
  assert.equal(gateway.exchange.state.orders.liveCount, 1);
});

Deno.test("what is not there is not made by asking for it", async () => {
  const gateway = new TestGateway();
  const cases = [
    ["POST", "accounts/9/enable", "unknown_account"],
    ["POST", "accounts/9/disable", "unknown_account"],
    ["POST", "accounts/9999999/enable", "invalid_parameter"],
    ["POST", "accounts/0/enable", "not_found"],
    ["POST", "accounts/x/enable", "not_found"],
    ["DELETE", "accounts/9/orders", "unknown_account"],
    ["DELETE", "accounts/1/orders?symbol=DOGE-USD", "unknown_symbol"],
    ["DELETE", "accounts/1/orders?sort=up", "unknown_parameter"],
    ["POST", "instruments/DOGE-USD/halt", "unknown_symbol"],
    ["POST", "instruments/doge/halt", "not_found"],
    ["POST", "instruments/DOGE-USD/kill", "unknown_symbol"],
    ["POST", "instruments/doge/kill", "not_found"],
    ["POST", "instruments/BTC-USD/kill?symbol=ETH-USD", "unknown_parameter"],
    ["DELETE", "instruments/DOGE-USD/orders", "unknown_symbol"],
    ["DELETE", "instruments/BTC-USD/orders?side=buy", "unknown_parameter"],
    ["GET", "audit?limit=501", "invalid_parameter"],
    ["GET", "audit?sinceMicros=-1", "invalid_parameter"],
  ];
  for (const [method, path, code] of cases) {
    const { body } = await gateway.signed(ADMIN, method, `/v1/admin/${path}`);
    assert.deepEqual([path, body.code], [path, code]);
  }
  assert.equal(gateway.exchange.state.accounts.status(9), 0);
});

Deno.test("administration needs the scope admin and a signature", async () => {
  const gateway = new TestGateway();
  gateway.addKey(1, ["read", "trade", "keys"]);
  const { status, body } = await gateway.signed(1, "POST", "/v1/admin/instruments/BTC-USD/halt");
  assert.deepEqual([status, body.code], [403, "scope_missing"]);
  const unsigned = await gateway.send("POST", "/v1/admin/instruments/BTC-USD/halt");
  assert.equal(unsigned.status, 401);
  assert.equal(gateway.acts.requests.length, 0);
});

Deno.test("the audit trail is asked for by number and time", async () => {
  const gateway = new TestGateway();
  const { status, body } = await gateway.signed(ADMIN, "GET", "/v1/admin/audit?limit=1");
  assert.equal(status, 200);
  assert.ok(v.is(AuditSchema, body));
  assert.equal(body.hasMore, true);
  const since = await gateway.signed(ADMIN, "GET", "/v1/admin/audit?limit=1&sinceMicros=5");
  assert.equal(since.body.hasMore, false);
});
