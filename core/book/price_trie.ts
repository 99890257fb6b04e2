/**
 * The price index: for each book side a 32-way trie over the price in ticks, five bits a level, with
 * a bitmap in every node that tells which children are there. A trie is only as tall as its prices
 * need: its root stands where they begin to differ, and what they have in common, its prefix, is
 * compared once. A book of some hundred ticks has two or three levels, one over all prices six.
 *
 * | operation | cost |
 * | --- | --- |
 * | find, insert, remove, lowest, highest, next | O(height), 1 to 6; one `clz32` a level |
 * | memory | 132 bytes a node, in proportion to the prices that are occupied |
 *
 * All tries share one pool of nodes. Node 0 is none; freed nodes are linked through their first
 * child. Of each trie, 16 bytes:
 *
 * ```text
 * offset | bytes | type | field
 *      0 |     4 | i32  | root, 0: empty
 *      4 |     4 | i32  | height: the root decides by the bits from (height - 1) * 5 on
 *      8 |     4 | i32  | prefix: the bits above the root's
 *     12 |     4 | -    | spare
 * ```
 *
 * Owner and only writer: the matching thread.
 *
 * @module
 */

const BITS = 5;
const WAYS = 1 << BITS;
const MASK = WAYS - 1;
const HEIGHT_MAX = 6;

/** Words of a trie, as a shift, and where they stand. */
const TRIE_SHIFT = 2;
const HEIGHT = 1;
const PREFIX = 2;

/** Highest price in ticks that the index can hold. */
export const PRICE_TICKS_MAX = 2 ** (BITS * HEIGHT_MAX) - 1;
/** Nodes that one insertion may take: roots above the present one, and as many below the last. */
export const NODES_PER_INSERT_MAX = 2 * (HEIGHT_MAX - 1);

/** Pool of trie nodes and the operations on the tries in it. */
export class PriceTrie {
  /** Which of a node's 32 children are there. */
  #bitmaps: Int32Array;
  /** 32 words a node: child nodes, or values at the lowest level. */
  #children: Int32Array;
  #freeHead = 0;
  #nodeNext = 1;
  #freeCount: number;
  readonly #tries: Int32Array;
  readonly #path = new Int32Array(HEIGHT_MAX);

  /** @param tries how many there are, all empty; @param capacity nodes at the start */
  constructor(tries: number, capacity: number) {
    this.#tries = new Int32Array(tries << TRIE_SHIFT);
    this.#bitmaps = new Int32Array(capacity);
    this.#children = new Int32Array(capacity * WAYS);
    this.#freeCount = capacity - 1;
  }

  /** Nodes that can still be taken. */
  get freeCount(): number {
    return this.#freeCount;
  }

