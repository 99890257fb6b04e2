import assert from "node:assert/strict";
import type { AdmissionRequest } from "../../../core/limits/admission.ts";
import { AdmissionCode, AdmissionKind, type Decision } from "../../../core/limits/decision.ts";
import { admissionPolicy } from "../../../core/limits/policy.ts";
import {
  UPSTASH_FAILURES_MAX,
  UpstashAdmission,
  type UpstashStatus,
} from "../../../infra/upstash/limiter.ts";
import { RedisServer } from "../../support/redis_server.ts";
import { startUpstashShim, type UpstashShim } from "../../support/upstash_shim.ts";

// Rates so low that nothing comes back while a test runs.
const POLICY = admissionPolicy(8, 1_000);
const TIMEOUT_MILLIS = 2_000;
/** The clock of the local share stands still: what it gives out is its burst. */
const nowMicros = () => 1_700_000_000_000_000;

const order: AdmissionRequest = {
  key: "k1",
  address: "192.0.2.1",
  weight: 1,
  kind: AdmissionKind.ordinary,
};
const cancel: AdmissionRequest = { ...order, kind: AdmissionKind.cancel };

const limiter = (
  shim: UpstashShim,
  more: Partial<ConstructorParameters<typeof UpstashAdmission>[0]> = {},
) =>
  new UpstashAdmission({
    url: shim.url,
    token: shim.token,
    policy: POLICY,
    nowMicros,
    timeoutMillis: TIMEOUT_MILLIS,
    ...more,
  });

const admitted = (decisions: readonly Decision[]): number =>
  decisions.filter(({ code }) => code === AdmissionCode.admitted).length;

const times = <T>(count: number, one: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => one(index)));

Deno.test("a limit holds over two instances that ask at the same moment", async () => {
  await using redis = await RedisServer.start();
  await using shim = await startUpstashShim(redis.port);
  const instances = [limiter(shim), limiter(shim)];
  const started = performance.now();
  const decisions = await times(60, (index) => instances[index % 2].admit(order));
  const seconds = (performance.now() - started) / 1_000;
  assert.ok(decisions.every(({ degraded }) => !degraded));
  const count = admitted(decisions);
  assert.ok(count >= 8 && count <= 8 + Math.ceil(16 * seconds), `${count} in ${seconds} s`);
  const refused = decisions.find(({ code }) => code === AdmissionCode.keyLeak);
  assert.deepEqual([refused?.policy, refused?.remaining], ["key-peak", 0]);
  assert.equal(refused?.retryAfterSeconds, 1);
  assert.equal(admitted([await instances[0].admit({ ...order, key: "k2" })]), 1);
  assert.equal(admitted([await instances[1].admit(cancel)]), 1);
});

Deno.test("requests that arrive together share one round trip", async () => {
  await using redis = await RedisServer.start();
  await using shim = await startUpstashShim(redis.port);
  const admission = limiter(shim);
  await admission.admit(order);
  const before = shim.requests;
  await times(32, () => admission.admit(cancel));
  assert.equal(shim.requests - before, 1);
});

Deno.test("time is the server's: an instance with a clock of its own changes nothing", async () => {
  await using redis = await RedisServer.start();
  await using shim = await startUpstashShim(redis.port);
  const early = limiter(shim, { nowMicros: () => 1 });
  const late = limiter(shim, { nowMicros: () => 4_000_000_000_000_000 });
  await times(20, () => early.admit(order));
  const decision = await late.admit({ ...order, weight: 16 });
  assert.equal(decision.degraded, false);
  assert.notEqual(decision.code, AdmissionCode.admitted);
});

