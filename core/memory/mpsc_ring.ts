/**
 * A ring from many producing threads to one consuming thread: fixed-size slots that are written and
 * read in place, over one SharedArrayBuffer.
 *
 * ```text
 * offset | bytes                 | type  | field                              | writer
 *      0 |                   640 |       | header, see ring_layout.ts         |
 *    128 |                     4 | i32   | produced: records claimed          | producers (CAS)
 *    256 |                     4 | i32   | released: records done with        | consumer
 *    640 | 4 × slotCount, to 8   | i32   | run words: records in the run that | n: the producer who
 *        |                       |       | begins in this slot and that is    | claimed the slot;
 *        |                       |       | published; 0: none                 | 0: consumer
 *      … | slotBytes × slotCount | bytes | slots; record n is in slot n mod   | producer, from claim
 *        |                       |       | slotCount                          | to publish
 * ```
 *
 * A claim takes a run of consecutive slots with one compare-exchange and a publish shows the whole
 * run with one store, to its first slot's word. The consumer follows the words from run to run and
 * stops at the first that is 0, so a producer that is slow between claim and publish hides what is
 * behind it but never shows half of a record. This is the record-length word of Agrona's
 * ManyToOneRingBuffer, in an array of its own so that slots keep their size; the consumer clears it,
 * so a word of an earlier lap is never taken for one of this.
 *
 * Why a compare-exchange: a fetch-and-add cannot be taken back when it turns out that there was no
 * room. Losing it means that another producer has won, so the ring as a whole goes on; the retries
 * of one claim are bounded by {@link CLAIM_ATTEMPTS_MAX}.
 *
 * Fences:
 *
 * - `claim` loads `produced`, then `released`, then exchanges, all by Atomics. As long as `produced`
 *   is unchanged, room can only grow, so what was checked still holds when the exchange succeeds. The
 *   consumer's cursor is looked up at every claim: a private copy could be 2^32 records old on a
 *   producer that was idle. Its load also orders the consumer's reads, and its clearing of the run
 *   word, before this producer's writes to the same slots.
 * - `publish` stores the run word by Atomics.store, `available` reads it by Atomics.load: the records
 *   of the run are seen with it.
 * - `release` stores `released` by Atomics.store, for the way back. The clearing of run words before
 *   it may be plain: nobody else touches them until that store is seen.
 *
 * Bound: a producer that stops between its load of `produced` and its exchange while exactly a
 * multiple of 2^32 records pass would not notice. At 10 million records a second these are seven
 * minutes inside of two instructions.
 *
 * A producer that dies between claim and publish stops the ring for good: {@link ringFill} then stays
 * above 0 while {@link MpscConsumer.available} is 0. A broken worker ends its process here.
 *
 * Claim is O(1) without contention; publish and release are O(1), available is O(runs). None of them
 * allocates or throws. A full ring answers {@link RING_FULL}.
 *
 * @module
 */
import * as ringLayout from "./ring_layout.ts";

const { makeRing, openRing, RING_HEADER_BYTES, RingKind, RingWord } = ringLayout;

/** Compare-exchanges that one claim may lose before it answers {@link RING_CONTENDED}. */
export const CLAIM_ATTEMPTS_MAX = 1_000;
/** Runs that the consumer looks up before it begins with the first of them. */
export const RUNS_PER_LOOK_MAX = 64;

/** Under names of this module's own: an exported or imported name is looked up at every use. */
const PRODUCED = RingWord.produced;
const RELEASED = RingWord.released;
const FULL = ringLayout.RING_FULL;
const CONTENDED = ringLayout.RING_CONTENDED;
const ATTEMPTS = CLAIM_ATTEMPTS_MAX;
const RUNS = RUNS_PER_LOOK_MAX;
const RUN_WORDS_AT = RING_HEADER_BYTES / 4;

/** Bytes of the run words, a multiple of 8. */
function runBytes(slotCount: number): number {
  return (slotCount * 4 + 7) & ~7;
}

/**
 * Makes the memory of a ring, to be posted to all its threads.
 *
 * @param slotBytes a multiple of 8
 * @param slotCount a power of two
 *
 * @example
 * ```ts
 * import { makeMpscRing, MpscConsumer, MpscProducer } from "./mpsc_ring.ts";
 *
 * const memory = makeMpscRing(16, 1024); // 4 integers a slot
 * const producer = new MpscProducer(memory); // one on each thread
 * if (producer.claim(2) >= 0) {
 *   producer.integers[producer.slot(0) * 4] = 7;
 *   producer.integers[producer.slot(1) * 4] = 8;
 *   producer.publish();
 * }
 *
 * const consumer = new MpscConsumer(memory);
 * const count = consumer.available();
 * console.log(count, consumer.integers[consumer.slot(1) * 4]); // 2 8
 * consumer.release(count);
 * ```
 */
