/**
 * Peer: limit-order-book, which counts in decimal text. Its limit orders always rest, so what an
 * aggressive order leaves is removed by a call of its own.
 *
 * @module
 */
import limitOrderBookPackage from "limit-order-book";
import { Side } from "../../core/protocol/order_record.ts";
import type { Contender, Loaded, Run } from "./contender.ts";
import { type Flow, OperationKind } from "./flow.ts";
import type { TradeSum } from "./trade_sum.ts";

/** What the package, which has no types of its own, is used by. */
interface Book {
  add(order: unknown): { readonly taker: Report; readonly makers: readonly Report[] };
  remove(orderId: string): unknown;
}

/** An order after an {@link Book.add}: `filled` is what it traded by it. */
interface Report {
  readonly orderId: string;
  readonly price: string;
  readonly sizeRemaining: string;
  readonly filled?: string;
}

const { LimitOrder, LimitOrderBook } = limitOrderBookPackage as {
  readonly LimitOrder: new (id: string, side: string, price: string, size: string) => unknown;
  readonly LimitOrderBook: new () => Book;
};

/** limit-order-book. */
export const limitOrderBook: Contender = {
  name: "limit-order-book 1.0.1",
  load: (flow, operations) => new TextFlow(flow, operations),
};

class TextFlow implements Loaded {
  readonly #flow: Flow;
  readonly #end: number;
  readonly #ids: readonly string[];
  readonly #prices: readonly string[];
  readonly #sizes: readonly string[];

  constructor(flow: Flow, operations: number) {
    this.#flow = flow;
    this.#end = flow.openingCount + operations;
    const texts = (numbers: ArrayLike<number>) =>
      Array.from({ length: this.#end }, (_, at) => `${numbers[at]}`);
    this.#ids = texts(flow.orders);
    this.#prices = texts(flow.priceTicks);
    this.#sizes = texts(flow.lots);
  }

  open(sum: TradeSum | null): Run {
    const { openingCount, shape } = this.#flow;
    const books = Array.from({ length: shape.instruments + 1 }, () => new LimitOrderBook());
    this.#apply(books, 0, openingCount, null);
    return { apply: () => this.#apply(books, openingCount, this.#end, sum) };
  }

  #apply(books: readonly Book[], from: number, to: number, sum: TradeSum | null): void {
    const { instruments, kinds, orders, sides } = this.#flow;
    for (let at = from; at < to; at++) {
      const book = books[instruments[at]];
      const id = this.#ids[at];
      if (kinds[at] === OperationKind.cancel) {
        book.remove(id);
        continue;
      }
      const side = sides[at] === Side.buy ? "bid" : "ask";
      const { taker, makers } = book.add(
        new LimitOrder(id, side, this.#prices[at], this.#sizes[at]),
      );
      const isAggressive = kinds[at] === OperationKind.aggressive;
      if (isAggressive && taker.sizeRemaining !== "0") book.remove(id);
      if (sum === null) continue;
      for (const { orderId, price, filled } of makers) {
        sum.add(Number(orderId), orders[at], Number(price), Number(filled));
      }
    }
  }
}
