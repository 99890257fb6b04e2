/**
 * The candidates for the price index of core/book.
 *
 * @module
 */
import { BandedLadder, LADDER_TICKS_MAX } from "./banded_ladder.ts";
import { LadderWithFarPrices } from "./ladder_with_far_prices.ts";
import type { PriceIndex } from "./price_index.ts";
import { SkipList } from "./skip_list.ts";
import { SortedArray } from "./sorted_array.ts";
import { TallTrie } from "./tall_trie.ts";
import { TrieIndex } from "./trie_index.ts";

/** A way to keep levels by price. */
export interface Candidate {
  readonly name: string;
  /** Widest spread of prices that it can hold. */
  readonly spreadTicksMax: number;
  create(): PriceIndex;
}

const PRICES = 2 ** 30;

/** All candidates; the one that core/book has comes first. */
export const CANDIDATES: readonly Candidate[] = [
  { name: "trie of core/book", spreadTicksMax: PRICES, create: () => new TrieIndex() },
  { name: "trie of six levels", spreadTicksMax: PRICES, create: () => new TallTrie() },
  {
    name: "banded ladder",
    spreadTicksMax: LADDER_TICKS_MAX,
    create: () => new BandedLadder(),
  },
  {
    name: "ladder, far prices in a skip list",
    spreadTicksMax: PRICES,
    create: () => new LadderWithFarPrices(),
  },
  { name: "skip list", spreadTicksMax: PRICES, create: () => new SkipList() },
  { name: "sorted array", spreadTicksMax: PRICES, create: () => new SortedArray() },
];
