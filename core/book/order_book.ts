/**
 * The order books of a shard: price levels in a price index, orders of a level in a queue.
 * Price-time priority: a level is a list with the oldest order first.
 *
 * A price level is 32 bytes:
 *
 * ```text
 * offset | bytes | type | field                              | LevelField
 *      0 |     8 | f64  | price in ticks                     | price
 *      8 |     8 | f64  | total of the orders' leaves, lots  | total
 *     16 |     4 | i32  | oldest order                       | head (free list as well)
 *     20 |     4 | i32  | youngest order                     | tail
 *     24 |     4 | i32  | orders                             | count
 *     28 |     4 | -    | spare                              |
 * ```
 *
 * A book is two tries of the price index and the best level of each side, indexed by
 * `(instrument << 1) | side`. Owner and only writer: the matching thread.
 *
 * @module
 */
import { alignedDoubles, integersOf } from "../memory/aligned_doubles.ts";
import type { OrderPool } from "./order_pool.ts";
import * as orderPool from "./order_pool.ts";
import { NODES_PER_INSERT_MAX, PriceTrie } from "./price_trie.ts";
import * as orderRecord from "../protocol/order_record.ts";

const { ORDER_DOUBLES_SHIFT, ORDER_INTEGERS_SHIFT, OrderField } = orderPool;
const { Side } = orderRecord;

const LEVEL_DOUBLES = 4;
const LEVEL_INTEGERS = 8;
/** See {@link orderPool.ORDER_DOUBLES_SHIFT}. */
const LEVEL_DOUBLES_SHIFT = 2;
const LEVEL_INTEGERS_SHIFT = 3;

/** Field offsets of a level: doubles for the first two, integers for the others. */
const LevelField = { price: 0, total: 1, head: 4, tail: 5, count: 6 } as const;

/** All books of a shard over one pool of orders. */
export class OrderBooks {
  readonly #orders: OrderPool;
  readonly #index: PriceTrie;
  #doubles: Float64Array<ArrayBuffer>;
  #integers: Int32Array;
  #freeHead = 0;
  #levelNext = 1;
  #freeCount: number;
  readonly #best: Int32Array;

  constructor(orders: OrderPool, instrumentsMax: number, levelCapacity: number) {
    this.#orders = orders;
    this.#index = new PriceTrie(instrumentsMax * 2, levelCapacity * 2);
    this.#doubles = alignedDoubles((levelCapacity + 1) * LEVEL_DOUBLES);
    this.#integers = integersOf(this.#doubles);
    this.#freeCount = levelCapacity;
    this.#best = new Int32Array(instrumentsMax * 2);
  }

  /** Whether one more command can be taken without growing. */
  get hasRoom(): boolean {
    return this.commandsRoom > 0;
  }

