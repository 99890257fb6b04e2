/**
 * How much of the shared limits one row holds ahead of need, and how often it asks.
 *
 * A lease follows the demand: what is asked for in {@link LEASE_MICROS_LEAST}, but as many requests
 * as make a round trip worth its price ({@link LEASE_UNITS_WORTHWHILE}), as long as those are spent
 * within {@link LEASE_MICROS_MOST}. Where that is less than one unit nothing is held: the request
 * waits for an answer, which it shares with all that came meanwhile.
 *
 * Units in hand have been taken from the shared counters already. So over all processes a subject
 * never gets more than its limits since the counters began, and in any span at most what was in
 * hand at its beginning more; a process that dies takes its units with it.
 *
 * @module
 */
import {
  DEMAND,
  DEMANDED,
  DEMANDED_SINCE,
  EXHAUSTED_UNTIL,
  HELD,
  HELD_UNTIL,
  LOW_WATER,
  OWED,
  WAITING,
} from "./subject_row.ts";

/** Time between two round trips, in microseconds: what waits for an answer waits this long at most. */
export const TRIP_MICROS_LEAST = 55_000;
/** A lease is at least what is asked for in this time. */
export const LEASE_MICROS_LEAST = 100_000;
/** A lease is at most what is asked for in this time. */
export const LEASE_MICROS_MOST = 1_000_000;
/** Units for which a round trip is worth its price: one for 64 requests is 0.016 a request. */
export const LEASE_UNITS_WORTHWHILE = 64;
/** Units that are not spent go back after this time. */
export const HELD_MICROS_MAX = 2_000_000;

const MICROS_PER_SECOND = 1_000_000;
/** Spans in which demand is counted. */
const DEMAND_MICROS_LEAST = 50_000;
const DEMAND_MICROS_MOST = 1_000_000;

/** What one row asks of the shared counters; all in whole units. Reused from ask to ask. */
export interface LeaseTerms {
  /** What waiting requests need. */
  need: number;
  /** What it would hold beyond that. */
  ahead: number;
  /** What was given out here without asking. */
  owed: number;
  /** What it does not need any more. */
  returned: number;
}

/** Brings the estimate of the row's demand up to `nowMicros`. */
export function settleDemand(state: Float64Array, at: number, nowMicros: number): void {
  const elapsed = nowMicros - state[at + DEMANDED_SINCE];
  if (elapsed >= 0 && elapsed < DEMAND_MICROS_LEAST) return;
  const span = elapsed > 0 && elapsed < DEMAND_MICROS_MOST ? elapsed : DEMAND_MICROS_MOST;
  const rate = state[at + DEMANDED] * MICROS_PER_SECOND / span;
  const before = state[at + DEMAND];
  state[at + DEMAND] = before === 0 ? rate : (before + rate) / 2;
  state[at + DEMANDED] = 0;
  state[at + DEMANDED_SINCE] = nowMicros;
}

/** Units of a lease for a demand of so many units a second. */
export function leaseUnits(demand: number): number {
  const least = demand * LEASE_MICROS_LEAST / MICROS_PER_SECOND;
  const most = demand * LEASE_MICROS_MOST / MICROS_PER_SECOND;
  const worthwhile = most < LEASE_UNITS_WORTHWHILE ? most : LEASE_UNITS_WORTHWHILE;
  return Math.floor(least > worthwhile ? least : worthwhile);
}

/**
 * What the row asks for now, into `terms`. Takes what goes back out of the hand.
 *
 * @param roundTripMicros smoothed round trip to the shared counters
 * @returns whether it asks for anything at all
 */
export function writeTerms(
  state: Float64Array,
  at: number,
  nowMicros: number,
  roundTripMicros: number,
  terms: LeaseTerms,
): boolean {
  settleDemand(state, at, nowMicros);
  const waiting = state[at + WAITING];
  let held = state[at + HELD];
  terms.returned = 0;
  if (held > 0 && waiting === 0 && nowMicros > state[at + HELD_UNTIL]) {
    terms.returned = held;
    state[at + HELD] = held = 0;
  }
  const demand = state[at + DEMAND];
  const lease = leaseUnits(demand);
  const low = demand * (TRIP_MICROS_LEAST + roundTripMicros) / MICROS_PER_SECOND;
  state[at + LOW_WATER] = lease === 0 ? 0 : low;
  const free = held - waiting;
  terms.need = free < 0 ? -free : 0;
  const isIdle = terms.returned > 0 || (demand < 1 && waiting === 0);
  terms.ahead = isIdle || free >= low ? 0 : Math.ceil(low) + lease - (free > 0 ? free : 0);
  if (state[at + EXHAUSTED_UNTIL] > 0) {
    // Its client does not keep to the limit, so nothing is left in the pot for what it was promised.
    terms.need += terms.ahead;
    terms.ahead = 0;
  }
  terms.owed = state[at + OWED];
  return terms.need > 0 || terms.ahead > 0 || terms.owed > 0 || terms.returned > 0;
}

/**
 * Until when a row that got less than it needed asks no more: long enough for a share of the rate
 * that is worth a round trip, and shorter than the whole second that its client is told to wait.
 */
export function exhaustedMicros(unitsPerSecond: number, instances: number): number {
  const worth = LEASE_UNITS_WORTHWHILE * instances * MICROS_PER_SECOND / unitsPerSecond;
  return Math.min(Math.max(worth, TRIP_MICROS_LEAST), LEASE_MICROS_MOST);
}

/** Whether the row has no business with the shared counters any more. */
export function isAtRest(state: Float64Array, at: number): boolean {
  return state[at + HELD] === 0 && state[at + WAITING] === 0 && state[at + OWED] === 0;
}
