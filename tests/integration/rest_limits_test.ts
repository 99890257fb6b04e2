/**
 * The limiter of a started market on a real Redis, behind the protocol of Upstash.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { type RestAnswer, RestClient } from "../support/client_rest.ts";
import { RedisServer } from "../support/redis_server.ts";
import { startUpstashShim } from "../support/upstash_shim.ts";
import {
  eventually,
  StartedMarket,
  withDataDirectory,
} from "../workers/supervisor/started_market.ts";

const RATE = 10;
const BURST = 60;

/** Sends a burst of requests at once. */
function burst(client: RestClient): Promise<RestAnswer[]> {
  return Promise.all(Array.from({ length: BURST }, () => client.request("GET", "/v1/time")));
}

/** Keys that a Redis has. */
async function countedIn(port: number): Promise<number> {
  const inspector = new Redis({ port, host: "127.0.0.1", protocol: 2 });
  try {
    return await inspector.dbsize();
  } finally {
    inspector.disconnect();
  }
}

Deno.test("limits are counted in Redis; without it they stay bounded, and cancels go through", () =>
  withDataDirectory(async (data, keep) => {
    await using redis = await RedisServer.start();
    await using shim = await startUpstashShim(redis.port);
    const { market, line } = await StartedMarket.start(data, [], {
      EDGEBOOK_LIMITER: "upstash",
      EDGEBOOK_LIMIT_KEY_RATE: String(RATE),
      EDGEBOOK_LIMIT_ADDRESS_RATE: String(RATE),
      UPSTASH_REDIS_REST_URL: shim.url,
      UPSTASH_REDIS_REST_TOKEN: shim.token,
    });
    keep(market);
    const client = new RestClient(line.gateway, line.keys[0]);

    const answers = await burst(client);
    const refused = answers.filter(({ status }) => status === 429);
    assert.ok(refused.length > 0 && refused.length < BURST, `${refused.length} of ${BURST}`);
    for (const { headers, json } of refused) {
      assert.equal(json.code, "rate_limited");
      assert.ok(Number(headers.get("retry-after")) >= 1);
      assert.match(headers.get("ratelimit-policy") ?? "", /"address";q=\d+;w=\d+/);
    }
    assert.match(answers[0].headers.get("ratelimit") ?? "", /r=\d+/);
    assert.ok(shim.requests > 0, "Redis was asked");
    assert.ok(await countedIn(redis.port) > 0, "and has the counts");

    await redis.kill();
    const alone = await burst(client);
    const statuses = new Set(alone.map(({ status }) => status));
    assert.ok(
      [...statuses].every((status) => status === 200 || status === 429),
      `${[...statuses]}`,
    );
    assert.ok(statuses.has(429), "never open");
    const canceled = await client.request("DELETE", "/v1/orders?symbol=BTC-USD");
    assert.equal(canceled.status, 200, "never closed for cancels");

    await redis.restart();
    await eventually("counts in the new Redis", async () => {
      await client.request("GET", "/v1/time");
      return await countedIn(redis.port) > 0 || undefined;
    });
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));

/** Reads that cost more than one unit each, and what they cost (README, "What else"). */
const WEIGHTED: readonly (readonly [path: string, cost: number])[] = [
  ["/v1/balances", 2],
  ["/v1/fills", 5],
  ["/v1/orders?status=open", 5],
  ["/v1/orders/1", 2],
];
const OBEDIENT_RATE = 12;
const OBEDIENT_REQUESTS = 24;

Deno.test("a client that spends no more than RateLimit says is never refused, whatever it costs", () =>
  withDataDirectory(async (data, keep) => {
    await using redis = await RedisServer.start();
    await using shim = await startUpstashShim(redis.port);
    const { market, line } = await StartedMarket.start(data, [], {
      EDGEBOOK_LIMITER: "upstash",
      EDGEBOOK_LIMIT_KEY_RATE: String(OBEDIENT_RATE),
      UPSTASH_REDIS_REST_URL: shim.url,
      UPSTASH_REDIS_REST_TOKEN: shim.token,
    });
    keep(market);
    const client = new RestClient(line.gateway, line.keys[0]);
    let left = OBEDIENT_RATE;
    let resetSeconds = 0;
    let waits = 0;
    for (let index = 0; index < OBEDIENT_REQUESTS; index++) {
      const [path, cost] = WEIGHTED[index % WEIGHTED.length];
      if (cost > left) {
        await new Promise((resolve) => setTimeout(resolve, resetSeconds * 1_000));
        waits++;
      }
      const { status, headers } = await client.request("GET", path);
      assert.notEqual(status, 429, `request ${index} of ${cost}, ${left} left`);
      const [, r, t] = /;r=(\d+);t=(\d+)$/.exec(headers.get("ratelimit") ?? "") ?? [];
      [left, resetSeconds] = [Number(r), Number(t)];
    }
    assert.ok(waits > 2, `it had to wait ${waits} times`);
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));
