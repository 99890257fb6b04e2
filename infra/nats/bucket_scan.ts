/**
 * Reads a bucket once, from one revision to its end, without a consumer.
 *
 * @module
 */
import type { Bucket, BucketEntry } from "./kv.ts";

/** Most entries asked for at once. */
export const SCAN_BATCH_MAX = 64;

/**
 * Yields every entry from `fromRevision` on in the order of revisions, deleted ones included. A key
 * that is written meanwhile may come again, with its new value. One request to the broker for each,
 * many at once where the entries stand dense.
 */
export async function* scanBucket(
  bucket: Bucket,
  fromRevision: number = 1,
): AsyncGenerator<BucketEntry> {
  let next = fromRevision;
  let batch = 1;
  while (true) {
    const from = next;
    const found = await Promise.all(
      Array.from({ length: batch }, (_, index) => bucket.next(from + index)),
    );
    const entries = new Map<number, BucketEntry>();
    for (const entry of found) if (entry !== undefined) entries.set(entry.revision, entry);
    for (const entry of [...entries.values()].sort((a, b) => a.revision - b.revision)) {
      next = entry.revision + 1;
      yield entry;
    }
    if (found[0] === undefined) return;
    // Where the answers are dense, more are asked for at once; where there are gaps, fewer.
    batch = entries.size === batch ? Math.min(batch * 2, SCAN_BATCH_MAX) : 1;
  }
}
