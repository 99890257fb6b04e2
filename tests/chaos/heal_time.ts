/**
 * How long a venue takes to heal itself, by kind of fault. The test runner gathers what is said here
 * into one table (tests/runner/heal_table.ts).
 *
 * @module
 */
import type { Crowd } from "../support/client_crowd.ts";
import { pause } from "../support/venue.ts";
import { HEALED_PREFIX } from "../runner/heal_table.ts";

/** Says how long it took from the end of a fault, or from a kill, until orders were answered again. */
export function noteHealed(kind: string, millis: number): void {
  console.log(`${HEALED_PREFIX}${kind}: ${Math.round(millis)} ms`);
}

/** Answers that were on their way when something died have come by then. */
const ON_THE_WAY_MILLIS = 20;

/** Waits until the crowd has another outcome, and says how long that was since `sinceMillis`. */
export async function untilHealed(
  kind: string,
  crowd: Crowd,
  sinceMillis: number = performance.now(),
): Promise<number> {
  await pause(ON_THE_WAY_MILLIS);
  await crowd.settle(1);
  const millis = performance.now() - sinceMillis;
  noteHealed(kind, millis);
  return millis;
}
