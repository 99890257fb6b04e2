/**
 * The book alone: core/book's books, pool and index with a matching loop around them, and nothing
 * of what makes it an exchange: no records, no ledger, no fees, no outcomes, no events. What the
 * engine cannot be faster than.
 *
 * @module
 */
import { OrderBooks } from "../../core/book/order_book.ts";
import { OrderIndex } from "../../core/book/order_index.ts";
import { OrderPool } from "../../core/book/order_pool.ts";
import * as orderPool from "../../core/book/order_pool.ts";
import * as orderRecord from "../../core/protocol/order_record.ts";
import type { Contender, Loaded, Run } from "./contender.ts";
import * as flows from "./flow.ts";
import type { Flow } from "./flow.ts";
import { TradeSum } from "./trade_sum.ts";

const { ORDER_DOUBLES, ORDER_INTEGERS, OrderField } = orderPool;
const { Side } = orderRecord;
const { OperationKind } = flows;

/** The book alone. It tells its trades always: they are all that it gives. */
export const bookAlone: Contender = {
  name: "core/book alone",
  load(flow: Flow, operations: number): Loaded {
    return {
      open(sum: TradeSum | null): Run {
        const book = new BookAlone(flow, sum ?? new TradeSum());
        book.apply(0, flow.openingCount);
        return { apply: () => book.apply(flow.openingCount, flow.openingCount + operations) };
      },
    };
  },
};

class BookAlone {
  readonly #flow: Flow;
  readonly #sum: TradeSum;
  readonly #orders: OrderPool;
  readonly #index: OrderIndex;
  readonly #books: OrderBooks;

  constructor(flow: Flow, sum: TradeSum) {
    const { instruments, liveOrders } = flow.shape;
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(liveOrders * 1.5, 1_024)));
    this.#flow = flow;
    this.#sum = sum;
    this.#orders = new OrderPool(capacity);
    this.#index = new OrderIndex(this.#orders);
    this.#books = new OrderBooks(this.#orders, instruments + 1, capacity);
  }

  apply(from: number, to: number): void {
    const { kinds, orders } = this.#flow;
    for (let operation = from; operation < to; operation++) {
      if (!this.#books.hasRoom) this.#books.grow();
      if (kinds[operation] === OperationKind.cancel) this.#close(this.#find(orders[operation]));
      else if (kinds[operation] === OperationKind.amend) this.#amend(operation);
      else this.#place(operation, kinds[operation] === OperationKind.add);
    }
  }

  #find(order: number): number {
    // Ids count from 1.
    const slot = this.#index.find(order + 1);
    if (slot === 0) throw new Error(`order ${order} is not live`);
    return slot;
  }

  #amend(operation: number): void {
    const { lots, orders, priceTicks } = this.#flow;
    const slot = this.#find(orders[operation]);
    const { doubles } = this.#orders;
    const at = slot * ORDER_DOUBLES;
    const taken = doubles[at + OrderField.quantity] - lots[operation];
    const price = priceTicks[operation];
    doubles[at + OrderField.quantity] = lots[operation];
    if (price === doubles[at + OrderField.price]) {
      this.#books.reduce(slot, taken);
      doubles[at + OrderField.leaves] -= taken;
      return;
    }
    this.#books.remove(slot);
    doubles[at + OrderField.price] = price;
    doubles[at + OrderField.leaves] -= taken;
    this.#books.add(slot);
  }

  #close(slot: number): void {
    this.#books.remove(slot);
    this.#index.remove(slot);
    this.#orders.release(slot);
  }

  #place(operation: number, rests: boolean): void {
    const { instruments, lots, orders, priceTicks, sides } = this.#flow;
    const instrument = instruments[operation];
    const side = sides[operation];
    const price = priceTicks[operation];
    const order = orders[operation];
    const leaves = this.#match(order, instrument, side, price, lots[operation]);
    if (leaves === 0 || !rests) return;
    const slot = this.#orders.take();
    const { doubles, integers } = this.#orders;
    const at = slot * ORDER_DOUBLES;
    doubles[at + OrderField.orderId] = order + 1;
    doubles[at + OrderField.price] = price;
    doubles[at + OrderField.leaves] = leaves;
    doubles[at + OrderField.quantity] = lots[operation];
    integers[slot * ORDER_INTEGERS + OrderField.instrument] = instrument;
    integers[slot * ORDER_INTEGERS + OrderField.side] = side;
    this.#index.insert(slot);
    this.#books.add(slot);
  }

  /** Trades as far as the limit allows. Returns the lots that are left. */
  #match(taker: number, instrument: number, side: number, limit: number, lots: number): number {
    const books = this.#books;
    const { doubles } = this.#orders;
    let left = lots;
    while (left > 0) {
      const level = books.bestLevel(instrument, side ^ 1);
      if (level === 0) return left;
      const price = books.levelPrice(level);
      if (side === Side.buy ? price > limit : price < limit) return left;
      const maker = books.levelHead(level);
      const at = maker * ORDER_DOUBLES;
      const leaves = doubles[at + OrderField.leaves];
      const traded = left < leaves ? left : leaves;
      this.#sum.add(doubles[at + OrderField.orderId] - 1, taker, price, traded);
      left -= traded;
      doubles[at + OrderField.leaves] = leaves - traded;
      books.reduce(maker, traded);
      if (leaves === traded) this.#close(maker);
    }
    return left;
  }
}
