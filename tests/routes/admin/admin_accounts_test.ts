import assert from "node:assert/strict";
import * as v from "valibot";
import {
  AnyAccountSchema,
  KilledSchema,
  MovedSchema,
  OpenedAccountSchema,
  OperatorTransferredSchema,
} from "../../../routes/schema/administration.ts";
import { ADMIN, TestGateway } from "../test_gateway.ts";

const ACCOUNTS = "/v1/admin/accounts";
const post = (gateway: TestGateway, path: string, body?: object) =>
  gateway.signed(ADMIN, "POST", `${ACCOUNTS}${path}`, body === undefined ? {} : { body });
const totalOf = async (gateway: TestGateway, account: string, asset = "USD") => {
  const { body } = await gateway.signed(ADMIN, "GET", `${ACCOUNTS}/${account}`);
  return body.balances.find((one: { asset: string }) => one.asset === asset)?.total;
};

Deno.test("a deposit is made once by its reference, whatever is signed anew", async () => {
  const gateway = new TestGateway();
  const body = { reference: "wire-1", asset: "USD", amount: "250.5" };
  const first = await post(gateway, "/2/deposits", body);
  assert.equal(first.status, 201);
  assert.ok(v.is(MovedSchema, first.body));
  const { amount, duplicate, reference } = first.body;
  assert.deepEqual([reference, amount, duplicate], ["wire-1", "250.500000", false]);
  gateway.nowMicros += 60_000_000;
  const again = await post(gateway, "/2/deposits", body);
  assert.deepEqual([again.status, again.body], [200, { ...first.body, duplicate: true }]);
  assert.equal(await totalOf(gateway, "2"), "100000250.500000");
  const other = await post(gateway, "/2/deposits", { ...body, amount: "250.6" });
  assert.deepEqual([other.status, other.body.code], [409, "different_content"]);
  assert.deepEqual([other.body.field, other.body.value], ["reference", "wire-1"]);
  assert.equal((await post(gateway, "/1/deposits", body)).status, 409, "it names one account");
  // Another kind of movement has names of its own.
  assert.equal((await post(gateway, "/2/withdrawals", body)).status, 201);
  assert.equal(await totalOf(gateway, "2"), "100000000.000000");
});

Deno.test("the operator's command line and REST name a movement alike", async () => {
  const gateway = new TestGateway();
  const command = { kind: "deposit", account: 2, asset: 3, amount: 1_000_000 } as const;
  gateway.exchange.administer(command, "deposit wire-9");
  const body = { reference: "wire-9", asset: "USD", amount: "1" };
  const { status, body: { duplicate } } = await post(gateway, "/2/deposits", body);
  assert.deepEqual([status, duplicate], [200, true]);
});

Deno.test("no more is withdrawn than is available, and the first refusal stands", async () => {
  const gateway = new TestGateway();
  await gateway.place(2, { price: "100.00", quantity: "1.0000" });
  const body = { reference: "w", asset: "USD", amount: "100000000" };
  const refused = await post(gateway, "/2/withdrawals", body);
  assert.deepEqual([refused.status, refused.body.code], [422, "insufficient_funds"]);
  const { field, limit, value, detail } = refused.body;
  assert.deepEqual([field, limit, value], ["amount", "99999899.950000", "100000000.000000"]);
  assert.match(detail, /^The withdrawal needs 100000000\.000000 USD/);
  await gateway.signed(ADMIN, "DELETE", `${ACCOUNTS}/2/orders`);
  const again = await post(gateway, "/2/withdrawals", body);
  assert.deepEqual([again.status, again.body.code], [422, "insufficient_funds"]);
  assert.equal((await post(gateway, "/2/withdrawals", { ...body, reference: "x" })).status, 201);
  assert.equal(await totalOf(gateway, "2"), "0");
});

Deno.test("an operator transfers between accounts of any owners", async () => {
  const gateway = new TestGateway();
  const body = { reference: "t", toAccount: "1", asset: "BTC", amount: "0.5" };
  const done = await post(gateway, "/2/transfers", body);
  assert.equal(done.status, 201);
  assert.ok(v.is(OperatorTransferredSchema, done.body));
  assert.deepEqual([done.body.account, done.body.toAccount], ["2", "1"]);
  assert.equal((await post(gateway, "/2/transfers", body)).body.duplicate, true);
  assert.equal(await totalOf(gateway, "2", "BTC"), "999.50000000");
  assert.equal(await totalOf(gateway, "1", "BTC"), "1000.50000000");
  const itself = await post(gateway, "/2/transfers", { ...body, reference: "u", toAccount: "2" });
  assert.deepEqual([itself.status, itself.body.code], [422, "account_invalid"]);
});

