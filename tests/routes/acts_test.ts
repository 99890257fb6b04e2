import assert from "node:assert/strict";
import { ADMIN, TestGateway } from "./test_gateway.ts";

const HALT = "/v1/admin/instruments/BTC-USD/halt";

Deno.test("a name that nobody has signed is not handed on", async () => {
  const gateway = new TestGateway();
  const headers = { ...gateway.sign(ADMIN, "POST", HALT), "Idempotency-Key": "put-on-by-others" };
  const { status } = await gateway.send("POST", HALT, { headers });
  assert.equal(status, 200);
  const signed = await gateway.signed(ADMIN, "POST", HALT, { idempotencyKey: "my-own" });
  assert.equal(signed.status, 200);
  const names = gateway.acts.requests.map(({ idempotencyKey }) => idempotencyKey);
  assert.deepEqual(names, [null, "my-own"]);
});

Deno.test("what comes after an act through the same gateway reflects it", async () => {
  const gateway = new TestGateway();
  const { body } = await gateway.signed(ADMIN, "POST", HALT);
  assert.equal(gateway.market.reportedSequence, Number(body.sequence));
  const { body: ticker } = await gateway.send("GET", "/v1/ticker?symbol=BTC-USD");
  assert.equal(ticker.status, "halted");
});

Deno.test("acts take no place on the order path, and say nothing about it", async () => {
  const gateway = new TestGateway();
  const { limiter } = gateway.total;
  assert.equal((await gateway.signed(ADMIN, "GET", "/v1/admin/audit")).status, 200);
  assert.equal(limiter.fullMicros, 0);
  assert.equal((await gateway.signed(1, "GET", "/v1/balances")).status, 200);
  assert.ok(limiter.fullMicros > 0);
});

Deno.test("a signed HEAD is verified as what it is", async () => {
  const gateway = new TestGateway();
  gateway.addKey(1, ["keys"]);
  const { status, text } = await gateway.signed(1, "HEAD", "/v1/keys");
  assert.deepEqual([status, text], [200, ""]);
});
