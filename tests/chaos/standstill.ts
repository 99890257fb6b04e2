/**
 * How long a crowd got no answer at all while something went wrong.
 *
 * @module
 */
import type { Crowd } from "../support/client_crowd.ts";
import { pause } from "../support/venue.ts";

/** The longest time between two answers of the crowd while `during` runs, in milliseconds. */
export async function standstill(crowd: Crowd, during: Promise<unknown>): Promise<number> {
  let isOver = false;
  void during.finally(() => isOver = true);
  let [settled, since, longest] = [crowd.settledCount, performance.now(), 0];
  while (!isOver) {
    await pause(2);
    if (crowd.settledCount !== settled) {
      settled = crowd.settledCount;
      since = performance.now();
    }
    longest = Math.max(longest, performance.now() - since);
  }
  return longest;
}
