import assert from "node:assert/strict";
import { contextOf } from "../../../../routes/binance/websocket_api/api_call.ts";

Deno.test("a request comes from where its connection does", () => {
  const call = {
    request: { id: "1", method: "ping", parameters: new Map([["symbol", "A B"], ["apiKey", "k"]]) },
    session: null as never,
    fault: null,
  };
  const environment = { remoteAddr: { hostname: "192.0.2.9" } };
  const client = { forwarded: "203.0.113.7, 192.0.2.1", environment };
  const { env, req } = contextOf(call, "POST", { client, timeUnit: null });
  assert.equal(req.raw.headers.get("x-forwarded-for"), "203.0.113.7, 192.0.2.1");
  assert.deepEqual([env, req.method, new URL(req.url).search], [
    environment,
    "POST",
    "?symbol=A%20B",
  ]);
});
