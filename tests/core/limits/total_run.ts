/**
 * A limiter of a total under events of all kinds, with a log of what it let in, for property tests.
 *
 * @module
 */
import fc from "fast-check";
import { refillPolicy } from "../../../core/limits/adaptive_refill.ts";
import { DualLimiter, TotalCode } from "../../../core/limits/dual_limiter.ts";
import { GRADIENT_DEFAULTS } from "../../../core/limits/gradient_policy.ts";
import { CLOCK_STEP_BACK_MICROS_MAX, MILLION } from "../../../core/limits/token_bucket.ts";
import { AdmissionKind } from "../../../core/limits/admission_code.ts";
import { KIND_SHARES, KIND_UNITS_AHEAD } from "../../../core/limits/kind_shares.ts";

/** Where the clock of a run begins. */
export const START_MICROS = 1_700_000_000_000_000;

/** One thing that happens. */
export interface TotalEvent {
  readonly stepMicros: number;
  readonly kind: AdmissionKind;
  readonly cost: number;
  /** How often it is asked for at once. */
  readonly count: number;
  /** A round trip that ends at that moment; `null` for none. */
  readonly roundTripMicros: number | null;
  readonly isGood: boolean;
}

/** What was let in: when, how much, and the largest debt that it may have left in each bucket. */
interface Admitted {
  readonly kind: AdmissionKind;
  readonly cost: number;
  /** Units that came back, and leaked out, until then. */
  readonly backUnits: number;
  readonly leakedUnits: number;
  readonly tokensMost: number;
  readonly leakMost: number;
}

/** A limiter and its log. Time that counts never goes back, and stands still where the clock does. */
export class TotalRun {
  readonly limiter: DualLimiter;
  readonly admitted: Admitted[] = [];
  now = START_MICROS;
  #latest = START_MICROS;
  #backUnits = 0;
  #leakedUnits = 0;

  constructor(base: number, jitter = 0, concurrency = GRADIENT_DEFAULTS) {
    this.limiter = new DualLimiter({ refill: refillPolicy(base, 1), concurrency, jitter });
    this.limiter.decide(AdmissionKind.cancel, 1, this.now);
  }

  /** Lets time pass, or go back. */
  pass(micros: number): void {
    this.now += micros;
    // After a large step back time goes on at once, after a small one when the clock has caught up.
    if (this.now < this.#latest - CLOCK_STEP_BACK_MICROS_MAX) this.#latest = this.now;
    const forward = Math.max(0, this.now - this.#latest);
    this.#latest += forward;
    this.#backUnits += forward * this.limiter.buckets.unitsPerSecond / MILLION;
    this.#leakedUnits += forward * this.limiter.buckets.leakUnitsPerSecond / MILLION;
  }

  /** Asks, and begins what is admitted. */
  ask(kind: AdmissionKind, cost = 1): TotalCode {
    const { limiter } = this;
    const code = limiter.decide(kind, cost, this.now);
    if (code !== TotalCode.admitted) return code;
    limiter.begin();
    const leakCost = Math.min(cost, limiter.buckets.unitsPerSecond);
    const depth = limiter.buckets.leakUnits === 0
      ? leakCost + KIND_UNITS_AHEAD[kind]
      : Math.max(1, limiter.buckets.leakUnits * KIND_SHARES[kind]);
    this.admitted.push({
      kind,
      cost,
      backUnits: this.#backUnits,
      leakedUnits: this.#leakedUnits,
      tokensMost: Math.max(1, cost, limiter.buckets.units * KIND_SHARES[kind]),
      leakMost: Math.max(depth, leakCost),
    });
    return code;
  }

  /** A request that is over. */
  over(roundTripMicros: number, isGood = true): void {
    this.limiter.observeRoundTrip(roundTripMicros, isGood, this.now);
    this.limiter.end();
  }

  /** One event. */
  live({ stepMicros, kind, cost, count, roundTripMicros, isGood }: TotalEvent): TotalCode {
    this.pass(stepMicros);
    if (roundTripMicros !== null) this.over(roundTripMicros, isGood);
    let code: TotalCode = TotalCode.admitted;
    for (let ask = 0; ask < count && code === TotalCode.admitted; ask++) {
      code = this.ask(kind, cost);
    }
    return code;
  }
}

/** Sequences of events; the clock steps back by `backMicrosMax` at most. */
export function totalEvents(backMicrosMax: number, costMost = 8): fc.Arbitrary<TotalEvent[]> {
  const event = fc.record({
    stepMicros: fc.oneof(
      fc.integer({ min: -Math.min(backMicrosMax, 50_000), max: 50_000 }),
      fc.integer({ min: -Math.min(backMicrosMax, CLOCK_STEP_BACK_MICROS_MAX), max: 1_500_000 }),
      fc.integer({ min: -backMicrosMax, max: 10_000_000 }),
    ),
    kind: fc.constantFrom(
      AdmissionKind.cancel,
      AdmissionKind.amend,
      AdmissionKind.order,
      AdmissionKind.order,
      AdmissionKind.read,
    ),
    cost: fc.integer({ min: 1, max: costMost }),
    count: fc.constantFrom(1, 3, 1_000),
    roundTripMicros: fc.oneof(
      fc.constant(null),
      fc.integer({ min: 100, max: 100_000 }),
      fc.integer({ min: 100_000, max: 1_000_000 }),
    ),
    isGood: fc.constantFrom(true, true, true, true, false),
  });
  // Stretches of one kind of weather, so that rows of slow round trips and long floods happen.
  const stretch = fc.record({
    events: fc.array(event, { minLength: 5, maxLength: 40 }),
    weather: fc.constantFrom("mixed", "slow", "fast", "flood"),
  });
  return fc.array(stretch, { minLength: 2, maxLength: 10 }).map((stretches) =>
    stretches.flatMap(({ events, weather }) =>
      events.map((one): TotalEvent => {
        if (weather === "slow") return { ...one, roundTripMicros: 300_000 };
        if (weather === "fast") return { ...one, roundTripMicros: 5_000, isGood: true };
        if (weather === "flood") {
          const stepMicros = Math.abs(one.stepMicros) % 900_000;
          return { ...one, stepMicros, count: 1_000, kind: AdmissionKind.order };
        }
        return one;
      })
    )
  );
}
