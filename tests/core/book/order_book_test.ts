import assert from "node:assert/strict";
import fc from "fast-check";
import { OrderBooks } from "../../../core/book/order_book.ts";
import {
  ORDER_DOUBLES,
  ORDER_INTEGERS,
  OrderField,
  OrderPool,
} from "../../../core/book/order_pool.ts";
import { Side } from "../../../core/protocol/order_record.ts";

const INSTRUMENTS = 3;

/** A resting order of the model. */
interface Resting {
  readonly slot: number;
  readonly book: number;
  readonly price: number;
  leaves: number;
}

/** Books over a pool, beside a plain list of orders in the order of their arrival. */
class Pair {
  readonly pool = new OrderPool(1_024);
  readonly books = new OrderBooks(this.pool, INSTRUMENTS, 2);
  readonly resting: Resting[] = [];

  add(book: number, price: number, leaves: number): void {
    while (!this.books.hasRoom) this.books.grow();
    assert.ok(this.books.hasRoom);
    const slot = this.pool.take();
    const { doubles, integers } = this.pool;
    doubles[slot * ORDER_DOUBLES + OrderField.price] = price;
    doubles[slot * ORDER_DOUBLES + OrderField.leaves] = leaves;
    integers[slot * ORDER_INTEGERS + OrderField.instrument] = book >> 1;
    integers[slot * ORDER_INTEGERS + OrderField.side] = book & 1;
    this.books.add(slot);
    this.resting.push({ slot, book, price, leaves });
  }

  reduce(which: number, lots: number): void {
    const order = this.resting[which % this.resting.length];
    if (order === undefined || order.leaves <= lots) return;
    order.leaves -= lots;
    this.pool.doubles[order.slot * ORDER_DOUBLES + OrderField.leaves] = order.leaves;
    this.books.reduce(order.slot, lots);
  }

  remove(which: number): void {
    if (this.resting.length === 0) return;
    const [order] = this.resting.splice(which % this.resting.length, 1);
    this.books.remove(order.slot);
    this.pool.release(order.slot);
  }

  /** Compares a whole side: levels from the best on, and the queue of each. */
  assertSame(book: number): void {
    const instrument = book >> 1;
    const side = book & 1;
    const orders = this.resting.filter((order) => order.book === book);
    const direction = side === Side.buy ? -1 : 1;
    const prices = [...new Set(orders.map(({ price }) => price))]
      .sort((one, other) => (one - other) * direction);
    assert.equal(this.books.bestPrice(instrument, side), prices[0] ?? 0);
    let level = this.books.bestLevel(instrument, side);
    for (const price of prices) {
      const queue = orders.filter((order) => order.price === price);
      assert.equal(this.books.levelPrice(level), price);
      assert.equal(
        this.books.levelTotal(level),
        queue.reduce((sum, { leaves }) => sum + leaves, 0),
      );
      assert.equal(this.books.levelCount(level), queue.length);
      let slot = this.books.levelHead(level);
      let previous = 0;
      for (const order of queue) {
        assert.equal(slot, order.slot);
        const { integers } = this.pool;
        assert.equal(integers[slot * ORDER_INTEGERS + OrderField.previous], previous);
        assert.equal(integers[slot * ORDER_INTEGERS + OrderField.level], level);
        previous = slot;
        slot = integers[slot * ORDER_INTEGERS + OrderField.next];
      }
      assert.equal(slot, 0, "the queue ends");
      level = this.books.levelBehind(instrument, side, level);
    }
    assert.equal(level, 0, "no level is left");
  }
}

Deno.test("levels and queues are those of a list that is sorted every time", () => {
  const books = fc.nat(INSTRUMENTS * 2 - 1);
  const step = fc.oneof(
    fc.record({
      book: books,
      price: fc.integer({ min: 1, max: 12 }),
      lots: fc.integer({ min: 1, max: 9 }),
    }),
    fc.record({ reduce: fc.nat(), lots: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ remove: fc.nat() }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 250, size: "max" }), (sequence) => {
      const pair = new Pair();
      for (const one of sequence) {
        if ("book" in one) pair.add(one.book, one.price, one.lots);
        else if ("reduce" in one) pair.reduce(one.reduce, one.lots);
        else pair.remove(one.remove);
        for (let book = 0; book < INSTRUMENTS * 2; book++) pair.assertSame(book);
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("growth makes room from the smallest capacity on and keeps the book", () => {
  const pair = new Pair();
  for (let price = 1; price <= 400; price++) pair.add(Side.sell, price * 7_919, price);
  pair.assertSame(Side.sell);
  for (let count = 0; count < 400; count++) pair.remove(count * 31);
  pair.assertSame(Side.sell);
  assert.equal(pair.books.bestLevel(0, Side.sell), 0);
});

Deno.test("the highest and the lowest price of the index can be levels", () => {
  const pair = new Pair();
  for (const price of [2 ** 30 - 1, 1, 2 ** 29]) {
    pair.add(Side.buy, price, 5);
    pair.add(Side.sell, price, 5);
  }
  pair.assertSame(Side.buy);
  pair.assertSame(Side.sell);
});
