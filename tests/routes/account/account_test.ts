import assert from "node:assert/strict";
import * as v from "valibot";
import { admissionPolicy } from "../../../core/limits/policy.ts";
import { MemoryAdmission } from "../../../infra/upstash/memory.ts";
import { AccountSchema, FeesSchema, LimitsSchema } from "../../../routes/schema/account.ts";
import { setAccount } from "../../support/commands.ts";
import { START_MICROS } from "../memory_exchange.ts";
import { TestGateway } from "../test_gateway.ts";

Deno.test("an account says whether it may trade, its group and its open orders", async () => {
  const gateway = new TestGateway();
  await gateway.place(1, { price: "100.00" });
  const { status, body } = await gateway.signed(1, "GET", "/v1/account");
  assert.equal(status, 200);
  assert.ok(v.is(AccountSchema, body));
  assert.deepEqual(body, {
    account: "1",
    enabled: true,
    tradeGroup: null,
    openOrders: 1,
    openOrdersMax: 10_000,
    feeTier: "standard",
    limitTier: null,
    scopes: ["read", "trade"],
    sequence: String(gateway.exchange.state.events.sequence),
  });
  gateway.exchange.operate([setAccount(1, false, 7)]);
  const after = await gateway.signed(1, "GET", "/v1/account");
  assert.deepEqual([after.body.enabled, after.body.tradeGroup], [false, "7"]);
});

Deno.test("an account that was never opened is unknown", async () => {
  const gateway = new TestGateway();
  gateway.addKey(9, ["read"]);
  const { status, body } = await gateway.signed(9, "GET", "/v1/account");
  assert.deepEqual([status, body.code], [422, "unknown_account"]);
});

Deno.test("an account waits for the sequence that it is asked for", async () => {
  const gateway = new TestGateway();
  const { body } = await gateway.signed(1, "GET", "/v1/account?minSequence=99999");
  assert.equal(body.code, "behind");
});

Deno.test("fees are those of the instruments", async () => {
  const gateway = new TestGateway();
  const { status, body } = await gateway.signed(1, "GET", "/v1/fees");
  assert.equal(status, 200);
  assert.ok(v.is(FeesSchema, body));
  assert.deepEqual(body.fees, [
    {
      symbol: "BTC-USD",
      makerFeeRate: "0.000100",
      takerFeeRate: "0.000500",
      feeAsset: "USD",
    },
    { symbol: "ETH-USD", makerFeeRate: "0.000000", takerFeeRate: "0.000000", feeAsset: "USD" },
  ]);
  const one = await gateway.signed(1, "GET", "/v1/fees?symbol=ETH-USD");
  assert.equal(one.body.fees.length, 1);
  const none = await gateway.signed(1, "GET", "/v1/fees?symbol=DOGE-USD");
  assert.equal(none.body.code, "unknown_symbol");
});

/** What is said of a kind of requests. */
const kindOf = (limits: v.InferOutput<typeof LimitsSchema>, kind: string) => {
  const found = limits.kinds.find((one) => one.kind === kind);
  assert.ok(found !== undefined);
  return found;
};

Deno.test("limits say what is left by kind, and cost one unit", async () => {
  let gateway: TestGateway | null = null;
  const nowMicros = () => gateway?.nowMicros ?? START_MICROS;
  const admission = new MemoryAdmission({ policy: admissionPolicy(100, 100), nowMicros });
  gateway = new TestGateway({ admission });
  const { status, body } = await gateway.signed(1, "GET", "/v1/limits");
  assert.equal(status, 200);
  assert.ok(v.is(LimitsSchema, body));
  assert.deepEqual(body.kinds.map(({ kind }) => kind), ["cancel", "amend", "order", "read"]);
  assert.deepEqual(kindOf(body, "cancel"), {
    kind: "cancel",
    limits: [{ policy: "key-cancel", limit: 1_000, unitsPerSecond: 500, windowSeconds: 2 }],
    decidedBy: "key-cancel",
    remaining: 1_000,
    resetSeconds: 0,
  });
  assert.deepEqual(kindOf(body, "order").limits.map(({ policy, limit }) => [policy, limit]), [
    ["key", 200],
    ["key-peak", 100],
  ]);
  assert.deepEqual([kindOf(body, "order").decidedBy, kindOf(body, "read").remaining], [
    "key-peak",
    99,
  ]);
  // Within the same moment, so that nothing has come back.
  const again = await gateway.send("GET", "/v1/limits", {
    headers: gateway.sign(1, "GET", "/v1/limits"),
  });
  assert.equal(kindOf(again.body, "order").remaining, 98);
  assert.equal(kindOf(again.body, "cancel").remaining, 1_000);
  await gateway.signed(1, "DELETE", "/v1/orders?symbol=BTC-USD");
  const behind = await gateway.send("GET", "/v1/limits", {
    headers: gateway.sign(1, "GET", "/v1/limits"),
  });
  assert.ok(kindOf(behind.body, "cancel").remaining < 1_000);
});

Deno.test("the account's own questions need the scope read", async () => {
  const gateway = new TestGateway();
  gateway.addKey(1, ["trade"]);
  for (const path of ["account", "fees", "limits", "ledger", "reports"]) {
    const { status, body } = await gateway.signed(1, "GET", `/v1/${path}`);
    assert.deepEqual([path, status, body.code], [path, 403, "scope_missing"]);
    assert.equal((await gateway.send("GET", `/v1/${path}`)).status, 401);
  }
});