Deno.test("an account is opened once, and a disabled one stays disabled", async () => {
  const gateway = new TestGateway();
  const opened = await post(gateway, "", { account: "9", tradeGroup: "7" });
  assert.equal(opened.status, 201);
  assert.ok(v.is(OpenedAccountSchema, opened.body));
  const { enabled, tradeGroup, duplicate } = opened.body;
  assert.deepEqual([enabled, tradeGroup, duplicate], [true, "7", false]);
  await post(gateway, "/9/disable");
  const again = await post(gateway, "", { account: "9", tradeGroup: "7" });
  assert.deepEqual([again.status, again.body.enabled, again.body.duplicate], [200, false, true]);
  assert.equal((await post(gateway, "", { account: "9" })).body.tradeGroup, "7");
  assert.equal((await post(gateway, "", { account: "9", tradeGroup: null })).status, 200);
  const other = await post(gateway, "", { account: "9", tradeGroup: "8" });
  assert.deepEqual([other.status, other.body.code], [409, "different_content"]);
  assert.equal((await post(gateway, "", { account: "10" })).body.tradeGroup, null);
});

Deno.test("accounts come into a trade group and out of it", async () => {
  const gateway = new TestGateway();
  const groupOf = async () => (await gateway.signed(ADMIN, "GET", `${ACCOUNTS}/2`)).body.tradeGroup;
  await post(gateway, "/2/enable?tradeGroup=4294967294");
  assert.equal(await groupOf(), "4294967294");
  await post(gateway, "/2/disable");
  assert.equal(await groupOf(), "4294967294");
  await post(gateway, "/2/enable?tradeGroup=0");
  assert.equal(await groupOf(), null);
  for (const group of ["4294967295", "x", "-1"]) {
    const { body } = await post(gateway, `/2/enable?tradeGroup=${group}`);
    assert.deepEqual([body.code, body.field], ["invalid_parameter", "tradeGroup"]);
  }
});

Deno.test("the kill switch disables first and then cancels everything", async () => {
  const gateway = new TestGateway();
  await gateway.place(2, { price: "100.00" });
  await gateway.place(2, { symbol: "ETH-USD", price: "100.00", quantity: "1" });
  const killed = await post(gateway, "/2/kill");
  assert.equal(killed.status, 200);
  assert.ok(v.is(KilledSchema, killed.body));
  assert.deepEqual([killed.body.enabled, killed.body.canceled], [false, 2]);
  assert.deepEqual(gateway.acts.sent.map(({ command }) => command.kind), [
    "account",
    "cancelAccount",
  ]);
  assert.equal((await gateway.place(2)).body.code, "account_disabled");
  const { body } = await gateway.signed(ADMIN, "GET", `${ACCOUNTS}/2`);
  assert.deepEqual([body.enabled, body.openOrders], [false, 0]);
  assert.equal((await post(gateway, "/9/kill")).body.code, "unknown_account");
});

Deno.test("any account is shown with what it has", async () => {
  const gateway = new TestGateway();
  await gateway.place(2, { price: "100.00", quantity: "1.0000" });
  const { status, body } = await gateway.signed(ADMIN, "GET", `${ACCOUNTS}/2`);
  assert.equal(status, 200);
  assert.ok(v.is(AnyAccountSchema, body));
  assert.deepEqual([body.enabled, body.openOrders, body.tradeGroup], [true, 1, null]);
  assert.deepEqual(body.balances.find(({ asset }) => asset === "USD"), {
    asset: "USD",
    total: "100000000.000000",
    available: "99999899.950000",
    held: "100.050000",
  });
  const ahead = `${ACCOUNTS}/2?minSequence=${Number(body.sequence) + 1}`;
  assert.equal((await gateway.signed(ADMIN, "GET", ahead)).body.code, "behind");
  for (
    const [path, code] of [
      ["/9", "unknown_account"],
      ["/x", "not_found"],
      ["/1048576", "invalid_parameter"],
      ["/2?minSequence=x", "invalid_parameter"],
      ["/2?sort=up", "unknown_parameter"],
    ]
  ) {
    assert.equal((await gateway.signed(ADMIN, "GET", ACCOUNTS + path)).body.code, code, path);
  }
});

