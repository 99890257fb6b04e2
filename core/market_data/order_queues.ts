/**
 * Resting orders in the queues of their prices, known by a key: the public book order by order (L3).
 *
 * The queues are those of the matching core (core/book), over a pool of their own. Of an order they
 * hold its key, its public id, price and lots. The id grows with each place at the back of a queue,
 * so the queue of a price is in the order of the ids.
 *
 * | operation | cost |
 * | --- | --- |
 * | find, reduce | O(1) expected |
 * | add, remove | O(1) expected; O(height of the price index) where a level comes or goes |
 * | walk along levels and queues | O(1) an order, O(height) a level |
 *
 * Nothing is allocated but where a table doubles. Owner and only writer: the thread that applies the
 * changes.
 *
 * @module
 */
import { OrderBooks } from "../book/order_book.ts";
import { OrderIndex } from "../book/order_index.ts";
import {
  ORDER_DOUBLES_SHIFT,
  ORDER_INTEGERS_SHIFT,
  OrderField,
  OrderPool,
} from "../book/order_pool.ts";

/** Orders that may be queued at once: as many as a shard may have. */
export const QUEUED_ORDERS_MAX = 2 ** 23;

/** Where the tables begin; they double. */
const ORDERS_CAPACITY = 2 ** 10;
const LEVELS_CAPACITY = 2 ** 9;
const { leaves: LOTS, level: LEVEL, next: NEXT, orderId: KEY, price: PRICE, side: SIDE } =
  OrderField;
/** A field beside those that the book reads, which no order here needs for what it is called. */
const ID = OrderField.executed;

/** An order that contradicts the queues: changes were missed, or applied twice. */
export class OrderQueueError extends Error {
  override readonly name = "OrderQueueError";
  constructor(readonly field: string, readonly limit: string, readonly value: number) {
    super(`${field} is ${value}; it takes ${limit}`);
  }
}

/** The queues of one or more instruments. Prices in ticks, quantities in lots. */
export class OrderQueues {
  readonly #orders = new OrderPool(ORDERS_CAPACITY);
  readonly #index = new OrderIndex(this.#orders);
  readonly #books: OrderBooks;

  /** @param instruments how many there may be; their numbers are below */
  constructor(instruments: number) {
    this.#books = new OrderBooks(this.#orders, instruments, LEVELS_CAPACITY);
  }

  /** Orders that are queued. */
  get count(): number {
    return this.#orders.liveCount;
  }

  /**
   * Puts an order at the back of the queue of its price.
   *
   * @throws {OrderQueueError} when there are {@link QUEUED_ORDERS_MAX} already
   */
  add(
    key: number,
    id: number,
    instrument: number,
    side: number,
    priceTicks: number,
    lots: number,
  ): void {
    if (this.#orders.liveCount === this.#orders.capacity) this.#grow();
    if (!this.#books.hasRoom) this.#books.grow();
    const slot = this.#orders.take();
    const { doubles, integers } = this.#orders;
    const at = slot << ORDER_DOUBLES_SHIFT;
    doubles[at | KEY] = key;
    doubles[at | PRICE] = priceTicks;
    doubles[at | LOTS] = lots;
    doubles[at | ID] = id;
    integers[(slot << ORDER_INTEGERS_SHIFT) | OrderField.instrument] = instrument;
    integers[(slot << ORDER_INTEGERS_SHIFT) | SIDE] = side;
    this.#index.insert(slot);
    this.#books.add(slot);
  }

  /** Slot of the order with a key; 0 where there is none. */
  find(key: number): number {
    return this.#index.find(key);
  }

  /** Leaves an order with fewer lots in its place. */
  reduce(slot: number, lotsLeft: number): void {
    const at = (slot << ORDER_DOUBLES_SHIFT) | LOTS;
    const { doubles } = this.#orders;
    this.#books.reduce(slot, doubles[at] - lotsLeft);
    doubles[at] = lotsLeft;
  }

  /** Takes an order out; its slot may be another's from the next {@link add} on. */
  remove(slot: number): void {
    this.#books.remove(slot);
    this.#index.remove(slot);
    this.#orders.release(slot);
  }

  /** Public id of the order in a slot. */
  idOf(slot: number): number {
    return this.#orders.doubles[(slot << ORDER_DOUBLES_SHIFT) | ID];
  }
  /** Its price. */
  priceOf(slot: number): number {
    return this.#orders.doubles[(slot << ORDER_DOUBLES_SHIFT) | PRICE];
  }
  /** Its lots. */
  lotsOf(slot: number): number {
    return this.#orders.doubles[(slot << ORDER_DOUBLES_SHIFT) | LOTS];
  }
  /** Its side. */
  sideOf(slot: number): number {
    return this.#orders.integers[(slot << ORDER_INTEGERS_SHIFT) | SIDE];
  }
  /** Its price level. */
  levelOf(slot: number): number {
    return this.#orders.integers[(slot << ORDER_INTEGERS_SHIFT) | LEVEL];
  }
  /** The order behind it in its queue; 0 where it is the last. */
  nextOf(slot: number): number {
    return this.#orders.integers[(slot << ORDER_INTEGERS_SHIFT) | NEXT];
  }

  /** Best level of a side; 0 where there is none. */
  bestLevel(instrument: number, side: number): number {
    return this.#books.bestLevel(instrument, side);
  }
  /** The level behind one on its side; or 0. */
  levelBehind(instrument: number, side: number, level: number): number {
    return this.#books.levelBehind(instrument, side, level);
  }
  /** The level at a price; or 0. */
  levelAt(instrument: number, side: number, priceTicks: number): number {
    return this.#books.levelAt(instrument, side, priceTicks);
  }
  /** The level at a price, or the first one behind it on its side; or 0. */
  levelFrom(instrument: number, side: number, priceTicks: number): number {
    return this.#books.levelFrom(instrument, side, priceTicks);
  }
  /** Price of a level. */
  levelPrice(level: number): number {
    return this.#books.levelPrice(level);
  }
  /** Lots of all orders of a level. */
  levelLots(level: number): number {
    return this.#books.levelTotal(level);
  }
  /** Orders of a level. */
  levelCount(level: number): number {
    return this.#books.levelCount(level);
  }
  /** The first order of a level's queue. */
  levelFirst(level: number): number {
    return this.#books.levelHead(level);
  }

  #grow(): void {
    const { capacity } = this.#orders;
    if (capacity >= QUEUED_ORDERS_MAX) {
      throw new OrderQueueError("queued orders", `${QUEUED_ORDERS_MAX} at most`, capacity + 1);
    }
    this.#orders.grow();
    this.#index.grow();
  }
}
