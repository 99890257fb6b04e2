import assert from "node:assert/strict";
import { BucketError } from "../../../infra/nats/errors.ts";
import { Bucket, WRONG_LAST_SEQUENCE } from "../../../infra/nats/kv.ts";
import { withNats } from "./temporary_nats.ts";

const text = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);

Deno.test("one user writes a key and another reads it, with the rights that they have", async () => {
  await withNats(async ({ connectAs }) => {
    const written = new Bucket(await connectAs("matcher"), "REFERENCE");
    const read = new Bucket(await connectAs("gateway"), "REFERENCE");
    assert.equal(await read.get("BTC-USD"), undefined);
    assert.equal(await written.put("BTC-USD", "one"), 1);
    assert.equal(await written.put("BTC-USD", Uint8Array.of(0, 255)), 2);
    assert.deepEqual(await read.get("BTC-USD"), {
      key: "BTC-USD",
      value: Uint8Array.of(0, 255),
      deleted: false,
      revision: 2,
    });
    assert.equal(await written.delete("BTC-USD"), 3);
    assert.equal(await read.get("BTC-USD"), undefined);
    assert.deepEqual(await read.next(1), {
      key: "BTC-USD",
      value: new Uint8Array(),
      deleted: true,
      revision: 3,
    });
    assert.equal(await read.next(4), undefined);
  });
});

Deno.test("compare and set lets one of two writers win", async () => {
  await withNats(async ({ connectAs }) => {
    const bucket = new Bucket(await connectAs("admin"), "KEYS");
    const lost = (error: unknown) =>
      error instanceof BucketError && error.code === WRONG_LAST_SEQUENCE;
    const first = await bucket.put("k", "first", 0);
    await assert.rejects(bucket.put("k", "second", 0), lost);
    assert.equal(await bucket.put("k", "third", first), first + 1);
    await assert.rejects(bucket.put("k", "fourth", first), lost);
    assert.equal(text((await bucket.get("k"))?.value), "third");
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => bucket.put("k", `${index}`, first + 1)),
    );
    assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
  });
});

Deno.test("keys that would be other subjects are refused", async () => {
  await withNats(async ({ connectAs }) => {
    const bucket = new Bucket(await connectAs("admin"), "KEYS");
    for (const key of ["", "*", ">", "a.*", ".a", "a.", "a b", "a\r\nPUB x", "x".repeat(201)]) {
      await assert.rejects(bucket.put(key, ""), BucketError, key);
      await assert.rejects(bucket.get(key), BucketError, key);
    }
  });
});

Deno.test("the bytes are those of the client library's own buckets", async () => {
  await withNats(async ({ connectAs }) => {
    const admin = await connectAs("admin");
    const theirs = await admin.jetstream().views.kv("KEYS", { bindOnly: true });
    const ours = new Bucket(admin, "KEYS");
    await ours.put("a", "ours");
    assert.equal((await theirs.get("a"))?.string(), "ours");
    await theirs.put("b", "theirs");
    assert.equal(text((await ours.get("b"))?.value), "theirs");
    await ours.delete("b");
    assert.equal((await theirs.get("b"))?.operation, "DEL");
    await theirs.purge("a");
    assert.equal(await ours.get("a"), undefined);
  });
});
