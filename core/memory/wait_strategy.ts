/**
 * How a thread waits for work that other threads announce through shared memory: it looks again a
 * bounded number of times, then says that it goes to sleep, looks once more, and sleeps until it is
 * woken or a time is up. Waking costs one load where nobody sleeps.
 *
 * ```text
 * offset | bytes | type | field                                      | writer
 *      w |     4 | i32  | 0: nobody sleeps; 1: the one thread that   | 1: the waiting thread
 *        |       |      | waits here sleeps, or is about to          | 0: both sides
 * ```
 *
 * The word is one that nothing else shares a cache line with: every {@link wake} reads it, so it must
 * stay in the readers' caches. Rings have two (`RingWord.consumerSleeping` and
 * `RingWord.producerSleeping`, the latter for the one producer of an SPSC ring; several producers
 * that wait for room need a word each, all of them woken).
 *
 * The waiting thread's own loop is what looks again, whatever it looks at, one ring or several, so
 * there is no callback (compare Agrona's IdleStrategy):
 *
 * ```text
 * waiting thread                            other thread
 * loop: count = ring.available()            write the slot
 *   count > 0: work; strategy.reset()       ring.publish()      (1) Atomics.store of the cursor
 *   count = 0: strategy.idle()              wake(words, word)   (2) Atomics.load of the word
 *     spun       n times: look again                                0: nothing to do
 *     announced  (3) Atomics.store of 1                             1: store 0, Atomics.notify
 *                then the loop looks again  (4) Atomics.load of the cursor
 *     slept      Atomics.wait while the word is 1
 * ```
 *
 * Fences: this is Dekker's pattern, each side writes its own word and then reads the other's, and
 * needs sequential consistency, which is what Atomics have. If (4) does not see (1), then (3) comes
 * before (2) in the one order of all Atomics, so (2) sees the 1 and wakes. If the wake comes before
 * the wait, the word is 0 by then and Atomics.wait, which compares and sleeps as one step, does not
 * sleep. Without the look between announcing and sleeping, a record that was published between the
 * last look and (3) would lie there with nobody to wake.
 *
 * The wait has a time-out all the same: it bounds what a waker costs that dies between publish and
 * wake, and lets the loop look at the clock and at its stop flag.
 *
 * Where a thread may not block (a browser's main thread) or has an event loop to serve (one that
 * speaks NATS), {@link WaitStrategy.sleepAsync} takes the place of the sleep. Where there is no
 * Atomics.waitAsync, poll: let a timer of the caller's run the loop.
 *
 * Cost, on the machine of bench/ring: a spinning hand-over some hundred nanoseconds, a sleeping one
 * tens of microseconds, and a wake that finds a sleeper some ten microseconds of its caller's time.
 * idle, reset and wake allocate nothing; sleepAsync allocates a promise.
 *
 * @module
 */

/**
 * Looks before the sleep. A turn of a waiting loop takes some 30 ns, so these are as long as a sleep
 * and a wake cost: waiting then takes at most twice of what the better choice would have taken.
 */
export const SPINS_BEFORE_SLEEP = 1_000;
/** The longest sleep. */
export const SLEEP_MILLIS_MAX = 100;

/** What a turn without work did. */
export const WaitStep = {
  /** Nothing: look again. */
  spun: 0,
  /** Said that it goes to sleep: look once more. */
  announced: 1,
  /** Slept, and was woken, or did not sleep because the wake came first. */
  woken: 2,
  /** Slept until the time was up. */
  timedOut: 3,
} as const;
/** See {@link WaitStep}. */
export type WaitStep = typeof WaitStep[keyof typeof WaitStep];

/** Under names of this module's own: an exported name is looked up at every use. */
const AWAKE = 0;
const SLEEPING = 1;
const { announced: ANNOUNCED, spun: SPUN, timedOut: TIMED_OUT, woken: WOKEN } = WaitStep;

/** Wakes the thread that sleeps on the word, if one does. Call it after the work is published. */
export function wake(words: Int32Array<SharedArrayBuffer>, word: number): void {
  if (Atomics.load(words, word) === AWAKE) return;
  Atomics.store(words, word, AWAKE);
  Atomics.notify(words, word, 1);
}

/**
 * The waiting side. One object, on one thread, and the only one that waits on its word.
 *
 * @example
 * ```ts
 * import { RingWord } from "./ring_layout.ts";
 * import { makeSpscRing, SpscConsumer } from "./spsc_ring.ts";
 * import { WaitStep, WaitStrategy } from "./wait_strategy.ts";
 *
 * const consumer = new SpscConsumer(makeSpscRing(64, 4096));
 * const strategy = new WaitStrategy(consumer.header, RingWord.consumerSleeping, 10, 1);
 * for (;;) {
 *   const count = consumer.available();
 *   if (count > 0) {
 *     // Read the records, then:
 *     consumer.release(count);
 *     strategy.reset();
 *   } else if (strategy.idle() === WaitStep.timedOut) break; // nobody sent anything
 * }
 * ```
 */
export class WaitStrategy {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #word: number;
  readonly #spinsMax: number;
  readonly #sleepMillisMax: number;
  #spins = 0;
  #isAnnounced = false;

  /**
   * Waits on one word.
   *
   * @param words view of the shared memory
   * @param word index of the sleeping word in it
   * @param spins turns without work before the sleep: 0 where no core is to spare, Infinity to spin
   * only
   * @param sleepMillis the longest sleep
   */
  constructor(
    words: Int32Array<SharedArrayBuffer>,
    word: number,
    spins: number = SPINS_BEFORE_SLEEP,
    sleepMillis: number = SLEEP_MILLIS_MAX,
  ) {
    this.#words = words;
    this.#word = word;
    this.#spinsMax = spins;
    this.#sleepMillisMax = sleepMillis;
  }

  /** A turn found work: the next one without work begins to spin. */
  reset(): void {
    this.#spins = 0;
    if (this.#isAnnounced) this.#withdraw();
  }

  /** A turn found no work: spins, announces or sleeps, and says which. Then look again. */
  idle(): WaitStep {
    if (!this.prepare()) return this.#isAnnounced ? ANNOUNCED : SPUN;
    const outcome = Atomics.wait(this.#words, this.#word, SLEEPING, this.#sleepMillisMax);
    this.#withdraw();
    return outcome === "timed-out" ? TIMED_OUT : WOKEN;
  }

  /**
   * {@link idle} without the sleep, for a thread that must not block. True when it is time to sleep:
   * await {@link sleepAsync}; false: look again.
   */
  prepare(): boolean {
    if (this.#isAnnounced) return true;
    if (this.#spins < this.#spinsMax) {
      this.#spins++;
      return false;
    }
    this.#isAnnounced = true;
    Atomics.store(this.#words, this.#word, SLEEPING);
    return false;
  }

  /**
   * Sleeps while the event loop goes on. Only after {@link prepare} has answered true. Deno does not
   * count the promise as work: a timer, a connection or a Worker's port must keep the loop alive.
   */
  async sleepAsync(): Promise<WaitStep> {
    const wait = Atomics.waitAsync(this.#words, this.#word, SLEEPING, this.#sleepMillisMax);
    const outcome = wait.async ? await wait.value : wait.value;
    this.#withdraw();
    return outcome === "timed-out" ? TIMED_OUT : WOKEN;
  }

  #withdraw(): void {
    this.#spins = 0;
    this.#isAnnounced = false;
    Atomics.store(this.#words, this.#word, AWAKE);
  }
}
