/**
 * The limiter of one gateway's total on the order path, whoever its clients are.
 *
 * A request passes four parts; all are looked at before any is charged, so a refusal costs nothing,
 * and of several that refuse the one that refuses longest speaks.
 *
 * ```text
 * part        | question                            | from
 * breaker     | is it any use to let more in?       | breaker.ts
 * concurrency | how many may be under way?          | gradient_limit.ts, crowd.ts
 * tokens      | may a burst enter?                  | total_buckets.ts
 * leak        | does what entered go on evenly?     | total_buckets.ts
 * ```
 *
 * Tokens come back at a rate that follows the last minute (adaptive_refill.ts), burst and leak
 * follow the round trip (latency_scale.ts). Each kind of request has a share of it all, and a cancel
 * is never refused (kind_shares.ts). What the breaker watches is the depletion of the tokens.
 *
 * @module
 */
import {
  ADAPTIVE_REFILL_SLOTS,
  noteRoundTrip,
  noteUnits,
  type RefillPolicy,
  stepRefill,
} from "./adaptive_refill.ts";
import {
  BREAKER_SLOTS,
  type BreakerPhase,
  breakerPhase,
  breakerWaitMicros,
  concludeProbe,
  noteDepletion,
  passBreaker,
  settleBreaker,
} from "./breaker.ts";
import { CROWD_SLOTS, crowdLimit, noteCrowd } from "./crowd.ts";
import { GRADIENT_LIMIT_SLOTS, gradientLimit, observeGradientLimit } from "./gradient_limit.ts";
import { checkGradientPolicy, GRADIENT_DEFAULTS, type GradientPolicy } from "./gradient_policy.ts";
import {
  burstFactor,
  LATENCY_SCALE_SLOTS,
  leakFactor,
  observeLatency,
  SLOW_ROUND_TRIP_MICROS,
  smoothedRoundTripMicros,
} from "./latency_scale.ts";
import { STEADY_TIME_SLOTS, steadyTime } from "./steady_time.ts";
import { atLeastOne, TotalBuckets } from "./total_buckets.ts";
import { AdmissionKind } from "./admission_code.ts";
import { KIND_SHARES } from "./kind_shares.ts";

/** What is answered: admitted, or the part that refuses. */
export const TotalCode = { admitted: 0, breaker: 1, concurrency: 2, tokens: 3, leak: 4 } as const;
/** Any of the codes. */
export type TotalCode = (typeof TotalCode)[keyof typeof TotalCode];

/** Shortest wait that a refusal by the concurrency names; it is about a round trip. */
export const CONCURRENCY_WAIT_LEAST_MICROS = 1_000;
/** Longest wait that a refusal by the concurrency names. */
export const CONCURRENCY_WAIT_MOST_MICROS = 1_000_000;

const REFILL = 0;
const CONCURRENCY = REFILL + ADAPTIVE_REFILL_SLOTS;
const LATENCY = CONCURRENCY + GRADIENT_LIMIT_SLOTS;
const BREAKER = LATENCY + LATENCY_SCALE_SLOTS;
const TIME = BREAKER + BREAKER_SLOTS;
const JITTER = TIME + STEADY_TIME_SLOTS;
const CROWD = JITTER + 1;
const SLOTS = CROWD + CROWD_SLOTS;
/** Multiples of the golden ratio, less their whole part, spread evenly over 0 to 1. */
const GOLDEN = 0.6180339887498949;

/** What {@link DualLimiter} is made of. */
export interface DualLimiterOptions {
  /** Rates, made by `refillPolicy` (adaptive_refill.ts). */
  readonly refill: RefillPolicy;
  /** Measures of the concurrency limit; {@link GRADIENT_DEFAULTS} when nobody says otherwise. */
  readonly concurrency?: GradientPolicy;
  /** Share of the concurrency that is left while orders are refused, above 0 to 1; 1 by default. */
  readonly crowdShare?: number;
  /** A random number from 0 to below 1, so that gateways which open together do not close so. */
  readonly jitter: number;
}

