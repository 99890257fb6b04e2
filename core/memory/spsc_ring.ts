/**
 * A ring from one producing thread to one consuming thread: fixed-size slots that are written and
 * read in place, over one SharedArrayBuffer.
 *
 * ```text
 * offset | bytes                 | type  | field                                | writer
 *      0 |                   640 |       | header, see ring_layout.ts           |
 *    128 |                     4 | i32   | produced: records published          | producer
 *    256 |                     4 | i32   | released: records done with          | consumer
 *    640 | slotBytes × slotCount | bytes | slots; record n is in slot n mod     | producer, from claim
 *        |                       |       | slotCount                            | to publish
 * ```
 *
 * Every word has one writer, as in the LMAX Disruptor. A slot belongs to the producer from
 * {@link SpscProducer.claim} to {@link SpscProducer.publish}, then to the consumer until
 * {@link SpscConsumer.release}. Each side keeps its own cursor in a field and a copy of the other's,
 * which it looks up again only when the copy says that there is nothing to do. The copy cannot go
 * stale over the wrap of 2^32: a side comes at most `slotCount` beyond it.
 *
 * Fences, of which there is one for each hand-over:
 *
 * - `publish` stores `produced` by Atomics.store. The consumer's Atomics.load that reads it is
 *   synchronized with it, so what was written to the slots before is seen after. Written by a plain
 *   store, the cursor could be seen before the slot.
 * - `release` stores `released` by Atomics.store, for the way back: the consumer's reads of the slots
 *   happen before the producer's next writes to them.
 *
 * The accesses to the slots are therefore free of data races and are plain. Atomics are sequentially
 * consistent, and on V8 a call each: they are the whole cost of a record, and one publish and one
 * release for a batch divide it by the batch.
 *
 * Claim, publish, available and release are O(1), allocate nothing and never throw. A full ring
 * answers {@link RING_FULL}: the caller waits (wait_strategy.ts), drops or pushes back.
 *
 * @module
 */
import * as ringLayout from "./ring_layout.ts";

const { makeRing, openRing, RING_HEADER_BYTES, RingKind, RingWord } = ringLayout;

/** Under names of this module's own: an imported name is looked up at every use. */
const PRODUCED = RingWord.produced;
const RELEASED = RingWord.released;
const FULL = ringLayout.RING_FULL;

/**
 * Makes the memory of a ring, to be posted to both threads.
 *
 * @param slotBytes a multiple of 8
 * @param slotCount a power of two
 *
 * @example
 * ```ts
 * import { makeSpscRing, SpscConsumer, SpscProducer } from "./spsc_ring.ts";
 *
 * const memory = makeSpscRing(64, 4096); // 8 doubles a slot
 * const producer = new SpscProducer(memory);
 * for (let price = 100; price < 103; price++) {
 *   const slot = producer.claim(1);
 *   if (slot < 0) break; // full
 *   producer.doubles[slot * 8] = price;
 * }
 * producer.publish();
 *
 * const consumer = new SpscConsumer(memory); // elsewhere
 * const count = consumer.available();
 * for (let ahead = 0; ahead < count; ahead++) {
 *   console.log(consumer.doubles[consumer.slot(ahead) * 8]); // 100, 101, 102
 * }
 * consumer.release(count);
 * ```
 */
export function makeSpscRing(slotBytes: number, slotCount: number): SharedArrayBuffer {
  return makeRing(RingKind.spsc, slotBytes, slotCount, 0);
}

/** The producing side. One object, on one thread. */
export class SpscProducer {
  /** The whole ring as words, for {@link ringFill} and for waiting. */
  readonly header: Int32Array<SharedArrayBuffer>;
  /** The slots as doubles: slot n begins at n × slotBytes / 8. */
  readonly doubles: Float64Array<SharedArrayBuffer>;
  /** The same slots as 32-bit integers. */
  readonly integers: Int32Array<SharedArrayBuffer>;
  /** The same slots as bytes. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly #slotCount: number;
  #claimed: number;
  /** Cursor of the last claim's first record. */
  #first: number;
  /** The consumer's cursor when it was last looked up. */
  #released: number;

  /** Goes on where the former producer published last. Throws when the memory is no such ring. */
  constructor(memory: SharedArrayBuffer) {
    this.header = openRing(memory, RingKind.spsc);
    this.doubles = new Float64Array(memory, RING_HEADER_BYTES);
    this.integers = new Int32Array(memory, RING_HEADER_BYTES);
    this.bytes = new Uint8Array(memory, RING_HEADER_BYTES);
    this.#slotCount = this.header[RingWord.slotCount];
    this.#claimed = Atomics.load(this.header, PRODUCED);
    this.#first = this.#claimed;
    this.#released = Atomics.load(this.header, RELEASED);
  }

  /**
   * Takes the next `count` slots (1 to all of the ring's), to be written, with whatever was in them.
   *
   * The first of them, the others being at {@link slot}; {@link RING_FULL} when there is not room for
   * all: none is taken then. Several claims may come before one publish.
   */
  claim(count: number): number {
    const claimed = this.#claimed;
    const after = (claimed + count) | 0;
    if (((after - this.#released) | 0) > this.#slotCount) {
      this.#released = Atomics.load(this.header, RELEASED);
      if (((after - this.#released) | 0) > this.#slotCount) return FULL;
    }
    this.#first = claimed;
    this.#claimed = after;
    return claimed & (this.#slotCount - 1);
  }

  /** Slot of the record `ahead` of the first one of the last claim. */
  slot(ahead: number): number {
    return (this.#first + ahead) & (this.#slotCount - 1);
  }

  /** Shows the consumer every slot claimed so far. Once a batch. */
  publish(): void {
    Atomics.store(this.header, PRODUCED, this.#claimed);
  }
}

/** The consuming side. One object, on one thread. */
export class SpscConsumer {
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
  /** The producer's cursor when it was last looked up. */
  #published: number;

  /** Goes on where the former consumer released last. Throws when the memory is no such ring. */
  constructor(memory: SharedArrayBuffer) {
    this.header = openRing(memory, RingKind.spsc);
    this.doubles = new Float64Array(memory, RING_HEADER_BYTES);
    this.integers = new Int32Array(memory, RING_HEADER_BYTES);
    this.bytes = new Uint8Array(memory, RING_HEADER_BYTES);
    this.#mask = this.header[RingWord.slotCount] - 1;
    this.#released = Atomics.load(this.header, RELEASED);
    this.#published = this.#released;
  }

  /**
   * Records that can be read now; 0 when there are none. There may be more: the producer's cursor is
   * looked up only when all that was known of is released.
   */
  available(): number {
    const known = (this.#published - this.#released) | 0;
    if (known !== 0) return known;
    this.#published = Atomics.load(this.header, PRODUCED);
    return (this.#published - this.#released) | 0;
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
}
