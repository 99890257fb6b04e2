/**
 * The row of one subject: its buckets, and what its lease of the shared limits holds.
 *
 * ```text
 * slot | field
 *    0 | tokens: debt, anchor (token_bucket.ts)
 *    2 | leak: empty time, remainder (leaky_bucket.ts)
 *    4 | cancels: debt, anchor
 *    6 | share of tokens: debt, anchor; what is given out while the shared counters are lost
 *    8 | share of the leak: empty time, remainder
 *   10 | held: units that were taken from the shared counters and are not spent
 *   11 | held until: microseconds after which they go back
 *   12 | waiting: units of the requests that wait for an answer
 *   13 | owed: units that were given out without being taken from the shared counters
 *   14 | demand: units a second that are asked for
 *   15 | demanded: units that were asked for since 16
 *   16 | demanded since, microseconds
 *   17 | exhausted until: microseconds before which nothing is asked for and nobody waits
 *   18 | state of the lease (LeaseState)
 *   19 | low water: units in hand below which more is asked for
 * ```
 *
 * Where limits are counted in this process alone, 0 to 5 are the buckets themselves and the rest is
 * zero. Where they are shared, 0 to 3 mirror the shared ones as they were at the last answer.
 *
 * @module
 */

/** Offset of the token bucket. */
export const TOKENS = 0;
/** Offset of the leaky bucket. */
export const LEAK = 2;
/** Offset of the cancels' token bucket. */
export const CANCELS = 4;
/** Offset of the own share of the tokens. */
export const SHARE_TOKENS = 6;
/** Offset of the own share of the leak. */
export const SHARE_LEAK = 8;
/** Offset of the units in hand. */
export const HELD = 10;
/** Offset of the time at which they go back. */
export const HELD_UNTIL = 11;
/** Offset of the units of waiting requests. */
export const WAITING = 12;
/** Offset of the units to be paid. */
export const OWED = 13;
/** Offset of the demand in units a second. */
export const DEMAND = 14;
/** Offset of the units asked for in the present span. */
export const DEMANDED = 15;
/** Offset of the beginning of that span. */
export const DEMANDED_SINCE = 16;
/** Offset of the time until which the shared counters are known to have nothing. */
export const EXHAUSTED_UNTIL = 17;
/** Offset of the state of the lease. */
export const LEASE_STATE = 18;
/** Offset of the low water of the units in hand. */
export const LOW_WATER = 19;
/** Slots of a row. */
export const ROW_SLOTS = 20;

/**
 * Where a row stands: it has no business with the shared counters, it may have some (it is in the
 * list of active rows), or an answer is on its way.
 */
export const LeaseState = { idle: 0, active: 1, asked: 2 } as const;

/** Whether requests wait for the row, or an answer about it is on its way. O(1). */
export function rowIsBusy(state: Float64Array, at: number): boolean {
  return state[at + WAITING] > 0 || state[at + LEASE_STATE] !== LeaseState.idle;
}
