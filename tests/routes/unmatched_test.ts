import assert from "node:assert/strict";
import { TestGateway } from "./test_gateway.ts";

Deno.test("a path that is not there is 404, one that takes other methods 405", async () => {
  const gateway = new TestGateway();
  const cases = [
    ["GET", "/v1", 404, null],
    ["GET", "/v1/orders/", 404, null],
    ["GET", "/v1/orders/1/fills", 404, null],
    ["OPTIONS", "/nowhere", 404, null],
    ["PUT", "/v1/orders", 405, "POST, DELETE, GET, HEAD"],
    ["POST", "/v1/orders/17", 405, "PATCH, DELETE, GET, HEAD"],
    ["POST", "/v1/orders/by-client-id/a1", 405, "PATCH, DELETE, GET, HEAD"],
    ["POST", "/v1/time", 405, "GET, HEAD"],
    ["GET", "/v1/stream-credentials", 405, "POST"],
    ["GET", "/v1/stream-token", 405, "POST"],
    ["OPTIONS", "/metrics", 405, "GET, HEAD"],
    // Matches the path of a batch and that of an order by its id.
    ["PUT", "/v1/orders/batch", 405, "PATCH, DELETE, POST, GET, HEAD"],
    ["PATCH", "/openapixjson", 404, null],
    ["PATCH", "/api", 404, null],
    ["PATCH", "/api//", 404, null],
    ["PATCH", "/api/*", 404, null],
    ["PATCH", "/api/v3/nowhere", 404, null],
    ["OPTIONS", "/api/v3/nowhere", 404, null],
    ["OPTIONS", "/health/live", 405, "GET, HEAD"],
  ] as const;
  for (const [method, path, status, allow] of cases) {
    const answer = await gateway.send(method, path);
    assert.deepEqual([method, path, answer.status], [method, path, status]);
    assert.equal(answer.headers.get("allow"), allow);
    assert.equal(answer.body.code, status === 404 ? "not_found" : "method_not_allowed");
  }
});

Deno.test("a browser may ask first before it reads a public path", async () => {
  const gateway = new TestGateway();
  const { status, text, headers } = await gateway.send("OPTIONS", "/v1/depth");
  assert.deepEqual([status, text], [204, ""]);
  assert.equal(headers.get("access-control-allow-origin"), "*");
  assert.equal(headers.get("access-control-allow-methods"), "GET");
  assert.equal(headers.get("access-control-max-age"), "7200");
  assert.equal(headers.get("allow"), "GET, HEAD");
});

Deno.test("a browser may send what it has signed, without credentials of its own", async () => {
  const gateway = new TestGateway();
  const { status, headers } = await gateway.send("OPTIONS", "/v1/orders");
  assert.equal(status, 204);
  assert.equal(headers.get("access-control-allow-origin"), "*");
  assert.equal(headers.get("access-control-allow-methods"), "POST, DELETE, GET");
  assert.equal(headers.get("access-control-allow-credentials"), null);
  const allowed = headers.get("access-control-allow-headers")?.toLowerCase().split(", ") ?? [];
  const sent = Object.keys(gateway.sign(1, "GET", "/v1/orders", {
    recvWindowMillis: 5_000,
    idempotencyKey: "once-1",
  }));
  for (const name of [...sent, "Content-Type", "Authorization", "Prefer"]) {
    assert.ok(allowed.includes(name.toLowerCase()), `${name} is not allowed`);
  }
  const byId = await gateway.send("OPTIONS", "/v1/orders/17");
  assert.equal(byId.headers.get("access-control-allow-methods"), "PATCH, DELETE, GET");
});

Deno.test("HEAD is answered as GET, without a body", async () => {
  const gateway = new TestGateway();
  const open = await gateway.send("HEAD", "/v1/time");
  assert.deepEqual([open.status, open.text], [200, ""]);
  const signed = await gateway.signed(1, "HEAD", "/v1/balances");
  assert.deepEqual([signed.status, signed.text], [200, ""]);
});
