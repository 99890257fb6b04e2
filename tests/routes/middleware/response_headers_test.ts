import assert from "node:assert/strict";
import { TestGateway } from "../test_gateway.ts";

Deno.test("what a browser could ask for is neither sniffed nor stored", async () => {
  const gateway = new TestGateway();
  const answers = [
    await gateway.send("GET", "/v1/time"),
    await gateway.signed(1, "GET", "/v1/balances"),
    await gateway.send("GET", "/nowhere"),
  ];
  for (const { headers } of answers) {
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("cache-control"), "no-store");
    assert.equal(headers.get("strict-transport-security"), null, "not over plain HTTP");
  }
  const secure = await gateway.app.request("https://gateway.test/v1/time");
  await secure.body?.cancel();
  assert.match(secure.headers.get("strict-transport-security") ?? "", /^max-age=\d{8}$/);
});

Deno.test("scripts of every origin may read what is public, and nothing else", async () => {
  const gateway = new TestGateway();
  const originOf = async (path: string) =>
    (await gateway.send("GET", path)).headers.get("access-control-allow-origin");
  const open = ["/v1/time", "/v1/instruments", "/v1/depth?symbol=BTC-USD", "/v1/depth"];
  for (const path of open) assert.equal(await originOf(path), "*", path);
  for (const path of ["/v1/balances", "/metrics", "/nowhere"]) {
    assert.equal(await originOf(path), null, path);
  }
  const { headers } = await gateway.send("GET", "/v1/time");
  assert.match(headers.get("access-control-expose-headers") ?? "", /RateLimit/);
  assert.equal(headers.get("access-control-allow-credentials"), null);
});

Deno.test("a script of another origin reads the answer to what it has signed", async () => {
  const gateway = new TestGateway();
  const headers = { Origin: "https://app.test" };
  const answers = [
    await gateway.signed(1, "GET", "/v1/balances", { headers }),
    await gateway.place(1, {}, { headers }),
    await gateway.send("GET", "/v1/balances", { headers }),
  ];
  assert.deepEqual(answers.map(({ status }) => status), [200, 201, 401]);
  for (const answer of answers) {
    assert.equal(answer.headers.get("access-control-allow-origin"), "*");
    assert.match(answer.headers.get("access-control-expose-headers") ?? "", /Retry-After/);
  }
  const metrics = await gateway.send("GET", "/metrics", { headers });
  assert.equal(metrics.headers.get("access-control-allow-origin"), null);
});

Deno.test("an order is answered with the few fields that it needs", async () => {
  const gateway = new TestGateway();
  const { headers } = await gateway.place(1);
  assert.deepEqual([...headers.keys()].sort(), [
    "content-type",
    "location",
    "ratelimit",
    "ratelimit-policy",
    "x-request-id",
  ]);
});

Deno.test("what may be kept says for how long, and a problem never may", async () => {
  const gateway = new TestGateway();
  const cases = [
    ["/v1/instruments", "public, max-age=5"],
    ["/v1/instruments?symbol=DOGE-USD", "no-store"],
    ["/v1/status", "public, max-age=1"],
    ["/v1/depth?symbol=BTC-USD", "no-store"],
    ["/v1/ticker", "no-store"],
    ["/v1/candles?symbol=BTC-USD", "no-store"],
  ];
  for (const [path, control] of cases) {
    const { headers } = await gateway.send("GET", path);
    assert.deepEqual([path, headers.get("cache-control")], [path, control]);
  }
});

Deno.test("a public answer runs nothing and stands in no frame", async () => {
  const gateway = new TestGateway();
  const { headers } = await gateway.send("GET", "/v1/time");
  assert.equal(
    headers.get("content-security-policy"),
    "default-src 'none'; frame-ancestors 'none'",
  );
});
