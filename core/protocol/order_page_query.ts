/**
 * The part of a snapshot request on `md.snapshot.<symbol>`, and of its answer, that is about single
 * orders.
 *
 * @module
 */

/** A place in a side of a book: price in ticks, and the public id of an order there. */
export type PlaceEntry = readonly [priceTicks: number, id: number];

/** What a request on `md.snapshot.<symbol>` may have besides, to get the book order by order. */
export interface OrdersQuery {
  /** Orders of a side at most. */
  readonly orders?: number;
  /** Only those behind these places, as an answer has named them. */
  readonly afterBid?: PlaceEntry;
  readonly afterAsk?: PlaceEntry;
}

/** An order in its queue. */
export type QueuedOrderEntry = readonly [id: string, price: string, quantity: string];

/** A page of the orders of an instrument, in the order in which they would trade. */
export interface OrdersAnswer {
  /** Sequence of the last message of the feed `orders`, which is reflected. */
  readonly sequence: number;
  readonly bids: readonly QueuedOrderEntry[];
  readonly asks: readonly QueuedOrderEntry[];
  /** Where the page ends, for the query of the next one. */
  readonly afterBid: PlaceEntry;
  readonly afterAsk: PlaceEntry;
  /** Whether there are orders behind it; everything in front is in this page and those before. */
  readonly hasMoreBids: boolean;
  readonly hasMoreAsks: boolean;
}
