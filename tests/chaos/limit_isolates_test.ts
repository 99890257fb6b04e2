import assert from "node:assert/strict";
import { RedisServer } from "../support/redis_server.ts";
import { startUpstashShim } from "../support/upstash_shim.ts";
import { LimitIsolates } from "./limit_isolates.ts";

const ISOLATES = 8;
const LIMIT = 1_000;
/** What a full bucket holds beyond the rate. */
const BURST = 2 * LIMIT;
const SMALL_LIMIT = 20;
const KILLS = 5;
/** What an isolate has in hand of a key at the load of this test; it dies with it. */
const HELD_MAX = 128;

const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));

Deno.test("eight isolates give out a limit to within a hundredth, and what the killed had in hand", async () => {
  await using redis = await RedisServer.start();
  await using shim = await startUpstashShim(redis.port);
  // Four times as much as it may is asked for one key, a tenth more than it may for a small one.
  const keys = [`flood:${LIMIT}:500`, `small:${SMALL_LIMIT}:2.75`];
  await using isolates = await LimitIsolates.open(shim, keys);
  await isolates.start();
  const began = performance.now();
  while (isolates.size < ISOLATES) await isolates.start();
  for (let count = 0; count < KILLS; count++) {
    await pause(1_500);
    await isolates.kill();
    await isolates.start();
  }
  await pause(6_000);
  const seconds = (performance.now() - began) / 1_000;
  const statuses = await isolates.stop();
  const [flood, small] = await isolates.counted();
  const most = BURST + LIMIT * seconds;
  const smallMost = 2 * SMALL_LIMIT + SMALL_LIMIT * seconds;
  console.log(
    `${seconds.toFixed(1)} s: ${flood.admitted} of ${Math.round(most)} admitted ` +
      `(${(100 * flood.admitted / most).toFixed(1)} %), ${small.admitted} of ` +
      `${Math.round(smallMost)} for the small limit; ${shim.requests} round trips`,
  );
  assert.ok(flood.admitted <= most * 1.01, `${flood.admitted} of ${most}`);
  const least = most * 0.99 - KILLS * HELD_MAX;
  assert.ok(flood.admitted >= least, `${flood.admitted} of at least ${least}`);
  assert.ok(small.admitted <= smallMost + 1, `${small.admitted} of ${smallMost}`);
  assert.ok(flood.refused > 0 && small.admitted > SMALL_LIMIT);
  // One that got no CPU for a quarter of a second takes its store for lost, and finds it again.
  const trips = statuses.reduce((sum, status) => sum + status.trips, 0);
  const failed = statuses.reduce((sum, status) => sum + status.tripsFailed, 0);
  assert.ok(failed < trips / 10, `${failed} of ${trips} round trips failed`);
});

Deno.test("Redis pulled out and put back under load: no limit is broken, the obedient trade on", async () => {
  await using redis = await RedisServer.start();
  await using shim = await startUpstashShim(redis.port);
  const keys = [`flood:${LIMIT}:500`, "obedient:200:6"];
  await using isolates = await LimitIsolates.open(shim, keys);
  const began = performance.now();
  for (let count = 0; count < ISOLATES; count++) await isolates.start();
  const losses = 2;
  for (let count = 0; count < losses; count++) {
    await pause(1_500);
    await redis.kill();
    await pause(1_500);
    await isolates.kill();
    await isolates.start();
    await redis.restart();
  }
  await pause(3_000);
  const statuses = await isolates.stop();
  const seconds = (performance.now() - began) / 1_000;
  const [flood, obedient] = await isolates.counted();
  // An empty store is a fresh bucket, and so is the share of an isolate that starts without one.
  const most = BURST * (1 + losses) + LIMIT * seconds + losses * (BURST / ISOLATES);
  console.log(
    `${seconds.toFixed(1)} s: ${flood.admitted} of at most ${Math.round(most)} admitted, ` +
      `${obedient.admitted} of the obedient, ${obedient.refused} of them refused`,
  );
  assert.ok(flood.admitted <= most, `${flood.admitted} of ${most}`);
  assert.equal(obedient.refused, 0);
  assert.ok(obedient.admitted > 6 * seconds);
  for (const { degraded } of statuses) assert.equal(degraded, false, "all have found it again");
});
