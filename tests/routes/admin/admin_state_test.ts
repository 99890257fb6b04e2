import assert from "node:assert/strict";
import { ADMIN, TestGateway } from "../test_gateway.ts";

Deno.test("the state of a shard is exactly as DESIGN.md has it", async () => {
  const gateway = new TestGateway();
  await gateway.place(1);
  const { events } = gateway.exchange.state;
  for (const path of ["/v1/admin/state", "/v1/admin/state?shard=0"]) {
    const { status, text } = await gateway.signed(ADMIN, "GET", path);
    assert.equal(status, 200);
    assert.equal(
      text,
      `{"shard":0,"sequence":"${events.sequence}","stateHash":"${events.stateHash}",` +
        '"leader":"matching-1","epoch":1,"standbys":[]}',
    );
  }
});

Deno.test("a shard without a leader is 503, one that cannot be is 400", async () => {
  const gateway = new TestGateway();
  const none = await gateway.signed(ADMIN, "GET", "/v1/admin/state?shard=7");
  assert.deepEqual([none.status, none.body.code], [503, "leader_unavailable"]);
  const never = await gateway.signed(ADMIN, "GET", "/v1/admin/state?shard=1000");
  assert.deepEqual([never.status, never.body.field], [400, "shard"]);
});