/**
 * The limiter. {@link decide} and {@link observeRoundTrip} are O(1) and make no objects; the
 * figures of the last decision stand in the fields. Single writer.
 *
 * @example
 * ```ts
 * import { refillPolicy } from "./adaptive_refill.ts";
 * import { DualLimiter, TotalCode } from "./dual_limiter.ts";
 * import { AdmissionKind } from "./admission_code.ts";
 *
 * const limiter = new DualLimiter({ refill: refillPolicy(500), jitter: 0.5 });
 * if (limiter.decide(AdmissionKind.order, 1, 0) === TotalCode.admitted) {
 *   limiter.begin();
 *   // The order goes its way, and its answer comes two milliseconds later.
 *   limiter.observeRoundTrip(2_000, true, 2_000);
 *   limiter.end();
 * }
 * console.log(limiter.remaining, limiter.inFlight); // 899 0
 * ```
 */
export class DualLimiter {
  /** Microseconds until the request would be admitted, a guess for the concurrency; 0 when it was. */
  waitMicros = 0;
  /** Whole tokens that the kind decided about last still finds. */
  remaining = 0;
  /** Requests under way. */
  inFlight = 0;
  /** Tokens and leak, with the measures that hold now. */
  readonly buckets: TotalBuckets;
  readonly #state = new Float64Array(SLOTS);
  readonly #refill: RefillPolicy;
  readonly #concurrency: GradientPolicy;
  readonly #crowdShare: number;

  /**
   * @throws {RangeError} when the jitter or the share is out of range.
   * @throws {GradientPolicyError} when a measure of the concurrency is.
   */
  constructor(options: DualLimiterOptions) {
    const { refill, concurrency = GRADIENT_DEFAULTS, crowdShare = 1, jitter } = options;
    if (!(jitter >= 0 && jitter < 1)) {
      throw new RangeError(`jitter is ${jitter}; it takes a number from 0 to below 1`);
    }
    if (!(crowdShare > 0 && crowdShare <= 1)) {
      throw new RangeError(`crowdShare is ${crowdShare}; it takes a number above 0 to 1`);
    }
    checkGradientPolicy(concurrency);
    this.#refill = refill;
    this.#concurrency = concurrency;
    this.#crowdShare = crowdShare;
    this.#state[JITTER] = jitter;
    this.buckets = new TotalBuckets(refill.base, refill.high);
  }

