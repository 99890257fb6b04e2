/**
 * A 32-way trie over all prices, six levels of five bits, with a bitmap in every node: what the trie
 * of core/book would be, were it not fitted to the prices that are there.
 *
 * @module
 */
import type { PriceIndex } from "./price_index.ts";

const BITS = 5;
const WAYS = 1 << BITS;
const DEPTH = 6;
const TOP_SHIFT = BITS * (DEPTH - 1);

/** Nodes at the start. */
const NODES = 16;
/** Every trie begins with its root. */
const ROOT = 1;

/** One trie in a pool of its own. */
export class TallTrie implements PriceIndex {
  /** Which of a node's 32 children are there. */
  #bitmaps = new Int32Array(NODES);
  /** 32 words a node: child nodes, or values at the lowest level. */
  #children = new Int32Array(NODES * WAYS);
  #freeHead = 0;
  #nodeNext = ROOT + 1;
  readonly #path = new Int32Array(DEPTH);

  get byteLength(): number {
    return this.#bitmaps.byteLength + this.#children.byteLength;
  }

  #grow(): void {
    const bitmaps = new Int32Array(this.#bitmaps.length * 2);
    const children = new Int32Array(this.#children.length * 2);
    bitmaps.set(this.#bitmaps);
    children.set(this.#children);
    this.#bitmaps = bitmaps;
    this.#children = children;
  }

  find(priceTicks: number): number {
    const children = this.#children;
    let node = ROOT;
    for (let shift = TOP_SHIFT; shift >= 0; shift -= BITS) {
      node = children[(node << BITS) | ((priceTicks >>> shift) & (WAYS - 1))];
      if (node === 0) return 0;
    }
    return node;
  }

  insert(priceTicks: number, value: number): void {
    let node = ROOT;
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

  remove(priceTicks: number): void {
    const path = this.#path;
    let node = ROOT;
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

  lowest(): number {
    let node = ROOT;
    for (let shift = TOP_SHIFT; shift >= 0; shift -= BITS) {
      const bits = this.#bitmaps[node];
      if (bits === 0) return 0;
      node = this.#children[(node << BITS) | (31 - Math.clz32(bits & -bits))];
    }
    return node;
  }

  highest(): number {
    let node = ROOT;
    for (let shift = TOP_SHIFT; shift >= 0; shift -= BITS) {
      const bits = this.#bitmaps[node];
      if (bits === 0) return 0;
      node = this.#children[(node << BITS) | (31 - Math.clz32(bits))];
    }
    return node;
  }

  next(priceTicks: number, upward: boolean): number {
    const path = this.#path;
    let node = ROOT;
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
    const node = this.#freeHead;
    if (node !== 0) {
      this.#freeHead = this.#children[node << BITS];
      this.#children[node << BITS] = 0;
      return node;
    }
    if (this.#nodeNext === this.#bitmaps.length) this.#grow();
    return this.#nodeNext++;
  }

  #release(node: number): void {
    this.#children[node << BITS] = this.#freeHead;
    this.#freeHead = node;
  }
}
