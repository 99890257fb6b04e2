/**
 * A request that is sent again until it is answered or its time is over. Only for requests that
 * may come twice without harm.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import { NoLeaderError } from "./errors.ts";

/** How long one attempt waits for its answer. */
export const ATTEMPT_MILLIS = 2_500;
/** Pause between two attempts. */
const PAUSE_MILLIS = 100;

/**
 * @param read turns the bytes of an answer into a value, or says in a text why to try again
 * @throws {NoLeaderError} when there was no usable answer in `millisMax`
 */
export async function requestUntil<T extends object>(
  connection: NatsConnection,
  subject: string,
  message: Uint8Array,
  millisMax: number,
  read: (bytes: Uint8Array) => T | string,
): Promise<T> {
  const began = performance.now();
  let detail = "";
  // Bounded by time: an attempt takes at least the pause.
  for (let attempt = 1;; attempt++) {
    const left = millisMax - (performance.now() - began);
    if (left <= 0) {
      throw new NoLeaderError(subject, performance.now() - began, attempt - 1, detail);
    }
    try {
      const timeout = Math.max(1, Math.min(ATTEMPT_MILLIS, left));
      const answer = await connection.request(subject, message, { timeout });
      const value = read(answer.data);
      if (typeof value !== "string") return value;
      detail = value;
    } catch (error) {
      // Nobody there (503), or no answer in time: both pass when a leader starts.
      detail = error instanceof Error ? error.message : String(error);
      if (connection.isClosed()) {
        throw new NoLeaderError(subject, performance.now() - began, attempt, detail);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLIS));
  }
}
