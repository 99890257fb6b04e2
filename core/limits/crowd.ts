/**
 * Crowd: how much of a concurrency limit there is while more want in than may.
 *
 * A wide limit keeps all busy who wait for an answer before they ask again, and refuses none of them.
 * Once some are refused, what it has beyond the work's own need is a queue and nothing else: those
 * who are let in wait in it, and no more of them get through. So from a refusal on the limit is a
 * share of what it was, until nobody has been refused for {@link CROWD_MICROS}.
 *
 * That is as long as the shortest `Retry-After`: whoever obeys it comes back when the limit is wide
 * again, or the crowd is still there.
 *
 * State, in a slot of a `Float64Array`; zeroed there is no crowd:
 *
 * ```text
 * slot | field
 *    0 | until: the time at which the limit is wide again, if nobody is refused before
 * ```
 *
 * O(1), allocates nothing. The time must not go back (steady_time.ts).
 *
 * @module
 */

/** Slots of the state of one crowd. */
export const CROWD_SLOTS = 1;
/** How long a refusal counts, in microseconds. */
export const CROWD_MICROS = 1_000_000;

/** Somebody was refused because as many as may be were under way. */
export function noteCrowd(state: Float64Array, at: number, time: number): void {
  state[at] = time + CROWD_MICROS;
}

/**
 * The limit that holds at a time, a whole number from 1 to `limit`.
 *
 * @param share of the limit that is left in a crowd, above 0 to 1
 */
export function crowdLimit(
  state: Float64Array,
  at: number,
  time: number,
  limit: number,
  share: number,
): number {
  if (time >= state[at]) return limit;
  const left = Math.floor(limit * share);
  return left < 1 ? 1 : left;
}
