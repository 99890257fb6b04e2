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