  /** Commands that can be taken without growing, each of which may open a level. */
  get commandsRoom(): number {
    const nodes = Math.floor(this.#index.freeCount / NODES_PER_INSERT_MAX);
    return Math.min(this.#freeCount - 1, nodes);
  }

  /** Makes {@link hasRoom} true: a safe point is needed, for it allocates. */
  grow(): void {
    while (this.#index.freeCount < NODES_PER_INSERT_MAX) this.#index.grow();
    while (this.#freeCount <= 1) this.#growLevels();
  }

  #growLevels(): void {
    const capacity = this.#integers.length / LEVEL_INTEGERS - 1;
    const doubles = alignedDoubles((capacity * 2 + 1) * LEVEL_DOUBLES);
    doubles.set(this.#doubles);
    this.#doubles = doubles;
    this.#integers = integersOf(doubles);
    this.#freeCount += capacity;
  }

  /** Best level of a side, or 0. */
  bestLevel(instrument: number, side: number): number {
    return this.#best[(instrument << 1) | side];
  }

  /** Price of a level in ticks. */
  levelPrice(level: number): number {
    return this.#doubles[(level << LEVEL_DOUBLES_SHIFT) | LevelField.price];
  }

  /** Total quantity of a level in lots. */
  levelTotal(level: number): number {
    return this.#doubles[(level << LEVEL_DOUBLES_SHIFT) | LevelField.total];
  }

  /** Oldest order of a level. */
  levelHead(level: number): number {
    return this.#integers[(level << LEVEL_INTEGERS_SHIFT) | LevelField.head];
  }

  /** Orders of a level. */
  levelCount(level: number): number {
    return this.#integers[(level << LEVEL_INTEGERS_SHIFT) | LevelField.count];
  }

  /** Price of the best level of a side in ticks, or 0. */
  bestPrice(instrument: number, side: number): number {
    const level = this.#best[(instrument << 1) | side];
    return level === 0 ? 0 : this.#doubles[(level << LEVEL_DOUBLES_SHIFT) | LevelField.price];
  }

  /** The level behind `level` on its side, away from the other side; or 0. */
  levelBehind(instrument: number, side: number, level: number): number {
    const book = (instrument << 1) | side;
    return this.#index.next(book, this.levelPrice(level), side === Side.sell);
  }

  /** The level at a price; or 0. */
  levelAt(instrument: number, side: number, priceTicks: number): number {
    return this.#index.find((instrument << 1) | side, priceTicks);
  }

  /** The level at a price, or the first one behind it on its side; or 0. */
  levelFrom(instrument: number, side: number, priceTicks: number): number {
    const book = (instrument << 1) | side;
    const level = this.#index.find(book, priceTicks);
    return level !== 0 ? level : this.#index.next(book, priceTicks, side === Side.sell);
  }

  /** Appends the order in `slot` to the queue of its price. The caller has seen {@link hasRoom}. */
  add(slot: number): void {
    const integers = this.#orders.integers;
    const at = slot << ORDER_INTEGERS_SHIFT;
    const book = (integers[at | OrderField.instrument] << 1) | integers[at | OrderField.side];
    const price = this.#orders.doubles[(slot << ORDER_DOUBLES_SHIFT) | OrderField.price];
    const leaves = this.#orders.doubles[(slot << ORDER_DOUBLES_SHIFT) | OrderField.leaves];
    let level = this.#index.find(book, price);
    if (level === 0) level = this.#openLevel(book, price);
    const levelAt = level << LEVEL_INTEGERS_SHIFT;
    const tail = this.#integers[levelAt | LevelField.tail];
    integers[at | OrderField.level] = level;
    integers[at | OrderField.next] = 0;
    integers[at | OrderField.previous] = tail;
    if (tail === 0) this.#integers[levelAt | LevelField.head] = slot;
    else integers[(tail << ORDER_INTEGERS_SHIFT) | OrderField.next] = slot;
    this.#integers[levelAt | LevelField.tail] = slot;
    this.#integers[levelAt | LevelField.count]++;
    this.#doubles[(level << LEVEL_DOUBLES_SHIFT) | LevelField.total] += leaves;
  }

  /** Takes `lots` of the order in `slot` out of its level's total, after a fill. */
  reduce(slot: number, lots: number): void {
    const level = this.#orders.integers[(slot << ORDER_INTEGERS_SHIFT) | OrderField.level];
    this.#doubles[(level << LEVEL_DOUBLES_SHIFT) | LevelField.total] -= lots;
  }

  /** Takes the order in `slot` off its level. Its leaves still count in the total. */
  remove(slot: number): void {
    const integers = this.#orders.integers;
    const at = slot << ORDER_INTEGERS_SHIFT;
    const level = integers[at | OrderField.level];
    const levelAt = level << LEVEL_INTEGERS_SHIFT;
    const next = integers[at | OrderField.next];
    const previous = integers[at | OrderField.previous];
    if (previous === 0) this.#integers[levelAt | LevelField.head] = next;
    else integers[(previous << ORDER_INTEGERS_SHIFT) | OrderField.next] = next;
    if (next === 0) this.#integers[levelAt | LevelField.tail] = previous;
    else integers[(next << ORDER_INTEGERS_SHIFT) | OrderField.previous] = previous;
    integers[at | OrderField.level] = 0;
    this.#doubles[(level << LEVEL_DOUBLES_SHIFT) | LevelField.total] -=
      this.#orders.doubles[(slot << ORDER_DOUBLES_SHIFT) | OrderField.leaves];
    if (--this.#integers[levelAt | LevelField.count] === 0) {
      this.#closeLevel(integers[at | OrderField.instrument], integers[at | OrderField.side], level);
    }
  }

  #openLevel(book: number, price: number): number {
    this.#freeCount--;
    let level = this.#freeHead;
    if (level === 0) level = this.#levelNext++;
    else this.#freeHead = this.#integers[(level << LEVEL_INTEGERS_SHIFT) | LevelField.head];
    const at = level << LEVEL_INTEGERS_SHIFT;
    this.#integers[at | LevelField.head] = 0;
    this.#integers[at | LevelField.tail] = 0;
    this.#integers[at | LevelField.count] = 0;
    this.#doubles[(level << LEVEL_DOUBLES_SHIFT) | LevelField.price] = price;
    this.#doubles[(level << LEVEL_DOUBLES_SHIFT) | LevelField.total] = 0;
    this.#index.insert(book, price, level);
    const best = this.#best[book];
    if (best === 0) this.#best[book] = level;
    else {
      const bestPrice = this.levelPrice(best);
      const better = (book & 1) === Side.buy ? price > bestPrice : price < bestPrice;
      if (better) this.#best[book] = level;
    }
    return level;
  }

  #closeLevel(instrument: number, side: number, level: number): void {
    const book = (instrument << 1) | side;
    this.#index.remove(book, this.levelPrice(level));
    if (this.#best[book] === level) {
      this.#best[book] = side === Side.buy ? this.#index.highest(book) : this.#index.lowest(book);
    }
    this.#integers[(level << LEVEL_INTEGERS_SHIFT) | LevelField.head] = this.#freeHead;
    this.#freeHead = level;
    this.#freeCount++;
  }
}
