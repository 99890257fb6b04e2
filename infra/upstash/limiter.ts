/**
 * Admission over shared counters in Upstash Redis.
 *
 * Each request is one run of the script (script.ts), which knows both buckets of both subjects and
 * uses the server's clock. Requests that arrive together share one HTTP request. When Upstash is
 * down, slow or refuses, this instance decides by itself within a bounded share of the limits, and
 * says so in the decision: never open, and never closed for cancels. After some failures in a row
 * it is asked by one request every half second only, so that a server that does not answer costs
 * no order its time-out.
 *
 * @module
 */
import { Redis } from "@upstash/redis/cloudflare";
import type { Admission, AdmissionRequest } from "../../core/limits/admission.ts";
import { type Decision, decisionBy } from "../../core/limits/decision.ts";
import {
  type AdmissionPolicy,
  type BucketPolicy,
  bucketsOf,
  costIn,
  localShare,
} from "../../core/limits/policy.ts";
import { failureOf, UpstashAnswerError, type UpstashFailure } from "./failure.ts";
import { MemoryAdmission } from "./memory.ts";
import { ADMISSION_SCRIPT, RESULT_INTEGERS } from "./script.ts";

/** How long one round trip may take. A server that lost the script costs a second one. */
export const UPSTASH_TIMEOUT_MILLIS = 250;
/** Requests that may wait for Upstash at once; the next ones are decided here. */
export const UPSTASH_IN_FLIGHT_MAX = 1_024;
/** Part of the limits that an instance gives out on its own: one of this many. */
export const LOCAL_SHARE_DIVISOR = 4;
/** Failures in a row after which Upstash is left alone, so that no request waits for the next. */
export const UPSTASH_FAILURES_MAX = 3;
/** How long it is left alone; then one request asks, and the others wait for what it finds. */
export const UPSTASH_REST_MILLIS = 500;
/** First part of every key in Redis. */
export const KEY_PREFIX = "edgebook:limit:";

/** What is known about the counters, for health checks and metrics. */
export interface UpstashStatus {
  /** Whether the last round trip failed. */
  readonly degraded: boolean;
  /** Why the last failed one did; `null` when none has. */
  readonly lastFailure: UpstashFailure | null;
  /** Decisions by the shared counters, and by this instance's own share. */
  readonly shared: number;
  readonly local: number;
}

/** Where {@link UpstashAdmission} finds its server and what it allows. */
export interface UpstashAdmissionOptions {
  readonly url: string;
  readonly token: string;
  readonly policy: AdmissionPolicy;
  /** Clock of the local share, in microseconds. */
  readonly nowMicros: () => number;
  readonly timeoutMillis?: number;
  readonly inFlightMax?: number;
  readonly shareDivisor?: number;
  /** Told when the counters are lost and when they are back, not for every request. */
  readonly onChange?: (status: UpstashStatus) => void;
}

/** Shared admission with a bounded local share behind it. {@link admit} never rejects. */
export class UpstashAdmission implements Admission {
  readonly #policy: AdmissionPolicy;
  readonly #redis: Redis;
  readonly #script: ReturnType<Redis["createScript"]>;
  readonly #local: MemoryAdmission;
  readonly #inFlightMax: number;
  readonly #onChange: (status: UpstashStatus) => void;
  #inFlight = 0;
  /** Round trips that failed since the last one that did not. */
  #failures = 0;
  /** Until when nobody asks, by a clock that only goes forward. */
  #restUntilMillis = 0;
  #degraded = false;
  #lastFailure: UpstashFailure | null = null;
  #sharedCount = 0;
  #localCount = 0;

