import assert from "node:assert/strict";
import { TestGateway } from "./test_gateway.ts";

const ready = (gateway: TestGateway) => gateway.send("GET", "/health/ready");

Deno.test("the process lives whatever it can reach", async () => {
  const gateway = new TestGateway();
  gateway.hasBackend = false;
  const { status, body } = await gateway.send("GET", "/health/live");
  assert.deepEqual([status, body], [200, { status: "live" }]);
});

Deno.test("a gateway that can take orders is ready", async () => {
  const { status, body } = await ready(new TestGateway());
  const checks = {
    gateway: "ok",
    clock: "ok",
    nats: "ok",
    instruments: "ok",
    leader: "ok",
    orders: "ok",
    limits: "ok",
    history: "ok",
    marketData: "ok",
    registrar: "ok",
  };
  assert.deepEqual([status, body], [200, { status: "ready", checks }]);
});

Deno.test("what keeps it from taking orders makes it unready, and is said", async () => {
  const cases: readonly [(gateway: TestGateway) => void, RegExp][] = [
    [(gateway) => gateway.isDraining = true, /^gateway: stopping$/],
    [(gateway) => gateway.isConnected = false, /^nats: reconnecting$/],
    [(gateway) => gateway.referenceAgeMillis = 10_001, /^instruments: not seen for more than/],
    [
      (gateway) => gateway.exchange.queries.failures.set("leader", "unreachable"),
      /^leader: leader query failed, unreachable/,
    ],
    [
      (gateway) => gateway.exchange.trouble = "journal",
      /^orders: the journal has answered nothing for 2345 ms$/,
    ],
  ];
  for (const [break_, reason] of cases) {
    const gateway = new TestGateway();
    break_(gateway);
    const { status, body, headers } = await ready(gateway);
    assert.deepEqual([status, body.status, body.reasons.length], [503, "not_ready", 1]);
    assert.match(body.reasons[0], reason);
    assert.equal(headers.get("retry-after"), "1");
  }
  const gateway = new TestGateway();
  gateway.hasBackend = false;
  assert.equal((await ready(gateway)).body.reasons.length, 4);
});

Deno.test("shared limits that are lost are told, and orders are taken all the same", async () => {
  const gateway = new TestGateway();
  gateway.limits = {
    degraded: true,
    lastFailure: "timeout",
    shared: 7,
    own: 1,
    trips: 3,
    tripsFailed: 1,
    waiting: 0,
    instances: 4,
    roundTripMicros: 1_500,
  };
  const { status, body } = await ready(gateway);
  assert.equal(status, 200);
  assert.match(body.checks.limits, /lost \(timeout\); one of 4 shares/);
  const { text } = await gateway.send("GET", "/metrics");
  assert.match(text, /^edgebook_limits_degraded 1$/m);
  assert.match(text, /^edgebook_limits_trips_total 3$/m);
  assert.match(text, /^edgebook_limits_round_trip_seconds 0.0015$/m);
});

Deno.test("without history or market data it still takes orders, and says what is missing", async () => {
  const gateway = new TestGateway();
  gateway.exchange.queries.failures.set("history", "timeout").set("marketData", "unreachable");
  const { status, body } = await ready(gateway);
  assert.deepEqual([status, body.checks.leader], [200, "ok"]);
  assert.match(body.checks.history, /timeout/);
  assert.match(body.checks.marketData, /unreachable/);
});

Deno.test("a clock that is corrected is said, and keeps nobody from ordering", async () => {
  const gateway = new TestGateway();
  gateway.clockFinding = "is 300000 ms behind the leader's; the leader's is used";
  const { status, body } = await ready(gateway);
  assert.deepEqual([status, body.checks.clock], [200, gateway.clockFinding]);
});

Deno.test("a clock that is set back does not keep an old answer", async () => {
  const gateway = new TestGateway();
  assert.equal((await ready(gateway)).status, 200);
  gateway.exchange.queries.failures.set("leader", "timeout");
  gateway.nowMicros -= 300_000_000;
  assert.equal((await ready(gateway)).status, 503);
});

Deno.test("the backend is looked at once a second, however often readiness is asked for", async () => {
  const gateway = new TestGateway();
  const { asked, failures } = gateway.exchange.queries;
  await Promise.all([ready(gateway), ready(gateway)]);
  await ready(gateway);
  assert.equal(asked.length, 3, "leader, history and market data");
  failures.set("leader", "timeout");
  gateway.nowMicros += 999_999;
  assert.equal((await ready(gateway)).status, 200);
  gateway.nowMicros += 1;
  assert.equal((await ready(gateway)).status, 503);
});

Deno.test("probes and metrics take no parameters, and say so", async () => {
  const gateway = new TestGateway();
  for (const path of ["/health/live", "/health/ready", "/metrics"]) {
    const { status, body } = await gateway.send("GET", `${path}?verbose=1`);
    const refusal = [path, status, body.code, body.field, body.limit];
    assert.deepEqual(refusal, [path, 400, "unknown_parameter", "verbose", "no parameters"]);
    assert.equal((await gateway.send("GET", path)).status, 200);
  }
});

Deno.test("a registrar that does not answer, or cannot read keys, is told and keeps no order out", async () => {
  const gateway = new TestGateway();
  gateway.acts.accountKeys.noteReadable("key_of_another_master", false);
  const blind = await ready(gateway);
  assert.equal(blind.status, 200);
  assert.equal(blind.body.checks.registrar, "1 records of keys do not open there");
  gateway.acts.accountKeys.noteReadable("key_of_another_master", true);
  gateway.acts.trouble = "nobody";
  gateway.nowMicros += 1_000_000;
  const silent = await ready(gateway);
  assert.deepEqual([silent.status, silent.body.status], [200, "ready"]);
  assert.match(silent.body.checks.registrar, /the registrar does not answer: nobody is there/);
  gateway.acts.trouble = "none";
  gateway.nowMicros += 1_000_000;
  assert.equal((await ready(gateway)).body.checks.registrar, "ok");
});
