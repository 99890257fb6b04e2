import assert from "node:assert/strict";
import { AuthCode } from "../../../core/auth/auth_code.ts";
import {
  FRESH_MICROS,
  KeyCache,
  type KeyCacheOptions,
  KeysUnavailableError,
  STALE_MICROS,
} from "../../../infra/keys/key_cache.ts";
import type { VerifyingKey } from "../../../infra/keys/verify_signature.ts";

/** A source of keys whose answers a test gives by hand, and a clock that it moves. */
class Source {
  now = 1_700_000_000_000_000;
  readonly keys = new Map<string, VerifyingKey>();
  /** Ids in the order in which they were read. */
  readonly read: string[] = [];
  fails = false;
  /** While set, readings wait until {@link release}. */
  holds = false;
  #held: (() => void)[] = [];

  cache(more: Partial<KeyCacheOptions> = {}): KeyCache {
    return new KeyCache({ load: (id) => this.load(id), nowMicros: () => this.now, ...more });
  }

  async load(id: string): Promise<VerifyingKey | null> {
    this.read.push(id);
    if (this.holds) await new Promise<void>((resolve) => this.#held.push(resolve));
    if (this.fails) throw new Error("no answer");
    return this.keys.get(id) ?? null;
  }

  async release(): Promise<void> {
    this.holds = false;
    for (const resolve of this.#held.splice(0)) resolve();
    await settled();
  }
}

const key = (id: string, more: Partial<VerifyingKey> = {}): VerifyingKey => ({
  id,
  account: 1,
  kind: "hmac",
  scopes: ["read"],
  createdMicros: 0,
  expiresMicros: null,
  revoked: false,
  tier: null,
  addresses: [],
  verify: () => true,
  ...more,
});
/** Lets every reading that can end, end. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
const unavailable = (reason: string) => (error: unknown): boolean =>
  error instanceof KeysUnavailableError && error.reason === reason &&
  error.code === AuthCode.keysUnavailable && error.message.includes("keys unavailable");

Deno.test("a key is read once and then answered without a promise while it is fresh", async () => {
  const source = new Source();
  source.keys.set("k1", key("k1"));
  const cache = source.cache();
  assert.equal((await cache.get("k1"))?.id, "k1");
  source.now += FRESH_MICROS;
  const again = cache.get("k1");
  assert.ok(again !== null && !(again instanceof Promise));
  assert.deepEqual(source.read, ["k1"]);
});

Deno.test("past a second it is used and read again meanwhile", async () => {
  const source = new Source();
  source.keys.set("k1", key("k1"));
  const cache = source.cache();
  await cache.get("k1");
  source.keys.set("k1", key("k1", { account: 2 }));
  source.now += FRESH_MICROS + 1;
  const [stale, same] = [cache.get("k1"), cache.get("k1")];
  assert.ok(stale !== null && !(stale instanceof Promise) && stale.account === 1);
  assert.equal(same, stale);
  await settled();
  assert.equal((await cache.get("k1"))?.account, 2);
  assert.deepEqual(source.read, ["k1", "k1"]);
});

Deno.test("a revocation is seen within two seconds of being stored", async () => {
  for (const askEveryMicros of [100_000, 700_000, 1_000_000, 1_999_999, 5_000_000]) {
    const source = new Source();
    source.keys.set("k1", key("k1"));
    const cache = source.cache();
    await cache.get("k1");
    source.now += 300_000;
    source.keys.set("k1", key("k1", { revoked: true }));
    const revokedAt = source.now;
    while (source.now - revokedAt <= STALE_MICROS) {
      await cache.get("k1");
      await settled();
      source.now += askEveryMicros;
    }
    assert.equal((await cache.get("k1"))?.revoked, true, `asked every ${askEveryMicros} us`);
  }
});

Deno.test("older than two seconds and no answer: refused as unavailable, not as unknown", async () => {
  const source = new Source();
  source.keys.set("k1", key("k1"));
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
  source.keys.set("k1", key("k1"));
  source.holds = true;
  const answer = Promise.resolve(source.cache().get("k1"));
  const refused = assert.rejects(answer, unavailable("failed"));
  source.now += STALE_MICROS + 1;
  await source.release();
  await refused;
});

Deno.test("a clock that stepped back makes entries be read again", async () => {
  const source = new Source();
  source.keys.set("k1", key("k1"));
  const cache = source.cache();
  await cache.get("k1");
  source.now -= 10_000_000;
  source.keys.set("k1", key("k1", { revoked: true }));
  assert.equal((await cache.get("k1"))?.revoked, true);
});

Deno.test("everybody who asks for the same id at once shares one reading", async () => {
  const source = new Source();
  source.keys.set("k1", key("k1"));
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
  source.keys.set("k1", key("k1"));
  source.now += STALE_MICROS + 1;
  assert.equal((await cache.get("k1"))?.id, "k1");
  assert.deepEqual([cache.status().keys, cache.status().unknownIds], [1, 0]);
  source.keys.delete("k1");
  source.now += STALE_MICROS + 1;
  assert.equal(await cache.get("k1"), null);
  assert.deepEqual([cache.status().keys, cache.status().unknownIds], [0, 1]);
});

Deno.test("invented ids push no key out and hold no more than their bound", async () => {
  const source = new Source();
  source.keys.set("k1", key("k1"));
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
  for (const id of ["k1", "k2", "k3"]) source.keys.set(id, key(id));
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
  source.keys.set("k1", key("k1"));
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
