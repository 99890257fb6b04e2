import assert from "node:assert/strict";
import type { AdmissionRequest } from "../../../core/limits/admission.ts";
import { AdmissionCode, AdmissionKind } from "../../../core/limits/admission_code.ts";
import type { Decision } from "../../../core/limits/decision.ts";
import { LimitedSubject } from "../../../core/limits/limited_subject.ts";
import { admissionPolicy } from "../../../core/limits/policy.ts";
import { UpstashAdmission, type UpstashStatus } from "../../../infra/upstash/limiter.ts";
import { RedisServer } from "../../support/redis_server.ts";
import { startUpstashShim, type UpstashShim } from "../../support/upstash_shim.ts";

const POLICY = admissionPolicy(8, 1_000);
const TIMEOUT_MILLIS = 2_000;
/** How long anything may take that a loaded machine is to do. */
const PATIENCE_MILLIS = 10_000;
const nowMicros = () => Math.floor(performance.now() * 1_000);

const order: AdmissionRequest = {
  subject: new LimitedSubject("k1"),
  policy: POLICY.key,
  weight: 1,
  kind: AdmissionKind.order,
};
const cancel: AdmissionRequest = { ...order, kind: AdmissionKind.cancel };

/** A limiter that is stopped with its test. */
class Limiter extends UpstashAdmission implements AsyncDisposable {
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

const limiter = (
  shim: Pick<UpstashShim, "url" | "token">,
  more: Partial<ConstructorParameters<typeof UpstashAdmission>[0]> = {},
) =>
  new Limiter({
    url: shim.url,
    token: shim.token,
    policy: POLICY,
    nowMicros,
    timeoutMillis: TIMEOUT_MILLIS,
    instances: 2,
    ...more,
  });

const admitted = (decisions: readonly Decision[]): number =>
  decisions.filter(({ code }) => code === AdmissionCode.admitted).length;

const times = (
  count: number,
  one: (index: number) => Decision | Promise<Decision>,
): Promise<Decision[]> => Promise.all(Array.from({ length: count }, (_, index) => one(index)));

const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));

async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const began = performance.now();
  while (!await holds()) {
    assert.ok(performance.now() - began < PATIENCE_MILLIS, what);
    await pause(20);
  }
}

Deno.test("a limit holds over two instances that ask at the same moment", async () => {
  await using redis = await RedisServer.start();
  await using shim = await startUpstashShim(redis.port);
  await using one = limiter(shim);
  await using other = limiter(shim);
  const started = performance.now();
  const decisions = await times(60, (index) => [one, other][index % 2].admit(order));
  const seconds = (performance.now() - started) / 1_000;
  assert.ok(decisions.every(({ degraded }) => !degraded));
  const count = admitted(decisions);
  assert.ok(count >= 6 && count <= 8 + Math.ceil(16 * seconds), `${count} in ${seconds} s`);
  const refused = decisions.find(({ code }) => code === AdmissionCode.keyLeak);
  assert.equal(refused?.policy, "key-peak");
  assert.equal(refused?.retryAfterSeconds, 1);
  assert.equal(admitted([await one.admit({ ...order, subject: new LimitedSubject("k2") })]), 1);
  assert.equal(admitted([await other.admit(cancel)]), 1);
});

Deno.test("requests that arrive together share one round trip, whoever they are of", async () => {
  await using redis = await RedisServer.start();
  await using shim = await startUpstashShim(redis.port);
  await using admission = limiter(shim);
  await admission.admit(order);
  const before = shim.requests;
  const decisions = await times(
    64,
    (index) => admission.admit({ ...order, subject: new LimitedSubject(`p${index}`) }),
  );
  assert.equal(admitted(decisions), 64);
  assert.equal(shim.requests - before, 1);
});

Deno.test("a key that asks a thousand times a second needs no round trip for its decisions", async () => {
  await using redis = await RedisServer.start();
  await using shim = await startUpstashShim(redis.port);
  const policy = admissionPolicy(1_000, 1);
  await using admission = limiter(shim, { policy });
  const request = { ...order, policy: policy.key };
  let waited = 0;
  let asked = 0;
  const began = performance.now();
  const before = shim.requests;
  while (performance.now() - began < 2_000) {
    // Half of the limit: what counts is that it never waits.
    for (const due = (performance.now() - began) / 2; asked < due; asked++) {
      const decision = admission.admit(request);
      if (decision instanceof Promise) waited++;
      assert.equal((await decision).code, AdmissionCode.admitted);
    }
    await pause(2);
  }
  assert.ok(waited < asked / 10, `${waited} of ${asked} waited`);
  const perRequest = (shim.requests - before) / asked;
  assert.ok(perRequest < 0.05, `${perRequest} round trips a request`);
});

Deno.test("time is the server's: an instance with a clock of its own changes nothing", async () => {
  await using redis = await RedisServer.start();
  await using shim = await startUpstashShim(redis.port);
  await using early = limiter(shim, { nowMicros: () => 1 });
  await using late = limiter(shim, { nowMicros: () => 4_000_000_000_000_000 });
  await times(20, () => early.admit(order));
  const decision = await late.admit({ ...order, weight: 8 });
  assert.equal(decision.degraded, false);
  assert.notEqual(decision.code, AdmissionCode.admitted);
});

