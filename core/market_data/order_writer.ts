/**
 * Writes the entries of `orders` and the orders of an `orderSnapshot` in binary (feed_frame.ts).
 *
 * @module
 */
import { writeU64 } from "../protocol/wire_buffer.ts";
import { MoreOrders, ORDER_ENTRY_BYTES, QUEUED_ORDER_BYTES } from "./feed_frame.ts";
import type { OrderEntries } from "./order_entries.ts";
import type { OrderPage, QueuedOrder } from "./order_page.ts";

const ENTRY_WORDS = ORDER_ENTRY_BYTES >> 2;
const ORDER_WORDS = QUEUED_ORDER_BYTES >> 2;
/** Words of the page's part of the fixed ones. */
const PAGE_WORDS = 7;

/** Writes the entries from a word on. O(entries). */
export function writeOrderEntries(words: Uint32Array, from: number, entries: OrderEntries): void {
  const { count, firstTradeId } = entries;
  let word = from;
  for (let index = 0; index < count; index++) {
    const tradeId = entries.tradeIdOf(index);
    // The trades of one frame of events are far fewer than 2^16, and their ids grow by one.
    const trade = tradeId === 0 ? 0 : tradeId - firstTradeId;
    writeU64(words, word, entries.idOf(index));
    writeU64(words, word + 2, entries.lotsOf(index));
    words[word + 4] = entries.priceTicksOf(index);
    words[word + 5] = entries.actionOf(index) | (entries.sideOf(index) << 8) | (trade << 16);
    word += ENTRY_WORDS;
  }
}

/** Writes which sides go on, what the page lies behind, and its orders, from a word on. O(orders). */
export function writeOrderPage(words: Uint32Array, from: number, page: OrderPage): void {
  const { afterAsk, afterBid, hasMoreAsks, hasMoreBids } = page;
  words[from] = (hasMoreBids ? MoreOrders.bids : 0) | (hasMoreAsks ? MoreOrders.asks : 0);
  writeU64(words, from + 1, afterBid.id);
  writeU64(words, from + 3, afterAsk.id);
  words[from + 5] = afterBid.priceTicks;
  words[from + 6] = afterAsk.priceTicks;
  const behind = writeOrders(words, from + PAGE_WORDS, page.bids);
  writeOrders(words, behind, page.asks);
}

function writeOrders(words: Uint32Array, from: number, orders: readonly QueuedOrder[]): number {
  let word = from;
  for (const { id, lots, priceTicks } of orders) {
    writeU64(words, word, id);
    writeU64(words, word + 2, lots);
    words[word + 4] = priceTicks;
    word += ORDER_WORDS;
  }
  return word;
}
