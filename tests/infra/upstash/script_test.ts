import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { type AdmissionRequest, LocalAdmission } from "../../../core/limits/admission.ts";
import { AdmissionKind, decisionBy } from "../../../core/limits/decision.ts";
import { admissionPolicy, bucketsOf, costIn } from "../../../core/limits/policy.ts";
import { ADMISSION_SCRIPT } from "../../../infra/upstash/script.ts";
import { RedisServer } from "../../support/redis_server.ts";

const START_MICROS = 1_700_000_000_000_000;
const REQUESTS = 2_000;
/** The script with the clock as its last argument, so that both sides can be given the same time. */
const SCRIPT_AT = ADMISSION_SCRIPT.replace(
  "redis.call('TIME')",
  "{ string.sub(ARGV[#ARGV], 1, -7), string.sub(ARGV[#ARGV], -6) }",
);

/** A small generator (mulberry32) whose seed is printed with every failure. */
function seeded(): { seed: number; random: (below: number) => number } {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  let state = seed;
  const random = (below: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
  return { seed, random };
}

/** One request to both sides at the same time; both must say the same. Whether it was admitted. */
async function bothDecide(
  redis: Redis,
  memory: LocalAdmission,
  request: AdmissionRequest,
  now: number,
  label: string,
): Promise<boolean> {
  const buckets = bucketsOf(memory.policy, request.kind, request.key !== null);
  const keys = buckets.map((bucket) =>
    `${bucket.name}:${bucket.name.startsWith("key") ? request.key : request.address}`
  );
  const values = buckets.flatMap((bucket) => [
    bucket.algorithm,
    bucket.unitsPerSecond,
    bucket.units,
    costIn(bucket, request.weight),
  ]);
  const result = await redis.eval(SCRIPT_AT, keys.length, ...keys, ...values, String(now));
  const [by, wait, left, full] = result as number[];
  assert.deepEqual(
    decisionBy(buckets[by - 1], buckets, wait, left, full, false),
    memory.admit(request, now, false),
    label,
  );
  assert.deepEqual([wait, full], [memory.waitMicros, memory.fullMicros], label);
  return wait === 0;
}

Deno.test("the script decides exactly as the tables in memory do", async () => {
  const { seed, random } = seeded();
  await using server = await RedisServer.start();
  const redis = new Redis({ port: server.port, protocol: 2 });
  try {
    const memory = new LocalAdmission(admissionPolicy(7, 13), 64);
    let now = START_MICROS;
    for (let index = 0; index < REQUESTS; index++) {
      now += random(150_000);
      const request = {
        key: random(3) === 0 ? null : `k${random(3)}`,
        address: `a${random(2)}`,
        weight: 1 + random(16),
        kind: random(4) === 0 ? AdmissionKind.cancel : AdmissionKind.ordinary,
      };
      await bothDecide(redis, memory, request, now, `request ${index}, seed ${seed}`);
    }
  } finally {
    redis.disconnect();
  }
});

Deno.test("the script takes a clock that steps back as the tables in memory do", async () => {
  const { seed, random } = seeded();
  await using server = await RedisServer.start();
  const redis = new Redis({ port: server.port, protocol: 2 });
  try {
    let memory = new LocalAdmission(admissionPolicy(7, 13), 64);
    let now = START_MICROS;
    for (let index = 0; index < REQUESTS; index++) {
      const back = random(3) === 0;
      now += back ? -random(random(8) === 0 ? 9_000_000 : 900_000) : random(400_000);
      const kind = AdmissionKind.ordinary;
      const request = { key: "k", address: "a", weight: 1 + random(9), kind };
      const label = `request ${index}, seed ${seed}`;
      if (await bothDecide(redis, memory, request, now, label)) continue;
      // The script stores nothing for a refusal, the tables settle; that differs when the clock
      // turns behind one, so both begin anew.
      await redis.flushall();
      memory = new LocalAdmission(memory.policy, 64);
    }
  } finally {
    redis.disconnect();
  }
});

Deno.test("every key of the script expires once its bucket is as good as new", async () => {
  await using server = await RedisServer.start();
  const redis = new Redis({ port: server.port, protocol: 2 });
  try {
    const bucket = admissionPolicy(10, 10).key.tokens;
    await redis.eval(ADMISSION_SCRIPT, 1, "one", "token", bucket.unitsPerSecond, bucket.units, 5);
    const [state, expiryMillis] = [await redis.get("one"), await redis.pttl("one")];
    assert.match(state ?? "", /^5000000 \d{16}$/);
    assert.ok(expiryMillis > 1_000 && expiryMillis <= 1_500, `expires in ${expiryMillis} ms`);
  } finally {
    redis.disconnect();
  }
});
