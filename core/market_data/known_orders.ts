/**
 * The part of a book that a subscriber knows order by order: of each side everything from the best
 * order to an edge, the place behind which it knows nothing.
 *
 * An edge is a price and a public id. Each change names both, so whether it is of the known part can
 * be told without knowing the order; and a change never moves an order over an edge, for what comes to
 * a price later has a higher id.
 *
 * Owner and only writer: the copy that it is of (order_book_copy.ts).
 *
 * @module
 */
import { Side } from "../protocol/order_record.ts";
import { addLevel, CHECKSUM_LEVELS, CHECKSUM_START } from "./book_checksum.ts";
import { u64At, wordAt } from "./feed_check.ts";
import { FeedKind, FIXED_BYTES, ORDER_ENTRY_BYTES } from "./feed_frame.ts";
import { OrderAction } from "./order_entries.ts";
import { FRONT, type OrderPage, type OrderPlace, type QueuedOrder } from "./order_page.ts";
import { OrderQueues } from "./order_queues.ts";

const TWO_TO_32 = 4294967296;
const ENTRIES_AT = FIXED_BYTES[FeedKind.orders];
/** The queues hold one book. */
const BOOK = 0;

/** A place in a side with the price turned so that the better one is more. */
interface Edge {
  readonly key: number;
  readonly id: number;
}

/** In front of every order, and behind every one. */
const BEGIN: Edge = { key: Infinity, id: 0 };
const END: Edge = { key: -Infinity, id: 0 };
const BEGINS = [BEGIN, BEGIN] as const;

/** The known orders of both sides. Prices in ticks, quantities in lots; sides as of orders. */
export class KnownOrders {
  readonly queues = new OrderQueues(BOOK + 1);
  readonly #edges: [Edge, Edge] = [BEGIN, BEGIN];
  readonly #places: [OrderPlace, OrderPlace] = [FRONT, FRONT];
  /** Key of the worst level in the last checksum of each side, and what the side came to. */
  readonly #worst = [-Infinity, -Infinity];
  readonly #isTouched = [true, true];
  #bidsSum = CHECKSUM_START;
  #sum = CHECKSUM_START;

  /** Where the last page of a side ended: the next one begins behind it. */
  placeOf(side: number): OrderPlace {
    return this.#places[side];
  }

  /** Whether a side is known to its end. */
  isWholeSide(side: number): boolean {
    return this.#edges[side] === END;
  }

  /** Whether the book is known to its end. */
  get isWhole(): boolean {
    return this.#edges[Side.buy] === END && this.#edges[Side.sell] === END;
  }

  /** Whether all orders of a price are known. */
  isWholeLevel(side: number, priceTicks: number): boolean {
    return keyOf(side, priceTicks) > this.#edges[side].key;
  }

