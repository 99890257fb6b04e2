/**
 * What each algorithm of the limits costs alone, in nanoseconds a decision. The clock is a counter
 * here, for reading one would be a part of every figure.
 *
 * @module
 */
import {
  ADAPTIVE_REFILL_SLOTS,
  noteUnits,
  refillPolicy,
  stepRefill,
} from "../../core/limits/adaptive_refill.ts";
import { BREAKER_SLOTS, breakerWaitMicros, settleBreaker } from "../../core/limits/breaker.ts";
import { DualLimiter, TotalCode } from "../../core/limits/dual_limiter.ts";
import { GRADIENT_LIMIT_SLOTS, observeGradientLimit } from "../../core/limits/gradient_limit.ts";
import { GRADIENT_DEFAULTS } from "../../core/limits/gradient_policy.ts";
import {
  burstFactor,
  LATENCY_SCALE_SLOTS,
  observeLatency,
} from "../../core/limits/latency_scale.ts";
import {
  addToLeakyBucket,
  LEAKY_BUCKET_SLOTS,
  leakyBucketWaitMicros,
  settleLeakyBucket,
} from "../../core/limits/leaky_bucket.ts";
import {
  addToSlidingWindow,
  settleSlidingWindow,
  slidingWindowSlots,
  slidingWindowWaitMicros,
} from "../../core/limits/sliding_window.ts";
import {
  settleTokenBucket,
  takeFromTokenBucket,
  TOKEN_BUCKET_SLOTS,
  tokenBucketWaitMicros,
} from "../../core/limits/token_bucket.ts";
import { AdmissionKind } from "../../core/limits/admission_code.ts";

const ROUNDS = 7;
const COUNT = 2 ** 20;
const START_MICROS = 1_700_000_000_000_000;
/** A request comes every so many microseconds, at a limit just above: all are admitted. */
const GAP_MICROS = 1_001;
const RATE = 1_000;
const UNITS = 2_000;
const PARTS = 10;
const PART_MICROS = 100_000;

/** Decides `count` times, the first at `nowMicros`; says how many were admitted. */
type Algorithm = (nowMicros: number, count: number) => number;

function tokenBucket(): Algorithm {
  const state = new Float64Array(TOKEN_BUCKET_SLOTS);
  return (nowMicros, count) => {
    let admitted = 0;
    for (let n = 0, now = nowMicros; n < count; n++, now += GAP_MICROS) {
      settleTokenBucket(state, 0, now, RATE);
      if (tokenBucketWaitMicros(state, 0, now, RATE, UNITS, 1) > 0) continue;
      takeFromTokenBucket(state, 0, 1);
      admitted++;
    }
    return admitted;
  };
}

function leakyBucket(): Algorithm {
  const state = new Float64Array(LEAKY_BUCKET_SLOTS);
  return (nowMicros, count) => {
    let admitted = 0;
    for (let n = 0, now = nowMicros; n < count; n++, now += GAP_MICROS) {
      settleLeakyBucket(state, 0, now, RATE, UNITS);
      if (leakyBucketWaitMicros(state, 0, now, RATE, UNITS, 1) > 0) continue;
      addToLeakyBucket(state, 0, RATE, 1);
      admitted++;
    }
    return admitted;
  };
}

function slidingWindow(): Algorithm {
  const state = new Float64Array(slidingWindowSlots(PARTS));
  return (nowMicros, count) => {
    let admitted = 0;
    for (let n = 0, now = nowMicros; n < count; n++, now += GAP_MICROS) {
      settleSlidingWindow(state, 0, now, PARTS, PART_MICROS);
      if (slidingWindowWaitMicros(state, 0, now, PARTS, PART_MICROS, UNITS, 1) > 0) continue;
      addToSlidingWindow(state, 0, 1);
      admitted++;
    }
    return admitted;
  };
}

function gradientLimit(): Algorithm {
  const state = new Float64Array(GRADIENT_LIMIT_SLOTS);
  return (_, count) => {
    let used = 0;
    for (let n = 0; n < count; n++) {
      used += observeGradientLimit(state, 0, GRADIENT_DEFAULTS, 5_000 + (n & 1_023), 40);
    }
    return used > 0 ? count : 0;
  };
}

function adaptiveRefill(): Algorithm {
  const state = new Float64Array(ADAPTIVE_REFILL_SLOTS);
  const policy = refillPolicy(RATE);
  return (nowMicros, count) => {
    let units = 0;
    for (let n = 0, now = nowMicros; n < count; n++, now += GAP_MICROS) {
      units += stepRefill(state, 0, now, policy);
      noteUnits(state, 0, 1, true);
    }
    return units > 0 ? count : 0;
  };
}

function latencyScale(): Algorithm {
  const state = new Float64Array(LATENCY_SCALE_SLOTS);
  return (_, count) => {
    let burst = 0;
    for (let n = 0; n < count; n++) {
      observeLatency(state, 0, 60_000 + (n & 1_023));
      burst += burstFactor(state, 0);
    }
    return burst > 0 ? count : 0;
  };
}

function breaker(): Algorithm {
  const state = new Float64Array(BREAKER_SLOTS);
  return (nowMicros, count) => {
    let admitted = 0;
    for (let n = 0, now = nowMicros; n < count; n++, now += GAP_MICROS) {
      settleBreaker(state, 0, now, 0.5);
      if (breakerWaitMicros(state, 0) === 0) admitted++;
    }
    return admitted;
  };
}

function dualLimiter(withRoundTrip: boolean): Algorithm {
  const limiter = new DualLimiter({ refill: refillPolicy(RATE), jitter: 0.5 });
  return (nowMicros, count) => {
    let admitted = 0;
    for (let n = 0, now = nowMicros; n < count; n++, now += GAP_MICROS) {
      if (limiter.decide(AdmissionKind.order, 1, now) === TotalCode.admitted) admitted++;
      if (!withRoundTrip) continue;
      limiter.begin();
      limiter.observeRoundTrip(5_000 + (n & 1_023), true, now);
      limiter.end();
    }
    return admitted;
  };
}

const ALGORITHMS: readonly (readonly [string, () => Algorithm])[] = [
  ["token bucket", tokenBucket],
  ["leaky bucket", leakyBucket],
  ["sliding window", slidingWindow],
  ["gradient limit, a sample", gradientLimit],
  ["adaptive refill, a note", adaptiveRefill],
  ["latency scale, a sample", latencyScale],
  ["breaker, a look", breaker],
  ["total: all of them, a decision", () => dualLimiter(false)],
  ["total: a decision and a round trip", () => dualLimiter(true)],
];

/** Nanoseconds of each algorithm: medians of rounds in turns, one before them for the compilers. */
export function measureAlgorithms(say: (line: string) => void): ReadonlyMap<string, number> {
  const sides = ALGORITHMS.map(([name, make]) => ({ name, run: make(), nanos: [] as number[] }));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const { name, run, nanos } of sides) {
      const began = performance.now();
      const admitted = run(START_MICROS + round * COUNT * GAP_MICROS, COUNT);
      const one = (performance.now() - began) * 1e6 / COUNT;
      if (admitted !== COUNT) throw new Error(`${name} refused ${COUNT - admitted} of ${COUNT}`);
      if (round === 0) continue;
      nanos.push(one);
      say(`round ${round}: ${name}: ${one.toFixed(1)} ns`);
    }
  }
  return new Map(sides.map(({ name, nanos }) => [name, median(nanos)]));
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[values.length >> 1];
}
