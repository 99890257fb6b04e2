import assert from "node:assert/strict";
import { TestGateway } from "../test_gateway.ts";
import { BinanceClient, refused } from "./binance_client.ts";

const MSG = "This operation is not supported. There are spot markets only, under /api/v3.";

Deno.test("nothing can be lent or traded elsewhere, whoever asks", async () => {
  const gateway = new TestGateway();
  const client = new BinanceClient(gateway);
  for (const path of ["/sapi/v1/margin/allPairs", "/sapi/v1/margin/isolated/allPairs"]) {
    assert.deepEqual((await gateway.send("GET", path)).body, []);
    assert.deepEqual(await client.ok("GET", path), []);
    assert.deepEqual(await client.ok("GET", path, { symbol: "BTCUSD" }), []);
  }
  for (const [kind, others] of [["fapi", { assets: [] }], ["dapi", {}]] as const) {
    const { status, body } = await gateway.send("GET", `/${kind}/v1/exchangeInfo`);
    assert.equal(status, 200);
    assert.deepEqual(body, {
      timezone: "UTC",
      serverTime: Math.floor(gateway.nowMicros / 1_000),
      rateLimits: [],
      exchangeFilters: [],
      symbols: [],
      ...others,
    });
  }
});

Deno.test("everything else of Binance's other markets is refused in its form", async () => {
  const gateway = new TestGateway();
  for (const prefix of ["sapi", "fapi", "dapi", "eapi", "papi", "futures"]) {
    for (const method of ["GET", "POST", "PUT", "DELETE", "PATCH"]) {
      refused(await gateway.send(method, `/${prefix}/v1/any/path`), 404, -1020, MSG);
    }
    refused(await gateway.send("GET", `/${prefix}`), 404, -1020, MSG);
  }
  const signed = await new BinanceClient(gateway).send("POST", "/sapi/v1/margin/order", {
    symbol: "BTCUSD",
  });
  refused(signed, 404, -1020, MSG);
});

Deno.test("an address pays for what there is not, and for what is empty", async () => {
  const gateway = new TestGateway();
  for (const path of ["/fapi/v1/exchangeInfo", "/eapi/v1/ping"]) {
    const { headers } = await gateway.send("GET", path);
    assert.ok(headers.has("x-mbx-used-weight-1m"), path);
  }
});

Deno.test("another path that looks like one of theirs is no path of Binance", async () => {
  const { status, body } = await new TestGateway().send("GET", "/sapiens");
  assert.deepEqual([status, body.code], [404, "not_found"]);
});
