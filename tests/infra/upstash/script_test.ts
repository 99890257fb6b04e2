import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { admissionPolicy, type SubjectPolicy } from "../../../core/limits/policy.ts";
import { MILLION } from "../../../core/limits/token_bucket.ts";
import { LEASE_SCRIPT } from "../../../infra/upstash/script.ts";
import { SharedCounters } from "../../core/limits/shared_counters.ts";
import { RedisServer } from "../../support/redis_server.ts";

const START_MICROS = 1_700_000_000_000_000;
const ROUNDS = 1_500;
const SUBJECTS = 5;
/** The script with the clock as its last argument, so that both sides can be given the same time. */
const SCRIPT_AT = LEASE_SCRIPT.replace(
  "redis.call('TIME')",
  "{ string.sub(ARGV[#ARGV], 1, -7), string.sub(ARGV[#ARGV], -6) }",
);

/** need, ahead, owed, returned */
type Terms = readonly [number, number, number, number];

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

async function withRedis(run: (redis: Redis) => Promise<void>): Promise<void> {
  await using server = await RedisServer.start();
  const redis = new Redis({ port: server.port, host: "127.0.0.1", protocol: 2 });
  try {
    await run(redis);
  } finally {
    redis.disconnect();
  }
}

/** Asks for several subjects in one run. */
async function ask(
  redis: Redis,
  instance: string,
  asks: readonly (readonly [string, SubjectPolicy, Terms])[],
  now?: number,
): Promise<number[]> {
  const keys = ["instances", ...asks.map(([name]) => name)];
  const values = asks.flatMap(([, { tokens, leak }, terms]) => [
    ...[tokens.unitsPerSecond, tokens.units, leak.unitsPerSecond, leak.units],
    ...terms,
  ]);
  const script = now === undefined ? LEASE_SCRIPT : SCRIPT_AT;
  const clock = now === undefined ? [] : [String(now)];
  return await redis.eval(script, keys.length, ...keys, instance, ...values, ...clock) as number[];
}

Deno.test("the script does exactly what the buckets of core do, whatever its clock does", () =>
  withRedis(async (redis) => {
    const { seed, random } = seeded();
    const policies = [admissionPolicy(7, 1).key, admissionPolicy(1_000, 1).key];
    const counters = new SharedCounters();
    let now = START_MICROS;
    for (let round = 0; round < ROUNDS; round++) {
      const step = random(6) === 0 ? -random(random(8) === 0 ? 9_000_000 : 900_000) : random(4e5);
      now += step;
      const asks = Array.from({ length: SUBJECTS }, (_, index) => {
        const policy = policies[index % 2];
        const { units } = policy.tokens;
        const seldom = () => random(4) === 0 ? random(units) : 0;
        const terms: Terms = [random(units), random(units), seldom(), seldom()];
        return [`s${index}`, policy, terms] as const;
      }).filter(() => random(2) === 0);
      const [instances, ...figures] = await ask(redis, "i1", asks, now);
      const expected = counters.ask(
        "i1",
        asks.map(([subject, policy, [need, ahead, owed, returned]]) => ({
          ...{ kind: policy.kind, subject, policy, at: 0 },
          ...{ need, ahead, owed, returned },
        })),
        now,
      ).flatMap(({ granted, debtParts, insideParts }) => [granted, debtParts, insideParts]);
      assert.deepEqual([instances, figures], [1, expected], `round ${round}, seed ${seed}`);
    }
  }));

Deno.test("ahead of need each of n processes gets at most 1/2n of what is left", () =>
  withRedis(async (redis) => {
    const policy = admissionPolicy(100, 1).key;
    for (let index = 0; index < 4; index++) await ask(redis, `i${index}`, []);
    const [instances, granted] = await ask(redis, "i0", [["s", policy, [20, 80, 0, 0]]]);
    assert.deepEqual([instances, granted], [4, 20 + 10]);
  }));

Deno.test("what is owed is taken though it is not there, at most one full bucket of it", () =>
  withRedis(async (redis) => {
    const policy = admissionPolicy(10, 1).key;
    await ask(redis, "i", [["s", policy, [0, 0, 500, 0]]], START_MICROS);
    const [, , debt] = await ask(redis, "i", [["s", policy, [0, 0, 0, 0]]], START_MICROS);
    assert.equal(debt, 2 * policy.tokens.units * MILLION);
    const later = START_MICROS + 4 * MILLION;
    const [, granted] = await ask(redis, "i", [["s", policy, [10, 0, 0, 0]]], later);
    assert.equal(granted, 10, "the longest that anybody pays for it");
  }));

Deno.test("a process that has not asked for a while does not count", () =>
  withRedis(async (redis) => {
    const policy = admissionPolicy(10, 1).key;
    const asks = [["s", policy, [1, 0, 0, 0]]] as const;
    assert.equal((await ask(redis, "gone", asks, START_MICROS))[0], 1);
    assert.equal((await ask(redis, "here", asks, START_MICROS + 9 * MILLION))[0], 2);
    assert.equal((await ask(redis, "here", asks, START_MICROS + 11 * MILLION))[0], 1);
  }));

Deno.test("every key of the script expires once its buckets are as good as new", () =>
  withRedis(async (redis) => {
    const policy = admissionPolicy(10, 10).key;
    await ask(redis, "i", [["one", policy, [5, 0, 0, 0]]]);
    const [state, expiryMillis] = [await redis.get("one"), await redis.pttl("one")];
    assert.match(state ?? "", /^5000000 \d{16} \d{16} \d+$/);
    assert.ok(expiryMillis > 300 && expiryMillis <= 501, `expires in ${expiryMillis} ms`);
    assert.ok(await redis.pttl("instances") > 0);
  }));
