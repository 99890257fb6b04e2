/**
 * How a request of the WebSocket API is answered: the endpoint's answer with the request's id around
 * it.
 *
 * @module
 */
import type { TimeWriter } from "../times.ts";

/** Header field of an endpoint's answer with what it says of limits, in JSON. */
export const LIMITS_HEADER = "x-edgebook-limits";

const MICROS_PER_SECOND = 1_000_000;
const STATUS_ERROR_LEAST = 400;
const NO_LIMITS = "[]";

/** What an answer is written with. */
export interface AnswerTerms {
  /** The request's, in JSON. */
  readonly id: string;
  /** Whether the answer says how much of the limits is used. */
  readonly showsLimits: boolean;
  readonly time: TimeWriter;
  readonly nowMicros: number;
}

/** The answer as it goes out. */
export async function answerText(response: Response, terms: AnswerTerms): Promise<string> {
  const { status, headers } = response;
  const body = await response.text();
  const outcome = status < STATUS_ERROR_LEAST
    ? `"result":${body}`
    : `"error":${errorText(body, headers.get("retry-after"), terms)}`;
  const limits = terms.showsLimits
    ? `,"rateLimits":${headers.get(LIMITS_HEADER) ?? NO_LIMITS}`
    : "";
  return `{"id":${terms.id},"status":${status},${outcome}${limits}}`;
}

/** Where it says when to come again, that stands in the error: there is no header here. */
function errorText(body: string, seconds: string | null, { time, nowMicros }: AnswerTerms) {
  if (seconds === null) return body;
  const data = {
    serverTime: time(nowMicros),
    retryAfter: time(nowMicros + Number(seconds) * MICROS_PER_SECOND),
  };
  return JSON.stringify({ ...JSON.parse(body), data });
}
