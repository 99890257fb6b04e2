/**
 * Checks what a copy of the orders could not do with: messages of `orders` and snapshots of orders
 * whose frame is whole, with numbers out of range or orders that are not in their order.
 *
 * @module
 */
import { PRICE_TICKS_MAX } from "../book/price_trie.ts";
import { Side } from "../protocol/order_record.ts";
import { FeedFrameError, u64At, wordAt } from "./feed_check.ts";
import { FeedKind, FIXED_BYTES, ORDER_ENTRY_BYTES } from "./feed_frame.ts";
import { OrderAction } from "./order_entries.ts";
import type { OrderPage, OrderPlace, QueuedOrder } from "./order_page.ts";

/** High word of a 64-bit field up to which it is a safe integer. */
const SAFE_HIGH_WORD = 0x1fffff;
const SAFE = "a number from 1 to 2^53 - 1";
const TICKS = `a number from 1 to ${PRICE_TICKS_MAX}`;

/**
 * Checks the entries of a message. O(entries), allocates nothing.
 *
 * @throws {FeedFrameError} naming what is wrong
 */
export function checkOrderEntries(message: Uint8Array): void {
  for (let at = FIXED_BYTES[FeedKind.orders]; at < message.length; at += ORDER_ENTRY_BYTES) {
    if (!isSafe(message, at)) throw new FeedFrameError("id", SAFE, u64At(message, at));
    if (!isSafe(message, at + 8)) throw new FeedFrameError("lots", SAFE, u64At(message, at + 8));
    const ticks = wordAt(message, at + 16) >>> 0;
    if (ticks === 0 || ticks > PRICE_TICKS_MAX) throw new FeedFrameError("price", TICKS, ticks);
    const action = message[at + 20];
    if (action < OrderAction.add || action > OrderAction.remove) {
      throw new FeedFrameError("action", "1 to 4", action);
    }
    const side = message[at + 21];
    if (side > Side.sell) throw new FeedFrameError("side", "0 or 1", side);
  }
}

/**
 * Checks that the orders of a page are behind its places and in their order. O(orders).
 *
 * @throws {FeedFrameError} naming what is wrong
 */
export function checkOrderPage(page: OrderPage): void {
  checkSide("bids", page.bids, page.afterBid, page.hasMoreBids, 1);
  checkSide("asks", page.asks, page.afterAsk, page.hasMoreAsks, -1);
}

function checkSide(
  name: string,
  orders: readonly QueuedOrder[],
  after: OrderPlace,
  hasMore: boolean,
  direction: number,
): void {
  if (hasMore && orders.length === 0) {
    throw new FeedFrameError(name, "an order at least where more follow", 0);
  }
  let before = after;
  for (const order of orders) {
    const { id, lots, priceTicks } = order;
    if (!isCount(id)) throw new FeedFrameError(`id of ${name}`, SAFE, id);
    if (!isCount(lots)) throw new FeedFrameError(`lots of ${name}`, SAFE, lots);
    if (!isCount(priceTicks) || priceTicks > PRICE_TICKS_MAX) {
      throw new FeedFrameError(`price of ${name}`, TICKS, priceTicks);
    }
    const worse = (before.priceTicks - priceTicks) * direction;
    const isBehind = before.priceTicks === 0 || worse > 0 || (worse === 0 && id > before.id);
    if (!isBehind) throw new FeedFrameError(`id of ${name}`, `one behind ${before.id}`, id);
    before = order;
  }
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value > 0;

/** Whether the 64-bit field at an offset is a safe integer above 0. */
function isSafe(message: Uint8Array, at: number): boolean {
  const high = wordAt(message, at + 4) >>> 0;
  return high <= SAFE_HIGH_WORD && (high | wordAt(message, at)) !== 0;
}
