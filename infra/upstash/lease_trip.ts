/**
 * One round trip to the shared counters: what is asked, and what is answered.
 *
 * @module
 */
import { Redis } from "@upstash/redis/cloudflare";
import type { LeaseAnswer, LeaseAsk } from "../../core/limits/lease_table.ts";
import { UpstashAnswerError } from "./failure.ts";
import { INTEGERS_PER_SUBJECT, LEASE_SCRIPT } from "./script.ts";

/** First part of every key in Redis. */
export const KEY_PREFIX = "edgebook:limit:";
/** Subjects of one round trip. */
export const SUBJECTS_PER_TRIP_MAX = 128;

const INSTANCES_KEY = `${KEY_PREFIX}instances`;

/** What came back. */
export interface TripAnswer {
  /** Processes that share the counters, this one included. */
  readonly instances: number;
  /** In the order of the asks. */
  readonly answers: readonly LeaseAnswer[];
}

/** Where the counters are. */
export interface TripOptions {
  readonly url: string;
  readonly token: string;
  readonly timeoutMillis: number;
}

/** Makes round trips. */
export class LeaseTrips {
  readonly #script: ReturnType<Redis["createScript"]>;
  readonly #instance: string;

  constructor({ url, token, timeoutMillis }: TripOptions) {
    const redis = new Redis({
      url,
      token,
      // A repeat could take twice: whoever is not answered is decided about here instead.
      retry: { retries: 0 },
      // A function, because with a plain signal the library turns an abort into an empty result.
      signal: () => AbortSignal.timeout(timeoutMillis),
      enableAutoPipelining: false,
      enableTelemetry: false,
      readYourWrites: false,
    });
    this.#script = redis.createScript(LEASE_SCRIPT);
    this.#instance = crypto.randomUUID();
  }

  /** Asks. Rejects with whatever went wrong; then nobody knows whether it was carried out. */
  async ask(asks: readonly LeaseAsk[]): Promise<TripAnswer> {
    const keys = [INSTANCES_KEY, ...asks.map(keyOf)];
    const result: unknown = await this.#script.exec(keys, [
      this.#instance,
      ...asks.flatMap(argumentsOf),
    ]);
    if (!isResult(result, asks.length)) {
      throw new UpstashAnswerError("the lease script did not return what it returns");
    }
    const answers = asks.map((_, index) => {
      const at = 1 + index * INTEGERS_PER_SUBJECT;
      return { granted: result[at], debtParts: result[at + 1], insideParts: result[at + 2] };
    });
    return { instances: result[0], answers };
  }
}

/** `k` and `a` keep a key from having the name of an address. */
const keyOf = ({ kind, subject }: LeaseAsk): string =>
  `${KEY_PREFIX}${kind === "key" ? "k" : "a"}:${subject}`;

function argumentsOf({ policy, need, ahead, owed, returned }: LeaseAsk): string[] {
  const { tokens, leak } = policy;
  return [
    ...[tokens.unitsPerSecond, tokens.units, leak.unitsPerSecond, leak.units],
    ...[need, ahead, owed, returned],
  ].map(String);
}

function isResult(result: unknown, subjects: number): result is number[] {
  return Array.isArray(result) && result.length === 1 + subjects * INTEGERS_PER_SUBJECT &&
    result.every((value) => Number.isSafeInteger(value) && value >= 0) && result[0] >= 1;
}
