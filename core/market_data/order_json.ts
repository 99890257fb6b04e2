/**
 * The entries of `orders` and the orders of a snapshot as JSON (feed_messages.ts).
 *
 * @module
 */
import { Side } from "../protocol/order_record.ts";
import type { OrderEntry } from "./feed_messages.ts";
import { type LotTerms, priceText, quantityText } from "./lot_terms.ts";
import { OrderAction, type OrderEntries } from "./order_entries.ts";
import type { OrderPage, OrderPlace, QueuedOrder } from "./order_page.ts";
import type { OrdersAnswer, QueuedOrderEntry } from "../protocol/order_page_query.ts";

/** An entry in ticks and lots. */
export interface LotOrderEntry {
  /** OrderAction. */
  readonly action: number;
  readonly id: number;
  /** Side. */
  readonly side: number;
  readonly priceTicks: number;
  readonly lots: number;
  /** 0 where it is no trade. */
  readonly tradeId: number;
}

const ACTIONS: Readonly<Record<number, OrderEntry["action"]>> = {
  [OrderAction.add]: "add",
  [OrderAction.reduce]: "reduce",
  [OrderAction.trade]: "trade",
  [OrderAction.remove]: "remove",
};

/** An entry by the terms of its instrument. */
export function orderEntry(
  terms: LotTerms,
  { action, id, lots, priceTicks, side, tradeId }: LotOrderEntry,
): OrderEntry {
  const entry: OrderEntry = {
    action: ACTIONS[action],
    id: String(id),
    side: side === Side.buy ? "buy" : "sell",
    price: priceText(terms, priceTicks),
    quantity: quantityText(terms, lots),
  };
  return tradeId === 0 ? entry : { ...entry, tradeId: String(tradeId) };
}

/** All entries of a message. O(entries). */
export function orderEntries(terms: LotTerms, entries: OrderEntries): OrderEntry[] {
  const all: OrderEntry[] = [];
  for (let index = 0; index < entries.count; index++) {
    all.push(orderEntry(terms, {
      action: entries.actionOf(index),
      id: entries.idOf(index),
      side: entries.sideOf(index),
      priceTicks: entries.priceTicksOf(index),
      lots: entries.lotsOf(index),
      tradeId: entries.tradeIdOf(index),
    }));
  }
  return all;
}

/**
 * A page of orders as a snapshot has it. O(orders).
 *
 * @param ordersSequence sequence of the last message of `orders`
 */
export function ordersAnswer(
  terms: LotTerms,
  page: OrderPage,
  ordersSequence: number,
): OrdersAnswer {
  const order = ({ id, lots, priceTicks }: QueuedOrder): QueuedOrderEntry => [
    String(id),
    priceText(terms, priceTicks),
    quantityText(terms, lots),
  ];
  const last = (orders: readonly QueuedOrder[], after: OrderPlace) => {
    const { id, priceTicks } = orders.at(-1) ?? after;
    return [priceTicks, id] as const;
  };
  return {
    sequence: ordersSequence,
    bids: page.bids.map(order),
    asks: page.asks.map(order),
    afterBid: last(page.bids, page.afterBid),
    afterAsk: last(page.asks, page.afterAsk),
    hasMoreBids: page.hasMoreBids,
    hasMoreAsks: page.hasMoreAsks,
  };
}
