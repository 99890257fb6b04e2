/**
 * The gateway's own total: how much of the order path its clients may use together.
 *
 * Looked at twice. First before anything else is done, because a refusal that costs as much as an
 * order would be no relief: too many under way, or the breaker open, and the answer is 503 at once.
 * Then, when the request's key is known and has its own limits behind it, it is charged.
 *
 * @module
 */
import type { AdmissionKind } from "../../core/limits/decision.ts";
import { TotalCode } from "../../core/limits/dual_limiter.ts";
import { EdgeCode } from "../edge_code.ts";
import type { Exchange } from "../exchange.ts";
import { Problem } from "../problem.ts";

const MICROS_PER_SECOND = 1_000_000;
/** From this status on an answer says that the path did not do its work, and not that the client erred. */
const SERVER_ERROR_LEAST = 500;

const REASONS: Readonly<Record<TotalCode, string>> = {
  [TotalCode.admitted]: "",
  [TotalCode.breaker]: "This gateway has been asked for more than it can do, and pauses.",
  [TotalCode.concurrency]: "As many requests are under way as may be.",
  [TotalCode.tokens]: "The gateway's rate is used up.",
  [TotalCode.leak]: "The gateway's requests come too fast.",
};

/** Refuses a request for which there is no room, before anything is known of it. */
export function checkRoom(
  { deps, startedMicros }: Exchange,
  kind: AdmissionKind,
): Problem | null {
  const { total, settings } = deps;
  const code = total.limiter.peek(kind, startedMicros);
  if (code === TotalCode.admitted) return null;
  total.refused[code]++;
  return settings.enforcesLimits ? refusal(code, total.limiter.waitMicros) : null;
}

/**
 * Charges the total for a request that has passed its own limits.
 *
 * @returns the refusal, or when the request entered, by the clock that never goes back
 */
export function enterOrderPath(
  { deps }: Exchange,
  weight: number,
  kind: AdmissionKind,
): Problem | number {
  const { total, steadyMicros, settings } = deps;
  const nowMicros = steadyMicros();
  const code = total.limiter.decide(kind, weight, nowMicros);
  if (code !== TotalCode.admitted) {
    total.refused[code]++;
    if (settings.enforcesLimits) return refusal(code, total.limiter.waitMicros);
  }
  total.limiter.begin();
  return nowMicros;
}

/**
 * Ends what {@link enterOrderPath} began.
 *
 * @param status HTTP status that came of it; `null`: an error was thrown
 */
export function leaveOrderPath(
  { deps }: Exchange,
  enteredMicros: number,
  status: number | null,
): void {
  const { total, steadyMicros } = deps;
  const nowMicros = steadyMicros();
  const isGood = status !== null && status < SERVER_ERROR_LEAST;
  total.limiter.observeRoundTrip(nowMicros - enteredMicros, isGood, nowMicros);
  total.limiter.end();
}

function refusal(code: TotalCode, waitMicros: number): Problem {
  return new Problem(EdgeCode.overloaded, {
    detail: REASONS[code],
    retryAfterSeconds: Math.max(1, Math.ceil(waitMicros / MICROS_PER_SECOND)),
  });
}