Deno.test("a lost server means an equal share, open for cancels, until it is back", async () => {
  await using redis = await RedisServer.start();
  await using shim = await startUpstashShim(redis.port);
  const changes: UpstashStatus[] = [];
  await using admission = limiter(shim, { onChange: (status) => changes.push(status) });
  assert.equal((await admission.admit(order)).degraded, false);

  await redis.kill();
  const strangers = await times(
    50,
    () => admission.admit({ ...order, subject: new LimitedSubject("stranger") }),
  );
  const entered = strangers.filter(({ code }) => code === AdmissionCode.admitted);
  assert.ok(entered.every(({ degraded }) => degraded));
  // Only one instance has asked, so its share is all: a second's worth at once.
  const most = 8 + 1;
  assert.ok(admitted(strangers) >= 8 && admitted(strangers) <= most, `${admitted(strangers)}`);
  const cancels = await times(50, () => admission.admit(cancel));
  assert.equal(admitted(cancels), 50);
  assert.equal(admission.status().degraded, true);

  await redis.restart();
  await eventually("it is found again", async () => {
    const decision = await admission.admit({
      ...order,
      subject: new LimitedSubject(crypto.randomUUID()),
    });
    return !decision.degraded;
  });
  assert.deepEqual(changes.map(({ degraded }) => degraded), [true, false]);
});

Deno.test("while the server is lost only the first request waits for it", async () => {
  await using redis = await RedisServer.start();
  await using shim = await startUpstashShim(redis.port);
  await using admission = limiter(shim, { timeoutMillis: 100 });
  shim.delayMillis = 1_000;
  const began = performance.now();
  const first = await admission.admit(order);
  const millis = performance.now() - began;
  assert.equal(first.degraded, true);
  assert.equal(admission.status().lastFailure, "timeout");
  assert.ok(millis >= 90 && millis < 900, `${millis} ms`);
  for (let request = 0; request < 20; request++) {
    assert.ok(!(admission.admit(order) instanceof Promise), "decided at once");
    await pause(5);
  }
  shim.delayMillis = 0;
  await eventually("it is asked again", () => {
    void admission.admit(order);
    return !admission.status().degraded;
  });
});

Deno.test("a lost server is asked less and less often, and not by all at the same time", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const attempts: number[] = [];
  const serving = (async () => {
    for await (const connection of listener) {
      attempts.push(performance.now());
      await connection.read(new Uint8Array(4_096));
      connection.close();
    }
  })();
  {
    const url = `http://127.0.0.1:${listener.addr.port}`;
    await using admission = limiter({ url, token: "t" });
    const began = performance.now();
    while (performance.now() - began < 1_500) {
      await admission.admit(order);
      await pause(5);
    }
  }
  assert.ok(attempts.length >= 3 && attempts.length <= 9, `${attempts.length} attempts`);
  listener.close();
  await serving;
});

Deno.test("nobody listening is an equal share as well", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listener.addr.port}`;
  listener.close();
  await using admission = limiter({ url, token: "t" });
  assert.equal((await admission.admit(order)).degraded, true);
  assert.equal(admission.status().lastFailure, "unreachable");
});

Deno.test("a wrong token is an equal share, and visible", async () => {
  await using redis = await RedisServer.start();
  await using shim = await startUpstashShim(redis.port);
  await using admission = limiter(shim, { token: "wrong" });
  const decision = await admission.admit(order);
  assert.equal(decision.degraded, true);
  assert.equal(decision.code, AdmissionCode.admitted);
  const { degraded, lastFailure, shared, own } = admission.status();
  assert.deepEqual([degraded, lastFailure, shared, own], [true, "unauthorized", 0, 1]);
});

Deno.test("more requests than may wait are decided here, and the server counts as well", async () => {
  await using redis = await RedisServer.start();
  await using shim = await startUpstashShim(redis.port);
  await using admission = limiter(shim, { waitingMax: 4 });
  const decisions = await times(
    10,
    (index) => admission.admit({ ...order, subject: new LimitedSubject(`s${index}`) }),
  );
  assert.equal(decisions.filter(({ degraded }) => degraded).length, 6);
  assert.equal(admission.status().degraded, false, "the server itself is well");
});

Deno.test("whoever stops gives back what is in hand, and leaves nobody waiting", async () => {
  await using redis = await RedisServer.start();
  await using shim = await startUpstashShim(redis.port);
  const policy = admissionPolicy(100, 1);
  const request = { ...order, policy: policy.key };
  const leaving = limiter(shim, { policy });
  for (let index = 0; index < 40; index++) {
    await leaving.admit(request);
    await pause(5);
  }
  const waiting = leaving.admit({ ...request, subject: new LimitedSubject("another") });
  await leaving.stop();
  assert.equal((await waiting).code, AdmissionCode.admitted);
  // Everything but what was spent is there again.
  await pause(600);
  await using staying = limiter(shim, { policy });
  assert.equal(admitted(await times(100, () => staying.admit(request))), 100);
});
