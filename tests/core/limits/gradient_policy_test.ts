import assert from "node:assert/strict";
import {
  checkGradientPolicy,
  GRADIENT_DEFAULTS,
  type GradientPolicy,
  GradientPolicyError,
} from "../../../core/limits/gradient_policy.ts";

Deno.test("the defaults hold, and a measure out of range is refused by name and value", () => {
  checkGradientPolicy(GRADIENT_DEFAULTS);
  const wrong: readonly Partial<GradientPolicy>[] = [
    { least: 0 },
    { least: 1.5 },
    { most: 7 },
    { initial: 7 },
    { initial: 4_097 },
    { queueLeast: 0 },
    { queueShare: 0.6 },
    { smoothing: 0 },
    { tolerance: 0.9 },
    { tolerance: 1.8 },
    { longSamples: 9 },
    { most: NaN },
  ];
  for (const change of wrong) {
    const [[field, value]] = Object.entries(change);
    assert.throws(
      () => checkGradientPolicy({ ...GRADIENT_DEFAULTS, ...change }),
      (error: unknown) =>
        error instanceof GradientPolicyError && error.field === field &&
        Object.is(error.value, value) && error.message.startsWith(`${field} is ${value}; `),
    );
  }
});
