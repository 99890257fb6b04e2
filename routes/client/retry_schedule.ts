/**
 * When a request is sent again, and after how long.
 *
 * Pauses double and are drawn from zero to their length ("full jitter"), so that clients who were
 * refused together do not come back together. A `Retry-After` is the least.
 *
 * @module
 */

/** Times that a request is sent at most. */
export const ATTEMPTS_MAX = 6;
/** The first pause at most; each one behind it is twice as long. */
export const PAUSE_MILLIS_LEAST = 100;
/** The longest pause that is drawn. */
export const PAUSE_MILLIS_MAX = 3_000;

/** The clock is off: it is set, and the request comes again at once. */
export const CLOCK_CODES: readonly string[] = ["timestamp_too_old", "timestamp_ahead"];

const MILLIS_PER_SECOND = 1_000;

/**
 * Whether an answer says that the request may be carried out if it comes again: the server is busy,
 * starting, or cannot say. What it refused for its contents it would refuse again.
 */
export function mayComeAgain(status: number): boolean {
  return status === 408 || status === 429 || status >= 500 && status !== 501;
}

/**
 * Whether an answer leaves open that the request was carried out: something broke behind the gateway,
 * or in front of it. A 503 of the exchange says that it was not.
 */
export function mayBeDone(status: number): boolean {
  return status === 500 || status === 502 || status === 504;
}

/**
 * Whether a refusal is about what the command says, so that every attempt at it is refused alike: the
 * exchange remembers the outcome, or would have refused the first one as well.
 */
export function isOfTheCommand(status: number): boolean {
  return status === 400 || status === 404 || status === 409 || status === 422;
}

/**
 * How long to wait before the next attempt, in milliseconds.
 *
 * @param attempts that were made, from 1 on
 * @param retryAfterSeconds what the server asked for; 0: nothing
 * @param random from 0 to 1
 */
export function pauseMillis(attempts: number, retryAfterSeconds: number, random: number): number {
  const longest = Math.min(PAUSE_MILLIS_LEAST * 2 ** (attempts - 1), PAUSE_MILLIS_MAX);
  return retryAfterSeconds * MILLIS_PER_SECOND + longest * random;
}
