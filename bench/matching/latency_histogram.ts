/**
 * A histogram of nanoseconds, log-linear: 64 buckets to every power of two, so that a figure is
 * exact up to 127 ns and within 1.6 % above. Allocates nothing after it was made.
 *
 * @module
 */

const BITS = 6;
const BUCKETS_PER_OCTAVE = 1 << BITS;

/** Longest time that can be counted; two seconds. */
export const NANOS_MAX = 2 ** 31 - 1;

const BUCKETS = bucketOf(NANOS_MAX) + 1;

/** Counts times by their length. */
export class LatencyHistogram {
  readonly #buckets = new Float64Array(BUCKETS);
  /** How many, and the longest. */
  readonly #counts = new Float64Array(2);

  /** Counts a time: a whole number up to {@link NANOS_MAX}. */
  record(nanos: number): void {
    const counts = this.#counts;
    counts[0]++;
    if (nanos > counts[1]) counts[1] = nanos;
    this.#buckets[bucketOf(nanos)]++;
  }

  /** Times that were counted. */
  get count(): number {
    return this.#counts[0];
  }

  /** The longest time. */
  get worst(): number {
    return this.#counts[1];
  }

  /** The time that `share` of all times, from 0 to 1, do not exceed; 0 when there are none. */
  percentile(share: number): number {
    const rank = Math.ceil(this.count * share);
    let passed = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      passed += this.#buckets[bucket];
      if (passed >= rank && passed > 0) return Math.min(longestOf(bucket), this.worst);
    }
    return 0;
  }
}

/** Bucket of a whole number of nanoseconds, from 0 on. */
function bucketOf(nanos: number): number {
  if (nanos < BUCKETS_PER_OCTAVE) return nanos;
  const shift = 31 - Math.clz32(nanos) - BITS;
  return (shift << BITS) + (nanos >>> shift);
}

/** Longest time that falls into a bucket. */
function longestOf(bucket: number): number {
  if (bucket < 2 * BUCKETS_PER_OCTAVE) return bucket;
  const shift = (bucket >> BITS) - 1;
  const first = (bucket - (shift << BITS)) * 2 ** shift;
  return first + 2 ** shift - 1;
}
