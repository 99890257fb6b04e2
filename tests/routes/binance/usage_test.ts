import assert from "node:assert/strict";
import { AdmissionKind } from "../../../core/limits/admission_code.ts";
import { LimitedSubject } from "../../../core/limits/limited_subject.ts";
import { LocalAdmission } from "../../../core/limits/admission.ts";
import { admissionPolicy } from "../../../core/limits/policy.ts";
import { MemoryAdmission } from "../../../infra/upstash/memory.ts";
import { rateLimits, usedOrders, usedUnits } from "../../../routes/binance/usage.ts";
import { START_MICROS } from "../memory_exchange.ts";
import { TestGateway } from "../test_gateway.ts";
import { BinanceClient, refused } from "./binance_client.ts";

Deno.test("an empty bucket is a full interval, and a full one is none of it", () => {
  const policy = admissionPolicy(50, 100);
  const admission = new LocalAdmission(policy, 16);
  const subject = new LimitedSubject("k1");
  const decide = (weight: number) =>
    admission.admit({ subject, policy: policy.key, weight, kind: AdmissionKind.order }, 0);
  const half = decide(25);
  assert.deepEqual([usedUnits(half, 60), usedOrders(half)], [1_500, 250]);
  const all = decide(25);
  assert.deepEqual([usedUnits(all, 60), usedOrders(all)], [3_000, 500]);
  const [requests, orders] = rateLimits(policy.key);
  assert.deepEqual([requests?.limit, orders?.limit], [3_000, 500]);
});

Deno.test("a cancel tells nothing of a bucket that it does not use", async () => {
  const gateway = new TestGateway();
  const client = new BinanceClient(gateway);
  const { body, headers } = await client.place();
  assert.ok(headers.has("x-mbx-order-count-10s"));
  const read = await client.send("GET", "openOrders");
  assert.ok(read.headers.has("x-mbx-used-weight-1m") && !read.headers.has("x-mbx-order-count-10s"));
  const canceled = await client.send("DELETE", "order", {
    symbol: "BTCUSD",
    orderId: body.orderId,
  });
  assert.equal(canceled.status, 200);
  assert.ok(!canceled.headers.has("x-mbx-used-weight-1m"));
});

Deno.test("a book costs by the levels that it is asked for, as everywhere", async () => {
  const policy = admissionPolicy(100, 100);
  const used = async (limit: string) => {
    const admission = new MemoryAdmission({ policy, nowMicros: () => START_MICROS });
    const gateway = new TestGateway({ admission });
    const { headers } = await gateway.send("GET", `/api/v3/depth?symbol=BTCUSD${limit}`);
    return Number(headers.get("x-mbx-used-weight-1m"));
  };
  const one = await used("&limit=5");
  assert.ok(one > 0);
  const cases = [
    ["", 1],
    ["&limit=100", 1],
    ["&limit=500", 5],
    ["&limit=1000", 10],
    [
      "&limit=4000",
      50,
    ],
    ["&limit=90000", 50],
    ["&limit=-1", 1],
  ] as const;
  for (const [limit, weight] of cases) assert.equal(await used(limit), weight * one, limit);
});

Deno.test("a gateway without room says so in Binance's words, before it looks at anything", async () => {
  const gateway = new TestGateway();
  for (let count = 0; count < 1_000; count++) gateway.total.limiter.begin();
  const answer = await new BinanceClient(gateway).place();
  refused(answer, 503, -1008);
  assert.equal(answer.headers.get("retry-after"), "1");
  assert.ok(answer.headers.has("x-request-id"));
});

Deno.test("whoever asks too much is told when to come again", async () => {
  const policy = admissionPolicy(2, 2);
  const admission = new MemoryAdmission({ policy, nowMicros: () => 0 });
  const client = new BinanceClient(new TestGateway({ admission }));
  assert.equal((await client.place()).status, 200);
  assert.equal((await client.place()).status, 200);
  const limited = await client.place();
  refused(limited, 429, -1003);
  assert.match(limited.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
});