  /** Doubles the pool: a safe point is needed, for it allocates. */
  grow(): void {
    const bitmaps = new Int32Array(this.#bitmaps.length * 2);
    const children = new Int32Array(this.#children.length * 2);
    bitmaps.set(this.#bitmaps);
    children.set(this.#children);
    this.#freeCount += this.#bitmaps.length;
    this.#bitmaps = bitmaps;
    this.#children = children;
  }

  /** Value at `priceTicks`, or 0. */
  find(trie: number, priceTicks: number): number {
    const at = trie << TRIE_SHIFT;
    const height = this.#tries[at | HEIGHT];
    if ((priceTicks >>> (height * BITS)) !== this.#tries[at | PREFIX]) return 0;
    const children = this.#children;
    let node = this.#tries[at];
    for (let shift = (height - 1) * BITS; shift >= 0; shift -= BITS) {
      node = children[(node << BITS) | ((priceTicks >>> shift) & MASK)];
      if (node === 0) return 0;
    }
    return node;
  }

  /**
   * Puts `value` (not 0) at a price that has none. The caller has seen that
   * {@link NODES_PER_INSERT_MAX} nodes are free.
   */
  insert(trie: number, priceTicks: number, value: number): void {
    this.#rise(trie << TRIE_SHIFT, priceTicks);
    let node = this.#tries[trie << TRIE_SHIFT];
    let shift = (this.#tries[(trie << TRIE_SHIFT) | HEIGHT] - 1) * BITS;
    for (; shift > 0; shift -= BITS) {
      const way = (priceTicks >>> shift) & MASK;
      let child = this.#children[(node << BITS) | way];
      if (child === 0) {
        child = this.#take();
        this.#put(node, way, child);
      }
      node = child;
    }
    this.#put(node, priceTicks & MASK, value);
  }

  /** Takes away the value at `priceTicks`, which is there, and every node that needs it no more. */
  remove(trie: number, priceTicks: number): void {
    const at = trie << TRIE_SHIFT;
    const path = this.#path;
    let node = this.#tries[at];
    let depth = 0;
    for (let shift = (this.#tries[at | HEIGHT] - 1) * BITS; shift > 0; shift -= BITS) {
      path[depth++] = node;
      node = this.#children[(node << BITS) | ((priceTicks >>> shift) & MASK)];
    }
    let shift = 0;
    for (;;) {
      const way = (priceTicks >>> shift) & MASK;
      this.#children[(node << BITS) | way] = 0;
      this.#bitmaps[node] &= ~(1 << way);
      if (this.#bitmaps[node] !== 0 || depth === 0) break;
      this.#release(node);
      node = path[--depth];
      shift += BITS;
    }
    this.#sink(at);
  }

  /** Value at the lowest price, or 0 when the trie is empty. */
  lowest(trie: number): number {
    const at = trie << TRIE_SHIFT;
    return this.#edge(this.#tries[at], this.#tries[at | HEIGHT], true);
  }

  /** Value at the highest price, or 0 when the trie is empty. */
  highest(trie: number): number {
    const at = trie << TRIE_SHIFT;
    return this.#edge(this.#tries[at], this.#tries[at | HEIGHT], false);
  }

  /** Value at the next price above (`upward`) or below `priceTicks`, or 0. */
  next(trie: number, priceTicks: number, upward: boolean): number {
    const at = trie << TRIE_SHIFT;
    const height = this.#tries[at | HEIGHT];
    const prefix = priceTicks >>> (height * BITS);
    let node = this.#tries[at];
    if (prefix !== this.#tries[at | PREFIX]) {
      const isBefore = upward
        ? prefix < this.#tries[at | PREFIX]
        : prefix > this.#tries[at | PREFIX];
      return isBefore ? this.#edge(node, height, upward) : 0;
    }
    // The lowest node on the way that has a child beyond the price, and that child.
    let branch = 0;
    let branchHeight = 0;
    for (let level = height - 1; level >= 0 && node !== 0; level--) {
      const way = (priceTicks >>> (level * BITS)) & MASK;
      const beyond = this.#bitmaps[node] & (upward ? -2 << way : (1 << way) - 1);
      if (beyond !== 0) {
        branch = this.#children[(node << BITS) | firstOf(beyond, upward)];
        branchHeight = level;
      }
      node = this.#children[(node << BITS) | way];
    }
    return branch === 0 ? 0 : this.#edge(branch, branchHeight, upward);
  }

  /** Value at the lowest or highest price under `node`, with `height` levels, its own included. */
  #edge(node: number, height: number, lowest: boolean): number {
    for (let level = height; level > 0; level--) {
      node = this.#children[(node << BITS) | firstOf(this.#bitmaps[node], lowest)];
    }
    return node;
  }

  /** Makes the trie at `at` tall enough for a price. */
  #rise(at: number, priceTicks: number): void {
    const tries = this.#tries;
    if (tries[at] === 0) {
      tries[at] = this.#take();
      tries[at | HEIGHT] = 1;
      tries[at | PREFIX] = priceTicks >>> BITS;
      return;
    }
    while ((priceTicks >>> (tries[at | HEIGHT] * BITS)) !== tries[at | PREFIX]) {
      const top = this.#take();
      this.#put(top, tries[at | PREFIX] & MASK, tries[at]);
      tries[at] = top;
      tries[at | PREFIX] >>>= BITS;
      tries[at | HEIGHT]++;
    }
  }

  /** Takes away the root of the trie at `at` while it has but one child, or when it has none. */
  #sink(at: number): void {
    const tries = this.#tries;
    let bits = this.#bitmaps[tries[at]];
    if (bits === 0) {
      this.#release(tries[at]);
      tries[at] = 0;
      tries[at | HEIGHT] = 0;
      tries[at | PREFIX] = 0;
      return;
    }
    while (tries[at | HEIGHT] > 1 && (bits & (bits - 1)) === 0) {
      const root = tries[at];
      const way = 31 - Math.clz32(bits);
      tries[at] = this.#children[(root << BITS) | way];
      this.#children[(root << BITS) | way] = 0;
      this.#bitmaps[root] = 0;
      this.#release(root);
      tries[at | PREFIX] = (tries[at | PREFIX] << BITS) | way;
      tries[at | HEIGHT]--;
      bits = this.#bitmaps[tries[at]];
    }
  }

  #put(node: number, way: number, child: number): void {
    this.#children[(node << BITS) | way] = child;
    this.#bitmaps[node] |= 1 << way;
  }

  #take(): number {
    this.#freeCount--;
    const node = this.#freeHead;
    if (node === 0) return this.#nodeNext++;
    this.#freeHead = this.#children[node << BITS];
    this.#children[node << BITS] = 0;
    return node;
  }

  #release(node: number): void {
    this.#children[node << BITS] = this.#freeHead;
    this.#freeHead = node;
    this.#freeCount++;
  }
}

/** Number of the lowest or the highest bit that is set. */
function firstOf(bits: number, lowest: boolean): number {
  return 31 - Math.clz32(lowest ? bits & -bits : bits);
}
