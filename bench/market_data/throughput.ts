/**
 * What the feeds cost the matcher: the pipeline of `bench:pipeline` with the market-data Worker beside
 * the matcher, and without it, in turn.
 *
 * @module
 */
import { measure, type Measured } from "../pipeline/venue.ts";

const SECONDS = 6;
/** Pairs of runs; the median of the ratios counts. */
const ROUNDS = 5;
const SCENARIO = {
  role: "matcher",
  frameRecords: 512,
  windowRecords: 16_384,
  roundTripMillis: 0,
  seconds: SECONDS,
} as const;

/** The pair whose ratio is the median. */
export interface ThroughputResult {
  readonly withFeeds: Measured;
  readonly withoutFeeds: Measured;
  readonly ratio: number;
}

/** Measures pairs, each on fresh servers. */
export async function measureThroughput(say: (line: string) => void): Promise<ThroughputResult> {
  const pairs: ThroughputResult[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const withoutFeeds = await measure({ ...SCENARIO, projections: "off" });
    const withFeeds = await measure({ ...SCENARIO, projections: "market-data" });
    const ratio = withFeeds.ordersPerSecond / withoutFeeds.ordersPerSecond;
    say(
      `round ${round}: ${withFeeds.ordersPerSecond.toLocaleString("en-US")} orders/s with feeds, ` +
        `${withoutFeeds.ordersPerSecond.toLocaleString("en-US")} without: ${ratio.toFixed(2)}`,
    );
    pairs.push({ withFeeds, withoutFeeds, ratio });
  }
  return pairs.sort((one, other) => one.ratio - other.ratio)[pairs.length >> 1];
}