Deno.test("a lost server means a bounded local share, open for cancels, until it is back", async () => {
  await using redis = await RedisServer.start();
  await using shim = await startUpstashShim(redis.port);
  const changes: UpstashStatus[] = [];
  const admission = limiter(shim, { onChange: (status) => changes.push(status) });
  assert.equal((await admission.admit(order)).degraded, false);

  await redis.kill();
  const orders = await times(50, () => admission.admit(order));
  assert.ok(orders.every(({ degraded }) => degraded));
  assert.equal(admitted(orders), 2, "a quarter of eight a second, one second's worth at once");
  const cancels = await times(50, () => admission.admit(cancel));
  assert.equal(admitted(cancels), 50);
  assert.equal(admission.status().degraded, true);
  assert.equal(admission.status().local, 100);

  await redis.restart();
  let decision = await admission.admit(order);
  for (let attempt = 0; attempt < 100 && decision.degraded; attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    decision = await admission.admit({ ...order, key: `probe${attempt}` });
  }
  assert.equal(decision.degraded, false, "the restarted server is empty and gets the script anew");
  assert.deepEqual(changes.map(({ degraded }) => degraded), [true, false]);
});

Deno.test("nobody listening is a local share as well", async () => {
  await using redis = await RedisServer.start();
  const shim = await startUpstashShim(redis.port);
  await shim[Symbol.asyncDispose]();
  const admission = limiter(shim);
  assert.equal((await admission.admit(order)).degraded, true);
  assert.equal(admission.status().lastFailure, "unreachable");
});

Deno.test("a request that was perhaps carried out is not repeated", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let connections = 0;
  const serving = (async () => {
    for await (const connection of listener) {
      connections++;
      await connection.read(new Uint8Array(4_096));
      connection.close();
    }
  })();
  const url = `http://127.0.0.1:${listener.addr.port}`;
  const admission = new UpstashAdmission({ url, token: "t", policy: POLICY, nowMicros });
  assert.equal((await admission.admit(order)).degraded, true);
  // A repeat would come at once or within some milliseconds.
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(connections, 1);
  listener.close();
  await serving;
});

Deno.test("a wrong token is a local share, and visible", async () => {
  await using redis = await RedisServer.start();
  await using shim = await startUpstashShim(redis.port);
  const admission = limiter(shim, { token: "wrong" });
  const decision = await admission.admit(order);
  assert.equal(decision.degraded, true);
  assert.equal(decision.code, AdmissionCode.admitted);
  const { degraded, lastFailure, shared, local } = admission.status();
  assert.deepEqual([degraded, lastFailure, shared, local], [true, "unauthorized", 0, 1]);
});

Deno.test("a slow server is waited for no longer than the bound", async () => {
  await using redis = await RedisServer.start();
  await using shim = await startUpstashShim(redis.port);
  const admission = limiter(shim, { timeoutMillis: 100 });
  shim.delayMillis = 1_000;
  const started = performance.now();
  const decision = await admission.admit(order);
  const millis = performance.now() - started;
  shim.delayMillis = 0;
  assert.equal(decision.degraded, true);
  assert.equal(admission.status().lastFailure, "timeout");
  assert.ok(millis >= 90 && millis < 900, `${millis} ms`);
});

Deno.test("more requests in flight than allowed are decided here, without a round trip", async () => {
  await using redis = await RedisServer.start();
  await using shim = await startUpstashShim(redis.port);
  const admission = limiter(shim, { inFlightMax: 4 });
  const decisions = await times(10, () => admission.admit(cancel));
  assert.equal(decisions.filter(({ degraded }) => degraded).length, 6);
  assert.equal(admission.status().lastFailure, "busy");
  assert.equal(admission.status().degraded, false, "the server itself is well");
});

Deno.test("a server that is too slow is waited for a few times, then left alone until it is back", async () => {
  await using redis = await RedisServer.start();
  await using shim = await startUpstashShim(redis.port);
  const admission = limiter(shim, { timeoutMillis: 100 });
  shim.delayMillis = 1_000;
  const waits: number[] = [];
  for (let request = 0; request < 20; request++) {
    const began = performance.now();
    assert.equal((await admission.admit(cancel)).degraded, true);
    waits.push(performance.now() - began);
  }
  const waited = waits.filter((millis) => millis > 90).length;
  assert.ok(waited >= UPSTASH_FAILURES_MAX && waited <= UPSTASH_FAILURES_MAX + 2, `${waits}`);
  assert.equal(admission.status().lastFailure, "timeout");
  shim.delayMillis = 0;
  const began = performance.now();
  while ((await admission.admit(cancel)).degraded) {
    assert.ok(performance.now() - began < 5_000, "it is asked again");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});
