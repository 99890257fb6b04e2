/**
 * The limiter of a gateway's total, and what it has refused.
 *
 * @module
 */
import { refillPolicy } from "../core/limits/adaptive_refill.ts";
import { DualLimiter, TotalCode } from "../core/limits/dual_limiter.ts";
import type { GradientPolicy } from "../core/limits/gradient_policy.ts";

/** Part of the most that may be under way which the limit never falls below. */
const CONCURRENCY_SHARE_LEAST = 0.9;

/**
 * Part of the concurrency that is left while orders are refused. Less costs more than it wins: at a
 * fifth more are refused than the gateway has time for (bench/README.md).
 */
const CROWD_SHARE = 0.4;

/**
 * Concurrency of one gateway. Orders are journaled in groups, so many under way at once are what makes
 * it fast; more than fill the groups only wait for each other. Under a load that never ends the limit
 * would learn the groups' own delay as that of the path, so it moves within a tenth.
 */
function gatewayConcurrency(most: number): GradientPolicy {
  const least = Math.ceil(most * CONCURRENCY_SHARE_LEAST);
  return {
    initial: least,
    least,
    most,
    queueLeast: 4,
    queueShare: 0.1,
    smoothing: 0.2,
    tolerance: 1.5,
    longSamples: 600,
  };
}

/** One gateway's total. */
export class GatewayTotal {
  readonly limiter: DualLimiter;
  /** Requests refused, by the part that refused them. */
  readonly refused: Record<TotalCode, number> = { 0: 0, 1: 0, 2: 0, 3: 0, 4: 0 };

  /**
   * @param rate units a second that the gateway lets through; it follows the load by a fifth
   * @param concurrency requests that may be on the order path at once
   * @param jitter a random number from 0 to below 1
   */
  constructor(rate: number, concurrency: number, jitter: number) {
    this.limiter = new DualLimiter({
      refill: refillPolicy(rate, 1, 2 * rate),
      concurrency: gatewayConcurrency(concurrency),
      crowdShare: CROWD_SHARE,
      jitter,
    });
  }
}

/** Names of the parts, for metrics. */
export const TOTAL_PARTS = ["breaker", "concurrency", "tokens", "leak"] as const;

/** What each part has refused. */
export function refusedByPart({ refused }: GatewayTotal): readonly (readonly [string, number])[] {
  return TOTAL_PARTS.map((part) => [part, refused[TotalCode[part]]] as const);
}
