/**
 * What there is to say about a machine's clock.
 *
 * @module
 */
import type { LeaderClock } from "../core/auth/leader_clock.ts";

/** How far the own clock is off, where it is corrected; `null` where it is not. */
export function clockFinding({ correctionMicros }: LeaderClock): string | null {
  if (correctionMicros === 0) return null;
  const millis = Math.round(Math.abs(correctionMicros) / 1_000);
  const side = correctionMicros > 0 ? "behind" : "ahead of";
  return `is ${millis} ms ${side} the leader's; the leader's is used`;
}
