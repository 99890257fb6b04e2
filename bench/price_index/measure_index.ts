/**
 * Measures one candidate at one number of levels: nanoseconds an operation.
 *
 * @module
 */
import type { PriceIndex } from "./price_index.ts";

/** What is measured, in the order in which it is printed. */
export const OPERATIONS = ["insert", "find", "remove", "best", "next"] as const;
/** One of them. */
export type Operation = typeof OPERATIONS[number];

/** Nanoseconds of each operation, and what the index took. */
export interface IndexFigures {
  readonly nanos: Readonly<Record<Operation, number>>;
  readonly byteLength: number;
  /** Sum over everything that was found: the same for every candidate. */
  readonly checksum: number;
}

/** Prices are drawn from a band of this many ticks for every level. */
const TICKS_PER_LEVEL = 4;
const LOW_TICKS = 500_000;
/** So many operations of each kind are measured; insertions and removals that are slow, fewer. */
const OPERATIONS_MIN = 200_000;
/** After so long no more insertions and removals are begun. */
const CHANGES_MILLIS_MAX = 200;
/** Share of the levels that are removed and put in again at a time, and how many at least. */
const TURNOVER = 0.1;
const TURNOVER_MIN = 64;
const SEED = 20_251;

/** Fills the index with `levels` levels at random prices of a band and measures it. */
export function measureIndex(index: PriceIndex, levels: number): IndexFigures {
  const random = new Xorshift(SEED + levels);
  const prices = drawPrices(levels, random);
  insertAll(index, prices, levels);
  const { insert, remove } = measureChanges(index, prices, random);
  let checksum = 0;
  const passes = Math.ceil(OPERATIONS_MIN / levels);
  const count = passes * levels;
  const findMillis = time(() => checksum += findAll(index, prices, passes));
  const bestMillis = time(() => checksum += bestOf(index, count));
  const nextMillis = time(() => checksum += nextOfAll(index, prices, passes));
  return {
    nanos: {
      insert,
      find: findMillis / count * 1e6,
      remove,
      best: bestMillis / count * 1e6,
      next: nextMillis / count * 1e6,
    },
    byteLength: index.byteLength,
    checksum,
  };
}

/** Nanoseconds of an insertion and a removal in an index that is nearly full. */
function measureChanges(
  index: PriceIndex,
  prices: Int32Array,
  random: Xorshift,
): { readonly insert: number; readonly remove: number } {
  const turnover = Math.max(TURNOVER_MIN, Math.floor(prices.length * TURNOVER));
  const startMillis = performance.now();
  let insertMillis = 0;
  let removeMillis = 0;
  let clockMillis = 0;
  let changes = 0;
  while (changes < OPERATIONS_MIN && performance.now() - startMillis < CHANGES_MILLIS_MAX) {
    // A tenth of the prices, others every time, comes to the front.
    for (let at = 0; at < turnover; at++) swap(prices, at, at + random.below(prices.length - at));
    removeMillis += time(() => removeAll(index, prices, turnover));
    for (let at = 0; at < turnover; at++) swap(prices, at, random.below(turnover));
    insertMillis += time(() => insertAll(index, prices, turnover));
    clockMillis += time(() => {});
    changes += turnover;
  }
  const nanosOf = (millis: number) => Math.max(0, millis - clockMillis) / changes * 1e6;
  return { insert: nanosOf(insertMillis), remove: nanosOf(removeMillis) };
}

function time(work: () => void): number {
  const startMillis = performance.now();
  work();
  return performance.now() - startMillis;
}

function removeAll(index: PriceIndex, prices: Int32Array, count: number): void {
  for (let at = 0; at < count; at++) index.remove(prices[at]);
}

/** The price is the level too, so that what is found does not hang on the order of insertion. */
function insertAll(index: PriceIndex, prices: Int32Array, count: number): void {
  for (let at = 0; at < count; at++) index.insert(prices[at], prices[at]);
}

function findAll(index: PriceIndex, prices: Int32Array, passes: number): number {
  let sum = 0;
  for (let pass = 0; pass < passes; pass++) {
    for (let at = 0; at < prices.length; at++) sum += index.find(prices[at]);
  }
  return sum;
}

function bestOf(index: PriceIndex, count: number): number {
  let sum = 0;
  for (let at = 0; at < count; at += 2) sum += index.lowest() + index.highest();
  return sum;
}

function nextOfAll(index: PriceIndex, prices: Int32Array, passes: number): number {
  let sum = 0;
  for (let pass = 0; pass < passes; pass++) {
    for (let at = 0; at < prices.length; at++) {
      sum += index.next(prices[at], (prices[at] & 1) === 0);
    }
  }
  return sum;
}

/** Different prices in no order. */
function drawPrices(levels: number, random: Xorshift): Int32Array {
  const band = Int32Array.from(
    { length: levels * TICKS_PER_LEVEL },
    (_, offset) => LOW_TICKS + offset,
  );
  for (let at = 0; at < levels; at++) swap(band, at, at + random.below(band.length - at));
  return band.slice(0, levels);
}

function swap(numbers: Int32Array, one: number, other: number): void {
  const number = numbers[one];
  numbers[one] = numbers[other];
  numbers[other] = number;
}

/** A seeded generator. */
class Xorshift {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 1;
  }

  /** From 0 to `limit`, exclusive. */
  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }
}
