/**
 * The price index: for each book side a 32-way trie over the price in ticks, six levels of five
 * bits, with a bitmap in every node that tells which children are there.
 *
 * | operation | cost |
 * | --- | --- |
 * | find, insert, remove | O(6), no comparison of keys |
 * | lowest, highest, next | O(6), one `clz32` a level |
 * | memory | 132 bytes a node, in proportion to the prices that are occupied |
 *
 * All tries share one pool of nodes. Node 0 is none; freed nodes are linked through their first
 * child. Owner and only writer: the matching thread.
 *
 * @module
 */

const BITS = 5;
const WAYS = 1 << BITS;
const DEPTH = 6;
const TOP_SHIFT = BITS * (DEPTH - 1);

/** Highest price in ticks that the index can hold. */
export const PRICE_TICKS_MAX = 2 ** (BITS * DEPTH) - 1;
/** Nodes that one insertion may take. */
export const NODES_PER_INSERT_MAX = DEPTH - 1;

/** Pool of trie nodes and the operations on the tries in it. */
export class PriceTrie {
  /** Which of a node's 32 children are there. */
  #bitmaps: Int32Array;
  /** 32 words a node: child nodes, or values at the lowest level. */
  #children: Int32Array;
  #freeHead = 0;
  #nodeNext = 1;
  #freeCount: number;
  readonly #path = new Int32Array(DEPTH);

  constructor(capacity: number) {
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

  /** A new, empty trie: its root. The caller has seen that a node is free. */
  createRoot(): number {
    return this.#take();
  }

  /** Value at `priceTicks`, or 0. */
  find(root: number, priceTicks: number): number {
    const children = this.#children;
    let node = root;
    for (let shift = TOP_SHIFT; shift >= 0; shift -= BITS) {
      node = children[(node << BITS) | ((priceTicks >>> shift) & (WAYS - 1))];
      if (node === 0) return 0;
    }
    return node;
  }

  /** Puts `value` (not 0) at a price that has none. */
  insert(root: number, priceTicks: number, value: number): void {
    let node = root;
    for (let shift = TOP_SHIFT; shift > 0; shift -= BITS) {
      const way = (priceTicks >>> shift) & (WAYS - 1);
      let child = this.#children[(node << BITS) | way];
      if (child === 0) {
        child = this.#take();
        this.#children[(node << BITS) | way] = child;
        this.#bitmaps[node] |= 1 << way;
      }
      node = child;
    }
    const way = priceTicks & (WAYS - 1);
    this.#children[(node << BITS) | way] = value;
    this.#bitmaps[node] |= 1 << way;
  }

  /** Takes away the value at `priceTicks`, which is there, and every node that this empties. */
  remove(root: number, priceTicks: number): void {
    const path = this.#path;
    let node = root;
    let depth = 0;
    for (let shift = TOP_SHIFT; shift > 0; shift -= BITS) {
      path[depth++] = node;
      node = this.#children[(node << BITS) | ((priceTicks >>> shift) & (WAYS - 1))];
    }
    let shift = 0;
    for (;;) {
      const way = (priceTicks >>> shift) & (WAYS - 1);
      this.#children[(node << BITS) | way] = 0;
      this.#bitmaps[node] &= ~(1 << way);
      if (this.#bitmaps[node] !== 0 || depth === 0) return;
      this.#release(node);
      node = path[--depth];
      shift += BITS;
    }
  }

  /** Value at the lowest price, or 0 when the trie is empty. */
  lowest(root: number): number {
    let node = root;
    for (let shift = TOP_SHIFT; shift >= 0; shift -= BITS) {
      const bits = this.#bitmaps[node];
      if (bits === 0) return 0;
      node = this.#children[(node << BITS) | (31 - Math.clz32(bits & -bits))];
    }
    return node;
  }

  /** Value at the highest price, or 0 when the trie is empty. */
  highest(root: number): number {
    let node = root;
    for (let shift = TOP_SHIFT; shift >= 0; shift -= BITS) {
      const bits = this.#bitmaps[node];
      if (bits === 0) return 0;
      node = this.#children[(node << BITS) | (31 - Math.clz32(bits))];
    }
    return node;
  }

  /** Value at the next price above (`upward`) or below `priceTicks`, or 0. */
  next(root: number, priceTicks: number, upward: boolean): number {
    const path = this.#path;
    let node = root;
    let depth = 0;
    for (let shift = TOP_SHIFT; shift >= 0 && node !== 0; shift -= BITS) {
      path[depth++] = node;
      node = this.#children[(node << BITS) | ((priceTicks >>> shift) & (WAYS - 1))];
    }
    while (depth > 0) {
      node = path[--depth];
      const shift = TOP_SHIFT - depth * BITS;
      const way = (priceTicks >>> shift) & (WAYS - 1);
      const beyond = upward
        ? this.#bitmaps[node] & (way === 31 ? 0 : -1 << (way + 1))
        : this.#bitmaps[node] & ((1 << way) - 1);
      if (beyond === 0) continue;
      const edge = upward ? 31 - Math.clz32(beyond & -beyond) : 31 - Math.clz32(beyond);
      node = this.#children[(node << BITS) | edge];
      if (depth === DEPTH - 1) return node;
      return this.#edge(node, depth + 1, upward);
    }
    return 0;
  }

  /** Value at the lowest or highest price under `node`, which stands at `depth`. */
  #edge(node: number, depth: number, lowest: boolean): number {
    for (; depth < DEPTH; depth++) {
      const bits = this.#bitmaps[node];
      const way = lowest ? 31 - Math.clz32(bits & -bits) : 31 - Math.clz32(bits);
      node = this.#children[(node << BITS) | way];
    }
    return node;
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
