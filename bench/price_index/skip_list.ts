/**
 * A skip list on one typed array. A node is a cache line of 64 bytes:
 *
 * ```text
 * word | field
 *    0 | price in ticks
 *    1 | level
 *    2 | previous node
 *    3 | height: lists that the node is in
 *    4 | next nodes, by list, 12 of them (the first is the free list as well)
 * ```
 *
 * | operation | cost |
 * | --- | --- |
 * | find, insert, remove, next | O(log levels) expected |
 * | lowest, highest | O(1) |
 * | memory | 64 bytes a level |
 *
 * Source: W. Pugh, Skip Lists: A Probabilistic Alternative to Balanced Trees, 1990.
 *
 * @module
 */
import type { PriceIndex } from "./price_index.ts";

const NODE_WORDS = 16;
const LEVEL = 1;
const PREVIOUS = 2;
const HEIGHT = 3;
const NEXT = 4;
/** Lists; a node in one is in the next higher one too in one case of four. */
const LISTS = NODE_WORDS - NEXT;
/** Nodes at the start. */
const NODES = 64;

/** Levels by price, of one side of a book. Node 0 is the head; it stands before all prices. */
export class SkipList implements PriceIndex {
  #nodes = new Int32Array(NODES * NODE_WORDS);
  /** The last node of each list before the price that was looked for. */
  readonly #before = new Int32Array(LISTS);
  /** Lists that are in use. */
  #height = 1;
  #last = 0;
  #freeHead = 0;
  #nodeNext = 1;
  #count = 0;
  #random = 0x2545f491;

  get byteLength(): number {
    return this.#nodes.byteLength;
  }

  /** Levels in the list. */
  get count(): number {
    return this.#count;
  }

  insert(priceTicks: number, level: number): void {
    if (this.#freeHead === 0 && this.#nodeNext * NODE_WORDS === this.#nodes.length) this.#grow();
    const before = this.#before;
    const nodes = this.#nodes;
    this.#seek(priceTicks);
    const node = this.#freeHead === 0 ? this.#nodeNext++ : this.#freeHead;
    const at = node * NODE_WORDS;
    if (this.#freeHead !== 0) this.#freeHead = nodes[at + NEXT];
    const height = this.#drawHeight();
    for (; this.#height < height; this.#height++) before[this.#height] = 0;
    nodes[at] = priceTicks;
    nodes[at + LEVEL] = level;
    nodes[at + PREVIOUS] = before[0];
    nodes[at + HEIGHT] = height;
    for (let list = 0; list < height; list++) {
      const link = before[list] * NODE_WORDS + NEXT + list;
      nodes[at + NEXT + list] = nodes[link];
      nodes[link] = node;
    }
    const behind = nodes[at + NEXT];
    if (behind === 0) this.#last = node;
    else nodes[behind * NODE_WORDS + PREVIOUS] = node;
    this.#count++;
  }

  find(priceTicks: number): number {
    const at = this.#firstFrom(priceTicks) * NODE_WORDS;
    return at !== 0 && this.#nodes[at] === priceTicks ? this.#nodes[at + LEVEL] : 0;
  }

  remove(priceTicks: number): void {
    const before = this.#before;
    const nodes = this.#nodes;
    this.#seek(priceTicks);
    const node = nodes[before[0] * NODE_WORDS + NEXT];
    const at = node * NODE_WORDS;
    const behind = nodes[at + NEXT];
    for (let list = nodes[at + HEIGHT] - 1; list >= 0; list--) {
      nodes[before[list] * NODE_WORDS + NEXT + list] = nodes[at + NEXT + list];
    }
    if (behind === 0) this.#last = nodes[at + PREVIOUS];
    else nodes[behind * NODE_WORDS + PREVIOUS] = nodes[at + PREVIOUS];
    while (this.#height > 1 && nodes[NEXT + this.#height - 1] === 0) this.#height--;
    nodes[at + NEXT] = this.#freeHead;
    this.#freeHead = node;
    this.#count--;
  }

  lowest(): number {
    return this.#levelOf(this.#nodes[NEXT]);
  }

  highest(): number {
    return this.#levelOf(this.#last);
  }

  next(priceTicks: number, upward: boolean): number {
    return this.#levelOf(this.#neighbour(priceTicks, upward));
  }

  /** The next price above (`upward`) or below, or -1. */
  nextPrice(priceTicks: number, upward: boolean): number {
    const node = this.#neighbour(priceTicks, upward);
    return node === 0 ? -1 : this.#nodes[node * NODE_WORDS];
  }

  /** The lowest price, or -1. */
  get lowestPrice(): number {
    return this.nextPrice(-1, true);
  }

  /** The highest price, or -1. */
  get highestPrice(): number {
    return this.#last === 0 ? -1 : this.#nodes[this.#last * NODE_WORDS];
  }

  #neighbour(priceTicks: number, upward: boolean): number {
    if (upward) return this.#firstFrom(priceTicks + 1);
    const node = this.#firstFrom(priceTicks);
    return node === 0 ? this.#last : this.#nodes[node * NODE_WORDS + PREVIOUS];
  }

  #levelOf(node: number): number {
    return node === 0 ? 0 : this.#nodes[node * NODE_WORDS + LEVEL];
  }

  /** The first node from a price on, or 0. */
  #firstFrom(priceTicks: number): number {
    const nodes = this.#nodes;
    let node = 0;
    let behind = 0;
    for (let list = this.#height - 1; list >= 0; list--) {
      for (;;) {
        behind = nodes[node * NODE_WORDS + NEXT + list];
        if (behind === 0 || nodes[behind * NODE_WORDS] >= priceTicks) break;
        node = behind;
      }
    }
    return behind;
  }

  /** The same, noting the nodes before it. */
  #seek(priceTicks: number): void {
    const nodes = this.#nodes;
    let node = 0;
    for (let list = this.#height - 1; list >= 0; list--) {
      for (;;) {
        const behind = nodes[node * NODE_WORDS + NEXT + list];
        if (behind === 0 || nodes[behind * NODE_WORDS] >= priceTicks) break;
        node = behind;
      }
      this.#before[list] = node;
    }
  }

  #drawHeight(): number {
    this.#random ^= this.#random << 13;
    this.#random ^= this.#random >>> 17;
    this.#random ^= this.#random << 5;
    let height = 1;
    for (let bits = this.#random; (bits & 3) === 0 && height < LISTS; bits >>>= 2) height++;
    return height;
  }

  #grow(): void {
    const nodes = new Int32Array(this.#nodes.length * 2);
    nodes.set(this.#nodes);
    this.#nodes = nodes;
  }
}
