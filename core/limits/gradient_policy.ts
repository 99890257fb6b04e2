/**
 * Measures of a concurrency limit that follows latency (gradient_limit.ts).
 *
 * @module
 */

/** Measures of a limit. */
export interface GradientPolicy {
  /** Limit before the first window. */
  readonly initial: number;
  /** Bounds of the limit, whole numbers, 1 <= least <= initial <= most. */
  readonly least: number;
  readonly most: number;
  /** Requests that may always queue, 1 to `most`. */
  readonly queueLeast: number;
  /** Part of the limit that may queue where that is more, 0 to 0.5. */
  readonly queueShare: number;
  /** Part of the way to the new limit that one window goes, above 0 to 1. */
  readonly smoothing: number;
  /**
   * How many times the long average a window may be and still count as no queue, from 1 to below
   * 2 x (1 - queueShare).
   */
  readonly tolerance: number;
  /** Samples over which the long average moves, 10 to 1,000,000. */
  readonly longSamples: number;
}

/** The measures that Netflix's library has by default, with the bounds of one gateway. */
export const GRADIENT_DEFAULTS: GradientPolicy = {
  initial: 64,
  least: 8,
  most: 4_096,
  queueLeast: 4,
  queueShare: 0.1,
  smoothing: 0.2,
  tolerance: 1.5,
  longSamples: 600,
};

/** A measure that is out of range. */
export class GradientPolicyError extends RangeError {
  override readonly name = "GradientPolicyError";
  constructor(readonly field: keyof GradientPolicy, readonly value: number, allowed: string) {
    super(`${field} is ${value}; it takes ${allowed}`);
  }
}

/**
 * Checks the measures of a limit.
 *
 * @throws {GradientPolicyError} naming the first that is out of range.
 */
export function checkGradientPolicy(policy: GradientPolicy): void {
  const { least, most, queueShare } = policy;
  within(policy, "least", 1, 1e6, true);
  within(policy, "most", least, 1e6, true);
  within(policy, "initial", least, most, false);
  within(policy, "queueLeast", 1, most, false);
  within(policy, "queueShare", 0, 0.5, false);
  within(policy, "smoothing", 0.001, 1, false);
  within(policy, "tolerance", 1, 2 * (1 - queueShare) - 0.001, false);
  within(policy, "longSamples", 10, 1e6, false);
}

function within(
  policy: GradientPolicy,
  field: keyof GradientPolicy,
  least: number,
  most: number,
  isWhole: boolean,
): void {
  const value = policy[field];
  if (value >= least && value <= most && (!isWhole || Number.isInteger(value))) return;
  const range = `${isWhole ? "a whole number from " : ""}${least} to ${most}`;
  throw new GradientPolicyError(field, value, range);
}