  /**
   * Adds the orders of a page that begins at the edges, as later messages left them. O(orders).
   *
   * @param later messages of `orders` behind the page, which were applied to what was known before
   * @returns `false` where they contradict each other: nothing is to be relied on then
   */
  extend(page: OrderPage, later: readonly Uint8Array[]): boolean {
    const from: [Edge, Edge] = [...this.#edges];
    this.#take(Side.buy, page.bids, page.hasMoreBids);
    this.#take(Side.sell, page.asks, page.hasMoreAsks);
    return later.every((message) => this.#change(message, from));
  }

  /**
   * Applies a message of `orders`, as far as it is about what is known. O(entries) expected, allocates
   * nothing in the long run.
   *
   * @returns `false` where it contradicts what is known: nothing is to be relied on then
   */
  apply(message: Uint8Array): boolean {
    return this.#change(message, BEGINS);
  }

  /**
   * Checksum of the book (book_checksum.ts) as a signed word; `null` where its levels are not all
   * known. O(1) where they have not changed since the last time.
   */
  checksum(): number | null {
    const isBidsTouched = this.#isTouched[Side.buy];
    if (isBidsTouched) {
      const sum = this.#addBest(Side.buy, CHECKSUM_START);
      if (sum === null) return null;
      this.#bidsSum = sum;
    }
    if (isBidsTouched || this.#isTouched[Side.sell]) {
      const sum = this.#addBest(Side.sell, this.#bidsSum);
      if (sum === null) {
        // What the asks are added to has changed.
        this.#isTouched[Side.sell] = true;
        return null;
      }
      this.#sum = sum;
    }
    return ~this.#sum;
  }

  /** Takes the orders of one side of a page, where it is not known to its end already. */
  #take(side: number, orders: readonly QueuedOrder[], hasMore: boolean): void {
    if (this.#edges[side] === END) return;
    for (const { id, lots, priceTicks } of orders) {
      this.queues.add(id, id, BOOK, side, priceTicks, lots);
    }
    const last = orders.at(-1);
    if (last !== undefined) this.#places[side] = { priceTicks: last.priceTicks, id: last.id };
    if (!hasMore) this.#edges[side] = END;
    else if (last !== undefined) {
      this.#edges[side] = { key: keyOf(side, last.priceTicks), id: last.id };
    }
  }

  /** Applies the entries of a message that are about orders behind `from` and up to the edges. */
  #change(message: Uint8Array, from: readonly [Edge, Edge]): boolean {
    for (let at = ENTRIES_AT; at < message.length; at += ORDER_ENTRY_BYTES) {
      const id = u64At(message, at);
      const priceTicks = wordAt(message, at + 16);
      const side = message[at + 21];
      const key = keyOf(side, priceTicks);
      if (isBehind(this.#edges[side], key, id) || !isBehind(from[side], key, id)) continue;
      const lots = u64At(message, at + 8);
      if (!this.#changeOrder(message[at + 20], id, side, priceTicks, lots)) return false;
      if (key >= this.#worst[side]) this.#isTouched[side] = true;
    }
    return true;
  }

  #changeOrder(
    action: number,
    id: number,
    side: number,
    priceTicks: number,
    lots: number,
  ): boolean {
    const { queues } = this;
    const slot = queues.find(id);
    if (action === OrderAction.add) {
      if (slot !== 0) return false;
      queues.add(id, id, BOOK, side, priceTicks, lots);
      return true;
    }
    if (slot === 0 || queues.sideOf(slot) !== side || queues.priceOf(slot) !== priceTicks) {
      return false;
    }
    const before = queues.lotsOf(slot);
    const left = action === OrderAction.reduce ? lots : before - lots;
    if (left < 0 || left >= before || (action === OrderAction.remove && left !== 0)) return false;
    if (left === 0) queues.remove(slot);
    else queues.reduce(slot, left);
    return true;
  }

  /** Adds the best levels of a side to a checksum; `null` where they are not all known. */
  #addBest(side: number, sum: number): number | null {
    const { queues } = this;
    let after = sum;
    let level = queues.bestLevel(BOOK, side);
    let worst = -Infinity;
    for (let rank = 0; rank < CHECKSUM_LEVELS; rank++) {
      if (level === 0) {
        if (!this.isWholeSide(side)) return null;
        worst = -Infinity;
        break;
      }
      const priceTicks = queues.levelPrice(level);
      if (!this.isWholeLevel(side, priceTicks)) return null;
      const lots = queues.levelLots(level);
      after = addLevel(after, priceTicks, lots | 0, (lots / TWO_TO_32) | 0);
      worst = keyOf(side, priceTicks);
      level = queues.levelBehind(BOOK, side, level);
    }
    this.#worst[side] = worst;
    this.#isTouched[side] = false;
    return after;
  }
}

const keyOf = (side: number, priceTicks: number): number =>
  side === Side.buy ? priceTicks : -priceTicks;

const isBehind = (edge: Edge, key: number, id: number): boolean =>
  key < edge.key || (key === edge.key && id > edge.id);
