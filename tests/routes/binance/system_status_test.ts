import assert from "node:assert/strict";
import { TestGateway } from "../test_gateway.ts";
import { refused } from "./binance_client.ts";

const PATH = "/sapi/v1/system/status";

Deno.test("the system is normal while orders are taken", async () => {
  const { status, body } = await new TestGateway().send("GET", PATH);
  assert.deepEqual([status, body], [200, { status: 0, msg: "normal" }]);
});

Deno.test("whatever keeps orders out is maintenance, and is no error", async () => {
  const cases: ((gateway: TestGateway) => void)[] = [
    ({ exchange }) => exchange.queries.failures.set("leader", "unreachable"),
    ({ exchange }) => exchange.trouble = "journal",
    (gateway) => gateway.isDraining = true,
    (gateway) => gateway.isConnected = false,
    (gateway) => gateway.hasBackend = false,
  ];
  for (const spoil of cases) {
    const gateway = new TestGateway();
    spoil(gateway);
    const { status, body } = await gateway.send("GET", PATH);
    assert.deepEqual([status, body], [200, { status: 1, msg: "system_maintenance" }]);
  }
});

Deno.test("what keeps no orders out is no maintenance", async () => {
  const gateway = new TestGateway();
  gateway.exchange.queries.failures.set("history", "timeout");
  gateway.exchange.queries.failures.set("marketData", "timeout");
  gateway.clockFinding = "the clock is behind";
  const { body } = await gateway.send("GET", PATH);
  assert.equal(body.status, 0);
});

Deno.test("it takes no parameters", async () => {
  refused(await new TestGateway().send("GET", `${PATH}?symbol=BTCUSD`), 400, -1104);
});
