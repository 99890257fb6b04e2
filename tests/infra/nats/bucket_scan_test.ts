import assert from "node:assert/strict";
import { scanBucket } from "../../../infra/nats/bucket_scan.ts";
import { Bucket } from "../../../infra/nats/kv.ts";
import { withNats } from "./temporary_nats.ts";

Deno.test("a scan has every entry once in the order of revisions, with gaps and deletions", async () => {
  await withNats(async ({ connectAs }) => {
    const bucket = new Bucket(await connectAs("admin"), "KEYS");
    const scanned = async (from?: number) => (await Array.fromAsync(scanBucket(bucket, from)));
    assert.deepEqual(await scanned(), []);
    await Promise.all(Array.from({ length: 300 }, (_, index) => bucket.put(`k${index}`, "old")));
    for (let index = 0; index < 300; index += 3) await bucket.put(`k${index}`, "new");
    await bucket.delete("k1");
    const entries = await scanned();
    const revisions = entries.map(({ revision }) => revision);
    assert.equal(entries.length, 300);
    assert.deepEqual(revisions, [...revisions].sort((one, other) => one - other));
    assert.equal(new Set(entries.map(({ key }) => key)).size, 300);
    assert.deepEqual(entries.filter(({ deleted }) => deleted).map(({ key }) => key), ["k1"]);
    assert.deepEqual((await scanned(401)).map(({ key }) => key), ["k1"]);
  });
});

Deno.test("what is written during a scan is met behind, and a scan can be left", async () => {
  await withNats(async ({ connectAs }) => {
    const bucket = new Bucket(await connectAs("admin"), "KEYS");
    for (let index = 0; index < 10; index++) await bucket.put(`k${index}`, "old");
    const met: string[] = [];
    for await (const { key, revision } of scanBucket(bucket)) {
      met.push(key);
      if (revision === 10) await bucket.put("k0", "new");
    }
    assert.deepEqual(met.slice(9), ["k9", "k0"]);
    for await (const { key } of scanBucket(bucket)) {
      assert.equal(key, "k1");
      break;
    }
  });
});
