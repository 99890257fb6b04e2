import assert from "node:assert/strict";
import { type RestAnswer, RestClient } from "../support/client_rest.ts";
import { RedisServer } from "../support/redis_server.ts";
import { startUpstashShim, type UpstashShim } from "../support/upstash_shim.ts";
import {
  eventually,
  type ReadyLine,
  runTask,
  StartedMarket,
  withDataDirectory,
} from "../workers/supervisor/started_market.ts";
import { SpareGateway } from "./spare_gateway.ts";
import { ClosedPort } from "./tcp_client.ts";
import { noteHealed } from "./heal_time.ts";

const RATE = 10;
/** One second's worth may come at once; the rest of two seconds' burst at twice the rate. */
const AT_ONCE = RATE;
const SLOW_MILLIS = 3_000;
/** One round trip of 250 ms, or two where the script has to be sent again, and a loaded machine. */
const ANSWER_MILLIS_MAX = 1_500;
/** What the view of a key may be old, and what the test itself takes. */
const REVOKED_MILLIS_MAX = 4_000;

let orders = 0;
const place = (client: RestClient): Promise<RestAnswer> =>
  client.request("POST", "/v1/orders", {
    symbol: "BTC-USD",
    side: "buy",
    type: "limit",
    price: "100.00",
    quantity: "0.0010",
    clientOrderId: `upstash-${++orders}`,
  });

/** Sends so many orders at once; how many went into the log. */
async function burst(client: RestClient, count: number): Promise<number> {
  const began = performance.now();
  const answers = await Promise.all(Array.from({ length: count }, () => place(client)));
  const millis = performance.now() - began;
  assert.ok(millis < ANSWER_MILLIS_MAX, `${count} answers took ${millis} ms`);
  for (const { status, headers } of answers) {
    assert.ok(status === 201 || status === 429, `${status}`);
    if (status === 429) assert.ok(Number(headers.get("retry-after")) >= 1);
  }
  return answers.filter(({ status }) => status === 201).length;
}

/** Time until the shared counters decide again. */
async function healing({ url }: SpareGateway): Promise<number> {
  const began = performance.now();
  await eventually("the shared counters decide", async () => {
    const { json } = await new RestClient(url, null).request("GET", "/metrics");
    return json.includes("\nedgebook_limits_degraded 0\n") || undefined;
  });
  return Math.round(performance.now() - began);
}

const environment = (url: string, token: string) => ({
  EDGEBOOK_LIMITER: "upstash",
  EDGEBOOK_LIMIT_KEY_RATE: String(RATE),
  EDGEBOOK_LIMIT_ADDRESS_RATE: "10000",
  UPSTASH_REDIS_REST_URL: url,
  UPSTASH_REDIS_REST_TOKEN: token,
});

/** Sends each request to another of the two: what a split store looks like. */
function splitProxy(shims: readonly UpstashShim[]) {
  let count = 0;
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const shim = shims[count++ % shims.length];
    const headers = new Headers(request.headers);
    headers.set("authorization", `Bearer ${shim.token}`);
    const { pathname } = new URL(request.url);
    return await fetch(shim.url + pathname, {
      method: request.method,
      headers,
      body: await request.text(),
    });
  });
}

async function revokedWithin(data: string, line: ReadyLine, client: RestClient, at: number) {
  const { code, stderr } = await runTask("admin", [
    ...["keys", "revoke", line.keys[at].key, "--data", data],
  ]);
  assert.equal(code, 0, stderr);
  const began = performance.now();
  await eventually("the key is refused", async () => {
    const { status } = await client.request("DELETE", "/v1/orders?symbol=BTC-USD");
    return status === 401 || undefined;
  });
  const millis = performance.now() - began;
  assert.ok(millis < REVOKED_MILLIS_MAX, `${millis} ms`);
}

Deno.test("Upstash down, then slow: answers in time, a share of the limits, and back by itself", () =>
  withDataDirectory(async (data, keep) => {
    await using redis = await RedisServer.start();
    await using shim = await startUpstashShim(redis.port);
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    const env = environment(shim.url, shim.token);
    await using gateway = await SpareGateway.start(data, line, { env });
    const [seller, buyer] = line.keys.map((key) => new RestClient(gateway.url, key));
    assert.ok(await burst(seller, 3 * RATE) >= AT_ONCE);

    await redis.kill();
    const down = await burst(buyer, 3 * RATE);
    assert.ok(down >= 1 && down <= AT_ONCE, `${down} with Upstash down: never open, never closed`);
    assert.equal((await buyer.request("DELETE", "/v1/orders?symbol=BTC-USD")).status, 200);
    await redis.restart();
    noteHealed("Upstash down", await healing(gateway));

    shim.delayMillis = SLOW_MILLIS;
    await burst(buyer, RATE);
    const began = performance.now();
    const canceled = await buyer.request("DELETE", "/v1/orders?symbol=BTC-USD");
    assert.equal(canceled.status, 200);
    assert.ok(performance.now() - began < ANSWER_MILLIS_MAX);
    await revokedWithin(data, line, buyer, 1);
    shim.delayMillis = 0;
    noteHealed("Upstash slow", await healing(gateway));
    assert.ok(await burst(seller, 1) <= 1);
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));

Deno.test("a store that is split in two gives out at most twice the limit", () =>
  withDataDirectory(async (data, keep) => {
    await using one = await RedisServer.start();
    await using other = await RedisServer.start();
    await using oneShim = await startUpstashShim(one.port);
    await using otherShim = await startUpstashShim(other.port);
    const proxy = splitProxy([oneShim, otherShim]);
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    try {
      const env = environment(`http://127.0.0.1:${proxy.addr.port}`, "any");
      await using gateway = await SpareGateway.start(data, line, { env });
      const client = new RestClient(gateway.url, line.keys[0]);
      const began = performance.now();
      let admitted = 0;
      for (let round = 0; round < 8; round++) admitted += await burst(client, RATE);
      const seconds = (performance.now() - began) / 1_000;
      const most = 2 * (2 * RATE + Math.ceil(RATE * seconds)) + RATE;
      assert.ok(admitted >= RATE && admitted <= most, `${admitted} of at most ${most}`);
      console.log(
        `split store: ${admitted} admitted in ${seconds.toFixed(1)} s at ${RATE} a second`,
      );
      const unlimited = new RestClient(line.gateway, line.keys[0]);
      const open = await unlimited.all("/v1/orders?status=open&limit=500");
      assert.equal(open.length, admitted, "each is there, once");
    } finally {
      await proxy.shutdown();
    }
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));

Deno.test("nobody listens where Upstash should be: a gateway starts, and decides by itself", () =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    const env = environment(`http://127.0.0.1:${ClosedPort.find()}`, "any");
    await using gateway = await SpareGateway.start(data, line, { env });
    const client = new RestClient(gateway.url, line.keys[0]);
    const admitted = await burst(client, 3 * RATE);
    assert.ok(admitted >= 1 && admitted <= AT_ONCE, `${admitted}`);
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));
