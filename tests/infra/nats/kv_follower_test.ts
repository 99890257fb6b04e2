import assert from "node:assert/strict";
import { Bucket, type BucketEntry } from "../../../infra/nats/kv.ts";
import { type BucketFollower, followBucket } from "../../../infra/nats/kv_follower.ts";
import { launchNats } from "../../../infra/nats/launch.ts";
import { type TemporaryNats, withNats } from "./temporary_nats.ts";

async function until(what: string, holds: () => boolean, millisMax = 2_000): Promise<number> {
  const beganAt = performance.now();
  while (!holds()) {
    assert.ok(performance.now() - beganAt < millisMax, `not in ${millisMax} ms: ${what}`);
    await new Promise((done) => setTimeout(done, 2));
  }
  return performance.now() - beganAt;
}

/** A writer and a follower of the keys bucket, as admin and gateway have them. */
async function follow(nats: TemporaryNats, everyMillis = 60_000) {
  const writer = new Bucket(await nats.connectAs("admin"), "KEYS");
  const view = new Map<string, BucketEntry>();
  const revisions: number[] = [];
  const errors: Error[] = [];
  const start = (): BucketFollower =>
    followBucket(new Bucket(gateway, "KEYS"), {
      onEntry: (entry) => {
        view.set(entry.key, entry);
        revisions.push(entry.revision);
      },
      onError: (error) => void errors.push(error),
      everyMillis,
    });
  const gateway = await nats.connectAs("gateway");
  return { writer, view, revisions, errors, start };
}

Deno.test("delivers what is there, with gaps, in order and each once, and then every change", async () => {
  await withNats(async (nats) => {
    const { writer, view, revisions, start } = await follow(nats);
    await Promise.all(Array.from({ length: 300 }, (_, index) => writer.put(`k${index}`, "old")));
    // Every third is written again, which takes the old revision away.
    for (let index = 0; index < 300; index += 3) await writer.put(`k${index}`, "new");
    const follower = start();
    await follower.caughtUp;
    assert.equal(view.size, 300);
    assert.deepEqual(revisions, [...new Set(revisions)].sort((a, b) => a - b));
    assert.equal(new TextDecoder().decode(view.get("k3")?.value), "new");
    assert.ok(follower.ageMillis() < 1_000);

    await writer.put("k1", "changed");
    await writer.delete("k2");
    await until("the changes", () => view.get("k2")?.deleted === true);
    assert.equal(new TextDecoder().decode(view.get("k1")?.value), "changed");
    await follower.stop();
  });
});

Deno.test("a change is seen at once, long before the next look", async () => {
  await withNats(async (nats) => {
    const { writer, view, start } = await follow(nats, 60_000);
    const follower = start();
    await follower.caughtUp;
    for (let round = 0; round < 20; round++) {
      await writer.put("revoked", String(round));
      const seen = () => new TextDecoder().decode(view.get("revoked")?.value) === String(round);
      await until(`round ${round}`, seen, 1_000);
    }
    await follower.stop();
  });
});

Deno.test("the looks keep the view young while nothing changes", async () => {
  await withNats(async (nats) => {
    const { start } = await follow(nats, 50);
    const follower = start();
    await follower.caughtUp;
    await new Promise((done) => setTimeout(done, 300));
    assert.ok(follower.ageMillis() < 250, String(follower.ageMillis()));
    await follower.stop();
  });
});

Deno.test("while the broker is down the view grows old, and afterwards it catches up", async () => {
  await withNats(async (nats) => {
    const { writer, view, errors, start } = await follow(nats, 50);
    await writer.put("before", "1");
    const follower = start();
    await follower.caughtUp;
    nats.server.kill();
    await nats.server.exited;
    await until("the view is older than 300 ms", () => follower.ageMillis() > 300);
    const { dataDirectory, server: { ports } } = nats;
    const again = await launchNats({ dataDirectory, ports, say: () => {} });
    try {
      await until("the view is young again", () => follower.ageMillis() < 200, 6_000);
      await writer.put("after", "2");
      await until("the change", () => view.has("after"));
      assert.equal(new TextDecoder().decode(view.get("before")?.value), "1");
      assert.ok(errors.every((error) => error instanceof Error));
      await follower.stop();
    } finally {
      await again.stop();
    }
  });
});

Deno.test("stops at once, also before it has caught up", async () => {
  await withNats(async (nats) => {
    const { writer, start } = await follow(nats);
    await Promise.all(Array.from({ length: 50 }, (_, index) => writer.put(`k${index}`, "x")));
    const follower = start();
    assert.equal(follower.ageMillis(), Infinity);
    await follower.stop();
    await follower.stop();
  });
});

Deno.test("from the present on it delivers changes alone, and needs no right to find where that is", async () => {
  await withNats(async (nats) => {
    const writer = new Bucket(await nats.connectAs("admin"), "KEYS");
    const bucket = new Bucket(await nats.connectAs("gateway"), "KEYS");
    assert.equal(await bucket.lastRevision(), 0);
    for (const filled of [false, true]) {
      if (filled) { for (let index = 0; index < 20; index++) await writer.put(`k${index}`, "old"); }
      const before = await writer.lastRevision();
      assert.equal(await bucket.lastRevision(), before);
      const revisions: number[] = [];
      const follower = followBucket(bucket, {
        onEntry: ({ revision }) => revisions.push(revision),
        fromRevision: "present",
      });
      await follower.caughtUp;
      assert.deepEqual(revisions, []);
      await writer.put("k3", "new");
      await writer.delete("k4");
      await until("the changes", () => revisions.length === 2);
      assert.deepEqual(revisions, [before + 1, before + 2]);
      await follower.stop();
    }
  });
});
