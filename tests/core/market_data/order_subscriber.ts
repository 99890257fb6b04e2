/**
 * A subscriber of a market's orders, for tests: what comes to it is lost, repeated and reordered, and
 * the pages that it asks for are late.
 *
 * @module
 */

import type { LotOutcome } from "../../../core/market_data/lot_book.ts";
import { OrderBookCopy } from "../../../core/market_data/order_book_copy.ts";
import type { Answering, Fate } from "./lot_subscriber.ts";
import { INSTRUMENT, type OrdersMarket } from "./orders_market.ts";

/** A copy that asks for pages, one at a time. */
export class OrderSubscriber {
  readonly copy: OrderBookCopy;
  /** Pages that came. */
  pages = 0;
  #onTheWay: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  #asked: { readonly at: number; readonly answering: Answering } | null = null;
  #answer: Uint8Array | null = null;

  constructor(readonly market: OrdersMarket, ordersPerPage: number) {
    this.copy = new OrderBookCopy(INSTRUMENT, ordersPerPage);
  }

  /**
   * The append `at` has happened, with these messages of `orders`: what is due now comes.
   *
   * @param seen is told what became of each message and page
   */
  step(
    at: number,
    messages: readonly Uint8Array[],
    fate: Fate,
    answering: Answering,
    seen: (outcome: LotOutcome) => void,
  ): void {
    for (const delay of fate.delays) {
      for (const bytes of messages) this.#onTheWay.push({ at: at + delay, bytes });
    }
    const due = this.#onTheWay.filter((one) => one.at <= at);
    this.#onTheWay = this.#onTheWay.filter((one) => one.at > at);
    for (const { bytes } of due) {
      const mine = bytes.slice();
      seen(this.copy.orders(mine));
      // A client reads the next message into the same bytes.
      mine.fill(0xee);
    }
    this.#ask(at, answering, seen);
  }

  #ask(at: number, answering: Answering, seen: (outcome: LotOutcome) => void): void {
    const { query } = this.copy;
    if (query !== null) this.#asked ??= { at, answering };
    if (this.#asked === null) return;
    const { at: since, answering: { after, of } } = this.#asked;
    // The page is of some moment between the question and the answer.
    if (this.#answer === null && query !== null && at >= since + Math.min(of, after)) {
      this.#answer = this.market.answer(query);
    }
    if (at < since + after || this.#answer === null) return;
    const answer = this.#answer;
    this.#asked = null;
    this.#answer = null;
    this.pages++;
    seen(this.copy.snapshot(answer));
  }
}
