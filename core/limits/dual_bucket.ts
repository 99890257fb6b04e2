/**
 * Token bucket and leaky bucket of one subject in one pass: what every ordinary request is decided
 * by where limits are counted in this process.
 *
 * The same arithmetic as token_bucket.ts and leaky_bucket.ts one after the other (a differential
 * test holds them together), with the slots read and written once. Both are looked at before either
 * is charged, so that a refusal costs nothing.
 *
 * @module
 */
import type { SubjectPolicy } from "./policy.ts";
import { LEAK, TOKENS } from "./subject_row.ts";
import { CLOCK_STEP_BACK_MICROS_MAX, MILLION } from "./token_bucket.ts";

// Names of this module's own: imported ones are looked up at every use.
const DEBT = TOKENS;
const ANCHOR = TOKENS + 1;
const EMPTY_TIME = LEAK;
const REMAINDER = LEAK + 1;
const STEP_BACK = CLOCK_STEP_BACK_MICROS_MAX;
const PARTS = MILLION;

/**
 * Takes `cost` units from the row at `at`, if both buckets have them. O(1), allocates nothing.
 *
 * @returns whether they had
 */
export function takeFromDualBucket(
  state: Float64Array,
  at: number,
  policy: SubjectPolicy,
  cost: number,
  nowMicros: number,
): boolean {
  let debt = state[at + DEBT];
  let anchor = state[at + ANCHOR];
  const elapsed = nowMicros - anchor;
  if (elapsed >= 0) {
    const back = elapsed * policy.tokensPerSecond;
    debt = back >= debt ? 0 : debt - back;
    anchor = nowMicros;
  } else if (elapsed < -STEP_BACK) {
    anchor = nowMicros + STEP_BACK;
  }
  let empty = state[at + EMPTY_TIME];
  let remainder = state[at + REMAINDER];
  const latest = nowMicros + policy.leakFullMicros + STEP_BACK;
  if (empty < nowMicros) {
    empty = nowMicros;
    remainder = 0;
  } else if (empty > latest) {
    empty = latest;
    remainder = 0;
  }
  const { leakPerSecond } = policy;
  const inside = (empty - nowMicros) * leakPerSecond + remainder;
  const parts = cost * PARTS;
  const fits = debt + parts <= policy.tokenParts && inside + parts <= policy.leakParts;
  if (fits) {
    debt += parts;
    const added = remainder + parts;
    const micros = Math.floor(added / leakPerSecond);
    empty += micros;
    remainder = added - micros * leakPerSecond;
  }
  state[at + DEBT] = debt;
  state[at + ANCHOR] = anchor;
  state[at + EMPTY_TIME] = empty;
  state[at + REMAINDER] = remainder;
  return fits;
}
