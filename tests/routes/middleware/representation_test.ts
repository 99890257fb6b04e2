import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { gunzipSync } from "node:zlib";
import { halt } from "../../support/commands.ts";
import {
  COMPRESSED_LENGTH_LEAST,
  etagOf,
  hasAlready,
  takesGzip,
} from "../../../routes/middleware/representation.ts";
import { TestGateway } from "../test_gateway.ts";

/** A book of many levels, whose depth is large. */
async function gatewayWithBook(): Promise<TestGateway> {
  const gateway = new TestGateway();
  for (let cents = 0; cents < 200; cents++) {
    const price = (49_000 + cents).toFixed(2);
    await gateway.place(1, { price, quantity: "0.0001", clientOrderId: `b${cents}` });
  }
  for (let cents = 0; cents < 200; cents++) {
    const price = (51_000 + cents).toFixed(2);
    await gateway.place(2, { side: "sell", price, quantity: "0.0001", clientOrderId: `a${cents}` });
  }
  return gateway;
}

const DEPTH = "/v1/depth?symbol=BTC-USD&levels=4000";

Deno.test("a large answer is compressed for who takes gzip, and whole for who does not", async () => {
  const gateway = await gatewayWithBook();
  const plain = await gateway.send("GET", DEPTH);
  assert.ok(plain.text.length >= COMPRESSED_LENGTH_LEAST);
  assert.equal(plain.headers.get("content-encoding"), null);
  assert.equal(plain.headers.get("vary"), "Accept-Encoding");
  const request = new Request(`http://127.0.0.1${DEPTH}`, {
    headers: { "Accept-Encoding": "br;q=1, gzip;q=0.5" },
  });
  const environment = { remoteAddr: { hostname: "192.0.2.1" } };
  const response = await gateway.app.fetch(request, environment);
  assert.equal(response.headers.get("content-encoding"), "gzip");
  assert.equal(response.headers.get("vary"), "Accept-Encoding");
  const bytes = Buffer.from(await response.arrayBuffer());
  assert.ok(bytes.length < plain.text.length / 4, `${bytes.length} of ${plain.text.length}`);
  assert.equal(gunzipSync(bytes).toString(), plain.text);
});

Deno.test("a small answer goes out as it is", async () => {
  const gateway = new TestGateway();
  const { headers } = await gateway.send("GET", "/v1/depth?symbol=BTC-USD", {
    headers: { "Accept-Encoding": "gzip" },
  });
  assert.deepEqual([headers.get("content-encoding"), headers.get("vary")], [null, null]);
});

Deno.test("gzip is what Accept-Encoding allows", () => {
  const cases = [
    [null, false],
    ["", false],
    ["identity", false],
    ["br", false],
    ["gzip", true],
    ["GZIP", true],
    ["br, gzip;q=0.1", true],
    ["gzip;q=0", false],
    ["gzip; q=0.000", false],
    ["*", true],
    ["*;q=0", false],
    ["*;q=0, gzip", true],
    ["gzip;q=0, *", false],
    ["notgzip", false],
  ] as const;
  for (const [accepted, expected] of cases) {
    assert.deepEqual([accepted, takesGzip(accepted)], [accepted, expected]);
  }
});

Deno.test("who has the instruments already is told so, until one of them changes", async () => {
  const gateway = new TestGateway();
  const first = await gateway.send("GET", "/v1/instruments");
  const etag = first.headers.get("etag") ?? "";
  assert.match(etag, /^W\/"[\w-]{22}"$/);
  const headers = { "If-None-Match": etag };
  const same = await gateway.send("GET", "/v1/instruments", { headers });
  assert.deepEqual([same.status, same.text], [304, ""]);
  assert.equal(same.headers.get("etag"), etag);
  assert.equal(same.headers.get("cache-control"), "public, max-age=5");
  const head = await gateway.send("HEAD", "/v1/instruments", { headers });
  assert.equal(head.status, 304);
  gateway.exchange.operate([halt()]);
  const changed = await gateway.send("GET", "/v1/instruments", { headers });
  assert.equal(changed.status, 200);
  assert.notEqual(changed.headers.get("etag"), etag);
});

Deno.test("a tag is found in a list, weak or strong, and a star is any", () => {
  const etag = etagOf("contents");
  const other = etagOf("other contents");
  const strong = etag.slice(2);
  for (const named of [etag, strong, `${other}, ${etag}`, "*"]) {
    assert.ok(hasAlready(named, etag), named);
  }
  for (const named of [null, "", other, strong.slice(1, -1)]) {
    assert.ok(!hasAlready(named, etag), String(named));
  }
});

Deno.test("a problem has no tag, and is never what somebody has already", async () => {
  const gateway = new TestGateway();
  const { status, headers } = await gateway.send("GET", "/v1/instruments?symbol=DOGE-USD", {
    headers: { "If-None-Match": "*" },
  });
  assert.deepEqual([status, headers.get("etag")], [404, null]);
});
