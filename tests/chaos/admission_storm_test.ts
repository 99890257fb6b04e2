/**
 * The worst day of a gateway's limits: Redis is pulled out and put back under load, gateways are
 * killed and started, a key floods and is revoked; and whoever keeps to the limits trades on.
 *
 * @module
 */
import assert from "node:assert/strict";
import { RedisServer } from "../support/redis_server.ts";
import { type RestAnswer, RestClient, type RestKey } from "../support/client_rest.ts";
import { startUpstashShim } from "../support/upstash_shim.ts";
import {
  type ReadyLine,
  runTask,
  StartedMarket,
  withDataDirectory,
} from "../workers/supervisor/started_market.ts";
import { SpareGateway } from "./spare_gateway.ts";

/** Orders a second of the key that floods, and of the one that does not. */
const FLOOD_LIMIT = 30;
const OBEDIENT_LIMIT = 200;
const FLOOD_PER_SECOND = 150;
const OBEDIENT_PER_SECOND = 15;
const GATEWAYS = 3;
const REVOKED_MILLIS_MAX = 2_000;
const ATTEMPTS_MAX = 40;

const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));

/** The gateways that run, and what is sent to them. */
class Storm {
  readonly gateways: SpareGateway[] = [];
  flooded = 0;
  refused = 0;
  readonly unexpected: string[] = [];
  obedient = 0;
  obedientRefused = 0;
  isOver = false;
  #turn = 0;

  constructor(readonly flood: RestKey, readonly steady: RestKey) {}

  /** A gateway, each time another one. */
  next(): SpareGateway {
    return this.gateways[this.#turn++ % this.gateways.length];
  }

  /** Sends orders as fast as it is told to, whatever the answers; counts what entered. */
  async floodAll(): Promise<void> {
    const waiting: Promise<void>[] = [];
    const began = performance.now();
    for (let sent = 0; !this.isOver;) {
      const due = (performance.now() - began) * FLOOD_PER_SECOND / 1_000;
      for (; sent < due; sent++) waiting.push(this.#floodOnce(sent));
      await pause(5);
    }
    await Promise.all(waiting);
  }

  /** Sends an order every so often, and each again until it is answered. */
  async trade(): Promise<void> {
    for (let order = 0; !this.isOver; order++) {
      const due = pause(1_000 / OBEDIENT_PER_SECOND);
      await this.#tradeOnce(`steady-${order}`);
      await due;
    }
  }

  async #floodOnce(order: number): Promise<void> {
    const answer = await place(this.next(), this.flood, `flood-${order}`).catch(() => null);
    if (answer?.status === 201) this.flooded++;
    else if (answer?.status === 429) this.refused++;
    // A gateway that is killed answers nothing, and a key that is revoked is 401.
    else if (answer !== null && answer.status !== 401) this.unexpected.push(`${answer.status}`);
  }

  async #tradeOnce(clientOrderId: string): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const answer = await place(this.next(), this.steady, clientOrderId).catch(() => null);
      if (answer?.status === 201 || answer?.status === 200) {
        this.obedient++;
        return;
      }
      if (answer?.status === 429) this.obedientRefused++;
      await pause(50);
    }
    this.unexpected.push(`${clientOrderId} was never answered`);
  }
}

const place = (gateway: SpareGateway, key: RestKey, clientOrderId: string): Promise<RestAnswer> =>
  new RestClient(gateway.url, key).request("POST", "/v1/orders", {
    symbol: "BTC-USD",
    side: "buy",
    type: "limit",
    price: "100.00",
    quantity: "0.0010",
    clientOrderId,
  });

async function createKey(data: string, account: string, tier: string): Promise<RestKey> {
  const words = ["keys", "create", account, "--tier", tier, "--json", "--data", data];
  const { code, stdout, stderr } = await runTask("admin", words);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

/** Time until no gateway takes the key any more. */
async function revoke(data: string, storm: Storm): Promise<number> {
  const { code, stderr } = await runTask("admin", [
    ...["keys", "revoke", storm.flood.key, "--data", data],
  ]);
  assert.equal(code, 0, stderr);
  const began = performance.now();
  for (const { url } of storm.gateways) {
    const client = new RestClient(url, storm.flood);
    while ((await client.request("DELETE", "/v1/orders?symbol=ETH-USD")).status !== 401) {
      assert.ok(performance.now() - began < REVOKED_MILLIS_MAX, "the key is alive");
    }
  }
  return performance.now() - began;
}

async function weather(
  data: string,
  line: ReadyLine,
  storm: Storm,
  redis: RedisServer,
  env: Record<string, string>,
): Promise<void> {
  await pause(2_000);
  await redis.kill();
  await pause(1_000);
  await storm.gateways.shift()?.kill();
  await pause(1_000);
  await redis.restart();
  storm.gateways.push(await SpareGateway.start(data, line, { env }));
  await pause(2_000);
}

Deno.test("Redis gone and back, a gateway killed, a key floods and is revoked: the obedient trade on", () =>
  withDataDirectory(async (data, keep) => {
    await using redis = await RedisServer.start();
    await using shim = await startUpstashShim(redis.port);
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    const env = {
      EDGEBOOK_LIMITER: "upstash",
      EDGEBOOK_LIMIT_TIERS: `flood=${FLOOD_LIMIT},steady=${OBEDIENT_LIMIT}`,
      EDGEBOOK_LIMIT_INSTANCES: String(GATEWAYS),
      UPSTASH_REDIS_REST_URL: shim.url,
      UPSTASH_REDIS_REST_TOKEN: shim.token,
    };
    const storm = new Storm(
      await createKey(data, "1", "flood"),
      await createKey(data, "2", "steady"),
    );
    try {
      for (let count = 0; count < GATEWAYS; count++) {
        storm.gateways.push(await SpareGateway.start(data, line, { env }));
      }
      const began = performance.now();
      const running = [storm.floodAll(), storm.trade()];
      await weather(data, line, storm, redis, env);
      const seconds = (performance.now() - began) / 1_000;
      const { flooded } = storm;
      const revokedMillis = await revoke(data, storm);
      storm.isOver = true;
      await Promise.all(running);
      const burst = 2 * FLOOD_LIMIT;
      // A burst, another one of the counters that came back empty, and a share of a new gateway.
      const most = FLOOD_LIMIT * seconds + 2 * burst + burst / GATEWAYS;
      console.log(
        `${seconds.toFixed(1)} s: ${flooded} of at most ${
          Math.round(most)
        } of the flood entered, ` +
          `${storm.refused} were refused; ${storm.obedient} of the obedient, ` +
          `${storm.obedientRefused} of them refused; revoked after ${Math.round(revokedMillis)} ms`,
      );
      assert.ok(flooded <= most && flooded > FLOOD_LIMIT, `${flooded} of ${most}`);
      assert.deepEqual([storm.obedientRefused, storm.unexpected], [0, []]);
      assert.ok(storm.obedient > seconds * OBEDIENT_PER_SECOND / 2, `${storm.obedient}`);
      const open = await new RestClient(line.gateway, storm.steady).all(
        "/v1/orders?status=open&limit=500",
      );
      assert.equal(open.length, storm.obedient, "each order is there, once");
    } finally {
      storm.isOver = true;
      for (const gateway of storm.gateways) await gateway.kill();
    }
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));
