/**
 * What a racing Worker has beside what it races: the first error, which stops all Workers; a way to
 * wait that gives the core away, since there may be fewer cores than Workers; and random numbers.
 *
 * @module
 */
import type { RaceJob, RaceReport } from "./race.ts";

/** Turns without success before a look at the clock, and a pause where there is one. */
const TURNS_BEFORE_LOOK = 500;
const PAUSE_MILLIS = 0.05;
/** Words of the gate. */
const STOP = 0;
const HERE = 1;
/** A Worker that comes no further for so long has stalled. */
const STALL_MILLIS = 4_000;

/** One Worker's referee. */
export class Referee {
  readonly #job: RaceJob;
  readonly #gate: Int32Array<SharedArrayBuffer>;
  readonly #pauseWord = new Int32Array(new SharedArrayBuffer(4));
  #error: string | undefined;
  #turns = 0;
  #done = -1;
  #doneMillis = 0;
  #state: number;

  /** Waits until all Workers of the race have one, so that none has run before the others come. */
  constructor(job: RaceJob) {
    this.#job = job;
    this.#gate = new Int32Array(job.gate);
    this.#state = (job.number + 1) * 0x9e3779b1 | 1;
    Atomics.add(this.#gate, HERE, 1);
    while (Atomics.load(this.#gate, HERE) < job.workers) this.pause();
  }

  /** Whether some Worker has seen an error. */
  get isOver(): boolean {
    return Atomics.load(this.#gate, STOP) !== 0;
  }

  /** Notes an error and stops the race. */
  fail(error: string): void {
    this.#error ??= error;
    Atomics.store(this.#gate, STOP, 1);
  }

  /**
   * After a turn without success, where the caller itself sleeps: false when the race is over.
   *
   * @param done how far the caller has come: when that stays the same for long, the race has stalled
   */
  mayRetry(done: number): boolean {
    if (++this.#turns % TURNS_BEFORE_LOOK !== 0) return true;
    const nowMillis = Date.now();
    if (done !== this.#done) {
      this.#done = done;
      this.#doneMillis = nowMillis;
    }
    if (nowMillis - this.#doneMillis > STALL_MILLIS) this.fail(`stalled at ${done}`);
    return !this.isOver;
  }

  /** The same where the caller only spins: gives the core away for a moment now and then. */
  mayRetryAfterPause(done: number): boolean {
    if ((this.#turns + 1) % TURNS_BEFORE_LOOK === 0) this.pause();
    return this.mayRetry(done);
  }

  /** Gives the core away for a moment. */
  pause(): void {
    Atomics.wait(this.#pauseWord, 0, 0, PAUSE_MILLIS);
  }

  /** A pseudo-random number from 0 to below `end` (xorshift). */
  random(end: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) % end;
  }

  /** What the Worker posts at its end. */
  report(checksum: number, counts: Record<string, number> = {}): RaceReport {
    const error = this.#error === undefined ? {} : { error: this.#error };
    return { checksum, counts, role: this.#job.role, ...error };
  }
}
