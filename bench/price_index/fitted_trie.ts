/**
 * A 32-way trie that is only as tall as its prices need: its root stands where they begin to differ,
 * and what they have in common is compared once. A book of some hundred ticks has two or three
 * levels where a trie over all prices has six.
 *
 * | operation | cost |
 * | --- | --- |
 * | find, insert, remove, lowest, highest, next | O(height), 1 to 6 |
 * | memory | 132 bytes a node, in proportion to the prices that are occupied |
 *
 * @module
 */
import type { PriceIndex } from "./price_index.ts";

const BITS = 5;
const WAYS = 1 << BITS;
const MASK = WAYS - 1;
const HEIGHT_MAX = 6;
/** Nodes at the start. */
const NODES = 16;

/** One trie in a pool of its own; as a part of core its pool would be shared by all books. */
export class FittedTrie implements PriceIndex {
  #bitmaps = new Int32Array(NODES);
  #children = new Int32Array(NODES * WAYS);
  #freeHead = 0;
  #nodeNext = 1;
  /** 0 while it is empty. */
  #root = 0;
  /** Levels. The root decides by the bits from `(height - 1) * 5` on. */
  #height = 0;
  /** The bits above the root's, which all prices have in common. */
  #prefix = 0;
  readonly #path = new Int32Array(HEIGHT_MAX);

  get byteLength(): number {
    return this.#bitmaps.byteLength + this.#children.byteLength;
  }

  insert(priceTicks: number, level: number): void {
    this.#rise(priceTicks);
    let node = this.#root;
    for (let shift = (this.#height - 1) * BITS; shift > 0; shift -= BITS) {
      const way = (priceTicks >>> shift) & MASK;
      let child = this.#children[(node << BITS) | way];
      if (child === 0) {
        child = this.#take();
        this.#put(node, way, child);
      }
      node = child;
    }
    this.#put(node, priceTicks & MASK, level);
  }

  find(priceTicks: number): number {
    const height = this.#height;
    if ((priceTicks >>> (height * BITS)) !== this.#prefix) return 0;
    const children = this.#children;
    let node = this.#root;
    for (let shift = (height - 1) * BITS; shift >= 0; shift -= BITS) {
      node = children[(node << BITS) | ((priceTicks >>> shift) & MASK)];
      if (node === 0) return 0;
    }
    return node;
  }

  remove(priceTicks: number): void {
    const path = this.#path;
    let node = this.#root;
    let depth = 0;
    for (let shift = (this.#height - 1) * BITS; shift > 0; shift -= BITS) {
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
    this.#sink();
  }

  lowest(): number {
    return this.#root === 0 ? 0 : this.#edge(this.#root, this.#height, true);
  }

  highest(): number {
    return this.#root === 0 ? 0 : this.#edge(this.#root, this.#height, false);
  }

  next(priceTicks: number, upward: boolean): number {
    if (this.#root === 0) return 0;
    const prefix = priceTicks >>> (this.#height * BITS);
    if (prefix !== this.#prefix) {
      const isBefore = upward ? prefix < this.#prefix : prefix > this.#prefix;
      return isBefore ? this.#edge(this.#root, this.#height, upward) : 0;
    }
    // The lowest node on the way that has a child beyond the price, and that child.
    let branch = 0;
    let branchHeight = 0;
    let node = this.#root;
    for (let height = this.#height - 1; height >= 0 && node !== 0; height--) {
      const way = (priceTicks >>> (height * BITS)) & MASK;
      const beyond = this.#bitmaps[node] & (upward ? -2 << way : (1 << way) - 1);
      if (beyond !== 0) {
        branch = this.#children[(node << BITS) | firstOf(beyond, upward)];
        branchHeight = height;
      }
      node = this.#children[(node << BITS) | way];
    }
    return branch === 0 ? 0 : this.#edge(branch, branchHeight, upward);
  }

  /** The level at the edge under a node with `height` levels, itself included. */
  #edge(node: number, height: number, lowest: boolean): number {
    for (let level = height; level > 0; level--) {
      node = this.#children[(node << BITS) | firstOf(this.#bitmaps[node], lowest)];
    }
    return node;
  }

  /** Makes the trie tall enough for a price. */
  #rise(priceTicks: number): void {
    if (this.#root === 0) {
      this.#root = this.#take();
      this.#height = 1;
      this.#prefix = priceTicks >>> BITS;
    }
    while ((priceTicks >>> (this.#height * BITS)) !== this.#prefix) {
      const top = this.#take();
      this.#put(top, this.#prefix & MASK, this.#root);
      this.#root = top;
      this.#prefix >>>= BITS;
      this.#height++;
    }
  }

  /** Takes away the root while it has but one child, or when it has none. */
  #sink(): void {
    let bits = this.#bitmaps[this.#root];
    if (bits === 0) {
      this.#release(this.#root);
      this.#root = 0;
      this.#height = 0;
      this.#prefix = 0;
      return;
    }
    while (this.#height > 1 && (bits & (bits - 1)) === 0) {
      const root = this.#root;
      const way = 31 - Math.clz32(bits);
      this.#root = this.#children[(root << BITS) | way];
      this.#children[(root << BITS) | way] = 0;
      this.#bitmaps[root] = 0;
      this.#release(root);
      this.#prefix = (this.#prefix << BITS) | way;
      this.#height--;
      bits = this.#bitmaps[this.#root];
    }
  }

  #put(node: number, way: number, child: number): void {
    this.#children[(node << BITS) | way] = child;
    this.#bitmaps[node] |= 1 << way;
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

  #grow(): void {
    const bitmaps = new Int32Array(this.#bitmaps.length * 2);
    const children = new Int32Array(this.#children.length * 2);
    bitmaps.set(this.#bitmaps);
    children.set(this.#children);
    this.#bitmaps = bitmaps;
    this.#children = children;
  }
}

/** Number of the lowest or the highest bit that is set. */
function firstOf(bits: number, lowest: boolean): number {
  return 31 - Math.clz32(lowest ? bits & -bits : bits);
}
