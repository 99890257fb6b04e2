/**
 * A small block of numbers that one thread writes and any number of threads read without stopping
 * it: top of book and depth, for instance.
 *
 * ```text
 * offset in the block | bytes       | type | field                                    | writer
 *                   0 |           4 | i32  | sequence: twice the number of publishes, | writer
 *                     |             |      | odd while one goes on                    |
 *                   4 |           4 |      | nothing                                  |
 *                   8 | 8 × doubles | i32  | the numbers, as two words each           | writer
 *                     |             |      | (to a multiple of 128 bytes in all)      |
 * ```
 *
 * Several blocks may stand in one SharedArrayBuffer, {@link seqlockBytes} apart. Writer and readers
 * each have a copy of their own, of doubles that are also seen as 32-bit integers: the writer fills
 * its copy and publishes it, a reader reads the block into its copy. So prices and quantities are
 * doubles, as elsewhere, and none is ever seen half written.
 *
 * Fences: **every access to the block is an Atomics operation, those to the data as well**, which is
 * more than a C++ seqlock needs, because JavaScript has no fence and no release or acquire.
 *
 * - With plain stores of the data, the store of the odd sequence would not keep them behind it: a
 *   sequentially consistent store lets later plain stores pass (a compiler may, and so may `stlr` on
 *   ARM). A reader could see new data between two loads of the old sequence.
 * - With plain loads of the data, the second load of the sequence would not keep them before it: what
 *   comes before a load may be done after it (`ldar`). A reader could check first and read then. A
 *   plain read that sees the writer's data is synchronized with nothing, so the memory model gives no
 *   order between it and the check either.
 *
 * Proof, with Atomics throughout. All of them stand in one total order that agrees with the order of
 * each thread and in which a load sees the last store before it. Say a reader loads the sequence s,
 * even, then the data, then s again, and that one of its data loads saw a store that belongs to a
 * later publish than the one which stored s. That store comes after the store of s + 1 and before the
 * load that saw it, so the second load of the sequence comes after the store of s + 1 and cannot see
 * s. Nor can a data load see a store older than the publish of s: the store of s comes after all
 * stores of its publish, and the load of s after that. So all data loads saw the publish of s.
 *
 * Bound: the sequence wraps after 2^31 publishes. A reader that stops inside of one read, or does not
 * read at all, for exactly a multiple of them takes the new block for the one it saw: half an hour at
 * a million publishes a second.
 *
 * Cost: an Atomics operation is a call on V8, some ten or twenty nanoseconds. The writer stores only
 * the words that changed since its last publish; a reader whose copy is up to date does one load; a
 * read of n doubles does 2 n + 2. Nothing allocates or throws.
 *
 * A reader tries {@link SEQLOCK_ATTEMPTS_MAX} times and then answers {@link SEQLOCK_BUSY}: the writer
 * writes too often, or was stopped, or died, in the middle of a publish. The caller looks again
 * later or does without.
 *
 * @module
 */
import * as ringLayout from "./ring_layout.ts";

const { LINE_BYTES } = ringLayout;

/** The most doubles of a block: beyond, a read lasts too long beside a write. */
export const SEQLOCK_DOUBLES_MAX = 256;
/**
 * How often a reader tries to get the block in one piece: while a publish goes on an attempt is one
 * load, so they outlast a publish of the largest block.
 */
export const SEQLOCK_ATTEMPTS_MAX = 512;
/** No attempt got the block in one piece. */
export const SEQLOCK_BUSY = -1;

/** Words of a block, as offsets into an Int32Array over it. */
export const SeqlockWord = { sequence: 0, data: 2 } as const;

/** Under names of this module's own: an exported name is looked up at every use. */
const SEQUENCE = SeqlockWord.sequence;
const DATA = SeqlockWord.data;
const ATTEMPTS = SEQLOCK_ATTEMPTS_MAX;
const BUSY = SEQLOCK_BUSY;
/** A sequence that no reader has read: it is odd. */
const NEVER = 1;

/** Bytes of a block, a multiple of 128, so that blocks share no cache line. */
export function seqlockBytes(doubleCount: number): number {
  return Math.ceil((DATA * 4 + doubleCount * 8) / LINE_BYTES) * LINE_BYTES;
}

