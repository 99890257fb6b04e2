import assert from "node:assert/strict";
import { TestGateway } from "../test_gateway.ts";

Deno.test("the use of a key is noted with address and time once its signature is verified", async () => {
  const gateway = new TestGateway();
  const { status } = await gateway.signed(1, "GET", "/v1/balances", { address: "203.0.113.7" });
  assert.equal(status, 200);
  const [[id, address, nowMicros], ...more] = gateway.keyUses;
  assert.deepEqual([address, nowMicros, more], ["203.0.113.7", gateway.nowMicros, []]);
  assert.ok(gateway.keys.has(id));
});

Deno.test("a request that nobody vouches for notes nothing", async () => {
  const gateway = new TestGateway();
  gateway.addKey(2, ["read"], { revoked: true });
  const secret = "x".repeat(40);
  await gateway.signed(1, "GET", "/v1/balances", { secret });
  await gateway.signed(2, "GET", "/v1/balances");
  await gateway.send("GET", "/v1/time");
  await gateway.send("GET", "/v1/balances");
  assert.deepEqual(gateway.keyUses, []);
});
