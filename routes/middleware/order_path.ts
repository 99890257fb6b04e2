/**
 * The gateway's own total: how much of the order path its clients may use together.
 *
 * Looked at twice. First before anything else is done, because a refusal that costs as much as an
 * order would be no relief: too many under way, or the breaker open, and the answer is 503 at once.
 * Then, when the request's key is known and has its own limits behind it, it is charged.
 *
 * @module
 */
import type { AdmissionKind } from "../../core/limits/admission_code.ts";
import { TotalCode } from "../../core/limits/dual_limiter.ts";
import type { Dialect } from "../dialect.ts";
import type { Exchange } from "../exchange.ts";
import type { AppDeps } from "../gateway.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import type { Reply } from "../reply.ts";
import { REQUEST_ID_HEADER } from "./request_id.ts";

const MICROS_PER_SECOND = 1_000_000;
/** From this status on an answer says that the path did not do its work, and not that the client erred. */
const SERVER_ERROR_LEAST = 500;

/** Stands where the id of a request will. */
const PLACE_OF_REQUEST_ID = "(request id)";

/** What a request is refused with that is not let in. */
type CrowdedCode = Exclude<TotalCode, typeof TotalCode.admitted>;

const REASONS: Readonly<Record<TotalCode, string>> = {
  [TotalCode.admitted]: "",
  [TotalCode.breaker]: "This gateway has been asked for more than it can do, and pauses.",
  [TotalCode.concurrency]: "As many requests are under way as may be.",
  [TotalCode.tokens]: "The gateway's rate is used up.",
  [TotalCode.leak]: "The gateway's requests come too fast.",
};

/**
 * Answers a request for which there is no room, before anything is known of it.
 *
 * @param dialect in which the refusal is written; left out: as everywhere under `/v1`
 * @returns `null` when there is room
 */
export function refuseCrowded(
  { total, steadyMicros, settings }: AppDeps,
  kind: AdmissionKind,
  requestId: string,
  dialect?: Dialect,
): Response | null {
  const code = total.limiter.peek(kind, steadyMicros());
  if (code === TotalCode.admitted) return null;
  total.refused[code]++;
  if (!settings.enforcesLimits) return null;
  const { waitMicros } = total.limiter;
  return dialect === undefined
    ? crowdedResponse(code, waitMicros, requestId)
    : writtenResponse(dialect.write(refusal(code, waitMicros), requestId), requestId);
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

/** The same answer as {@link refusal}, with the body there already but for the id of the request. */
function crowdedResponse(code: CrowdedCode, waitMicros: number, requestId: string): Response {
  const { body, status, contentType } = crowdedReply(code);
  const [before, after] = body;
  // A request id has no characters that JSON would write otherwise.
  const response = new Response(before + requestId + after, {
    status,
    headers: { "content-type": contentType },
  });
  response.headers.append("retry-after", String(retryAfterSeconds(waitMicros)));
  response.headers.append(REQUEST_ID_HEADER, requestId);
  return response;
}

function writtenResponse(reply: Reply, requestId: string): Response {
  const { status, body, contentType, headers } = reply;
  const response = new Response(body, { status, headers: { "content-type": contentType } });
  for (const [name, value] of headers) response.headers.append(name, value);
  response.headers.append(REQUEST_ID_HEADER, requestId);
  return response;
}

interface CrowdedReply extends Pick<Reply, "status" | "contentType"> {
  /** What is before the id of the request, and what is behind it. */
  readonly body: readonly [string, string];
}

const crowdedReplies = new Map<CrowdedCode, CrowdedReply>();

function crowdedReply(code: CrowdedCode): CrowdedReply {
  const known = crowdedReplies.get(code);
  if (known !== undefined) return known;
  const reply = refusal(code, 0).reply(PLACE_OF_REQUEST_ID);
  const [before = "", after = ""] = reply.body.split(PLACE_OF_REQUEST_ID);
  const { status, contentType } = reply;
  const made: CrowdedReply = { status, contentType, body: [before, after] };
  crowdedReplies.set(code, made);
  return made;
}

function refusal(code: TotalCode, waitMicros: number): Problem {
  return new Problem(EdgeCode.overloaded, {
    detail: REASONS[code],
    retryAfterSeconds: retryAfterSeconds(waitMicros),
  });
}

const retryAfterSeconds = (waitMicros: number): number =>
  Math.max(1, Math.ceil(waitMicros / MICROS_PER_SECOND));
