/**
 * The seed of a chaos test: drawn anew for every run and printed, so that a failure says which
 * moments it died at.
 *
 * @module
 */
import { seededRandom } from "../core/market_data/random_orders.ts";

/** Random numbers from 0 to 1 from a seed that is printed under the name of the test. */
export function chaosRandom(test: string): () => number {
  const [seed] = crypto.getRandomValues(new Uint32Array(1));
  console.log(`${test}: seed ${seed}`);
  return seededRandom(seed);
}