Deno.test("what cannot be moved is refused with its field, and nothing is sent", async () => {
  const gateway = new TestGateway();
  const good = { reference: "r", asset: "USD", amount: "1" };
  const cases: [string, object, string, string | undefined][] = [
    ["/2/deposits", { ...good, amount: "0" }, "invalid_field", "amount"],
    ["/2/deposits", { ...good, amount: "1.0000001" }, "invalid_field", "amount"],
    ["/2/deposits", { ...good, amount: "90000000000" }, "invalid_field", "amount"],
    ["/2/deposits", { ...good, amount: "-1" }, "invalid_decimal", "amount"],
    ["/2/deposits", { ...good, amount: 1 }, "invalid_decimal", "amount"],
    ["/2/deposits", { ...good, asset: "XYZ" }, "invalid_field", "asset"],
    ["/2/deposits", { ...good, reference: "a b" }, "invalid_field", "reference"],
    ["/2/deposits", { ...good, reference: "x".repeat(65) }, "invalid_field", "reference"],
    ["/2/deposits", { asset: "USD", amount: "1" }, "missing_field", "reference"],
    ["/2/deposits", { ...good, toAccount: "1" }, "unknown_field", "toAccount"],
    ["/1048576/deposits", good, "invalid_parameter", "account"],
    ["/0/deposits", good, "not_found", undefined],
    ["/2/transfers", good, "missing_field", "toAccount"],
    ["/2/transfers", { ...good, toAccount: "4294967296" }, "invalid_field", "toAccount"],
    ["", { account: "1048576" }, "invalid_field", "account"],
    ["", { account: "0" }, "invalid_field", "account"],
    ["", { account: "9", tradeGroup: "4294967295" }, "invalid_field", "tradeGroup"],
    ["", { account: "9", tradeGroup: "0" }, "invalid_field", "tradeGroup"],
  ];
  for (const [path, body, code, field] of cases) {
    const answer = await post(gateway, path, body);
    assert.deepEqual([path, body, answer.body.code, answer.body.field], [path, body, code, field]);
  }
  assert.equal(gateway.acts.sent.length, 0);
  const unknown = await post(gateway, "/9/deposits", good);
  assert.deepEqual([unknown.status, unknown.body.code], [422, "unknown_account"]);
  const supply = await post(gateway, "/2/deposits", {
    ...good,
    reference: "s",
    amount: "9000000000",
  });
  assert.deepEqual([supply.status, supply.body.code], [422, "supply_too_high"]);
});

Deno.test("accounts and money need the scope admin", async () => {
  const gateway = new TestGateway();
  gateway.addKey(1, ["read", "trade", "keys"]);
  const good = { reference: "r", asset: "USD", amount: "1", toAccount: "1" };
  const asks = ["", "/2/deposits", "/2/withdrawals", "/2/transfers", "/2/kill"];
  for (const path of asks) {
    const body = path === "/2/kill" ? {} : { body: good };
    const answer = await gateway.signed(1, "POST", `${ACCOUNTS}${path}`, body);
    assert.deepEqual([path, answer.status, answer.body.code], [path, 403, "scope_missing"]);
  }
  assert.equal((await gateway.signed(1, "GET", `${ACCOUNTS}/2`)).status, 403);
  assert.equal(gateway.acts.requests.length, 0);
});

Deno.test("what happens between the two questions about an account is not told as seen by both", async () => {
  const gateway = new TestGateway();
  const { queries, state } = gateway.exchange;
  const leader = queries.leader.bind(queries);
  let seen = 0;
  queries.leader = async (query, options) => {
    const answer = await leader(query, options);
    if (query.kind === "account") {
      seen = state.events.sequence;
      await gateway.place(2, { price: "100.00" });
    }
    return answer;
  };
  const { body } = await gateway.signed(ADMIN, "GET", `${ACCOUNTS}/2`);
  assert.ok(state.events.sequence > seen);
  assert.equal(body.sequence, String(seen));
});
