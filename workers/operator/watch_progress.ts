/**
 * What a replay says of itself: how far its silent part is, and at the end what it has given.
 *
 * @module
 */
import type { Replayed } from "./watch_replay.ts";
import { isoTime } from "./watch_when.ts";

/** Nothing is said before, and between two lines. */
export const PROGRESS_MILLIS = 2_000;

const SECOND_MILLIS = 1_000;

/** The progress of the silent part of one replay. */
export class ReplayProgress {
  readonly #say: (line: string) => void;
  readonly #now: () => number;
  readonly #beganMillis: number;
  #saidMillis: number;
  #share = 0;
  #silentMillis = 0;

  /** @param now milliseconds that pass evenly */
  constructor(say: (line: string) => void, now: () => number = () => performance.now()) {
    this.#say = say;
    this.#now = now;
    this.#beganMillis = this.#saidMillis = now();
  }

  /** So many events were read, which is this share, 0 to 1, of the silent part. */
  read(events: number, share: number): void {
    this.#share = share;
    const now = this.#now();
    this.#silentMillis = now - this.#beganMillis;
    if (now - this.#saidMillis < PROGRESS_MILLIS) return;
    this.#saidMillis = now;
    const perSecond = Math.round(events * SECOND_MILLIS / Math.max(1, this.#silentMillis));
    this.#say(
      `reading what was before: ${grouped(events)} events, ${
        grouped(perSecond)
      }/s, ${this.percent}`,
    );
  }

  /** How much is done: "43 %". */
  get percent(): string {
    return `${Math.floor(this.#share * 100)} %`;
  }

  /** What was replayed, in a line. */
  summary(symbol: string, replayed: Replayed): string {
    const { events, firstMicros, lastMicros, messages, silentEvents } = replayed;
    const millis = this.#now() - this.#beganMillis;
    if (messages === 0) return `left before the first message, after ${inSeconds(millis)}`;
    return `replayed ${grouped(messages)} ${
      messages === 1 ? "message" : "messages"
    } of ${symbol}, ` +
      `${isoTime(firstMicros)} to ${isoTime(lastMicros)}, ` +
      `in ${inSeconds(millis - this.#silentMillis)}; ${grouped(silentEvents)} of ` +
      `${grouped(events)} events were read silently, in ${inSeconds(this.#silentMillis)}`;
  }
}

const inSeconds = (millis: number): string => `${(millis / SECOND_MILLIS).toFixed(2)} s`;

const grouped = (count: number): string => count.toLocaleString("en-US");
