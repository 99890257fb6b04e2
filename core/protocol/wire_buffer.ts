/**
 * A buffer of wire records, seen as bytes, half-words and words at once.
 *
 * Records are read and written in place: a reader takes the buffer and the offset of a record and
 * indexes the view that fits the field, so no object is made per record. All layouts are
 * little-endian and naturally aligned, and every platform this runs on is little-endian.
 *
 * @module
 */

const TWO_TO_32 = 4294967296;
/** Multiplying by a power of two is exact, and several times faster than dividing. */
const TWO_TO_MINUS_32 = 1 / TWO_TO_32;

/** Largest value of a 64-bit field: prices, quantities, money, times and ids are safe integers. */
export const SAFE_MAX = Number.MAX_SAFE_INTEGER;

/** High word from which on a 64-bit field is no safe integer any more. */
const UNSAFE_HIGH_WORD = 0x200000;

/**
 * Bytes and the aligned views of them. `byteLength` is a multiple of 8. What the hot path passes on
 * it reads as a signed integer: an unsigned one may need a box on the heap, so the compiler looks.
 */
export class WireBuffer {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly halves: Uint16Array<ArrayBuffer>;
  readonly words: Uint32Array<ArrayBuffer>;
  readonly integers: Int32Array<ArrayBuffer>;

  constructor(buffer: ArrayBuffer) {
    this.bytes = new Uint8Array(buffer);
    this.halves = new Uint16Array(buffer);
    this.words = new Uint32Array(buffer);
    this.integers = new Int32Array(buffer);
  }

  /** A zeroed buffer of at least `byteLength` bytes. */
  static allocate(byteLength: number): WireBuffer {
    return new WireBuffer(new ArrayBuffer(padToEight(byteLength)));
  }

  /** A buffer with a copy of `bytes`, which may lie at any alignment. */
  static copyOf(bytes: Uint8Array): WireBuffer {
    const copy = WireBuffer.allocate(bytes.length);
    copy.bytes.set(bytes);
    return copy;
  }
}

/** The next multiple of eight. */
export function padToEight(byteLength: number): number {
  return (byteLength + 7) & ~7;
}

/** Reads the 64-bit field whose low word is `words[index]`. Exact up to {@link SAFE_MAX}. */
export function readU64(words: Uint32Array, index: number): number {
  return words[index + 1] * TWO_TO_32 + words[index];
}

/** Writes a safe, non-negative integer to the 64-bit field whose low word is `words[index]`. */
export function writeU64(words: Uint32Array, index: number, value: number): void {
  words[index] = value;
  words[index + 1] = value * TWO_TO_MINUS_32;
}

/** Whether the 64-bit field at `words[index]` holds a safe integer. */
export function isSafeU64(words: Uint32Array, index: number): boolean {
  return words[index + 1] < UNSAFE_HIGH_WORD;
}
