import assert from "node:assert/strict";
import fc from "fast-check";
import { LatencyHistogram, NANOS_MAX } from "../../bench/matching/latency_histogram.ts";

/** Times of every magnitude. */
const times = fc.array(
  fc.oneof(
    fc.integer({ min: 0, max: 200 }),
    fc.integer({ min: 0, max: 100_000 }),
    fc.integer({ min: 0, max: NANOS_MAX }),
  ),
  { minLength: 1, maxLength: 200 },
);

Deno.test("percentiles are those of the sorted times, up to 1.6 % above", () => {
  const shares = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(fc.property(times, shares, (sample, share) => {
    const histogram = new LatencyHistogram();
    for (const time of sample) histogram.record(time);
    const sorted = sample.toSorted((one, other) => one - other);
    const exact = sorted[Math.max(0, Math.ceil(sample.length * share) - 1)];
    const found = histogram.percentile(share);
    assert.ok(found >= exact && found <= exact + exact / 64, `${found} for ${exact}`);
    assert.equal(histogram.worst, sorted.at(-1));
    assert.equal(histogram.count, sample.length);
  }));
});

Deno.test("an empty histogram has percentiles of zero", () => {
  assert.equal(new LatencyHistogram().percentile(0.99), 0);
});
