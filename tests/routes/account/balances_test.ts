import assert from "node:assert/strict";
import { TestGateway } from "../test_gateway.ts";

Deno.test("balances are what the account has, holds and may use", async () => {
  const gateway = new TestGateway();
  await gateway.place(1);
  const { status, body } = await gateway.signed(1, "GET", "/v1/balances");
  assert.equal(status, 200);
  const usd = body.balances.find((one: { asset: string }) => one.asset === "USD");
  assert.deepEqual(usd, {
    asset: "USD",
    total: "100000000.000000",
    // 0.5 × 50,000, and 500 parts per million of it for the fee.
    available: "99974987.500000",
    held: "25012.500000",
  });
  const btc = body.balances.find((one: { asset: string }) => one.asset === "BTC");
  assert.deepEqual(btc, {
    asset: "BTC",
    total: "1000.00000000",
    available: "1000.00000000",
    held: "0",
  });
  assert.equal(body.sequence, String(gateway.exchange.state.events.sequence));
});