  constructor(options: UpstashAdmissionOptions) {
    const timeoutMillis = options.timeoutMillis ?? UPSTASH_TIMEOUT_MILLIS;
    this.#policy = options.policy;
    this.#redis = new Redis({
      url: options.url,
      token: options.token,
      // A repeat could charge twice: whoever is not answered is decided here instead.
      retry: { retries: 0 },
      // A function, because with a plain signal the library turns an abort into an empty result.
      signal: () => AbortSignal.timeout(timeoutMillis),
      enableAutoPipelining: true,
      enableTelemetry: false,
      readYourWrites: false,
    });
    this.#script = this.#redis.createScript(ADMISSION_SCRIPT);
    this.#local = new MemoryAdmission({
      policy: localShare(options.policy, options.shareDivisor ?? LOCAL_SHARE_DIVISOR),
      nowMicros: options.nowMicros,
      degraded: true,
    });
    this.#inFlightMax = options.inFlightMax ?? UPSTASH_IN_FLIGHT_MAX;
    this.#onChange = options.onChange ?? (() => {});
  }

  /** Decides about one request and charges it when it is admitted. */
  async admit(request: AdmissionRequest): Promise<Decision> {
    if (this.#inFlight >= this.#inFlightMax) return this.#decideHere(request, "busy");
    if (this.#failures >= UPSTASH_FAILURES_MAX) {
      const nowMillis = performance.now();
      if (nowMillis < this.#restUntilMillis) return this.#decideHere(request, "resting");
      // This request asks; while it does, and if it is not answered, the others need not.
      this.#restUntilMillis = nowMillis + UPSTASH_REST_MILLIS;
    }
    this.#inFlight++;
    try {
      const decision = await this.#decideThere(request);
      this.#sharedCount++;
      this.#failures = 0;
      this.#note(false);
      return decision;
    } catch (error) {
      this.#failures++;
      this.#restUntilMillis = performance.now() + UPSTASH_REST_MILLIS;
      return this.#decideHere(request, failureOf(error));
    } finally {
      this.#inFlight--;
    }
  }

  /** What is known about the counters. */
  status(): UpstashStatus {
    return {
      degraded: this.#degraded,
      lastFailure: this.#lastFailure,
      shared: this.#sharedCount,
      local: this.#localCount,
    };
  }

  async #decideThere(request: AdmissionRequest): Promise<Decision> {
    const buckets = bucketsOf(this.#policy, request.kind, request.key !== null);
    const keys = buckets.map((bucket) => redisKey(bucket, this.#policy, request));
    const values = buckets.flatMap((bucket) => [
      bucket.algorithm,
      String(bucket.unitsPerSecond),
      String(bucket.units),
      String(costIn(bucket, request.weight)),
    ]);
    const result: unknown = await this.#script.exec(keys, values);
    if (!isResult(result, buckets.length)) {
      throw new UpstashAnswerError(
        `the admission script did not return ${RESULT_INTEGERS} integers`,
      );
    }
    const [by, waitMicros, remaining, fullMicros] = result;
    return decisionBy(buckets[by - 1], buckets, waitMicros, remaining, fullMicros, false);
  }

  #decideHere(request: AdmissionRequest, failure: UpstashFailure | "resting"): Decision {
    this.#localCount++;
    if (failure !== "resting") this.#lastFailure = failure;
    // Too much at once says nothing about the server.
    if (failure !== "busy") this.#note(true);
    return this.#local.admit(request);
  }

  #note(degraded: boolean): void {
    if (degraded === this.#degraded) return;
    this.#degraded = degraded;
    this.#onChange(this.status());
  }
}

function redisKey(
  bucket: BucketPolicy,
  policy: AdmissionPolicy,
  request: AdmissionRequest,
): string {
  const ofKey = bucket === policy.key.tokens || bucket === policy.key.leak ||
    bucket === policy.key.cancels;
  return `${KEY_PREFIX}${bucket.name}:${ofKey ? request.key : request.address}`;
}

function isResult(result: unknown, buckets: number): result is number[] {
  return Array.isArray(result) && result.length === RESULT_INTEGERS &&
    result.every((value) => Number.isSafeInteger(value) && value >= 0) &&
    result[0] >= 1 && result[0] <= buckets;
}
