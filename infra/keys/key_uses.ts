/**
 * A gateway's notes of which keys were used, and from where.
 *
 * Never on a request's way: a use is noted in memory, at most once in {@link USE_RESOLUTION_MICROS} a
 * key, and written a moment later, at most {@link USES_PER_SECOND_MAX} a second. What there is no
 * room for, or is not stored, is noted again when the key is used again. Nobody is told of a failure
 * but the counters: a use that is not noted harms nobody.
 *
 * @module
 */
import { type LastUse, USE_RESOLUTION_MICROS } from "./last_use.ts";
import { Lru } from "./lru.ts";

/** Keys whose last note is remembered. */
export const NOTED_KEYS_MAX = 10_000;
/** Uses that wait to be written. */
export const WAITING_USES_MAX = 1_000;
/** Most writes in a second. */
export const USES_PER_SECOND_MAX = 50;
const WRITE_EVERY_MILLIS = 100;
const WRITES_AT_ONCE_MAX = USES_PER_SECOND_MAX * WRITE_EVERY_MILLIS / 1_000;

/** What became of the uses since the start. */
export interface KeyUsesStatus {
  readonly waiting: number;
  readonly written: number;
  /** Not stored. */
  readonly failures: number;
  /** There was no room for them. */
  readonly dropped: number;
}

/** The notes of one gateway. */
export class KeyUses {
  readonly #put: (id: string, value: string) => Promise<unknown>;
  readonly #onError: (error: Error) => void;
  /** When a use of each key was noted last, in microseconds. */
  readonly #noted = new Lru<number>(NOTED_KEYS_MAX);
  readonly #waiting = new Map<string, LastUse>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isStopped = false;
  #written = 0;
  #failures = 0;
  #dropped = 0;

  /**
   * @param put stores a note under a key's id; settles in bounded time
   * @param onError is told of each note that was not stored
   */
  constructor(
    put: (id: string, value: string) => Promise<unknown>,
    onError: (error: Error) => void = () => {},
  ) {
    this.#put = put;
    this.#onError = onError;
  }

  /** Notes that a key is used now. Never throws, never waits. O(1). */
  note(id: string, address: string, nowMicros: number): void {
    const noted = this.#noted.get(id);
    // A clock that was set back would silence a key for as long.
    if (noted !== undefined && Math.abs(nowMicros - noted) < USE_RESOLUTION_MICROS) return;
    if (this.#isStopped || this.#waiting.size >= WAITING_USES_MAX) {
      this.#dropped++;
      return;
    }
    this.#noted.set(id, nowMicros);
    this.#waiting.set(id, { usedMicros: nowMicros, address });
    this.#timer ??= setTimeout(() => this.#write(), WRITE_EVERY_MILLIS);
  }

  /** What became of the uses. */
  status(): KeyUsesStatus {
    return {
      waiting: this.#waiting.size,
      written: this.#written,
      failures: this.#failures,
      dropped: this.#dropped,
    };
  }

  /** Writes nothing any more. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#waiting.clear();
  }

  #write(): void {
    let count = 0;
    for (const [id, use] of this.#waiting) {
      if (count++ === WRITES_AT_ONCE_MAX) break;
      this.#waiting.delete(id);
      void this.#store(id, use);
    }
    this.#timer = this.#waiting.size === 0
      ? undefined
      : setTimeout(() => this.#write(), WRITE_EVERY_MILLIS);
  }

  async #store(id: string, use: LastUse): Promise<void> {
    try {
      await this.#put(id, JSON.stringify(use));
      this.#written++;
    } catch (error) {
      this.#failures++;
      this.#noted.delete(id);
      this.#onError(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
