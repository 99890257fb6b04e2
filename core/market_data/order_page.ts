/**
 * Pages of an instrument's orders, in the order in which they would trade: best price first, and of a
 * price the front of its queue first.
 *
 * A page begins behind a place: a price and the public id of an order there, which need not be in the
 * book any more. A place divides a side for good, for an order never gets in front of another: what
 * comes to a price later has a higher id. So pages that were taken one after the other, each behind
 * the last order of the one before, join to one exact book once the first ones are brought up to
 * where the last one is by the messages of `orders` (order_book_copy.ts).
 *
 * @module
 */
import { Side } from "../protocol/order_record.ts";
import type { OrderQueues } from "./order_queues.ts";

/** A place in a side: at a price, behind the order with this id and those before it. */
export interface OrderPlace {
  readonly priceTicks: number;
  readonly id: number;
}

/** The place in front of every order. */
export const FRONT: OrderPlace = { priceTicks: 0, id: 0 };

/** An order in its queue. */
export interface QueuedOrder extends OrderPlace {
  readonly lots: number;
}

/** Orders of both sides. */
export interface OrderPage {
  readonly bids: readonly QueuedOrder[];
  readonly asks: readonly QueuedOrder[];
  /** What the page lies behind on each side; {@link FRONT}: it begins with the best. */
  readonly afterBid: OrderPlace;
  readonly afterAsk: OrderPlace;
  /** Whether there are orders behind the page. */
  readonly hasMoreBids: boolean;
  readonly hasMoreAsks: boolean;
}

/** What of the orders is wanted. */
export interface OrderPageRequest {
  /** Orders of a side at most. */
  readonly orders: number;
  /** Price levels of a side at most. */
  readonly levels: number;
  readonly afterBid: OrderPlace;
  readonly afterAsk: OrderPlace;
}

/**
 * A page of an instrument's orders as of now. O(orders and levels of the page), and of the queue that
 * it begins in, the orders in front.
 */
export function orderPage(
  queues: OrderQueues,
  instrument: number,
  { afterAsk, afterBid, levels, orders }: OrderPageRequest,
): OrderPage {
  const [bids, hasMoreBids] = ordersOf(queues, instrument, Side.buy, afterBid, levels, orders);
  const [asks, hasMoreAsks] = ordersOf(queues, instrument, Side.sell, afterAsk, levels, orders);
  return { bids, asks, afterBid, afterAsk, hasMoreBids, hasMoreAsks };
}

/** Orders of one side behind a place, and whether there are more. */
function ordersOf(
  queues: OrderQueues,
  instrument: number,
  side: number,
  after: OrderPlace,
  levelsMax: number,
  ordersMax: number,
): [QueuedOrder[], boolean] {
  const found: QueuedOrder[] = [];
  let level = after.priceTicks === 0
    ? queues.bestLevel(instrument, side)
    : queues.levelFrom(instrument, side, after.priceTicks);
  for (let levels = 0; level !== 0; level = queues.levelBehind(instrument, side, level)) {
    const priceTicks = queues.levelPrice(level);
    let slot = queues.levelFirst(level);
    if (priceTicks === after.priceTicks) {
      while (slot !== 0 && queues.idOf(slot) <= after.id) slot = queues.nextOf(slot);
      if (slot === 0) continue;
    }
    if (levels++ === levelsMax) return [found, true];
    for (; slot !== 0; slot = queues.nextOf(slot)) {
      if (found.length === ordersMax) return [found, true];
      found.push({ priceTicks, id: queues.idOf(slot), lots: queues.lotsOf(slot) });
    }
  }
  return [found, false];
}
