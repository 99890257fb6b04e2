import assert from "node:assert/strict";
import { FRESH_MICROS, STALE_MICROS } from "../../../infra/keys/key_cache.ts";
import { settled, Source, unavailable } from "./key_source.ts";

Deno.test("a key is read once and then answered without a promise while it is fresh", async () => {
  const source = new Source();
  source.put("k1");
  const cache = source.cache();
  assert.equal((await cache.get("k1"))?.id, "k1");
  source.now += FRESH_MICROS;
  const again = cache.get("k1");
  assert.ok(again !== null && !(again instanceof Promise));
  assert.deepEqual(source.read, ["k1"]);
});

Deno.test("past a second it is used and read again meanwhile", async () => {
  const source = new Source();
  source.put("k1");
  const cache = source.cache();
  await cache.get("k1");
  source.put("k1", "changed");
  source.now += FRESH_MICROS + 1;
  const [stale, same] = [cache.get("k1"), cache.get("k1")];
  assert.ok(stale !== null && !(stale instanceof Promise) && stale.says === "");
  assert.equal(same, stale);
  await settled();
  assert.equal((await cache.get("k1"))?.says, "changed");
  assert.deepEqual(source.read, ["k1", "k1"]);
});

Deno.test("a revocation is seen within two seconds of being stored", async () => {
  for (const askEveryMicros of [100_000, 700_000, 1_000_000, 1_999_999, 5_000_000]) {
    const source = new Source();
    source.put("k1");
    const cache = source.cache();
    await cache.get("k1");
    source.now += 300_000;
    source.put("k1", "revoked");
    const revokedAt = source.now;
    while (source.now - revokedAt <= STALE_MICROS) {
      await cache.get("k1");
      await settled();
      source.now += askEveryMicros;
    }
    assert.equal((await cache.get("k1"))?.says, "revoked", `asked every ${askEveryMicros} us`);
  }
});

Deno.test("older than two seconds and no answer: refused as unavailable, not as unknown", async () => {
  const source = new Source();
  source.put("k1");
  const cache = source.cache();
  await cache.get("k1");
  source.fails = true;
  source.now += STALE_MICROS;
  assert.equal((await cache.get("k1"))?.id, "k1", "still within its time");
  await settled();
  source.now += 1;
  await assert.rejects(async () => await cache.get("k1"), unavailable("failed"));
  assert.equal(cache.status().failures, 2);
  source.fails = false;
  assert.equal((await cache.get("k1"))?.id, "k1", "back with the source");
});

Deno.test("a reading that itself took two seconds is not trusted", async () => {
  const source = new Source();
  source.put("k1");
  source.holds = true;
  const answer = Promise.resolve(source.cache().get("k1"));
  const refused = assert.rejects(answer, unavailable("failed"));
  source.now += STALE_MICROS + 1;
  await source.release();
  await refused;
});

Deno.test("a clock that stepped back makes entries be read again", async () => {
  const source = new Source();
  source.put("k1");
  const cache = source.cache();
  await cache.get("k1");
  source.now -= 10_000_000;
  source.put("k1", "revoked");
  assert.equal((await cache.get("k1"))?.says, "revoked");
});

Deno.test("everybody who asks for the same id at once shares one reading", async () => {
  const source = new Source();
  source.put("k1");
  source.holds = true;
  const cache = source.cache();
  const answers = Array.from({ length: 50 }, () => Promise.resolve(cache.get("k1")));
  await source.release();
  assert.ok((await Promise.all(answers)).every((answer) => answer?.id === "k1"));
  assert.deepEqual(source.read, ["k1"]);
});

Deno.test("an unknown id is remembered, and seen once it exists", async () => {
  const source = new Source();
  const cache = source.cache();
  assert.equal(await cache.get("k1"), null);
  assert.equal(cache.get("k1"), null);
  assert.deepEqual(source.read, ["k1"]);
  source.put("k1");
  source.now += STALE_MICROS + 1;
  assert.equal((await cache.get("k1"))?.id, "k1");
  assert.deepEqual([cache.status().keys, cache.status().unknownIds], [1, 0]);
  source.entries.delete("k1");
  source.now += STALE_MICROS + 1;
  assert.equal(await cache.get("k1"), null);
  assert.deepEqual([cache.status().keys, cache.status().unknownIds], [0, 1]);
});

Deno.test("invented ids push no key out and hold no more than their bound", async () => {
  const source = new Source();
  source.put("k1");
  const cache = source.cache({ keysMax: 2, unknownIdsMax: 5 });
  await cache.get("k1");
  for (let index = 0; index < 100; index++) await cache.get(`invented${index}`);
  assert.deepEqual([cache.status().keys, cache.status().unknownIds], [1, 5]);
  const readings = source.read.length;
  assert.equal((await cache.get("k1"))?.id, "k1");
  assert.equal(source.read.length, readings);
});

Deno.test("keys held stay within their bound, the one used longest ago goes", async () => {
  const source = new Source();
  for (const id of ["k1", "k2", "k3"]) source.put(id);
  const cache = source.cache({ keysMax: 2 });
  await cache.get("k1");
  await cache.get("k2");
  await cache.get("k1");
  await cache.get("k3");
  assert.equal(cache.status().keys, 2);
  await cache.get("k1");
  assert.deepEqual(source.read, ["k1", "k2", "k3"]);
});

Deno.test("readings at once are bounded, and those of held keys have a bound of their own", async () => {
  const source = new Source();
  source.put("k1");
  const cache = source.cache({ firstReadingsMax: 3, repeatReadingsMax: 1 });
  await cache.get("k1");
  source.holds = true;
  source.now += STALE_MICROS + 1;
  const waiting = ["a", "b", "c", "k1"].map((id) => Promise.resolve(cache.get(id)));
  await assert.rejects(async () => await cache.get("d"), unavailable("busy"));
  assert.equal(cache.status().readings, 4);
  await source.release();
  assert.deepEqual((await Promise.all(waiting)).map((answer) => answer?.id), [
    undefined,
    undefined,
    undefined,
    "k1",
  ]);
  assert.equal(cache.status().readings, 0);
});