/** The words of one block. Throws a RangeError when it cannot be there. */
function openBlock(
  memory: SharedArrayBuffer,
  byteOffset: number,
  doubleCount: number,
): Int32Array<SharedArrayBuffer> {
  if (!Number.isInteger(doubleCount) || doubleCount < 1 || doubleCount > SEQLOCK_DOUBLES_MAX) {
    throw new RangeError(
      `doubleCount must be from 1 to ${SEQLOCK_DOUBLES_MAX}, not ${doubleCount}`,
    );
  }
  const most = memory.byteLength - seqlockBytes(doubleCount);
  if (byteOffset % LINE_BYTES !== 0 || byteOffset < 0 || byteOffset > most) {
    throw new RangeError(
      `byteOffset must be a multiple of ${LINE_BYTES} from 0 to ${most}, not ${byteOffset}`,
    );
  }
  return new Int32Array(memory, byteOffset, DATA + doubleCount * 2);
}

/**
 * The writing side. One object, on one thread.
 *
 * @example
 * ```ts
 * import { SeqlockReader, seqlockBytes, SeqlockWriter } from "./seqlock.ts";
 *
 * const memory = new SharedArrayBuffer(seqlockBytes(4));
 * const writer = new SeqlockWriter(memory, 0, 4);
 * writer.doubles.set([100, 5, 101, 7]); // best bid and offer, price and quantity each
 * writer.publish();
 *
 * const reader = new SeqlockReader(memory, 0, 4); // elsewhere
 * if (reader.read() >= 0) console.log(reader.doubles[0], reader.doubles[2]); // 100 101
 * ```
 */
export class SeqlockWriter {
  /** What the next publish shows. */
  readonly doubles: Float64Array<ArrayBuffer>;
  /** The same numbers as pairs of 32-bit integers. */
  readonly integers: Int32Array<ArrayBuffer>;
  readonly #words: Int32Array<SharedArrayBuffer>;
  /** What the block holds: only this thread changes it. */
  readonly #shown: Int32Array<ArrayBuffer>;
  #sequence: number;

  /**
   * Takes over what the block holds; a publish that a former writer left half done becomes whole
   * with this one's first. Throws a RangeError when the block cannot be there.
   *
   * @param byteOffset where the block begins, a multiple of 128
   * @param doubleCount from 1 to {@link SEQLOCK_DOUBLES_MAX}
   */
  constructor(memory: SharedArrayBuffer, byteOffset: number, doubleCount: number) {
    this.#words = openBlock(memory, byteOffset, doubleCount);
    this.doubles = new Float64Array(doubleCount);
    this.integers = new Int32Array(this.doubles.buffer);
    for (let index = 0; index < this.integers.length; index++) {
      this.integers[index] = Atomics.load(this.#words, DATA + index);
    }
    this.#shown = this.integers.slice();
    this.#sequence = Atomics.load(this.#words, SEQUENCE) & ~1;
  }

  /** Shows the readers the numbers. O(changed words). */
  publish(): void {
    const words = this.#words;
    const { integers } = this;
    const shown = this.#shown;
    Atomics.store(words, SEQUENCE, this.#sequence | 1);
    for (let index = 0; index < integers.length; index++) {
      const integer = integers[index];
      if (integer === shown[index]) continue;
      Atomics.store(words, DATA + index, integer);
      shown[index] = integer;
    }
    this.#sequence = (this.#sequence + 2) | 0;
    Atomics.store(words, SEQUENCE, this.#sequence);
  }
}

/** A reading side. As many as there are reading threads; each object on one thread. */
export class SeqlockReader {
  /** What the last read got; mixed numbers after one that answered {@link SEQLOCK_BUSY}. */
  readonly doubles: Float64Array<ArrayBuffer>;
  /** The same numbers as pairs of 32-bit integers. */
  readonly integers: Int32Array<ArrayBuffer>;
  readonly #words: Int32Array<SharedArrayBuffer>;
  /** Sequence of what the copy holds, {@link NEVER} when it holds nothing whole. */
  #sequence = NEVER;

  /** The block as the writer describes it. Throws a RangeError when it cannot be there. */
  constructor(memory: SharedArrayBuffer, byteOffset: number, doubleCount: number) {
    this.#words = openBlock(memory, byteOffset, doubleCount);
    this.doubles = new Float64Array(doubleCount);
    this.integers = new Int32Array(this.doubles.buffer);
  }

  /**
   * Brings the copy up to date. The number of publishes so far, modulo 2^31: the same number again
   * means that nothing is new; 0 that nothing was published yet. Or {@link SEQLOCK_BUSY}.
   */
  read(): number {
    const words = this.#words;
    const { integers } = this;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = Atomics.load(words, SEQUENCE);
      if (before === this.#sequence) return before >>> 1;
      if ((before & 1) !== 0) continue;
      this.#sequence = NEVER;
      for (let index = 0; index < integers.length; index++) {
        integers[index] = Atomics.load(words, DATA + index);
      }
      if (Atomics.load(words, SEQUENCE) !== before) continue;
      this.#sequence = before;
      return before >>> 1;
    }
    return BUSY;
  }
}
