/**
 * A set of small numbers as a bitmap of three levels of 32-bit words: a bit of a higher level says
 * that a word of the level below is not zero. Numbers up to 32,768 are found in one word a level;
 * beyond that the highest level has several words, which are gone through one by one.
 *
 * @module
 */

/** Numbers from 0 up to `size`, exclusive. */
export class HierarchicalBitmap {
  readonly #low: Int32Array;
  readonly #middle: Int32Array;
  readonly #high: Int32Array;

  constructor(size: number) {
    this.#low = new Int32Array(Math.ceil(size / 2 ** 5));
    this.#middle = new Int32Array(Math.ceil(size / 2 ** 10));
    this.#high = new Int32Array(Math.ceil(size / 2 ** 15));
  }

  /** Bytes of the words. */
  get byteLength(): number {
    return this.#low.byteLength + this.#middle.byteLength + this.#high.byteLength;
  }

  /** Adds a number. */
  add(number: number): void {
    this.#low[number >> 5] |= 1 << (number & 31);
    this.#middle[number >> 10] |= 1 << ((number >> 5) & 31);
    this.#high[number >> 15] |= 1 << ((number >> 10) & 31);
  }

  /** Takes a number out. */
  delete(number: number): void {
    if ((this.#low[number >> 5] &= ~(1 << (number & 31))) !== 0) return;
    if ((this.#middle[number >> 10] &= ~(1 << ((number >> 5) & 31))) !== 0) return;
    this.#high[number >> 15] &= ~(1 << ((number >> 10) & 31));
  }

  /** Takes all numbers out. */
  clear(): void {
    this.#low.fill(0);
    this.#middle.fill(0);
    this.#high.fill(0);
  }

  /** The least number from `from` on, or -1. */
  atLeast(from: number): number {
    let bits = this.#low[from >> 5] & (-1 << (from & 31));
    if (bits !== 0) return ((from >> 5) << 5) | lowestBit(bits);
    bits = this.#middle[from >> 10] & (-2 << ((from >> 5) & 31));
    if (bits !== 0) return this.#firstInWord(((from >> 10) << 5) | lowestBit(bits));
    let word = from >> 15;
    bits = this.#high[word] & (-2 << ((from >> 10) & 31));
    while (bits === 0) {
      if (++word >= this.#high.length) return -1;
      bits = this.#high[word];
    }
    const middle = (word << 5) | lowestBit(bits);
    return this.#firstInWord((middle << 5) | lowestBit(this.#middle[middle]));
  }

  /** The greatest number up to `to`, or -1. */
  atMost(to: number): number {
    let bits = this.#low[to >> 5] & (-1 >>> (31 - (to & 31)));
    if (bits !== 0) return ((to >> 5) << 5) | highestBit(bits);
    bits = this.#middle[to >> 10] & ((1 << ((to >> 5) & 31)) - 1);
    if (bits !== 0) return this.#lastInWord(((to >> 10) << 5) | highestBit(bits));
    let word = to >> 15;
    bits = this.#high[word] & ((1 << ((to >> 10) & 31)) - 1);
    while (bits === 0) {
      if (--word < 0) return -1;
      bits = this.#high[word];
    }
    const middle = (word << 5) | highestBit(bits);
    return this.#lastInWord((middle << 5) | highestBit(this.#middle[middle]));
  }

  #firstInWord(word: number): number {
    return (word << 5) | lowestBit(this.#low[word]);
  }

  #lastInWord(word: number): number {
    return (word << 5) | highestBit(this.#low[word]);
  }
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

function highestBit(bits: number): number {
  return 31 - Math.clz32(bits);
}
