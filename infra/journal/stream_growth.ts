/**
 * How fast a stream grows, by what it took in the last day.
 *
 * @module
 */
import type { JetStreamManager, StreamInfo } from "nats.ws";

const DAY_MILLIS = 86_400_000;
/** A stream that is younger says nothing about a day. */
export const AGE_MILLIS_LEAST = 10 * 60_000;
/** Messages that are looked at to find the first one of the last day. */
const LOOKS_MAX = 24;

/** Size of a stream, and what it takes in a day. */
export interface StreamGrowth {
  readonly stream: string;
  readonly bytes: number;
  /** `null` where the stream is too young to say. */
  readonly bytesPerDay: number | null;
}

/** Looks at a stream. O(log messages) questions to the broker. */
export async function readGrowth(
  manager: JetStreamManager,
  stream: string,
  nowMillis: number,
): Promise<StreamGrowth> {
  const { state } = await manager.streams.info(stream);
  const { bytes, messages } = state;
  if (messages === 0) return { stream, bytes, bytesPerDay: null };
  const ageMillis = nowMillis - Date.parse(state.first_ts);
  if (ageMillis < AGE_MILLIS_LEAST) return { stream, bytes, bytesPerDay: null };
  if (ageMillis <= DAY_MILLIS) {
    return { stream, bytes, bytesPerDay: bytes * DAY_MILLIS / ageMillis };
  }
  const first = await firstSince(manager, stream, state, nowMillis - DAY_MILLIS);
  const share = (state.last_seq + 1 - first) / messages;
  return { stream, bytes, bytesPerDay: bytes * share };
}

/** Sequence of the first message that is not older than `sinceMillis`, or nearly that. */
async function firstSince(
  manager: JetStreamManager,
  stream: string,
  { first_seq, last_seq }: StreamInfo["state"],
  sinceMillis: number,
): Promise<number> {
  let [low, high] = [first_seq, last_seq + 1];
  for (let look = 0; look < LOOKS_MAX && low < high; look++) {
    const middle = Math.floor((low + high) / 2);
    const { time } = await manager.streams.getMessage(stream, { seq: middle });
    if (time.getTime() < sinceMillis) low = middle + 1;
    else high = middle;
  }
  return low;
}