export function makeMpscRing(slotBytes: number, slotCount: number): SharedArrayBuffer {
  return makeRing(RingKind.mpsc, slotBytes, slotCount, runBytes(slotCount));
}

/** A producing side. As many as there are producing threads; each object on one thread. */
export class MpscProducer {
  /** The whole ring as words, for {@link ringFill} and for waiting. */
  readonly header: Int32Array<SharedArrayBuffer>;
  /** The slots as doubles: slot n begins at n × slotBytes / 8. */
  readonly doubles: Float64Array<SharedArrayBuffer>;
  /** The same slots as 32-bit integers. */
  readonly integers: Int32Array<SharedArrayBuffer>;
  /** The same slots as bytes. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly #slotCount: number;
  #first = 0;
  #count = 0;

  /** Throws when the memory is no such ring. */
  constructor(memory: SharedArrayBuffer) {
    this.header = openRing(memory, RingKind.mpsc);
    this.#slotCount = this.header[RingWord.slotCount];
    const slotsAt = RING_HEADER_BYTES + runBytes(this.#slotCount);
    this.doubles = new Float64Array(memory, slotsAt);
    this.integers = new Int32Array(memory, slotsAt);
    this.bytes = new Uint8Array(memory, slotsAt);
  }

  /**
   * Takes a run of `count` slots (1 to all of the ring's), to be written and then published.
   *
   * Its first slot, the others being at {@link slot}; or {@link RING_FULL} when there is not room for
   * all of them, or {@link RING_CONTENDED}: no slot is taken then. One run at a time.
   */
  claim(count: number): number {
    const header = this.header;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const produced = Atomics.load(header, PRODUCED);
      const released = Atomics.load(header, RELEASED);
      if (((produced + count - released) | 0) > this.#slotCount) return FULL;
      const claimed = (produced + count) | 0;
      if (Atomics.compareExchange(header, PRODUCED, produced, claimed) === produced) {
        this.#count = count;
        return this.#first = produced & (this.#slotCount - 1);
      }
    }
    return CONTENDED;
  }

  /** Slot of the claimed run's record `ahead` of its first one. */
  slot(ahead: number): number {
    return (this.#first + ahead) & (this.#slotCount - 1);
  }

  /** Shows the consumer the claimed run. */
  publish(): void {
    Atomics.store(this.header, RUN_WORDS_AT + this.#first, this.#count);
  }
}

/** The consuming side. One object, on one thread. */
export class MpscConsumer {
  /** The whole ring as words, for {@link ringFill} and for waiting. */
  readonly header: Int32Array<SharedArrayBuffer>;
  /** The slots as doubles: slot n begins at n × slotBytes / 8. */
  readonly doubles: Float64Array<SharedArrayBuffer>;
  /** The same slots as 32-bit integers. */
  readonly integers: Int32Array<SharedArrayBuffer>;
  /** The same slots as bytes. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly #mask: number;
  #released: number;
  /** End of the runs whose words were read and cleared. */
  #seen: number;

  /**
   * Goes on where the former consumer released last, which must have released all that it was told
   * was available. Throws when the memory is no such ring.
   */
  constructor(memory: SharedArrayBuffer) {
    this.header = openRing(memory, RingKind.mpsc);
    const slotCount = this.header[RingWord.slotCount];
    const slotsAt = RING_HEADER_BYTES + runBytes(slotCount);
    this.doubles = new Float64Array(memory, slotsAt);
    this.integers = new Int32Array(memory, slotsAt);
    this.bytes = new Uint8Array(memory, slotsAt);
    this.#mask = slotCount - 1;
    this.#released = Atomics.load(this.header, RELEASED);
    this.#seen = this.#released;
  }

  /**
   * Records that can be read now; 0 when there are none. There may be more: run words are looked up
   * only when all that was known of is released, and at most {@link RUNS_PER_LOOK_MAX} of them.
   */
  available(): number {
    const known = (this.#seen - this.#released) | 0;
    return known !== 0 ? known : this.#look();
  }

  /** Slot of the record `ahead` of the oldest one: 0 for the oldest, below {@link available}. */
  slot(ahead: number): number {
    return (this.#released + ahead) & this.#mask;
  }

  /** Gives the oldest `count` slots back, at most as many as are available. Once a batch. */
  release(count: number): void {
    this.#released = (this.#released + count) | 0;
    Atomics.store(this.header, RELEASED, this.#released);
  }

  /**
   * Follows the run words. A lap of them cannot be followed twice: the word behind the last slot is
   * the first one's, which is cleared.
   */
  #look(): number {
    const header = this.header;
    let seen = this.#seen;
    for (let run = 0; run < RUNS; run++) {
      const word = RUN_WORDS_AT + (seen & this.#mask);
      const count = Atomics.load(header, word);
      if (count === 0) break;
      header[word] = 0;
      seen = (seen + count) | 0;
    }
    this.#seen = seen;
    return (seen - this.#released) | 0;
  }
}