  /** Requests that may be under way, those of all kinds together; amends find more in a crowd. */
  get concurrencyLimit(): number {
    const limit = this.#wideLimit;
    return crowdLimit(this.#state, CROWD, this.#state[TIME], limit, this.#crowdShare);
  }

  get #wideLimit(): number {
    return gradientLimit(this.#state, CONCURRENCY, this.#concurrency);
  }

  /** What the breaker does. */
  get phase(): BreakerPhase {
    return breakerPhase(this.#state, BREAKER);
  }

  /** The smoothed round trip in microseconds; 0 before the first. */
  get roundTripMicros(): number {
    return smoothedRoundTripMicros(this.#state, LATENCY);
  }

  /** Microseconds from the last decision until all tokens are back; 0 when they are. */
  get fullMicros(): number {
    return this.buckets.fullMicros;
  }

  /**
   * Decides about a request, and charges it when it is admitted: then {@link begin} is to follow.
   *
   * @param cost units, a whole number from 1
   */
  decide(kind: AdmissionKind, cost: number, nowMicros: number): TotalCode {
    this.#advance(nowMicros);
    const { buckets } = this;
    this.waitMicros = 0;
    this.remaining = buckets.remaining(kind);
    if (kind === AdmissionKind.cancel) return TotalCode.admitted;
    const state = this.#state;
    const breakerMicros = breakerWaitMicros(state, BREAKER);
    if (breakerMicros > 0) {
      this.waitMicros = breakerMicros;
      return TotalCode.breaker;
    }
    const code = this.#look(kind, cost);
    if (code === TotalCode.admitted) {
      buckets.charge(cost);
      this.remaining = buckets.remaining(kind);
      passBreaker(state, BREAKER);
    }
    // What the concurrency refuses, no rate would have admitted.
    if (code !== TotalCode.concurrency) {
      noteUnits(state, REFILL, cost, code === TotalCode.admitted);
    }
    noteDepletion(state, BREAKER, state[TIME], buckets.isDepleted, state[JITTER]);
    return code;
  }

  /**
   * Whether breaker or concurrency would refuse a request now, before anything is known of who sends
   * it: nothing is charged, so that a stranger can use nothing up. {@link waitMicros} says how long.
   */
  peek(kind: AdmissionKind, nowMicros: number): TotalCode {
    this.waitMicros = 0;
    if (kind === AdmissionKind.cancel) return TotalCode.admitted;
    this.#advance(nowMicros);
    this.waitMicros = breakerWaitMicros(this.#state, BREAKER);
    if (this.waitMicros > 0) return TotalCode.breaker;
    return this.#isCrowded(kind) ? TotalCode.concurrency : TotalCode.admitted;
  }

  /** Counts a request as under way, a cancel too. */
  begin(): void {
    this.inFlight++;
  }

  /** Counts one less; whatever began has to end, or its place is lost. */
  end(): void {
    if (this.inFlight > 0) this.inFlight--;
  }

  /**
   * Takes the round trip of a request that is over, before its {@link end}. A failure is a sample of
   * latency only where it took longer than usual: a quick one says nothing about the path's speed.
   *
   * @param isGood whether the path did its work, whatever the answer
   */
  observeRoundTrip(roundTripMicros: number, isGood: boolean, nowMicros: number): void {
    this.#advance(nowMicros);
    const state = this.#state;
    const time = state[TIME];
    const isTroubled = !isGood || roundTripMicros > SLOW_ROUND_TRIP_MICROS;
    noteRoundTrip(state, REFILL, isTroubled);
    concludeProbe(state, BREAKER, time, roundTripMicros, isGood, state[JITTER]);
    if (!isGood && roundTripMicros < this.roundTripMicros) return;
    observeLatency(state, LATENCY, roundTripMicros);
    observeGradientLimit(state, CONCURRENCY, this.#concurrency, roundTripMicros, this.inFlight);
    this.#tune(this.buckets.unitsPerSecond);
  }

  /** What time brings: the breaker's transitions, tokens, the leak, a step of the rate. */
  #advance(nowMicros: number): void {
    const state = this.#state;
    const time = steadyTime(state, TIME, nowMicros);
    const jitter = state[JITTER] + GOLDEN;
    state[JITTER] = jitter < 1 ? jitter : jitter - 1;
    settleBreaker(state, BREAKER, time, state[JITTER]);
    this.buckets.settle(time);
    const unitsPerSecond = stepRefill(state, REFILL, time, this.#refill);
    if (unitsPerSecond !== this.buckets.unitsPerSecond) this.#tune(unitsPerSecond);
  }

  #tune(unitsPerSecond: number): void {
    const burst = burstFactor(this.#state, LATENCY);
    this.buckets.tune(unitsPerSecond, burst, leakFactor(this.#state, LATENCY));
  }

  /** Whether as many are under way as there may be for a request of the kind. */
  #isCrowded(kind: AdmissionKind): boolean {
    // A crowd is one of orders: an amend, which often takes risk off, does not wait for it to go.
    const limit = kind === AdmissionKind.amend ? this.#wideLimit : this.concurrencyLimit;
    if (this.inFlight < atLeastOne(limit * KIND_SHARES[kind])) return false;
    // A read finds less room than an order, and is not to take any from it.
    if (kind !== AdmissionKind.read) noteCrowd(this.#state, CROWD, this.#state[TIME]);
    const roundTrip = Math.ceil(this.roundTripMicros);
    this.waitMicros = Math.max(
      CONCURRENCY_WAIT_LEAST_MICROS,
      Math.min(CONCURRENCY_WAIT_MOST_MICROS, roundTrip),
    );
    return true;
  }

  /** Asks concurrency, tokens and leak; the one that refuses longest speaks. */
  #look(kind: AdmissionKind, cost: number): TotalCode {
    let code: TotalCode = this.#isCrowded(kind) ? TotalCode.concurrency : TotalCode.admitted;
    const tokensMicros = this.buckets.tokensWaitMicros(kind, cost);
    if (tokensMicros > this.waitMicros) {
      code = TotalCode.tokens;
      this.waitMicros = tokensMicros;
    }
    const leakMicros = this.buckets.leakWaitMicros(kind, cost);
    if (leakMicros > this.waitMicros) {
      code = TotalCode.leak;
      this.waitMicros = leakMicros;
    }
    return code;
  }
}
