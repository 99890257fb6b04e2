import assert from "node:assert/strict";
import * as v from "valibot";
import { VenueStatusSchema } from "../../../routes/schema/status.ts";
import { halt } from "../../support/commands.ts";
import { TestGateway } from "../test_gateway.ts";

const read = (gateway: TestGateway) => gateway.send("GET", "/v1/status");

Deno.test("the status says which instruments trade, and that orders are taken", async () => {
  const gateway = new TestGateway();
  const { status, body } = await read(gateway);
  assert.equal(status, 200);
  assert.ok(v.is(VenueStatusSchema, body));
  assert.deepEqual(body, {
    timeMicros: gateway.nowMicros,
    acceptsOrders: true,
    blockedBy: [],
    instruments: [
      { symbol: "BTC-USD", status: "trading" },
      { symbol: "ETH-USD", status: "trading" },
    ],
  });
});

Deno.test("an instrument that is halted says so", async () => {
  const gateway = new TestGateway();
  gateway.exchange.operate([halt(2)]);
  const { body } = await read(gateway);
  assert.deepEqual(body.instruments[1], { symbol: "ETH-USD", status: "halted" });
  assert.equal(body.acceptsOrders, true);
});

Deno.test("whatever keeps orders out is named, and is no error", async () => {
  const cases: [string, (gateway: TestGateway) => void][] = [
    ["leader", ({ exchange }) => exchange.queries.failures.set("leader", "unreachable")],
    ["orders", ({ exchange }) => exchange.trouble = "journal"],
    ["gateway", (gateway) => gateway.isDraining = true],
    ["nats", (gateway) => gateway.isConnected = false],
    ["instruments", (gateway) => gateway.referenceAgeMillis = 60_000],
  ];
  for (const [part, spoil] of cases) {
    const gateway = new TestGateway();
    spoil(gateway);
    const { status, body } = await read(gateway);
    assert.deepEqual([status, body.acceptsOrders, body.blockedBy], [200, false, [part]]);
    assert.ok(v.is(VenueStatusSchema, body));
  }
});

Deno.test("a gateway without a broker still answers, and knows no instrument", async () => {
  const gateway = new TestGateway();
  gateway.hasBackend = false;
  const { status, body } = await read(gateway);
  assert.deepEqual([status, body.acceptsOrders, body.instruments], [200, false, []]);
  assert.ok(body.blockedBy.includes("nats"));
});

Deno.test("however many ask, the leader is asked once a second", async () => {
  const gateway = new TestGateway();
  const leaderAsked = () =>
    gateway.exchange.queries.asked.filter((one) => "kind" in (one as object)).length;
  await Promise.all([read(gateway), read(gateway)]);
  await read(gateway);
  const once = leaderAsked();
  gateway.nowMicros += 1_000_000;
  await read(gateway);
  assert.equal(leaderAsked(), 2 * once);
});
