/**
 * The index that core/book has: a 32-way trie that is as tall as its prices need.
 *
 * @module
 */
import { NODES_PER_INSERT_MAX, PriceTrie } from "../../core/book/price_trie.ts";
import type { PriceIndex } from "./price_index.ts";

/** Bytes of a node: 32 children and a bitmap. */
const NODE_BYTES = 132;
/** Nodes at the start. */
const NODES = 16;

/** One trie in a pool of its own; in core all books share a pool. */
export class TrieIndex implements PriceIndex {
  readonly #trie = new PriceTrie(1, NODES);
  #nodes = NODES;

  get byteLength(): number {
    return this.#nodes * NODE_BYTES;
  }

  insert(priceTicks: number, level: number): void {
    while (this.#trie.freeCount < NODES_PER_INSERT_MAX) {
      this.#trie.grow();
      this.#nodes *= 2;
    }
    this.#trie.insert(0, priceTicks, level);
  }

  find(priceTicks: number): number {
    return this.#trie.find(0, priceTicks);
  }

  remove(priceTicks: number): void {
    this.#trie.remove(0, priceTicks);
  }

  lowest(): number {
    return this.#trie.lowest(0);
  }

  highest(): number {
    return this.#trie.highest(0);
  }

  next(priceTicks: number, upward: boolean): number {
    return this.#trie.next(0, priceTicks, upward);
  }
}
