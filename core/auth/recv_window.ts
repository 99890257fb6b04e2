/**
 * The receive window: how long a signed request may be on its way.
 *
 * @module
 */
import { AuthCode } from "./auth_code.ts";

/** Receive window of a request that does not name one. */
export const RECV_WINDOW_MILLIS_DEFAULT = 5_000;
/** Longest receive window. */
export const RECV_WINDOW_MILLIS_MAX = 60_000;
/** How far a client's clock may be ahead of the server's. */
export const CLOCK_AHEAD_MILLIS_MAX = 1_000;

const MICROS_PER_MILLI = 1_000;
const RECV_WINDOW_PATTERN = /^[1-9]\d{0,4}$/;

/** What the header says, in milliseconds; the default where it is absent, `null` if malformed. */
export function readRecvWindow(text: string | null | undefined): number | null {
  if (text === null || text === undefined) return RECV_WINDOW_MILLIS_DEFAULT;
  const recvWindowMillis = Number(text);
  const isOne = RECV_WINDOW_PATTERN.test(text) && recvWindowMillis <= RECV_WINDOW_MILLIS_MAX;
  return isOne ? recvWindowMillis : null;
}

/**
 * Whether a request of `timestampMillis` may be taken at `nowMicros`: {@link AuthCode.ok},
 * {@link AuthCode.timestampTooOld} or {@link AuthCode.timestampAhead}. Both ends belong to the
 * window.
 */
export function recvWindowCode(
  timestampMillis: number,
  recvWindowMillis: number,
  nowMicros: number,
): AuthCode {
  if (nowMicros > deadlineMicros(timestampMillis, recvWindowMillis)) {
    return AuthCode.timestampTooOld;
  }
  const latestMicros = nowMicros + CLOCK_AHEAD_MILLIS_MAX * MICROS_PER_MILLI;
  return timestampMillis * MICROS_PER_MILLI > latestMicros ? AuthCode.timestampAhead : AuthCode.ok;
}

/** Last microsecond at which the request may be acted on; the order record carries it along. */
export function deadlineMicros(timestampMillis: number, recvWindowMillis: number): number {
  return (timestampMillis + recvWindowMillis) * MICROS_PER_MILLI;
}
