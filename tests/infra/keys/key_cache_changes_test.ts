import assert from "node:assert/strict";
import fc from "fast-check";
import { FRESH_MICROS, LOOKS_MAX, STALE_MICROS } from "../../../infra/keys/key_cache.ts";
import type { BucketEntry } from "../../../infra/nats/kv.ts";
import { atOnce, type Held, settled, Source, unavailable } from "./key_source.ts";

Deno.test("while the view is young a key is read once, and answered with the same object", async () => {
  const source = new Source();
  source.put("k1");
  source.viewAgeMicros = 0;
  const cache = source.cache();
  const first = await cache.get("k1");
  assert.equal(await cache.get("none"), null);
  for (const ageMicros of [0, 500_000, STALE_MICROS]) {
    source.viewAgeMicros = ageMicros;
    source.now += 3_600_000_000;
    assert.equal(atOnce(cache.get("k1")), first);
    assert.equal(atOnce(cache.get("none")), null);
  }
  assert.deepEqual(source.read, ["k1", "none"]);
  source.viewAgeMicros = STALE_MICROS + 1;
  assert.ok(cache.get("k1") instanceof Promise, "older than two seconds: read anew");
  source.fails = true;
  await assert.rejects(async () => await cache.get("none"), unavailable("failed"));
});

Deno.test("a change is in force as soon as it is delivered, without a reading", async () => {
  const source = new Source();
  source.put("k1", "valid");
  source.viewAgeMicros = 0;
  const cache = source.cache();
  await cache.get("k1");
  cache.changed(source.put("k1", "revoked"));
  const answer = cache.get("k1");
  assert.ok(answer instanceof Promise, "what was held is not used any more");
  assert.equal((await answer)?.says, "revoked");
  assert.equal(atOnce(cache.get("k1"))?.says, "revoked");
  assert.deepEqual(source.read, ["k1"]);
  cache.changed(source.put("k1", "", true));
  assert.equal(await cache.get("k1"), null);
  assert.deepEqual([cache.status().keys, cache.status().unknownIds], [0, 1]);
  cache.changed(source.put("k1", "again"));
  assert.equal((await cache.get("k1"))?.says, "again");
});

Deno.test("a record that is sealed again is the same object still", async () => {
  const source = new Source();
  source.put("k1", "valid");
  source.viewAgeMicros = 0;
  const cache = source.cache();
  const before = await cache.get("k1");
  cache.changed(source.put("k1", "valid"));
  assert.equal(await cache.get("k1"), before);
});

Deno.test("an unknown id is looked for again when a change of it is delivered", async () => {
  const source = new Source();
  source.viewAgeMicros = 0;
  const cache = source.cache();
  assert.equal(await cache.get("k1"), null);
  cache.changed(source.put("k1"));
  assert.equal((await cache.get("k1"))?.id, "k1");
});

Deno.test("a reading that began before a change does not put the old record back", async () => {
  for (const first of ["valid", null]) {
    const source = new Source();
    if (first !== null) source.put("k1", first);
    source.viewAgeMicros = 0;
    const cache = source.cache();
    source.holds = true;
    const answer = Promise.resolve(cache.get("k1"));
    cache.changed(source.put("k1", "revoked"));
    await source.release();
    assert.equal((await answer)?.says, "revoked");
    assert.equal(atOnce(cache.get("k1"))?.says, "revoked");
    assert.deepEqual(source.read, ["k1", "k1"]);
  }
});

Deno.test("nor does one in the background that was under way while the view was old", async () => {
  const source = new Source();
  source.put("k1", "valid");
  const cache = source.cache();
  await cache.get("k1");
  source.now += FRESH_MICROS + 1;
  source.holds = true;
  assert.equal(atOnce(cache.get("k1"))?.says, "valid");
  source.viewAgeMicros = 0;
  cache.changed(source.put("k1", "revoked"));
  const answer = Promise.resolve(cache.get("k1"));
  await source.release();
  assert.equal((await answer)?.says, "revoked");
  assert.equal(atOnce(cache.get("k1"))?.says, "revoked");
});

Deno.test("a copy of the bucket that lags behind a change is not believed", async () => {
  const source = new Source();
  const old = source.put("k1", "valid");
  source.viewAgeMicros = 0;
  const cache = source.cache();
  cache.changed(source.put("k1", "revoked"));
  source.entries.set("k1", old);
  await assert.rejects(async () => await cache.get("k1"), unavailable("failed"));
  assert.equal(source.read.length, LOOKS_MAX);
  cache.changed(old);
  await assert.rejects(async () => await cache.get("k1"), unavailable("failed"));
});

Deno.test("changes of keys that nobody asked for cost no reading and hold nothing", async () => {
  const source = new Source();
  source.viewAgeMicros = 0;
  const cache = source.cache({ keysMax: 2, unknownIdsMax: 2 });
  for (let index = 0; index < 100; index++) cache.changed(source.put(`k${index}`));
  await settled();
  assert.deepEqual(source.read, []);
  assert.deepEqual([cache.status().keys, cache.status().unknownIds], [0, 0]);
});

Deno.test("what was forgotten is not put back by a reading that began before", async () => {
  const source = new Source();
  source.put("k1", "before");
  source.viewAgeMicros = 0;
  const cache = source.cache();
  source.holds = true;
  const answer = Promise.resolve(cache.get("k1"));
  cache.clear();
  source.revision = 0;
  source.put("k1", "after");
  await source.release();
  assert.equal((await answer)?.says, "after");
  assert.equal(atOnce(cache.get("k1"))?.says, "after");
  cache.clear();
  assert.deepEqual([cache.status().keys, cache.status().unknownIds], [0, 0]);
});

Deno.test("random: whatever comes in whatever order, no answer is older than what was delivered", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom("get", "put", "deliver", "hold", "release", "turn"), {
        maxLength: 60,
      }),
      async (steps) => {
        const source = new Source();
        source.viewAgeMicros = 0;
        const cache = source.cache();
        const undelivered: BucketEntry[] = [];
        let delivered = "";
        for (const step of steps) {
          if (step === "put") undelivered.push(source.put("k1", String(source.revision + 1)));
          else if (step === "hold") source.holds = true;
          else if (step === "release") await source.release();
          else if (step === "turn") await settled();
          else if (step === "deliver") {
            const entry = undelivered.shift();
            if (entry === undefined) continue;
            cache.changed(entry);
            delivered = String(entry.revision);
          } else {
            const answer = cache.get("k1");
            const least = Number(delivered);
            const check = (held: Held | null) => assert.ok(Number(held?.says ?? 0) >= least);
            if (answer instanceof Promise) answer.then(check, () => assert.fail("unavailable"));
            else check(answer);
          }
        }
        await source.release();
        await settled();
      },
    ),
    { numRuns: 300 },
  );
});
