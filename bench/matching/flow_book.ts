/**
 * The book that the maker of a flow plays along, to know which orders are live and what trades to
 * expect: the most naive form that is fast enough, and nothing of `core` in it. A queue for every
 * price of a fixed range; the next best price is looked for tick by tick.
 *
 * @module
 */
import type { TradeSum } from "./trade_sum.ts";

/** Books by number (`instrument * 2 + side`; even ones buy), orders by number, prices in ticks. */
export class FlowBook {
  readonly #lowTicks: number;
  readonly #rangeTicks: number;
  readonly #prices: Int32Array;
  readonly #leaves: Int32Array;
  readonly #books: Int32Array;
  /** Neighbours in the queue, plus one; 0: none. */
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  /** Ends of the queue of each price, plus one; 0: empty. */
  readonly #heads: Int32Array;
  readonly #tails: Int32Array;
  readonly #best: Int32Array;
  readonly #orderCounts: Int32Array;
  /** The live orders in no order, and where in there each one stands. */
  readonly #live: Int32Array;
  readonly #places: Int32Array;
  /** Orders that are live. */
  liveCount = 0;

  /** Prices are from `lowTicks` to `lowTicks + rangeTicks`, exclusive. */
  constructor(books: number, lowTicks: number, rangeTicks: number, ordersMax: number) {
    this.#lowTicks = lowTicks;
    this.#rangeTicks = rangeTicks;
    this.#prices = new Int32Array(ordersMax);
    this.#leaves = new Int32Array(ordersMax);
    this.#books = new Int32Array(ordersMax);
    this.#next = new Int32Array(ordersMax);
    this.#previous = new Int32Array(ordersMax);
    this.#live = new Int32Array(ordersMax);
    this.#places = new Int32Array(ordersMax);
    this.#heads = new Int32Array(books * rangeTicks);
    this.#tails = new Int32Array(books * rangeTicks);
    this.#best = new Int32Array(books);
    this.#orderCounts = new Int32Array(books);
  }

  /** Best price of a book, or 0. */
  best(book: number): number {
    return this.#best[book];
  }

  /** The live order at a place from 0 to {@link liveCount}, exclusive. */
  liveAt(place: number): number {
    return this.#live[place];
  }

  /** Book of an order. */
  bookOf(order: number): number {
    return this.#books[order];
  }

  /** Price of an order in ticks. */
  priceOf(order: number): number {
    return this.#prices[order];
  }

  /** Lots of an order that are not executed. */
  leavesOf(order: number): number {
    return this.#leaves[order];
  }

  /** Takes lots off an order, which keeps its place. */
  reduce(order: number, lots: number): void {
    this.#leaves[order] -= lots;
  }

  /** Rests an order. */
  add(order: number, book: number, price: number, lots: number): void {
    const offset = price - this.#lowTicks;
    if (offset < 0 || offset >= this.#rangeTicks) throw new RangeError(`price ${price}`);
    const level = this.#level(book, price);
    const tail = this.#tails[level];
    this.#books[order] = book;
    this.#prices[order] = price;
    this.#leaves[order] = lots;
    this.#next[order] = 0;
    this.#previous[order] = tail;
    if (tail === 0) this.#heads[level] = order + 1;
    else this.#next[tail - 1] = order + 1;
    this.#tails[level] = order + 1;
    this.#orderCounts[book]++;
    const best = this.#best[book];
    const isBuy = (book & 1) === 0;
    if (best === 0 || (isBuy ? price > best : price < best)) this.#best[book] = price;
    this.#places[order] = this.liveCount;
    this.#live[this.liveCount++] = order;
  }

  /** Takes an order out. */
  remove(order: number): void {
    const book = this.#books[order];
    const level = this.#level(book, this.#prices[order]);
    const next = this.#next[order];
    const previous = this.#previous[order];
    if (previous === 0) this.#heads[level] = next;
    else this.#next[previous - 1] = next;
    if (next === 0) this.#tails[level] = previous;
    else this.#previous[next - 1] = previous;
    const last = this.#live[--this.liveCount];
    this.#live[this.#places[order]] = last;
    this.#places[last] = this.#places[order];
    this.#orderCounts[book]--;
    if (this.#heads[level] === 0 && this.#best[book] === this.#prices[order]) this.#seekBest(book);
  }

  /** Trades `lots` of the order `taker` with a book, as far as `limit`; tells every trade. */
  take(taker: number, book: number, limit: number, lots: number, sum: TradeSum): void {
    const isBuy = (book & 1) === 0;
    let left = lots;
    while (left > 0) {
      const price = this.#best[book];
      if (price === 0 || (isBuy ? price < limit : price > limit)) return;
      const maker = this.#heads[this.#level(book, price)] - 1;
      const traded = Math.min(left, this.#leaves[maker]);
      sum.add(maker, taker, price, traded);
      left -= traded;
      this.#leaves[maker] -= traded;
      if (this.#leaves[maker] === 0) this.remove(maker);
    }
  }

  #seekBest(book: number): void {
    if (this.#orderCounts[book] === 0) {
      this.#best[book] = 0;
      return;
    }
    const step = (book & 1) === 0 ? -1 : 1;
    let price = this.#best[book];
    while (this.#heads[this.#level(book, price)] === 0) price += step;
    this.#best[book] = price;
  }

  #level(book: number, price: number): number {
    return book * this.#rangeTicks + price - this.#lowTicks;
  }
}
