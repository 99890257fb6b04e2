/**
 * Circuit breaker of a gateway's own total: is it any use to let more in?
 *
 * It watches the total alone, never one client's bucket: a total that is depleted for
 * {@link DEPLETED_MICROS} on end has more demand than it will ever serve, and whoever waits for its
 * tokens waits in vain. Then it opens and refuses with a time that is known, instead of by chance.
 *
 * ```text
 * closed ── depleted for 5 s ──▶ open ── back-off over ──▶ half-open ── successes ──▶ closed
 *                                     ▲                        │
 *                                     └── a failure, silence ──┘
 * ```
 *
 * Half-open lets {@link PROBES_MAX} requests through in {@link PROBE_MICROS_MAX};
 * {@link PROBE_SUCCESSES} round trips that began since then and went well close it, one that failed
 * opens it again with the back-off doubled. So does a round whose probes are not heard of at all;
 * where some were, or none was sent, another round begins. A back-off is
 * {@link BACK_OFF_LEAST_MICROS}, doubled with each failure, plus up to as much again at random so
 * that many gateways do not come back at once, and never more than {@link BACK_OFF_MOST_MICROS};
 * the randomness is a number of the caller's.
 *
 * Times are counted down by what passes between two looks, so a clock that steps back adds nothing
 * to any of them, however far it goes.
 *
 * State, in slots of a `Float64Array`; zeroed it is closed:
 *
 * ```text
 * slot | field
 *    0 | phase: 0 closed, 1 open, 2 half-open
 *    1 | seen: microseconds of the last look
 *    2 | micros: closed, how long the total has been depleted; else how long the phase still lasts
 *    3 | mark: closed, 1 where it was depleted at the last look; half-open, when that began
 *    4 | failures in a row, whose number doubles the back-off
 *    5 | probes let through in this round
 *    6 | successes since it is half-open
 *    7 | 1 where something was heard in this round
 * ```
 *
 * Call {@link settleBreaker} first; the others read what it left. Every function is O(1) and
 * allocates nothing.
 *
 * @module
 */

/** Slots of the state of one breaker. */
export const BREAKER_SLOTS = 8;
/** How long the total has to be depleted without a break. */
export const DEPLETED_MICROS = 5_000_000;
/** Longest time between two sightings of a depletion that counts as without a break. */
export const DEPLETED_GAP_MICROS_MAX = 1_000_000;
/** Part of the total above which its use is a depletion; the caller measures it. */
export const DEPLETED_SHARE = 0.95;
/** First back-off, before its random part. */
export const BACK_OFF_LEAST_MICROS = 1_000_000;
/** Longest back-off, its random part included. */
export const BACK_OFF_MOST_MICROS = 30_000_000;
/** Requests that a half-open breaker lets through. */
export const PROBES_MAX = 10;
/** Round trips that went well which close it. */
export const PROBE_SUCCESSES = 5;
/** Length of a round of probes. */
export const PROBE_MICROS_MAX = 5_000_000;
/** Failures in a row above which the back-off is at its longest anyway. */
const FAILURES_MAX = 5;

/** What a breaker does. */
export const BreakerPhase = { closed: 0, open: 1, halfOpen: 2 } as const;
/** Any of the phases. */
export type BreakerPhase = (typeof BreakerPhase)[keyof typeof BreakerPhase];

const PHASE = 0;
const SEEN = 1;
const MICROS = 2;
const MARK = 3;
const FAILURES = 4;
const PROBES = 5;
const SUCCESSES = 6;
const HEARD = 7;

/** What it does now. */
export function breakerPhase(state: Float64Array, at: number): BreakerPhase {
  return state[at + PHASE] as BreakerPhase;
}

/**
 * Makes the transition that time brings, if one is due.
 *
 * @param jitter a random number from 0 to below 1, used where the breaker opens
 */
export function settleBreaker(
  state: Float64Array,
  at: number,
  nowMicros: number,
  jitter: number,
): void {
  const phase = state[at + PHASE];
  if (phase === BreakerPhase.closed) return;
  const elapsedMicros = nowMicros - state[at + SEEN];
  state[at + SEEN] = nowMicros;
  if (elapsedMicros < 0) {
    // What began at a time of the clock moves with the clock.
    if (phase === BreakerPhase.halfOpen) state[at + MARK] += elapsedMicros;
    return;
  }
  state[at + MICROS] -= elapsedMicros;
  if (state[at + MICROS] > 0) return;
  if (phase === BreakerPhase.open) {
    state[at + PHASE] = BreakerPhase.halfOpen;
    state[at + MARK] = nowMicros;
    state[at + SUCCESSES] = 0;
  } else if (state[at + PROBES] > 0 && state[at + HEARD] === 0) {
    return fail(state, at, jitter);
  }
  state[at + MICROS] = PROBE_MICROS_MAX;
  state[at + PROBES] = 0;
  state[at + HEARD] = 0;
}

/** Microseconds until a request may try; 0 when it may now. */
export function breakerWaitMicros(state: Float64Array, at: number): number {
  const phase = state[at + PHASE];
  if (phase === BreakerPhase.closed) return 0;
  if (phase === BreakerPhase.halfOpen && state[at + PROBES] < PROBES_MAX) return 0;
  return state[at + MICROS];
}

/** Notes that a request which {@link breakerWaitMicros} let try was let through. */
export function passBreaker(state: Float64Array, at: number): void {
  if (state[at + PHASE] === BreakerPhase.halfOpen) state[at + PROBES]++;
}

/** Notes whether the total is depleted; opens the breaker when it has been for long enough. */
export function noteDepletion(
  state: Float64Array,
  at: number,
  nowMicros: number,
  isDepleted: boolean,
  jitter: number,
): void {
  if (state[at + PHASE] !== BreakerPhase.closed) return;
  const elapsedMicros = nowMicros - state[at + SEEN];
  state[at + SEEN] = nowMicros;
  if (!isDepleted || state[at + MARK] === 0 || elapsedMicros > DEPLETED_GAP_MICROS_MAX) {
    state[at + MARK] = isDepleted ? 1 : 0;
    state[at + MICROS] = 0;
  } else if (elapsedMicros > 0) {
    state[at + MICROS] += elapsedMicros;
    if (state[at + MICROS] >= DEPLETED_MICROS) open(state, at, jitter);
  }
}

/**
 * Takes the outcome of a round trip, a probe's or not; one that began before the breaker was
 * half-open says nothing.
 */
export function concludeProbe(
  state: Float64Array,
  at: number,
  nowMicros: number,
  roundTripMicros: number,
  isGood: boolean,
  jitter: number,
): void {
  if (state[at + PHASE] !== BreakerPhase.halfOpen) return;
  if (!(nowMicros - roundTripMicros >= state[at + MARK])) return;
  if (!isGood) return fail(state, at, jitter);
  state[at + HEARD] = 1;
  if (++state[at + SUCCESSES] >= PROBE_SUCCESSES) state.fill(0, at, at + BREAKER_SLOTS);
}

function fail(state: Float64Array, at: number, jitter: number): void {
  if (state[at + FAILURES] < FAILURES_MAX) state[at + FAILURES]++;
  open(state, at, jitter);
}

function open(state: Float64Array, at: number, jitter: number): void {
  // Half of the longest is left to chance, so that the longest ones do not end together either.
  const doubled = BACK_OFF_LEAST_MICROS * 2 ** state[at + FAILURES];
  const backOff = Math.min(doubled, BACK_OFF_MOST_MICROS / 2);
  state[at + PHASE] = BreakerPhase.open;
  state[at + MICROS] = backOff + Math.floor(backOff * jitter);
}
