/**
 * The gateway's total, from the outside.
 *
 * @module
 */

import assert from "node:assert/strict";
import { AdmissionKind } from "../../../core/limits/admission_code.ts";
import { TotalCode } from "../../../core/limits/dual_limiter.ts";
import { GatewayTotal } from "../../../routes/gateway_total.ts";
import { LIMIT_BUY, TestGateway } from "../test_gateway.ts";

/** So many requests under way as a share of what there may be; while orders are refused that is less. */
function crowd(
  { total: { limiter } }: TestGateway,
  share: number,
  limit = limiter.concurrencyLimit,
): void {
  while (limiter.inFlight < limit * share) limiter.begin();
}

Deno.test("the fuller it gets the fewer kinds enter: reads first, then orders, then amends", async () => {
  const gateway = new TestGateway();
  const entered = async () => {
    const answers = [
      await gateway.signed(1, "GET", "/v1/balances"),
      await gateway.place(1),
      await gateway.signed(1, "PATCH", "/v1/orders/1", { body: { quantity: "0.4000" } }),
      await gateway.signed(1, "DELETE", "/v1/orders/1"),
    ];
    return answers.map(({ status }) => status !== 503);
  };
  const limit = gateway.total.limiter.concurrencyLimit;
  assert.deepEqual(await entered(), [true, true, true, true]);
  crowd(gateway, 0.8);
  assert.deepEqual(await entered(), [false, true, true, true]);
  crowd(gateway, 0.9);
  assert.deepEqual(await entered(), [false, false, true, true]);
  crowd(gateway, 1, limit);
  assert.deepEqual(await entered(), [false, false, false, true]);
});

Deno.test("a refusal says when to come again, and is counted", async () => {
  const gateway = new TestGateway();
  crowd(gateway, 1);
  const { status, headers, body } = await gateway.place(1);
  assert.deepEqual([status, body.code, headers.get("retry-after")], [503, "overloaded", "1"]);
  assert.match(body.detail, /under way/);
  assert.equal(gateway.total.refused[TotalCode.concurrency], 1);
  const { text } = await gateway.send("GET", "/metrics");
  assert.match(text, /^edgebook_total_refused_total{part="concurrency"} 1$/m);
});

Deno.test("a script of another origin may read a refusal, and nobody stores one", async () => {
  const gateway = new TestGateway();
  crowd(gateway, 1);
  const origin = { headers: { Origin: "https://app.example" } };
  const fields = (headers: Headers) =>
    ["access-control-allow-origin", "access-control-expose-headers", "cache-control"]
      .map((name) => headers.get(name));
  const exposed =
    "ETag, Preference-Applied, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id";
  const read = await gateway.signed(1, "GET", "/v1/balances", origin);
  assert.deepEqual([read.status, ...fields(read.headers)], [503, "*", exposed, "no-store"]);
  const placed = await gateway.signed(1, "POST", "/v1/orders", { ...origin, body: LIMIT_BUY });
  assert.deepEqual([placed.status, ...fields(placed.headers)], [503, "*", exposed, null]);
  const own = await gateway.signed(1, "GET", "/v1/balances");
  assert.deepEqual([own.status, ...fields(own.headers)], [503, null, null, "no-store"]);
});

Deno.test("an open breaker says how long it stays open, which is more than a second", async () => {
  const gateway = new TestGateway();
  const { limiter } = gateway.total;
  // More than 95 % of the tokens used for more than five seconds on end.
  const until = gateway.nowMicros + 6_000_000;
  for (; gateway.nowMicros < until; gateway.nowMicros += 10_000) {
    while (limiter.decide(AdmissionKind.order, 1_000, gateway.nowMicros) === 0);
  }
  const { status, headers, body } = await gateway.place(1);
  assert.deepEqual([status, body.code], [503, "overloaded"]);
  assert.match(body.detail, /pauses/);
  const waitSeconds = Math.ceil(limiter.waitMicros / 1_000_000);
  assert.ok(waitSeconds >= 1 && Number(headers.get("retry-after")) === waitSeconds);
  assert.equal((await gateway.signed(1, "DELETE", "/v1/orders")).status, 200);
});

Deno.test("what entered leaves again, whatever comes of it", async () => {
  const gateway = new TestGateway();
  await gateway.place(1);
  await gateway.place(1, { price: "0.001" });
  gateway.exchange.trouble = "journal";
  await gateway.place(1);
  gateway.exchange.queries.failures.set("leader", "timeout");
  await gateway.signed(1, "GET", "/v1/balances");
  assert.equal(gateway.total.limiter.inFlight, 0);
});

Deno.test("whoever cannot show a key uses nothing up", async () => {
  const gateway = new TestGateway();
  const before = gateway.total.limiter.buckets.remaining(2);
  for (let index = 0; index < 20; index++) {
    await gateway.signed(1, "POST", "/v1/orders", { body: {}, secret: "a guess" });
  }
  assert.equal(gateway.total.limiter.buckets.remaining(2), before);
});

Deno.test("in shadow mode a full gateway lets everybody in, and counts", async () => {
  const gateway = new TestGateway({ settings: { enforcesLimits: false } });
  crowd(gateway, 1);
  assert.equal((await gateway.place(1)).status, 201);
  assert.ok(gateway.total.refused[TotalCode.concurrency] >= 1);
});

Deno.test("the total's rate and concurrency are within bounds that are told", () => {
  const { limiter } = new GatewayTotal(20_000, 320, 0);
  assert.equal(limiter.buckets.unitsPerSecond, 20_000);
  assert.equal(limiter.concurrencyLimit, 288);
  assert.throws(() => new GatewayTotal(0, 320, 0), RangeError);
  assert.throws(() => new GatewayTotal(20_000, 0, 0), RangeError);
});
