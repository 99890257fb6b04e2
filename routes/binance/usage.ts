/**
 * Limits as Binance tells them: a number of units in an interval, and how many of them are used.
 *
 * The gateway's limits are buckets (core/limits), which know no intervals. So a bucket is told as the
 * interval that it would fill in at its rate: a minute of requests, ten seconds of orders. What is
 * used is the part of the bucket that is empty, of all of the interval's units. A client that slows
 * down as the figure nears the limit, and goes on as it falls, does the right thing; the sum of its
 * own weights in a minute is another number.
 *
 * @module
 */
import { AdmissionKind } from "../../core/limits/admission_code.ts";
import type { Decision } from "../../core/limits/decision.ts";
import type { SubjectPolicy } from "../../core/limits/policy.ts";

const SECONDS_PER_MINUTE = 60;
const ORDER_SECONDS = 10;

/** One limit, as `exchangeInfo` lists it. */
export interface RateLimit {
  readonly rateLimitType: "REQUEST_WEIGHT" | "ORDERS";
  readonly interval: "MINUTE" | "SECOND";
  readonly intervalNum: number;
  readonly limit: number;
}

/** The limits of a subject: of an address, or of a key, whose orders are among its requests. */
export const rateLimits = ({ tokens }: SubjectPolicy): readonly RateLimit[] =>
  limitsAt(tokens.unitsPerSecond);

function limitsAt(unitsPerSecond: number): readonly [weights: RateLimit, orders: RateLimit] {
  return [
    {
      rateLimitType: "REQUEST_WEIGHT",
      interval: "MINUTE",
      intervalNum: 1,
      limit: unitsPerSecond * SECONDS_PER_MINUTE,
    },
    {
      rateLimitType: "ORDERS",
      interval: "SECOND",
      intervalNum: ORDER_SECONDS,
      limit: unitsPerSecond * ORDER_SECONDS,
    },
  ];
}

/** Used units of an interval of `seconds`, by what a request was told. */
export function usedUnits(decision: Decision, seconds: number): number {
  const { limit, remaining, policies } = decision;
  const rate = policies[0]?.unitsPerSecond ?? 0;
  return limit === 0 ? 0 : Math.ceil(((limit - remaining) * rate * seconds) / limit);
}

/** Used units of the interval that orders are told by. */
export const usedOrders = (decision: Decision): number => usedUnits(decision, ORDER_SECONDS);

/** A limit, and how much of it is used. */
export interface UsedLimit extends RateLimit {
  readonly count: number;
}

/** The limits that a request met, as answers of the WebSocket API tell them. */
export function usedLimits(decision: Decision, kind: AdmissionKind): readonly UsedLimit[] {
  // Cancels have a bucket of their own, which is no part of what is told here.
  if (kind === AdmissionKind.cancel) return [];
  const [weights, orders] = limitsAt(decision.policies[0]?.unitsPerSecond ?? 0);
  const weight = { ...weights, count: usedUnits(decision, SECONDS_PER_MINUTE) };
  return kind === AdmissionKind.read
    ? [weight]
    : [{ ...orders, count: usedOrders(decision) }, weight];
}

/** Adds the fields that Binance's clients slow down by. */
export function addUsage(headers: Headers, decision: Decision, kind: AdmissionKind): void {
  // Cancels have a bucket of their own, which is no part of what is told here.
  if (kind === AdmissionKind.cancel) return;
  const used = String(usedUnits(decision, SECONDS_PER_MINUTE));
  headers.append("x-mbx-used-weight", used);
  headers.append("x-mbx-used-weight-1m", used);
  if (kind === AdmissionKind.read) return;
  headers.append("x-mbx-order-count-10s", String(usedOrders(decision)));
}
