import assert from "node:assert/strict";
import { TestGateway } from "./test_gateway.ts";

/** A line of the text format: a comment, or a series with its value. */
const LINE = /^(# (HELP|TYPE) \w+ .+|\w+(\{[^{}]*\})? -?[0-9.e+-]+)$/;

Deno.test("metrics are in the text format, with what was counted", async () => {
  const gateway = new TestGateway();
  await gateway.place(1);
  await gateway.place(1, { price: "x" });
  await gateway.send("GET", "/v1/depth?symbol=BTC-USD");
  await gateway.send("GET", "/nowhere");
  const { status, text, headers } = await gateway.send("GET", "/metrics");
  assert.equal(status, 200);
  assert.match(headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  for (const line of text.trimEnd().split("\n")) assert.match(line, LINE);
  const { sequence } = gateway.exchange.state.events;
  const expected = [
    'edgebook_http_requests_total{method="POST",route="/v1/orders",status="201"} 1',
    'edgebook_http_requests_total{method="POST",route="/v1/orders",status="400"} 1',
    'edgebook_http_requests_total{method="GET",route="(unmatched)",status="404"} 1',
    'edgebook_http_request_duration_seconds_count{method="POST",route="/v1/orders"} 2',
    // This request is let in before it is counted as answered.
    'edgebook_admission_decisions_total{decision="admitted"} 5',
    "edgebook_nats_connected 1",
    "edgebook_orders_submitted_total 7",
    "edgebook_orders_round_trip_seconds 0.0015",
    "edgebook_snapshots_asked_total 1",
    `edgebook_reported_sequence ${sequence}`,
  ];
  for (const line of expected) assert.ok(text.includes(`${line}\n`), line);
  const names = text.split("\n").filter((line) => line.startsWith("# TYPE"));
  assert.equal(new Set(names).size, names.length, "each metric is described once");
});

Deno.test("without a backend there are metrics all the same", async () => {
  const gateway = new TestGateway();
  gateway.hasBackend = false;
  const { status, text } = await gateway.send("GET", "/metrics");
  assert.equal(status, 200);
  assert.ok(text.includes("edgebook_nats_connected 0\n"));
});
