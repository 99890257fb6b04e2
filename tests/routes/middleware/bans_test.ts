/**
 * Banned addresses, from the outside.
 *
 * @module
 */

import assert from "node:assert/strict";
import { TestGateway } from "../test_gateway.ts";

const MINUTE_MICROS = 60_000_000;

Deno.test("a banned address is served nothing until its time, signed or not", async () => {
  const gateway = new TestGateway();
  const address = "192.0.2.7";
  gateway.bans.ban("192.0.2.0/28", gateway.nowMicros + MINUTE_MICROS, gateway.nowMicros);
  for (
    const answer of [
      await gateway.send("GET", "/v1/time", { address }),
      await gateway.signed(1, "GET", "/v1/balances", { address }),
      await gateway.signed(1, "DELETE", "/v1/orders", { address }),
      await gateway.send("GET", "/.env", { address }),
    ]
  ) {
    const { status, body, headers } = answer;
    assert.deepEqual([status, body.code, body.value], [403, "address_banned", address]);
    assert.equal(headers.get("retry-after"), "60");
    assert.match(body.detail, /not served until 20\d\d-/);
  }
  assert.equal((await gateway.send("GET", "/health/live", { address })).status, 200);
  assert.equal((await gateway.send("GET", "/v1/time", { address: "192.0.2.77" })).status, 200);
  gateway.nowMicros += MINUTE_MICROS;
  assert.equal((await gateway.send("GET", "/v1/time", { address })).status, 200);
});
