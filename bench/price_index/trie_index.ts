/**
 * The index that core/book has: a 32-way trie of six levels.
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
  readonly #trie = new PriceTrie(NODES);
  readonly #root = this.#trie.createRoot();
  #nodes = NODES;

  get byteLength(): number {
    return this.#nodes * NODE_BYTES;
  }

  insert(priceTicks: number, level: number): void {
    while (this.#trie.freeCount < NODES_PER_INSERT_MAX) {
      this.#trie.grow();
      this.#nodes *= 2;
    }
    this.#trie.insert(this.#root, priceTicks, level);
  }

  find(priceTicks: number): number {
    return this.#trie.find(this.#root, priceTicks);
  }

  remove(priceTicks: number): void {
    this.#trie.remove(this.#root, priceTicks);
  }

  lowest(): number {
    return this.#trie.lowest(this.#root);
  }

  highest(): number {
    return this.#trie.highest(this.#root);
  }

  next(priceTicks: number, upward: boolean): number {
    return this.#trie.next(this.#root, priceTicks, upward);
  }
}
